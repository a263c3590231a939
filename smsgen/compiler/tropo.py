"""The troposphere classes that templates are made of, without what they load and we never use.

`import troposphere` loads cfn_flip (a YAML writer; we have our own) and troposphere.serverless (SAM), which together
cost more than all the rest of a compilation's start. While troposphere is imported for the first time, there are
stand-ins for both, which are gone from sys.modules afterwards; that of cfn_flip loads the real one at its first use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def _stand_in(name: str) -> ModuleType:
    """Give a module that loads the one of that name at the first use of anything in it."""
    made = ModuleType(name)

    def load(attribute: str) -> Any:
        if attribute.startswith("__"):  # the import statement asks for __path__: that is not yet a use
            raise AttributeError(attribute)
        return getattr(import_module(name), attribute)

    # Not importlib.util.LazyLoader: to CPython 3.11 an import statement already is a use of such a module.
    made.__getattr__ = load  # type: ignore[method-assign] # PEP 562, on a module made at run time
    return made


if "troposphere" not in sys.modules:
    serverless = ModuleType("troposphere.serverless")
    # All that troposphere's own body wants of it: an annotation in its Template class.
    serverless.Globals = object  # type: ignore[attr-defined] # a module made at run time has no declared names
    stand_ins = {"cfn_flip": _stand_in("cfn_flip"), "troposphere.serverless": serverless}
    absent = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(absent)
    try:
        import troposphere  # noqa: F401 - loaded now, while the stand-ins are in place
    finally:
        for name in absent:
            del sys.modules[name]

from troposphere import Base64, GetAtt, Join, Output, Parameter, Ref, Sub, Tags  # noqa: E402 - after the stand-ins
from troposphere.cloudformation import Stack, WaitCondition, WaitConditionHandle  # noqa: E402 - after the stand-ins
from troposphere.ec2 import (  # noqa: E402 - after the stand-ins
    BlockDeviceMapping,
    EbsBlockDevice,
    Instance,
    MetadataOptions,
    NetworkInterfaceProperty,
    Volume,
    VolumeAttachment,
)
from troposphere.policies import CreationPolicy, ResourceSignal  # noqa: E402 - after the stand-ins

__all__ = [
    "Base64",
    "BlockDeviceMapping",
    "CreationPolicy",
    "EbsBlockDevice",
    "GetAtt",
    "Instance",
    "Join",
    "MetadataOptions",
    "NetworkInterfaceProperty",
    "Output",
    "Parameter",
    "Ref",
    "ResourceSignal",
    "Stack",
    "Sub",
    "Tags",
    "Volume",
    "VolumeAttachment",
    "WaitCondition",
    "WaitConditionHandle",
]
