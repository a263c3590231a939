"""The statements of the policies that replication needs, as data: whoever replicates, and VM Import/Export.

Which resource types and condition keys an action knows: the Service Authorization Reference of each service.
"""

from __future__ import annotations

from typing import Any, NamedTuple

BUCKET = "arn:{partition}:s3:::{bucket}"
OBJECTS = "arn:{partition}:s3:::{bucket}/*"
EC2 = "arn:{partition}:ec2:*:*:"


class Statement(NamedTuple):
    """A statement of a policy, with names in braces that are filled in: those of `policy.policy`."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: dict[str, Any] | None = None


_SNAPSHOTS = "arn:{partition}:ec2:*::snapshot/*"
_IMAGES = "arn:{partition}:ec2:*::image/*"
_IMPORTS = EC2 + "import-image-task/*"
# Whatever smsgen makes in a replication carries its job's id (SMS User Guide: images are tagged so).
_OF_A_JOB = {"StringLike": {"aws:ResourceTag/SMSJobId": "*"}}
_FOR_A_JOB = {"StringLike": {"aws:RequestTag/SMSJobId": "*"}}

REPLICATE = (
    Statement(
        "LookAtSnapshotsAndImages",
        (
            "ec2:DescribeImages",
            "ec2:DescribeImportImageTasks",
            "ec2:DescribeInstances",
            "ec2:DescribeSnapshots",
            "kms:DescribeKey",
            "sts:GetCallerIdentity",
        ),
        ("*",),
    ),
    Statement("StartSnapshots", ("ebs:StartSnapshot", "ec2:CreateTags"), (_SNAPSHOTS,), _FOR_A_JOB),
    Statement(
        "WriteAndReadSnapshots",
        (
            "ebs:CompleteSnapshot",
            "ebs:GetSnapshotBlock",
            "ebs:ListSnapshotBlocks",
            "ebs:PutSnapshotBlock",
            "ec2:DeleteSnapshot",
        ),
        (_SNAPSHOTS,),
        _OF_A_JOB,
    ),
    Statement("MakeImages", ("ec2:ImportImage", "ec2:RegisterImage"), (_IMAGES, _IMPORTS, _SNAPSHOTS)),
    Statement("TagImages", ("ec2:CreateTags",), (_IMAGES, _IMPORTS, _SNAPSHOTS), _FOR_A_JOB),
    Statement("RetireImages", ("ec2:DeregisterImage",), (_IMAGES,), _OF_A_JOB),
    Statement(
        "TellOfReplication",
        ("events:PutEvents",),
        ("arn:{partition}:events:*:*:event-bus/*",),
        {"StringEquals": {"events:source": "smsgen"}},
    ),
    Statement("CancelImports", ("ec2:CancelImportTask",), (_IMPORTS,)),
    Statement("LookAtTheRoleOfImports", ("iam:GetRole",), ("arn:{partition}:iam::*:role/{import_role}",)),
    Statement(
        "ListUploadsAndManifests",
        ("s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"),
        (BUCKET,),
    ),
    Statement(
        "KeepUploadsAndManifests",
        (
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ),
        (OBJECTS,),
    ),
    # Connectors to S3, where no role of their own reads for them.
    Statement("FindImages", ("s3:ListBucket",), ("arn:{partition}:s3:::{images}",)),
    Statement("ReadImages", ("s3:GetObject",), ("arn:{partition}:s3:::{images}/*",)),
    Statement(
        # https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-permissions.html
        "EncryptSnapshots",
        (
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ),
        ("arn:{partition}:kms:*:*:key/*",),
        {"StringLike": {"kms:ViaService": "ec2.*"}},
    ),
)

# https://docs.aws.amazon.com/vm-import/latest/userguide/required-permissions.html, "Required service role"
VMIMPORT = (
    Statement("FindUploads", ("s3:GetBucketLocation", "s3:ListBucket"), (BUCKET,)),
    Statement("ReadUploads", ("s3:GetObject",), (OBJECTS,)),
    Statement(
        "MakeImages",
        (
            "ec2:CopySnapshot",
            "ec2:DescribeImages",
            "ec2:DescribeSnapshots",
            "ec2:ModifySnapshotAttribute",
            "ec2:RegisterImage",
        ),
        ("*",),
    ),
    Statement(
        "EncryptImages",
        (
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ),
        ("arn:{partition}:kms:*:*:key/*",),
        {"StringLike": {"kms:ViaService": ["ec2.*", "s3.*"]}},
    ),
)
