"""The simple shapes of the SMS API, by the names that its models give them, and what all messages are made of.

`Annotated[type, Shape(…)]` says of a member what a service model says: the shape's name, and what its values may be.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, NamedTuple

import msgspec

from smsgen.model import status
from smsgen.model.replicating import catalog, jobs
from smsgen.model.replication import ReplicationStatus


class Shape(NamedTuple):
    """A shape of the API. `least` and `most` bound a number's value, or a text's length; `pattern` is Java's."""

    name: str
    least: int | None = None
    most: int | None = None
    pattern: str = ""
    enum: tuple[str, ...] = ()


class Required(NamedTuple):
    """Marks a member that a request must have."""


REQUIRED = Required()


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A structure of the API. A member that is absent is None; no other member has a default."""


def _values(kind: type[Enum]) -> tuple[str, ...]:
    return tuple(one.value for one in kind)


_Integer = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
_Seconds = Annotated[float, msgspec.Meta(ge=-62_135_596_800.0, le=253_402_300_799.0)]
"""Seconds since the epoch, from the year 1 to the year 9999, as far as `datetime` goes."""

# --- Texts

AmiId = Annotated[str, Shape("AmiId")]
AppDescription = Annotated[str, Shape("AppDescription")]
AppId = Annotated[str, Shape("AppId")]
AppIdWithValidation = Annotated[str, Shape("AppIdWithValidation", pattern=r"^app-[0-9a-f]{17}$")]
AppLaunchStatusMessage = Annotated[str, Shape("AppLaunchStatusMessage")]
AppName = Annotated[str, Shape("AppName")]
AppReplicationStatusMessage = Annotated[str, Shape("AppReplicationStatusMessage")]
AppStatusMessage = Annotated[str, Shape("AppStatusMessage")]
BucketName = Annotated[str, Shape("BucketName")]
ClientToken = Annotated[str, Shape("ClientToken")]
Command = Annotated[str, Shape("Command", least=1, most=64000)]
ConnectorId = Annotated[str, Shape("ConnectorId")]
ConnectorVersion = Annotated[str, Shape("ConnectorVersion")]
Description = Annotated[str, Shape("Description")]
EC2KeyName = Annotated[str, Shape("EC2KeyName")]
ImportedAppId = Annotated[str, Shape("ImportedAppId")]
InstanceId = Annotated[str, Shape("InstanceId", pattern=r"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)")]
InstanceType = Annotated[str, Shape("InstanceType")]
IpAddress = Annotated[str, Shape("IpAddress")]
KmsKeyId = Annotated[str, Shape("KmsKeyId")]
LogicalId = Annotated[str, Shape("LogicalId")]
MacAddress = Annotated[str, Shape("MacAddress")]
NextToken = Annotated[str, Shape("NextToken")]
NonEmptyStringWithMaxLen255 = Annotated[
    str, Shape("NonEmptyStringWithMaxLen255", least=1, most=255, pattern=r"^[\S]+$")
]
ReplicationJobId = Annotated[str, Shape("ReplicationJobId")]
ReplicationJobStatusMessage = Annotated[str, Shape("ReplicationJobStatusMessage")]
ReplicationRunId = Annotated[str, Shape("ReplicationRunId")]
ReplicationRunStage = Annotated[str, Shape("ReplicationRunStage")]
ReplicationRunStageProgress = Annotated[str, Shape("ReplicationRunStageProgress")]
ReplicationRunStatusMessage = Annotated[str, Shape("ReplicationRunStatusMessage")]
RoleName = Annotated[str, Shape("RoleName")]
S3BucketName = Annotated[str, Shape("S3BucketName", least=3, most=63)]
S3KeyName = Annotated[str, Shape("S3KeyName", most=1024)]
SecurityGroup = Annotated[str, Shape("SecurityGroup")]
ServerGroupId = Annotated[str, Shape("ServerGroupId")]
ServerGroupName = Annotated[str, Shape("ServerGroupName")]
ServerId = Annotated[str, Shape("ServerId")]
StackId = Annotated[str, Shape("StackId")]
StackName = Annotated[str, Shape("StackName")]
Subnet = Annotated[str, Shape("Subnet")]
TagKey = Annotated[str, Shape("TagKey")]
TagValue = Annotated[str, Shape("TagValue")]
VPC = Annotated[str, Shape("VPC")]
ValidationId = Annotated[str, Shape("ValidationId", pattern=r"^val-[0-9a-f]{17}$")]
ValidationStatusMessage = Annotated[str, Shape("ValidationStatusMessage", most=2500)]
VmId = Annotated[str, Shape("VmId")]
VmManagerId = Annotated[str, Shape("VmManagerId")]
VmManagerName = Annotated[str, Shape("VmManagerName")]
VmName = Annotated[str, Shape("VmName")]
VmPath = Annotated[str, Shape("VmPath")]

# --- Texts that are one of a list

AppLaunchConfigurationStatus = Annotated[
    str, Shape("AppLaunchConfigurationStatus", enum=("NOT_CONFIGURED", "CONFIGURED"))
]
AppLaunchStatus = Annotated[str, Shape("AppLaunchStatus", enum=_values(status.LaunchStatus))]
AppReplicationConfigurationStatus = Annotated[
    str, Shape("AppReplicationConfigurationStatus", enum=("NOT_CONFIGURED", "CONFIGURED"))
]
AppReplicationStatus = Annotated[str, Shape("AppReplicationStatus", enum=_values(ReplicationStatus))]
AppStatus = Annotated[str, Shape("AppStatus", enum=_values(status.AppStatus))]
AppValidationStrategy = Annotated[str, Shape("AppValidationStrategy", enum=("SSM",))]
ConnectorCapability = Annotated[
    str,
    Shape(
        "ConnectorCapability",
        enum=("VSPHERE", "SCVMM", "HYPERV-MANAGER", "SNAPSHOT_BATCHING", "SMS_OPTIMIZED"),
    ),
]
ConnectorStatus = Annotated[str, Shape("ConnectorStatus", enum=_values(catalog.ConnectorStatus))]
LicenseType = Annotated[str, Shape("LicenseType", enum=("AWS", "BYOL"))]
OutputFormat = Annotated[str, Shape("OutputFormat", enum=("JSON", "YAML"))]
ReplicationJobState = Annotated[str, Shape("ReplicationJobState", enum=_values(jobs.JobState))]
ReplicationRunState = Annotated[str, Shape("ReplicationRunState", enum=_values(jobs.RunState))]
ReplicationRunType = Annotated[str, Shape("ReplicationRunType", enum=_values(jobs.RunType))]
ScriptType = Annotated[str, Shape("ScriptType", enum=("SHELL_SCRIPT", "POWERSHELL_SCRIPT"))]
ServerCatalogStatus = Annotated[str, Shape("ServerCatalogStatus", enum=_values(catalog.CatalogStatus))]
ServerType = Annotated[str, Shape("ServerType", enum=("VIRTUAL_MACHINE",))]
ServerValidationStrategy = Annotated[str, Shape("ServerValidationStrategy", enum=("USERDATA",))]
ValidationStatus = Annotated[
    str,
    Shape("ValidationStatus", enum=_values(status.ValidationStatus)),
]
VmManagerType = Annotated[str, Shape("VmManagerType", enum=("VSPHERE", "SCVMM", "HYPERV-MANAGER"))]

# --- Numbers, times, and yes or no

AssociatePublicIpAddress = Annotated[bool, Shape("AssociatePublicIpAddress")]
AutoLaunch = Annotated[bool, Shape("AutoLaunch")]
Encrypted = Annotated[bool, Shape("Encrypted")]
ExecutionTimeoutSeconds = Annotated[_Integer, Shape("ExecutionTimeoutSeconds", least=60, most=28800)]
ForceStopAppReplication = Annotated[bool, Shape("ForceStopAppReplication")]
ForceTerminateApp = Annotated[bool, Shape("ForceTerminateApp")]
Frequency = Annotated[_Integer, Shape("Frequency")]
LaunchOrder = Annotated[_Integer, Shape("LaunchOrder")]
MaxResults = Annotated[_Integer, Shape("MaxResults")]
NumberOfRecentAmisToKeep = Annotated[_Integer, Shape("NumberOfRecentAmisToKeep")]
ReplicationJobTerminated = Annotated[bool, Shape("ReplicationJobTerminated")]
RunOnce = Annotated[bool, Shape("RunOnce")]
Timestamp = Annotated[_Seconds, Shape("Timestamp")]
TotalServerGroups = Annotated[_Integer, Shape("TotalServerGroups")]
TotalServers = Annotated[_Integer, Shape("TotalServers")]

# --- Lists of these

AppIds = Annotated[list[AppId], Shape("AppIds")]
ConnectorCapabilityList = Annotated[list[ConnectorCapability], Shape("ConnectorCapabilityList")]
