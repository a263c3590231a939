"""The troposphere classes that templates are made of, without what they load and we never use.

`import troposphere` loads cfn_flip (a YAML writer; we have our own) and troposphere.serverless (SAM), which together
cost more than all the rest of a compilation's start. While troposphere is imported for the first time, cfn_flip is a
lazy module, which loads itself at first use, and troposphere.serverless a stand-in, which is gone again afterwards.
"""

from __future__ import annotations

import sys
from types import ModuleType


def _lazy(name: str) -> None:
    """Register a module that is loaded at the first use of one of its names."""
    from importlib.util import LazyLoader, find_spec, module_from_spec

    spec = find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)


if "troposphere" not in sys.modules:
    if "cfn_flip" not in sys.modules:
        _lazy("cfn_flip")
    stand_in = ModuleType("troposphere.serverless")
    # All that troposphere's own body wants of it: an annotation in its Template class.
    stand_in.Globals = object  # type: ignore[attr-defined] # a module made at run time has no declared names
    sys.modules["troposphere.serverless"] = stand_in
    try:
        import troposphere  # noqa: F401 - loaded now, while the stand-ins are in place
    finally:
        del sys.modules["troposphere.serverless"]

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
