"""The intake form of Cloud Migration Factory on AWS (its default schema; the multi-values are separated by `;`).

https://docs.aws.amazon.com/solutions/latest/cloud-migration-factory-on-aws/
"""

from __future__ import annotations

from smsgen.operations.intake.lists.columns import plain_header
from smsgen.operations.intake.lists.reader import Meaning, Reader, Values, has_all, named

_COLUMNS = {
    "server_name": "name",
    "server_fqdn": "fqdn",
    "server_os_family": "platform",
    "server_os_version": "guest",
    "server_tier": "group",
    "app_name": "application",
    "wave_name": "wave",
    "aws_accountid": "account",
    "aws_region": "region",
    "r_type": "strategy",
    "subnet_IDs": "subnet",
    "securitygroup_IDs": "securityGroups",
    "instanceType": "instanceType",
    "iamRole": "iamInstanceProfileName",
    "private_ip": "privateIpAddress",
    "tenancy": "tenancy",
    "tags": "tags",
    "ami_id": "imageId",
    "availabilityzone": "availabilityZone",
    "ebs_optimized": "ebsOptimized",
    "detailed_monitoring": "monitoring",
}
_MOVED = ("rehost", "replatform", "relocate", "")
"""`r_type` of servers that become instances."""


def _leaves_out(values: Values) -> tuple[str, str]:
    strategy = values.get("strategy", "")
    if strategy.strip().casefold() in _MOVED:
        return "", ""
    return f"its r_type is {strategy}", "Rehost and Replatform make an instance of it"


READER = Reader(
    "cmf",
    has_all("servername", "appname", "wavename"),
    named({plain_header(name): Meaning(column) for name, column in _COLUMNS.items()}, plain_header),
    _leaves_out,
)
