"""The fields of target groups."""

from __future__ import annotations

from smsgen.model.kinds import Boolean, Choice, Field, Identifier, Integer, ListOf, Record, Text
from smsgen.model.launching.tag_fields import TAGS
from smsgen.model.launching.target_groups import TargetGroup, TargetOf

# Elastic Load Balancing API reference, CreateTargetGroup.
_NAME = Text(
    32,
    code="BAD_NAME",
    what="the name of a target group",
    hint="at most 32 letters, digits and hyphens, none at an end",
    pattern="[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
)
_PORT = Integer(1, 65_535)
TARGET_GROUPS = ListOf(
    Record(
        TargetGroup,
        "a target group",
        {
            "name": Field(_NAME, "Its name, which servers say under launch.targetGroups.", required=True),
            "protocol": Field(
                Choice("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE"),
                "How the load balancer speaks to the servers.",
                required=True,
            ),
            "port": Field(_PORT, "The port of servers that say no other.", required=True),
            "vpc": Field(
                Identifier("vpc-", "a VPC id"), "The VPC; that of its servers where nothing is said."
            ),
            "protocolVersion": Field(Choice("HTTP1", "HTTP2", "GRPC"), "Of HTTP and HTTPS; HTTP1."),
            "healthCheckProtocol": Field(Choice("HTTP", "HTTPS", "TCP"), "How health is asked for."),
            "healthCheckPort": Field(
                Text(
                    12,
                    code="BAD_NAME",
                    what="a port",
                    hint="a number in quotes, or traffic-port",
                    pattern="traffic-port|[1-9][0-9]{0,4}",
                ),
                "At which port; traffic-port where nothing is said.",
            ),
            "healthCheckPath": Field(
                Text(1024, code="BAD_NAME", what="a path", hint="it begins with /", pattern="/[!-~]*"),
                "The path that is asked for; /.",
            ),
            "healthCheckIntervalSeconds": Field(Integer(5, 300), "Seconds between two checks."),
            "healthCheckTimeoutSeconds": Field(
                Integer(2, 120), "Seconds without an answer that are a failure."
            ),
            "healthyThresholdCount": Field(Integer(2, 10), "Successes in a row until a server is healthy."),
            "unhealthyThresholdCount": Field(Integer(2, 10), "Failures in a row until it is not."),
            "matcher": Field(
                Text(
                    255,
                    code="BAD_NAME",
                    what="a list of HTTP codes",
                    hint="it looks like 200 or 200-299",
                    pattern="[0-9,-]+",
                ),
                "The HTTP codes of a healthy server.",
            ),
            "retain": Field(Boolean(), "Whether it outlives the stack."),
            "tags": Field(TAGS, "Its tags, beside those of the application."),
        },
    ),
    most=100,
)
TARGETS = Field(
    ListOf(
        Record(
            TargetOf,
            "a target group of a server",
            {
                "name": Field(_NAME, "The name of one of the application's targetGroups.", required=True),
                "port": Field(_PORT, "Its port there; the group's where nothing is said."),
            },
        ),
        least=1,
        most=50,
    ),
    "The application's target groups that it is registered in.",
)
"""The field of a launch configuration."""
