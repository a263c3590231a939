"""What the role that CloudFormation assumes must be allowed beyond the servers themselves: what stands beside them.

Apart from the `service` use, so that a role of applications without interfaces, records and the like is allowed none
of it. Names and resources: the Service Authorization Reference of each service, and the handlers' permissions in the
schemas of the resource types.
"""

from __future__ import annotations

from smsgen.aws.iam.replication import EC2, Statement

_ELB = "arn:{partition}:elasticloadbalancing:*:*:targetgroup/*"

COMPANIONS = (
    Statement(
        "LookAtCompanions",
        (
            "cloudwatch:DescribeAlarms",
            "ec2:DescribeAddresses",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:DescribeLaunchTemplates",
            "ec2:DescribeNetworkInterfaces",
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
            "route53:ListHostedZonesByName",
            "ssm:DescribeAssociation",
        ),
        ("*",),
    ),
    Statement(
        "KeepInterfacesAddressesAndTemplates",
        (
            "ec2:AllocateAddress",
            "ec2:AssociateAddress",
            "ec2:AttachNetworkInterface",
            "ec2:CreateLaunchTemplate",
            "ec2:CreateLaunchTemplateVersion",
            "ec2:CreateNetworkInterface",
            "ec2:CreateTags",
            "ec2:DeleteLaunchTemplate",
            "ec2:DeleteNetworkInterface",
            "ec2:DetachNetworkInterface",
            "ec2:DisassociateAddress",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:ReleaseAddress",
        ),
        tuple(
            EC2 + kind
            for kind in (
                "elastic-ip/*",
                "instance/*",
                "launch-template/*",
                "network-interface/*",
                "security-group/*",
                "subnet/*",
            )
        ),
    ),
    Statement(
        "KeepRecords",
        (
            "route53:ChangeResourceRecordSets",
            "route53:GetChange",
            "route53:GetHostedZone",
            "route53:ListResourceRecordSets",
        ),
        ("arn:{partition}:route53:::change/*", "arn:{partition}:route53:::hostedzone/*"),
    ),
    Statement(
        "KeepAlarms",
        ("cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"),
        ("arn:{partition}:cloudwatch:*:*:alarm:*",),
    ),
    Statement(
        "KeepAssociations",
        ("ssm:CreateAssociation", "ssm:DeleteAssociation", "ssm:UpdateAssociation"),
        (
            "arn:{partition}:ssm:*:*:association/*",
            "arn:{partition}:ssm:*:*:document/*",
            "arn:{partition}:ssm:*::document/*",
            EC2 + "instance/*",
        ),
    ),
    Statement(
        "KeepTargetGroups",
        (
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateTargetGroup",
            "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:DeregisterTargets",
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:RegisterTargets",
            "elasticloadbalancing:RemoveTags",
        ),
        (_ELB,),
    ),
)
"""Of the use `companions`."""
