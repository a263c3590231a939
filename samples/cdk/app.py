"""The shop of ../three-tier.yaml in a CDK app: its servers, and around them what the CDK does best."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_route53 as route53
from constructs import Construct

from smsgen.cdk import SmsApp

SERVERS = Path(__file__).parent.parent / "three-tier.yaml"


class ShopStack(cdk.Stack):
    """The servers as they were migrated, a target group, an alarm and a name."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        """Compile the application file, and attach to its servers."""
        super().__init__(scope, construct_id)
        shop = SmsApp(self, "Shop", app=SERVERS)

        elbv2.CfnTargetGroup(
            self,
            "WebTargets",
            vpc_id="vpc-0a1b2c3d4e5f60718",
            protocol="HTTPS",
            port=443,
            target_type="instance",
            targets=[
                elbv2.CfnTargetGroup.TargetDescriptionProperty(id=server.ref) for server in shop.group("web")
            ],
        )

        database = shop.instance("Database01")
        cloudwatch.CfnAlarm(
            self,
            "DatabaseUnwell",
            namespace="AWS/EC2",
            metric_name="StatusCheckFailed",
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name="InstanceId", value=database.ref)],
            statistic="Maximum",
            period=60,
            evaluation_periods=3,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
        )
        route53.CfnRecordSet(
            self,
            "DatabaseName",
            hosted_zone_id="Z0123456789ABCDEFGHIJ",
            name="db01.shop.internal.",
            type="A",
            ttl="60",
            resource_records=[database.attr_private_ip],
        )


app = cdk.App()
ShopStack(app, "Shop")
app.synth()
