"""The troposphere classes that templates are made of, without what they load and we never use.

`import troposphere` loads cfn_flip (a YAML writer; we have our own), troposphere.serverless (SAM), json, and typing for
its annotations, which cost more than all the rest of a compilation's start. While it is imported for the first time,
stand-ins are in place.
"""

from __future__ import annotations

import sys

from smsgen.hints import STAND_INS
from smsgen.late import late, standing_in

if "troposphere" not in sys.modules:
    _ABSENT = (
        late("typing", **STAND_INS),
        late("cfn_flip"),
        late("json"),
        # Of serverless, troposphere's own body wants one name: an annotation in its Template class.
        late("troposphere.serverless", Globals=object),
    )
    with standing_in(*_ABSENT):
        import troposphere  # noqa: F401 - loaded now, while the stand-ins are in place

from troposphere import Base64, GetAtt, Join, Output, Parameter, Ref, Sub, Tags

from smsgen.compiler.classes import (
    BlockDeviceMapping,
    CreationPolicy,
    EbsBlockDevice,
    Instance,
    MetadataOptions,
    NetworkInterfaceProperty,
    ResourceSignal,
    Stack,
    Volume,
    VolumeAttachment,
    WaitCondition,
    WaitConditionHandle,
)

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
