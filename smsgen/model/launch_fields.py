"""The fields of a launch configuration, and of the tags, scripts and volumes in it; see `fields.py`."""

from __future__ import annotations

from smsgen.model.kinds import (
    LINE,
    Boolean,
    Choice,
    Field,
    Identifier,
    InstanceType,
    Integer,
    ListOf,
    Record,
    Text,
)
from smsgen.model.launch import Launch, MetadataOptions, Readiness, S3Location, UserData, Volume
from smsgen.model.launching.companion_fields import COMPANIONS
from smsgen.model.launching.hardware import HARDWARE
from smsgen.model.launching.network_fields import ADDRESS, NETWORK, SECURITY_GROUP, SECURITY_GROUPS
from smsgen.model.launching.tag_fields import TAGS
from smsgen.model.launching.target_group_fields import TARGETS

MAX_USER_DATA = 16_384
"""EC2: user data is at most 16 KB before Base64."""


# --- Scripts in S3 ------------------------------------------------------------------------------------------

# Amazon S3 User Guide, "General purpose bucket naming rules".
BUCKET = Text(
    63,
    least=3,
    code="BAD_BUCKET",
    what="an S3 bucket name",
    hint="3 to 63 lower-case letters, digits, dots and hyphens; a letter or digit at both ends; no s3://",
    pattern=(
        r"(?!xn--|sthree-|amzn-s3-demo-|.*\.\.|.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$"
        r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}$)[a-z0-9][a-z0-9.-]*[a-z0-9]"
    ),
)
OBJECT_KEY = Text(
    1024,
    hint="an S3 object key has 1 to 1,024 bytes of UTF-8",
    pattern=LINE,
    in_bytes=True,
)
S3_LOCATION = Record(
    S3Location,
    "an S3 location",
    {
        "bucket": Field(
            BUCKET, "The bucket's name. SMS itself read only from buckets `sms-app-*`.", required=True
        ),
        "key": Field(OBJECT_KEY, "The object's key in the bucket.", required=True),
    },
)
USER_DATA = Record(
    UserData,
    "userData",
    {
        "s3Location": Field(
            S3_LOCATION,
            "A script in S3 that the server fetches at boot, with the AWS CLI and its instance profile; PowerShell if "
            "the key ends with .ps1. What `file` names is embedded, and needs neither.",
        ),
        "file": Field(
            Text(
                1024,
                code="BAD_FILE",
                what="a path inside the folder of the application file",
                hint="give it relative to the application file, without `..` and with `/` between folders",
                pattern=r"(?!/|.*(?:^|/)\.\.(?:/|$))[^\x00-\x1f\x7f\\]*",
            ),
            "A script beside the application file, embedded in the template.",
        ),
        "inline": Field(
            Text(
                MAX_USER_DATA,
                in_bytes=True,
                many_lines=True,
                too_long="USER_DATA_TOO_LONG",
                hint="EC2 takes 16 KB of user data: put the script in S3 and name it under s3Location",
            ),
            "The script itself: a `|` block of at most 16,384 bytes.",
        ),
        "base64": Field(
            Text(
                (MAX_USER_DATA + 2) // 3 * 4,
                least=4,
                code="BAD_BASE64",
                what="Base64 on one line",
                hint="write what `base64 -w0 FILE` prints",
                too_long="USER_DATA_TOO_LONG",
                pattern="(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
            ),
            "User data that is no text, compressed for one, in Base64: EC2 gets it as it is.",
        ),
    },
    one_of=("s3Location", "file", "inline", "base64"),
)

# --- Volumes ------------------------------------------------------------------------------------------------

# AWS KMS API reference, "KeyId": key id (also of a multi-Region key), alias name, key ARN, alias ARN.
_KMS_ID = r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})"
_KMS_ALIAS = r"alias/[A-Za-z0-9/_-]{1,250}"
KMS_KEY = Text(
    2048,
    code="BAD_KMS_KEY",
    what="a KMS key",
    hint="give a key id, `alias/NAME`, or the ARN of a key or of an alias",
    pattern=rf"{_KMS_ID}|{_KMS_ALIAS}|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{{12}}:(?:key/{_KMS_ID}|{_KMS_ALIAS})",
)

# EC2 User Guide, "Device names for volumes"; Windows data disks are `xvdf` without a folder.
DEVICE = Text(
    32,
    code="BAD_DEVICE",
    what="a device name",
    hint="it looks like /dev/sda1, /dev/sdf, /dev/xvdf, or xvdf on Windows",
    pattern=r"(?:/dev/)?(?:sd[a-z](?:[1-9]|1[0-5])?|xvd[a-z]{1,2}(?:[1-9]|1[0-5])?|hd[a-z](?:[1-9]|1[0-5])?)",
)
VOLUME_TYPES = ("gp3", "gp2", "io2", "io1", "st1", "sc1", "standard")
VOLUME = Record(
    Volume,
    "a volume",
    {
        "device": Field(DEVICE, "The device name: /dev/sda1, /dev/sdf, xvdf.", required=True),
        "size": Field(Integer(1, 65_536), "The size in GiB; without it, that of the image or snapshot."),
        "type": Field(Choice(*VOLUME_TYPES), "The volume type; gp3 where nothing is said."),
        "iops": Field(Integer(100, 256_000), "Operations a second: gp3 from 3,000, io1 and io2 from 100."),
        "throughput": Field(Integer(125, 2_000), "MiB a second, of gp3 only."),
        "encrypted": Field(Boolean(), "Encrypted at rest; true where nothing is said."),
        "kmsKeyId": Field(KMS_KEY, "The KMS key: id, alias or ARN; without it, the account's key for EBS."),
        "volumeId": Field(
            Identifier("vol-", "a volume id"), "A volume that is there already, attached and never deleted."
        ),
        "virtualName": Field(
            Text(
                11,
                code="BAD_DEVICE",
                what="an instance store volume",
                hint="it is ephemeral0 to ephemeral23",
                pattern="ephemeral(?:[0-9]|1[0-9]|2[0-3])",
            ),
            "An instance store volume: ephemeral0.",
        ),
        "noDevice": Field(Boolean(), "The image's device of this name is left out."),
        "snapshotId": Field(Identifier("snap-", "a snapshot id"), "The snapshot it is made from."),
        "deleteOnTermination": Field(Boolean(), "Whether it goes when the server goes."),
        "retain": Field(
            Boolean(),
            "A volume of its own that outlives the server, with a snapshot at its deletion.",
        ),
        "tags": Field(TAGS, "Tags of a retained volume, beside those of the server."),
    },
)

# --- Launch -------------------------------------------------------------------------------------------------

_SWITCH = Choice("enabled", "disabled")
# EC2 API reference, InstanceMetadataOptionsRequest.
METADATA_OPTIONS = Record(
    MetadataOptions,
    "metadataOptions",
    {
        "httpTokens": Field(
            Choice("required", "optional"), "`required` is IMDSv2 only, and the default here."
        ),
        "httpPutResponseHopLimit": Field(Integer(1, 64), "How many hops an answer may travel; 1 by default."),
        "httpEndpoint": Field(_SWITCH, "Whether the metadata service answers at all."),
        "instanceMetadataTags": Field(_SWITCH, "Whether the server may read its own tags there."),
        "httpProtocolIpv6": Field(_SWITCH, "Whether it answers over IPv6 too."),
    },
)
READINESS = Record(
    Readiness,
    "readiness",
    {
        "signal": Field(
            Choice("creationPolicy", "waitCondition"),
            "Who tells: a signal to the CreationPolicy, or a WaitCondition (at stack creation only).",
        ),
        "timeout": Field(
            Text(
                32,
                code="BAD_DURATION",
                what="a duration",
                hint="write ISO 8601: PT15M is 15 minutes, PT1H30M an hour and a half; at most PT12H",
                pattern=r"PT(?=[0-9])(?:[0-9]{1,2}H)?(?:[0-9]{1,3}M)?(?:[0-9]{1,5}S)?",
            ),
            "How long to wait, as an ISO 8601 duration of at most PT12H.",
            examples=("PT15M", "PT1H"),
        ),
    },
)
LAUNCH = Record(
    Launch,
    "a launch configuration",
    {
        "logicalId": Field(
            Text(
                255,
                code="BAD_LOGICAL_ID",
                what="a logical id",
                hint="CloudFormation takes letters and digits only, at most 255 of them",
                pattern="[A-Za-z0-9]+",
            ),
            "The server's logical id in the template; made from vmName or serverId where nothing is said.",
        ),
        "vpc": Field(
            Identifier("vpc-", "a VPC id"),
            "The VPC that the subnet must be in, where AWS is asked: launch-app, validate --aws.",
        ),
        "subnet": Field(
            Identifier("subnet-", "a subnet id"), "The subnet; a parameter where nothing is said."
        ),
        "securityGroup": Field(SECURITY_GROUP, "The security group; a parameter where nothing is said."),
        "securityGroups": Field(SECURITY_GROUPS, "Several, in place of one."),
        "ec2KeyName": Field(
            Text(
                255,
                code="BAD_NAME",
                what="the name of a key pair",
                hint="ASCII, at most 255",
                pattern=r"[ -~]+",
            ),
            "The name of the EC2 key pair; none unless asked for.",
        ),
        "userData": Field(
            USER_DATA, "What runs at the first boot: exactly one of s3Location, file, inline and base64."
        ),
        "instanceType": Field(InstanceType(), "The EC2 instance type; a parameter where nothing is said."),
        "associatePublicIpAddress": Field(
            Boolean(), "Whether it gets a public address; no where nothing is said."
        ),
        "iamInstanceProfileName": Field(
            Text(
                128,
                code="BAD_NAME",
                what="the name of an instance profile",
                hint="give the name, not the ARN: letters, digits and _+=,.@- (at most 128)",
                pattern=r"[A-Za-z0-9_+=,.@-]+",
            ),
            "The name of the instance profile.",
        ),
        "createInstanceProfile": Field(
            Boolean(), "Make an instance profile with AmazonSSMManagedInstanceCore, in place of naming one."
        ),
        "configureScript": Field(
            S3_LOCATION,
            "A script in S3 that runs after the user data; fetched at boot like userData.s3Location.",
        ),
        "configureScriptType": Field(
            Choice("SHELL_SCRIPT", "POWERSHELL_SCRIPT"),
            "The language of configureScript; that of the platform.",
        ),
        "volumes": Field(
            ListOf(VOLUME, most=40),
            "Block devices, beside what the image brings. Profile hardened encrypts the root volume (/dev/sda1, "
            "unless one is named here); an empty list leaves it as the image has it.",
        ),
        "privateIpAddress": Field(
            ADDRESS,
            "The private IPv4 address; one of the subnet where nothing is said.",
        ),
        "availabilityZone": Field(
            Text(
                64,
                code="BAD_ZONE",
                what="an Availability Zone",
                hint="it looks like eu-central-1a",
                pattern=r"[a-z]{2,}(?:-[a-z]+)+-[0-9](?:[a-z]|(?:-[a-z0-9]+)+)",
            ),
            "The Availability Zone; that of the subnet where nothing is said.",
        ),
        "tenancy": Field(Choice("default", "dedicated", "host"), "Shared hardware, or dedicated."),
        "monitoring": Field(Boolean(), "Detailed monitoring; on where nothing is said."),
        "ebsOptimized": Field(Boolean(), "EBS-optimised; on where nothing is said."),
        "metadataOptions": Field(
            METADATA_OPTIONS, "The instance metadata service; IMDSv2 only where nothing is said."
        ),
        "stateful": Field(
            Boolean(),
            "The server holds data: `disableApiTermination`, `retain`, and its disks outlive it.",
        ),
        "retain": Field(
            Boolean(),
            "Whether it outlives the stack and a replacement, with all that is its own (DeletionPolicy and "
            "UpdateReplacePolicy Retain); that of `stateful` where nothing is said.",
        ),
        "disableApiTermination": Field(
            Boolean(), "Termination protection; that of `stateful` where nothing is said."
        ),
        "platform": Field(
            Choice("linux", "windows"), "Decides how boot scripts are written; linux by default."
        ),
        "tags": Field(TAGS, "Tags of this server, beside those of the application."),
        **NETWORK,
        **HARDWARE,
        **COMPANIONS,
        "targetGroups": TARGETS,
        "readiness": Field(READINESS, "When the server counts as ready; without it, when EC2 says it runs."),
    },
)
