"""The troposphere classes that templates are made of."""

from __future__ import annotations

import smsgen.startup.light_troposphere  # noqa: F401 - loads troposphere without what it loads and we never use

# isort: split
from troposphere import Base64, GetAtt, Join, Output, Parameter, Ref, Sub, Tags

from smsgen.generated.troposphere_classes import (
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
