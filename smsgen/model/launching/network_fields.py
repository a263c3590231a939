"""The fields of interfaces and addresses."""

from __future__ import annotations

from smsgen.model.kinds import LINE, Boolean, Choice, Field, Identifier, Integer, ListOf, Record, Text
from smsgen.model.launching.network import (
    AttachedInterface,
    ElasticAddress,
    EnaSrdSpecification,
    EnaSrdUdpSpecification,
)
from smsgen.model.launching.tag_fields import TAGS

SECURITY_GROUP = Identifier("sg-", "a security group id")
# VPC quotas: 5 groups an interface, up to 16 on request.
SECURITY_GROUPS = ListOf(SECURITY_GROUP, least=1, most=16, unique=True)
ADDRESS = Text(
    15,
    least=7,
    code="BAD_ADDRESS",
    what="an IPv4 address",
    hint="it looks like 10.0.1.15, and lies in the subnet",
    pattern=r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?!$)|$)){4}",
)
_H = "[0-9a-fA-F]{1,4}"
_SHORTENED = "|".join(f"(?:{_H}:){{1,{7 - after}}}(?::{_H}){{1,{after}}}" for after in range(1, 7))
IPV6_ADDRESS = Text(
    39,
    least=2,
    code="BAD_ADDRESS",
    what="an IPv6 address",
    hint="it looks like 2001:db8:1234:1a00::123, and lies in the subnet",
    pattern=rf"(?:{_H}:){{7}}{_H}|(?:{_H}:){{1,7}}:|{_SHORTENED}|:(?::{_H}){{1,7}}|::",
)

IPV6: dict[str, Field] = {
    "ipv6Addresses": Field(
        ListOf(IPV6_ADDRESS, least=1, most=50, unique=True), "IPv6 addresses of its subnet."
    ),
    "ipv6AddressCount": Field(Integer(1, 50), "How many IPv6 addresses it gets, in place of naming them."),
}
INTERFACE = Record(
    AttachedInterface,
    "a network interface",
    {
        # EC2 User Guide, "Maximum IP addresses per network interface": no type has more than 16 interfaces a card.
        "deviceIndex": Field(Integer(0, 31), "Its place: 0 is the first interface.", required=True),
        "networkInterfaceId": Field(
            Identifier("eni-", "a network interface id"), "An interface that is there already."
        ),
        "subnet": Field(Identifier("subnet-", "a subnet id"), "Its subnet; that of the server."),
        "securityGroups": Field(SECURITY_GROUPS, "Its security groups; those of the server."),
        "privateIpAddress": Field(ADDRESS, "Its private IPv4 address."),
        "secondaryPrivateIpAddresses": Field(
            ListOf(ADDRESS, least=1, most=49, unique=True), "More private IPv4 addresses."
        ),
        "secondaryPrivateIpAddressCount": Field(
            Integer(1, 49), "How many more it gets, in place of naming them."
        ),
        **IPV6,
        "description": Field(Text(255, pattern=LINE), "What it is for."),
        "interfaceType": Field(
            Choice("interface", "efa", "efa-only"), "`efa` for an Elastic Fabric Adapter."
        ),
        "sourceDestCheck": Field(Boolean(), "Whether it drops what is not addressed to it."),
        "deleteOnTermination": Field(Boolean(), "Whether it goes when the server goes."),
        "enaSrdSpecification": Field(
            Record(
                EnaSrdSpecification,
                "enaSrdSpecification",
                {
                    "enaSrdEnabled": Field(Boolean(), "ENA Express for TCP.", required=True),
                    "enaSrdUdpSpecification": Field(
                        Record(
                            EnaSrdUdpSpecification,
                            "enaSrdUdpSpecification",
                            {"enaSrdUdpEnabled": Field(Boolean(), "ENA Express for UDP.")},
                        ),
                        "The same for UDP.",
                    ),
                },
            ),
            "ENA Express.",
        ),
        "tags": Field(TAGS, "Its tags, beside those of the server."),
    },
)
ELASTIC_ADDRESS = Record(
    ElasticAddress,
    "an elastic address",
    {
        "allocationId": Field(
            Identifier("eipalloc-", "an allocation id"),
            "An elastic address that is there already; a new one where nothing is said.",
        ),
        "deviceIndex": Field(Integer(0, 31), "The interface that has it; the first where nothing is said."),
        "privateIpAddress": Field(ADDRESS, "The private address that has it; the interface's first."),
        "publicIpv4Pool": Field(
            Text(
                255,
                code="BAD_ID",
                what="an address pool",
                hint="it looks like ipv4pool-ec2-012345",
                pattern="[a-z0-9-]+",
            ),
            "The pool that a new one comes from: your own addresses.",
        ),
        "tags": Field(TAGS, "Tags of a new one, beside those of the server."),
    },
)
NETWORK: dict[str, Field] = {
    **IPV6,
    "sourceDestCheck": Field(
        Boolean(), "Whether its only interface drops what is not addressed to it; no for NAT and firewalls."
    ),
    "networkInterfaces": Field(
        ListOf(INTERFACE, least=1, most=32),
        "Interfaces beside the first, each a resource of its own. With deviceIndex 0, what else there is to say of the "
        "first, or the one that is there already.",
    ),
    "elasticIpAddresses": Field(
        ListOf(ELASTIC_ADDRESS, least=1, most=50), "Elastic addresses, new or existing."
    ),
}
"""Fields of a launch configuration."""
