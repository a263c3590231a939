"""Target groups of load balancers: the application's, which its servers name.

CloudFormation registers targets in the resource of the target group alone, and owns the whole list: no server can be
put into a group that another stack, or nobody, owns. So a group stands in the application file, and listeners elsewhere
forward to it: CloudFormation template reference, AWS::ElasticLoadBalancingV2::TargetGroup, Targets.
"""

from typing import NamedTuple


class TargetGroup(NamedTuple):
    """A target group of instances, in the words of Elastic Load Balancing's CreateTargetGroup."""

    name: str
    protocol: str
    port: int
    vpc: str | None = None
    protocol_version: str | None = None
    health_check_protocol: str | None = None
    health_check_port: str | None = None
    health_check_path: str | None = None
    health_check_interval_seconds: int | None = None
    health_check_timeout_seconds: int | None = None
    healthy_threshold_count: int | None = None
    unhealthy_threshold_count: int | None = None
    matcher: str | None = None
    retain: bool | None = None
    tags: tuple[tuple[str, str], ...] | None = None


class TargetOf(NamedTuple):
    """A server's place in a target group: its name, and the port where it is not the group's."""

    name: str
    port: int | None = None
