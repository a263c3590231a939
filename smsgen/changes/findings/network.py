"""Network access that widens: security-group rules, public addresses.

A rule is wider unless a rule that the same group had covers it: the same protocol or all, its ports within, its
source within. A rule that moves to another group is therefore wider there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.changes.model import KNOWN_AFTER_APPLY

GROUP = "AWS::EC2::SecurityGroup"
RULES = {"AWS::EC2::SecurityGroupIngress": "ingress", "AWS::EC2::SecurityGroupEgress": "egress"}
EVERYWHERE = ("0.0.0.0/0", "::/0")
_ADMIN = {22: "EC2.13, SSH", 3389: "EC2.14, RDP"}
"""Ports that Security Hub wants closed to the world, with the controls' ids.

https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
"""

_SOURCES = (
    "CidrIp",
    "CidrIpv6",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourcePrefixListId",
    "DestinationSecurityGroupId",
    "DestinationPrefixListId",
)


class TrafficRule(NamedTuple):
    """One rule: direction, the group (of a rule that is a resource), protocol ("-1": all), ports, and source."""

    direction: str
    group: str
    protocol: str
    ports: tuple[int, int] | None
    """None where they are not known; (0, 65535) for all."""
    source: str

    def words(self) -> str:
        """Say the rule as people do."""
        ports = (
            "unknown ports"
            if self.ports is None
            else "all ports"
            if self.ports == _ALL
            else _range(self.ports)
        )
        protocol = "all protocols" if self.protocol == "-1" else self.protocol
        way = "from" if self.direction == "ingress" else "to"
        return f"{self.direction} of {protocol}, {ports}, {way} {self.source}"


_ALL = (0, 65_535)


def network_widening(
    type_name: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    written: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> Iterator[str]:
    """Yield a sentence for each rule or address of `after` that lets in or out more than `before` did.

    Both are resolved properties; `before` is empty for a resource that is added. `written`: the same as both templates
    write them, which tells a security group that is merely replaced from another one.
    """
    if type_name == GROUP or type_name in RULES:
        had = list(_rules(type_name, before))
        for rule in _rules(type_name, after):
            if not any(rule_covers(old, rule) for old in had):
                yield _sentence(rule)
    elif type_name == "AWS::EC2::Instance":
        yield from _instance(before, after, written)


def _sentence(rule: TrafficRule) -> str:
    world = rule.source in EVERYWHERE
    admin = [name for port, name in _ADMIN.items() if rule.ports and rule.ports[0] <= port <= rule.ports[1]]
    if world and rule.direction == "ingress" and admin and rule.protocol in ("-1", "tcp", "6"):
        return f"opens to the world: {rule.words()} ({'; '.join(admin)})"
    return f"{'opens to the world' if world else 'allows more'}: {rule.words()}"


def rule_covers(old: TrafficRule, new: TrafficRule) -> bool:
    """Return whether all that `new` allows, `old` allowed. What is not known is covered by nothing but itself."""
    if old == new and KNOWN_AFTER_APPLY not in new.source + new.group:
        return True
    if (old.direction, old.group) != (new.direction, new.group) or old.protocol not in ("-1", new.protocol):
        return False
    if old.protocol != "-1" and not _within(old.ports, new.ports):
        return False
    return _source_within(old.source, new.source)


def _within(old: tuple[int, int] | None, new: tuple[int, int] | None) -> bool:
    return old is not None and new is not None and old[0] <= new[0] and new[1] <= old[1]


def _source_within(old: str, new: str) -> bool:
    if KNOWN_AFTER_APPLY in new:
        return False
    if old == new:
        return True
    from ipaddress import ip_network

    try:
        outer, inner = ip_network(old, strict=False), ip_network(new, strict=False)
    except ValueError:
        return False
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type] # the versions agree


def _rules(type_name: str, properties: Mapping[str, Any]) -> Iterator[TrafficRule]:
    if type_name in RULES:
        if properties:
            yield _rule(RULES[type_name], properties)
        return
    for name, direction in (("SecurityGroupIngress", "ingress"), ("SecurityGroupEgress", "egress")):
        rules = properties.get(name)
        if rules == KNOWN_AFTER_APPLY:
            yield TrafficRule(direction, "", "-1", None, KNOWN_AFTER_APPLY)
        for rule in rules if isinstance(rules, list) else [rules] if isinstance(rules, Mapping) else ():
            if isinstance(rule, Mapping):
                yield _rule(direction, rule)


def _rule(direction: str, rule: Mapping[str, Any]) -> TrafficRule:
    protocol = str(rule.get("IpProtocol", "-1")).lower()
    protocol = {"6": "tcp", "17": "udp", "1": "icmp", "all": "-1"}.get(protocol, protocol)
    source = next((str(rule[name]) for name in _SOURCES if rule.get(name)), "anywhere")
    group = str(rule.get("GroupId") or rule.get("GroupName") or "")
    return TrafficRule(direction, group, protocol, _ports(rule, protocol), source)


def _ports(rule: Mapping[str, Any], protocol: str) -> tuple[int, int] | None:
    if protocol == "-1":
        return _ALL
    try:
        first, last = int(rule.get("FromPort", 0)), int(rule.get("ToPort", 65_535))
    except (TypeError, ValueError):
        return None
    return _ALL if first == -1 else (first, last)


def _range(ports: tuple[int, int]) -> str:
    return f"port {ports[0]}" if ports[0] == ports[1] else f"ports {ports[0]}-{ports[1]}"


def _instance(
    before: Mapping[str, Any], after: Mapping[str, Any], written: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> Iterator[str]:
    if _is_public(after) and not _is_public(before):
        yield "the instance gets a public IPv4 address (EC2.9)"
    if _answers_v1(after) and before and not _answers_v1(before):
        yield "the instance answers IMDSv1 requests again (EC2.8)"
    had = _groups(before)
    more = [
        _called(group, text)
        for group, text in _paired(after, written[1])
        if group not in had or _unknown(group)
    ]
    stayed = [_called(KNOWN_AFTER_APPLY, text) for text in _groups(written[0])]
    joined = [name for name in more if name not in stayed or name == KNOWN_AFTER_APPLY]
    if before and had and joined:
        yield f"the instance joins more security groups: {', '.join(joined)}"


def _groups(properties: Mapping[str, Any]) -> list[Any]:
    """Return the security groups of an instance, in its interfaces or beside them."""
    interfaces = properties.get("NetworkInterfaces")
    places = [properties.get("SecurityGroupIds")]
    for interface in interfaces if isinstance(interfaces, list) else ():
        places.append(interface.get("GroupSet") if isinstance(interface, Mapping) else None)
    return [group for place in places if isinstance(place, list) for group in place]


def _paired(resolved: Mapping[str, Any], written: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Return each group with what the template writes for it, None where that cannot be told."""
    groups, texts = _groups(resolved), _groups(written)
    return list(zip(groups, texts if len(texts) == len(groups) else [None] * len(groups), strict=True))


def _unknown(group: Any) -> bool:
    return bool(group == KNOWN_AFTER_APPLY)


def _called(group: Any, text: Any) -> str:
    """Return a group's id; of one whose id only the execution makes known, the resource that the template names."""
    if not _unknown(group) or not isinstance(text, Mapping) or len(text) != 1:
        return str(group)
    ((_, name),) = text.items()
    return str(name[0] if isinstance(name, list) and name else name).partition(".")[0]


def _is_public(properties: Mapping[str, Any]) -> bool:
    interfaces = properties.get("NetworkInterfaces")
    return any(
        str(interface.get("AssociatePublicIpAddress")).lower() in ("true", KNOWN_AFTER_APPLY.lower())
        for interface in (interfaces if isinstance(interfaces, list) else ())
        if isinstance(interface, Mapping)
    )


def _answers_v1(properties: Mapping[str, Any]) -> bool:
    options = properties.get("MetadataOptions")
    return not isinstance(options, Mapping) or options.get("HttpTokens") != "required"
