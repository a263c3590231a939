"""The statements of the policy that adoption needs, beside what reads stacks, as data."""

from __future__ import annotations

from smsgen.aws.iam.replication import EC2, OBJECTS, Statement

ADOPT = (
    Statement(
        "LookAtServersThatRun",
        (
            "ec2:DescribeAddresses",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstanceCreditSpecifications",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeInstances",
            "ec2:DescribeVolumes",
            "mgn:DescribeJobs",
            "mgn:DescribeSourceServers",
            "mgn:ListApplications",
            "mgn:ListWaves",
            "sts:GetCallerIdentity",
            "sts:GetFederationToken",
        ),
        ("*",),
    ),
    Statement("AssumeTheGuardsRole", ("sts:AssumeRole",), ("arn:{partition}:iam::*:role/{role}",)),
    Statement(
        "ImportIntoTheStacks",
        (
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeStackDriftDetectionStatus",
            "cloudformation:DescribeStackResourceDrifts",
            "cloudformation:DetectStackDrift",
            "cloudformation:DetectStackResourceDrift",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:SetStackPolicy",
        ),
        ("arn:{partition}:cloudformation:*:*:stack/{stack}/*",),
    ),
    # CloudFormation's own tags come by it, in the name of whoever imports.
    Statement(
        "TagWhatIsImported",
        ("ec2:CreateTags",),
        (
            EC2 + "instance/*",
            EC2 + "network-interface/*",
            EC2 + "volume/*",
            EC2 + "elastic-ip/*",
        ),
    ),
    Statement("KeepLargeTemplates", ("s3:GetObject", "s3:PutObject"), (OBJECTS,)),
)
