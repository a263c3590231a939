"""Records of Route 53 that lead to a server: AWS::Route53::RecordSet."""

from __future__ import annotations

from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.addresses import address_names
from smsgen.compiler.servers.hardware import with_values
from smsgen.compiler.servers.lifetime import policies
from smsgen.model.launching.companions import DnsRecord
from smsgen.model.names import name_digest

DEFAULT_TARGETS = {"A": "privateIp", "AAAA": "ipv6Address", "CNAME": "privateDnsName"}
TARGETS = {
    "A": ("privateIp", "publicIp", "elasticIp"),
    "AAAA": ("ipv6Address",),
    "CNAME": ("privateDnsName", "publicDnsName"),
}
"""Type of a record -> what it can lead to."""

_ATTRIBUTES = {
    "privateIp": "PrivateIp",
    "publicIp": "PublicIp",
    "privateDnsName": "PrivateDnsName",
    "publicDnsName": "PublicDnsName",
}


def record_names(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical ids of the records, made from what tells them apart."""
    return tuple(record_name(logical_id, record) for record in server.launch.record_sets or ())


def record_name(logical_id: str, record: DnsRecord) -> str:
    """Return the logical id of a record: a change of its name or type makes another one, as Route 53 does."""
    zone = record.hosted_zone_id or (record.hosted_zone_name or "").lower()
    identity = (zone, record.name.lower().rstrip("."), record.type, record.set_identifier or "")
    return f"{logical_id}Record{name_digest(' '.join(identity))}"


def target_of(record: DnsRecord) -> str:
    """Return what a record leads to."""
    return record.target or DEFAULT_TARGETS.get(record.type, "privateIp")


def record_sets(server: ResolvedServer, logical_id: str) -> dict[str, dict[str, Any]]:
    """Return the records by logical id."""
    return {
        record_name(logical_id, record): {
            "Type": "AWS::Route53::RecordSet",
            **policies(server),
            "Properties": with_values(
                HostedZoneId=record.hosted_zone_id,
                HostedZoneName=record.hosted_zone_name and f"{record.hosted_zone_name.rstrip('.')}.",
                Name=record.name,
                Type=record.type,
                TTL=str(record.ttl),
                ResourceRecords=[_value(server, logical_id, record)],
                SetIdentifier=record.set_identifier,
                Weight=record.weight,
                MultiValueAnswer=record.multi_value_answer,
            ),
        }
        for record in server.launch.record_sets or ()
    }


def _value(server: ResolvedServer, logical_id: str, record: DnsRecord) -> Any:
    target = target_of(record)
    if target == "elasticIp":
        made = (one for one in server.launch.elastic_ip_addresses or () if not one.allocation_id)
        return next(({"Ref": address_names(logical_id, one)[0]} for one in made), "")
    if target == "ipv6Address":
        return next(iter(server.launch.ipv6_addresses or ()), "")
    return {"Fn::GetAtt": [logical_id, _ATTRIBUTES[target]]}
