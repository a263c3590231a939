"""Which IAM action allows an operation of an API: what an error names, and what policies are checked against."""

from __future__ import annotations

ACTIONS = {
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "CancelImportTask": "ec2:CancelImportTask",
    "CompleteMultipartUpload": "s3:PutObject",
    "CompleteSnapshot": "ebs:CompleteSnapshot",
    "CreateBucket": "s3:CreateBucket",
    "CreateChangeSet": "cloudformation:CreateChangeSet",
    "CreateMultipartUpload": "s3:PutObject",
    "CreateTags": "ec2:CreateTags",
    "DeleteChangeSet": "cloudformation:DeleteChangeSet",
    "DeleteObject": "s3:DeleteObject",
    "DeleteObjects": "s3:DeleteObjectVersion",
    "DeleteSnapshot": "ec2:DeleteSnapshot",
    "DeleteStack": "cloudformation:DeleteStack",
    "DeregisterImage": "ec2:DeregisterImage",
    "DescribeAddresses": "ec2:DescribeAddresses",
    "DescribeAvailabilityZones": "ec2:DescribeAvailabilityZones",
    "DescribeChangeSet": "cloudformation:DescribeChangeSet",
    "DescribeImages": "ec2:DescribeImages",
    "DescribeImportImageTasks": "ec2:DescribeImportImageTasks",
    "DescribeInstances": "ec2:DescribeInstances",
    "DescribeKey": "kms:DescribeKey",
    "DescribeNetworkInterfaces": "ec2:DescribeNetworkInterfaces",
    "DescribeSecurityGroups": "ec2:DescribeSecurityGroups",
    "DescribeSnapshots": "ec2:DescribeSnapshots",
    "DescribeStackEvents": "cloudformation:DescribeStackEvents",
    "DescribeStacks": "cloudformation:DescribeStacks",
    "DescribeSubnets": "ec2:DescribeSubnets",
    "DescribeVpcs": "ec2:DescribeVpcs",
    "ExecuteChangeSet": "cloudformation:ExecuteChangeSet",
    "GetBucketTagging": "s3:GetBucketTagging",
    "GetCallerIdentity": "sts:GetCallerIdentity",
    "GetCommandInvocation": "ssm:GetCommandInvocation",
    "GetObject": "s3:GetObject",
    "GetParameters": "ssm:GetParameters",
    "GetResource": "cloudformation:GetResource",
    "GetRole": "iam:GetRole",
    "GetSnapshotBlock": "ebs:GetSnapshotBlock",
    "GetTemplate": "cloudformation:GetTemplate",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "ImportImage": "ec2:ImportImage",
    "ListChangeSets": "cloudformation:ListChangeSets",
    "ListExports": "cloudformation:ListExports",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListObjectsV2": "s3:ListBucket",
    "ListParts": "s3:ListMultipartUploadParts",
    "ListSnapshotBlocks": "ebs:ListSnapshotBlocks",
    "ListStackResources": "cloudformation:ListStackResources",
    "PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "PutBucketPolicy": "s3:PutBucketPolicy",
    "PutBucketTagging": "s3:PutBucketTagging",
    "PutBucketVersioning": "s3:PutBucketVersioning",
    "PutEvents": "events:PutEvents",
    "PutObject": "s3:PutObject",
    "PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "PutSnapshotBlock": "ebs:PutSnapshotBlock",
    "RegisterImage": "ec2:RegisterImage",
    "SendCommand": "ssm:SendCommand",
    "StartSnapshot": "ebs:StartSnapshot",
    "UpdateTerminationProtection": "cloudformation:UpdateTerminationProtection",
    "UploadPart": "s3:PutObject",
}
"""Operation of an API that smsgen calls -> the IAM action that allows it. The names differ for S3 and Cloud
Control.
"""


def action_of(operation: str) -> str:
    """Return the IAM action that an API operation needs ("HeadObject" -> "s3:GetObject"); itself where smsgen
    never calls it.
    """
    return ACTIONS.get(operation, operation)
