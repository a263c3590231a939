"""The least IAM policy for each use, as data. Purely a table: no AWS, no files.

Names and limits follow the policies that AWS documented for SMS: stacks and buckets whose names begin with
`sms-app-`, `cloudformation:ResourceTypes` on what may be launched, `iam:PassedToService` on what may be
passed, and changes only to instances that carry the stack's own tag. Which resource types and condition keys
an action knows: the Service Authorization Reference of each service.
"""

from __future__ import annotations

from typing import Any

from smsgen.aws.iam.adoption import ADOPT
from smsgen.aws.iam.companions import COMPANIONS
from smsgen.aws.iam.replication import BUCKET, EC2, OBJECTS, REPLICATE, VMIMPORT, Statement
from smsgen.cfn.nested import NESTED_STACK

USES = {
    "launch": "for people and pipelines: everything that smsgen does, launch and terminate included",
    "serve": "for `smsgen serve`: what launch allows, and scripts that validate what was launched",
    "read": "for pipelines that only compare: pull, status, generate-change-set against the live stack",
    "adopt": "for those who adopt servers that run: discover, check, plan and run",
    "replicate": "for those who replicate: snapshots, images, imports and uploads of replication jobs",
    "service": "for the role that CloudFormation assumes (roleName): what makes the servers",
    "companions": "for the same role, beside service: interfaces, addresses, records, alarms, target groups and more",
    "vmimport": "for the role that VM Import/Export assumes (vmimport): what makes images of uploads and snapshots",
}
"""Use -> one line of help."""

RESOURCE_TYPES = (
    NESTED_STACK,
    "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::EC2::Instance",
    "AWS::EC2::Volume",
    "AWS::EC2::VolumeAttachment",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::Role",
)
"""What every template of smsgen may hold, children included; what stands beside servers needs `companions`."""

_STACK = "arn:{partition}:cloudformation:*:*:stack/{stack}/*"
_OF_A_STACK = {"StringLike": {"aws:ResourceTag/aws:cloudformation:stack-id": _STACK}}
# As SMS had it until 2019 (StringLikeIfExists): where types are passed, only these. The `sms` profile passes them, and
# others leave them to the service role.
_ONLY_THESE_TYPES = {"ForAllValues:StringEquals": {"cloudformation:ResourceTypes": list(RESOURCE_TYPES)}}


_READ = (
    Statement(
        "ReadTheStacks",
        (
            "cloudformation:DescribeChangeSet",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:ListChangeSets",
            "cloudformation:ListStackResources",
        ),
        (_STACK,),
    ),
    Statement(
        # None of these knows resource-level permissions. GetResource is Cloud Control's; it also needs the
        # read permission of each resource type that it is asked about.
        "ReadWhatTheStacksReferTo",
        (
            "cloudformation:GetResource",
            "cloudformation:ListExports",
            "ec2:DescribeAddresses",
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeImages",
            "ec2:DescribeInstances",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVolumes",
            "ec2:DescribeVpcs",
            "sts:GetCallerIdentity",
        ),
        ("*",),
    ),
    Statement(
        "ReadTheRolesOfTheServers",
        ("iam:GetInstanceProfile", "iam:GetRole"),
        ("arn:{partition}:iam::*:role/{stack}", "arn:{partition}:iam::*:instance-profile/{stack}"),
    ),
    Statement("ReadSsmParameters", ("ssm:GetParameters",), ("arn:{partition}:ssm:*:*:parameter/*",)),
)

_LAUNCH = (
    *_READ,
    Statement("AskForChangeSets", ("cloudformation:CreateChangeSet",), (_STACK,), _ONLY_THESE_TYPES),
    Statement(
        "LaunchAndTerminate",
        (
            "cloudformation:DeleteChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:UpdateTerminationProtection",
        ),
        (_STACK,),
    ),
    Statement(
        "MakeTheBucket",
        (
            "s3:CreateBucket",
            "s3:GetBucketTagging",
            "s3:ListBucket",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketTagging",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
        ),
        (BUCKET,),
    ),
    Statement("KeepDocuments", ("s3:GetObject", "s3:PutObject"), (OBJECTS,)),
    Statement(
        "PassTheRoleToCloudFormation",
        ("iam:PassRole",),
        ("arn:{partition}:iam::*:role/{role}",),
        {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
    ),
)

_SERVE = (
    *_LAUNCH,
    # Where SMS wanted the scripts that launch configurations name, whatever the documents' bucket is called.
    Statement("ReadTheScriptsOfApplications", ("s3:GetObject",), ("arn:{partition}:s3:::sms-app-*/*",)),
    Statement(
        "RunTheScriptsThatValidate",
        ("ssm:SendCommand",),
        (
            "arn:{partition}:ssm:*::document/AWS-RunPowerShellScript",
            "arn:{partition}:ssm:*::document/AWS-RunRemoteScript",
            "arn:{partition}:ssm:*::document/AWS-RunShellScript",
        ),
    ),
    Statement(
        # The tag by which SMS knew them (SMS User Guide, "Validating applications").
        "OnServersThatSayYes",
        ("ssm:SendCommand",),
        (EC2 + "instance/*",),
        {"StringEquals": {"ssm:resourceTag/UserForSMSApplicationValidation": "true"}},
    ),
    Statement("ReadWhatTheySay", ("ssm:GetCommandInvocation",), ("*",)),
)

_SERVICE = (
    Statement(
        "LookAtServers",
        (
            "ec2:DescribeIamInstanceProfileAssociations",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstanceCreditSpecifications",
            "ec2:DescribeInstanceStatus",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeInstances",
            "ec2:DescribeKeyPairs",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVolumes",
            "ec2:DescribeVpcs",
        ),
        ("*",),
    ),
    Statement(
        "LaunchServers",
        ("ec2:CreateVolume", "ec2:RunInstances"),
        ("*",),
    ),
    Statement(
        "TagServersAtLaunch",
        ("ec2:CreateTags",),
        (EC2 + "instance/*", EC2 + "network-interface/*", EC2 + "volume/*"),
        {"StringEquals": {"ec2:CreateAction": ["CreateVolume", "RunInstances"]}},
    ),
    Statement(
        "ChangeServersOfTheStacks",
        (
            "ec2:AssociateIamInstanceProfile",
            "ec2:AttachVolume",
            "ec2:CreateTags",
            "ec2:DeleteTags",
            "ec2:DeleteVolume",
            "ec2:DetachVolume",
            "ec2:DisassociateIamInstanceProfile",
            "ec2:ModifyInstanceAttribute",
            "ec2:ModifyInstanceCreditSpecification",
            "ec2:ModifyInstanceMetadataOptions",
            "ec2:ModifyInstancePlacement",
            "ec2:ModifyPrivateDnsNameOptions",
            "ec2:ModifyVolume",
            "ec2:MonitorInstances",
            "ec2:ReplaceIamInstanceProfileAssociation",
            "ec2:StartInstances",
            "ec2:StopInstances",
            "ec2:TerminateInstances",
            "ec2:UnmonitorInstances",
        ),
        (EC2 + "instance/*", EC2 + "volume/*"),
        _OF_A_STACK,
    ),
    Statement(
        "KeepTheServersRoles",
        (
            "iam:AddRoleToInstanceProfile",
            "iam:AttachRolePolicy",
            "iam:CreateInstanceProfile",
            "iam:CreateRole",
            "iam:DeleteInstanceProfile",
            "iam:DeleteRole",
            "iam:DetachRolePolicy",
            "iam:GetInstanceProfile",
            "iam:GetRole",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:TagInstanceProfile",
            "iam:TagRole",
            "iam:UntagInstanceProfile",
            "iam:UntagRole",
        ),
        ("arn:{partition}:iam::*:role/{stack}", "arn:{partition}:iam::*:instance-profile/{stack}"),
    ),
    Statement(
        "PassTheServersRolesToEc2",
        ("iam:PassRole",),
        ("arn:{partition}:iam::*:role/{stack}",),
        {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
    ),
    Statement(
        "LaunchNestedStacks",
        (
            "cloudformation:CreateChangeSet",
            "cloudformation:CreateStack",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeChangeSet",
            "cloudformation:DescribeStacks",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:UpdateStack",
        ),
        (_STACK,),
    ),
    Statement("ReadDocuments", ("s3:GetObject",), (OBJECTS,)),
    Statement("ReadSsmParameters", ("ssm:GetParameters",), ("arn:{partition}:ssm:*:*:parameter/*",)),
)

_POLICIES = {
    "adopt": (_READ[0], *ADOPT),
    "launch": _LAUNCH,
    "serve": _SERVE,
    "read": _READ,
    "replicate": REPLICATE,
    "service": _SERVICE,
    "companions": COMPANIONS,
    "vmimport": VMIMPORT,
}


def policy(
    use: str,
    *,
    partition: str = "aws",
    stack: str = "sms-app-*",
    bucket: str = "sms-app-*",
    role: str = "sms-launch",
    images: str = "sms-app-*",
    import_role: str = "vmimport",
) -> dict[str, Any]:
    """Return the policy document for a use of `USES`.

    `stack`, `bucket`: names, `*` allowed, of the stacks and the documents' buckets; `role`: the service
    role's name; `images`: the buckets that connectors read; `import_role`: what imports assume; `partition`: aws,
    aws-cn, aws-us-gov … Raises KeyError for another use.
    """
    names = {"partition": partition, "stack": stack, "bucket": bucket, "role": role}
    names |= {"images": images, "import_role": import_role}
    return {
        "Version": "2012-10-17",
        "Statement": [_filled(_document(statement), names) for statement in _POLICIES[use]],
    }


def _document(statement: Statement) -> dict[str, Any]:
    document: dict[str, Any] = {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": list(statement.actions),
        "Resource": list(statement.resources),
    }
    return document | ({"Condition": statement.conditions} if statement.conditions else {})


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, names): _filled(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, names) for inner in value]
    return value.format(**names) if isinstance(value, str) else value
