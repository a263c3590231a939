"""Rules of interfaces and addresses: what contradicts itself, and what only one server can have."""

from collections.abc import Hashable, Iterator

from smsgen.errors import Path
from smsgen.model.launch import Launch
from smsgen.model.launching.companions import DnsRecord
from smsgen.model.launching.network import AttachedInterface
from smsgen.model.name_rules import refuse_twice
from smsgen.model.names import alphanumeric
from smsgen.model.problems import Problems
from smsgen.model.view import AppView

_SAID_BESIDE = (
    "subnet",
    "securityGroups",
    "privateIpAddress",
    "ipv6Addresses",
    "ipv6AddressCount",
    "sourceDestCheck",
)
"""Of the first interface, the launch configuration itself says these."""

_OF_FIRST = ("secondaryPrivateIpAddresses", "secondaryPrivateIpAddressCount", "description")
_OF_ITSELF = (*_SAID_BESIDE, *_OF_FIRST, "interfaceType", "tags")
"""What an interface that is there already has; of the first one, where nothing else has refused it."""

_FIRST = (
    "associate_public_ip_address",
    "private_ip_address",
    "ipv6_addresses",
    "ipv6_address_count",
    "subnet",
)
_CAMEL = {
    "associate_public_ip_address": "associatePublicIpAddress",
    "private_ip_address": "privateIpAddress",
    "ipv6_addresses": "ipv6Addresses",
    "ipv6_address_count": "ipv6AddressCount",
    "subnet": "subnet",
}


def interfaces_agree(view: AppView, problems: Problems) -> None:
    """No index twice, nothing said twice of the first interface, and nothing of one that is there already."""
    for path, launch, _ in view.launches:
        _counts_or_names(launch, path, problems)
        interfaces = launch.network_interfaces or ()
        at = (*path, "networkInterfaces")
        indexes = (
            ((*at, index, "deviceIndex"), (one.device_index, "")) for index, one in enumerate(interfaces)
        )
        refuse_twice("DUPLICATE_ATTACHMENT", "the deviceIndex", indexes, problems)
        for index, interface in enumerate(interfaces):
            _interface(interface, (*at, index), problems)
            if interface.device_index == 0 and interface.network_interface_id:
                _refuse_first(launch, (*at, index), problems)


def _interface(interface: AttachedInterface, path: Path, problems: Problems) -> None:
    _counts_or_names(interface, path, problems)
    if interface.secondary_private_ip_addresses and interface.secondary_private_ip_address_count is not None:
        at = (*path, "secondaryPrivateIpAddressCount")
        both = "secondaryPrivateIpAddresses and secondaryPrivateIpAddressCount"
        _conflict(problems, at, both, "name them, or count them")
    values = dict(zip(_field_names(), interface, strict=True))
    if interface.device_index == 0:
        for name in (*_SAID_BESIDE, "interfaceType", "tags"):
            if values[name] is not None:
                hint = "say it beside networkInterfaces, in the launch configuration itself"
                hint = (
                    "EC2 does not take it of the first interface"
                    if name in ("interfaceType", "tags")
                    else hint
                )
                _conflict(problems, (*path, name), f"{name} and deviceIndex 0", hint)
    if interface.network_interface_id:
        own = _OF_ITSELF if interface.device_index else _OF_FIRST
        for name in own:
            if values[name] is not None:
                hint = "an interface that is there has its own"
                _conflict(problems, (*path, name), f"{name} and networkInterfaceId", hint)


def _field_names() -> tuple[str, ...]:
    head = ("deviceIndex", "networkInterfaceId", "subnet", "securityGroups", "privateIpAddress")
    secondary = (
        "secondaryPrivateIpAddresses",
        "secondaryPrivateIpAddressCount",
        "ipv6Addresses",
        "ipv6AddressCount",
    )
    rest = (
        "description",
        "interfaceType",
        "sourceDestCheck",
        "deleteOnTermination",
        "enaSrdSpecification",
        "tags",
    )
    return (*head, *secondary, *rest)


def _counts_or_names(place: Launch | AttachedInterface, path: Path, problems: Problems) -> None:
    if place.ipv6_addresses and place.ipv6_address_count is not None:
        _conflict(
            problems,
            (*path, "ipv6AddressCount"),
            "ipv6Addresses and ipv6AddressCount",
            "name them, or count them",
        )


def _refuse_first(launch: Launch, path: Path, problems: Problems) -> None:
    """Refuse what the same launch configuration says of a first interface that is there already."""
    for field in _FIRST:
        if getattr(launch, field) is not None:
            both = f"{_CAMEL[field]} and networkInterfaceId of the first interface"
            _conflict(problems, (*path, "networkInterfaceId"), both, "an interface that is there has its own")


def elastic_addresses_agree(view: AppView, problems: Problems) -> None:
    """One elastic address for a private one, and nothing of a new one for one that is there already."""
    for path, launch, _ in view.launches:
        addresses = launch.elastic_ip_addresses or ()
        at = (*path, "elasticIpAddresses")
        homes = (
            ((*at, index), (f"interface {one.device_index or 0}", one.private_ip_address))
            for index, one in enumerate(addresses)
        )
        refuse_twice(
            "DUPLICATE_ATTACHMENT", "an elastic address of", homes, problems, "say another privateIpAddress"
        )
        for index, address in enumerate(addresses):
            for name, value in (("publicIpv4Pool", address.public_ipv4_pool), ("tags", address.tags)):
                if address.allocation_id and value is not None:
                    hint = "an address that is there has its own"
                    _conflict(problems, (*at, index, name), f"{name} and allocationId", hint)


def _conflict(problems: Problems, path: Path, both: str, hint: str) -> None:
    problems.add("CONFLICT", path, f"{both} contradict each other", hint, at_key=True)


def _own(launch: Launch) -> Iterator[tuple[Path, Hashable]]:
    """Yield what only one server can have, each with its place below the launch configuration."""
    for index, address in enumerate(launch.ipv6_addresses or ()):
        yield ("ipv6Addresses", index), address
    for index, volume in enumerate(launch.volumes or ()):
        yield ("volumes", index, "volumeId"), volume.volume_id
    for index, interface in enumerate(launch.network_interfaces or ()):
        at = ("networkInterfaces", index)
        yield (*at, "networkInterfaceId"), interface.network_interface_id
        for name, addresses in (
            ("ipv6Addresses", interface.ipv6_addresses),
            ("secondaryPrivateIpAddresses", interface.secondary_private_ip_addresses),
        ):
            yield from (((*at, name, place), one) for place, one in enumerate(addresses or ()))
        yield (*at, "privateIpAddress"), interface.private_ip_address
    for index, elastic in enumerate(launch.elastic_ip_addresses or ()):
        yield ("elasticIpAddresses", index, "allocationId"), elastic.allocation_id
        yield ("elasticIpAddresses", index, "privateIpAddress"), elastic.private_ip_address


def private_addresses(launch: Launch) -> Iterator[tuple[Path, str, str | None]]:
    """Yield the private IPv4 addresses that a launch configuration names: place, address, own subnet."""
    if launch.private_ip_address:
        yield ("privateIpAddress",), launch.private_ip_address, None
    for index, interface in enumerate(launch.network_interfaces or ()):
        at = ("networkInterfaces", index)
        if interface.private_ip_address:
            yield (*at, "privateIpAddress"), interface.private_ip_address, interface.subnet
        for place, address in enumerate(interface.secondary_private_ip_addresses or ()):
            yield (*at, "secondaryPrivateIpAddresses", place), address, interface.subnet


_NOT_SHARED = ("networkInterfaceId", "allocationId", "volumeId", "ipv6Addresses")


def attached_things_differ(view: AppView, problems: Problems) -> None:
    """No interface, elastic address, volume or IPv6 address for two servers."""
    values = [
        ((*path, "launch", *at), value)
        for path, _, server in view.servers
        for at, value in _own(server.launch)
        if value
    ]
    for name in _NOT_SHARED if values else ():
        named = (entry for entry in values if name in entry[0])
        refuse_twice("DUPLICATE_ATTACHMENT", name, named, problems, "it belongs to one server at a time")


def defaults_attach_nothing(view: AppView, problems: Problems) -> None:
    """Refuse as a default for several servers an id or an address that only one can have."""
    for path, launch, servers in view.launches:
        if servers < 2:
            continue
        for at, value in _own(launch):
            if value is not None:
                name = next(step for step in reversed(at) if isinstance(step, str))
                message = f"{name} is a default here for {servers:,} servers, and only one can have it"
                problems.add("NOT_A_DEFAULT", (*path, *at), message, "move it under the server's own launch")


def records_differ(view: AppView, problems: Problems) -> None:
    """No record of Route 53 for two servers, nor as a default for several: Route 53 has it once."""
    records = (
        ((*path, "launch", "recordSets", index, "name"), _record_key(record))
        for path, _, server in view.servers
        for index, record in enumerate(server.launch.record_sets or ())
    )
    hint = "give each its own name, or its own setIdentifier"
    refuse_twice("DUPLICATE_RECORD", "the record", records, problems, hint)
    for path, launch, servers in view.launches:
        if launch.record_sets and servers > 1:
            message = f"recordSets is a default here for {servers:,} servers, and only one can have a record"
            problems.add(
                "NOT_A_DEFAULT", (*path, "recordSets"), message, "move it under the server's own launch"
            )


def target_groups_differ(view: AppView, problems: Problems) -> None:
    """No target group twice, and no server twice at one port of it."""
    groups = (
        (("targetGroups", index, "name"), alphanumeric(group.name).lower())
        for index, group in enumerate(view.app.target_groups)
    )
    refuse_twice("DUPLICATE_TARGET_GROUP", "the target group", groups, problems)
    for path, launch, _ in view.launches:
        targets = (
            ((*path, "targetGroups", index), (target.name, target.port))
            for index, target in enumerate(launch.target_groups or ())
        )
        refuse_twice(
            "DUPLICATE_ATTACHMENT", "the target group", targets, problems, "keep one, or give it another port"
        )


def _record_key(record: DnsRecord) -> Hashable:
    zone = record.hosted_zone_id or (record.hosted_zone_name or "").lower().rstrip(".")
    return record.name.lower().rstrip("."), zone, record.type, record.set_identifier


NETWORK_RULES = (
    interfaces_agree,
    elastic_addresses_agree,
    attached_things_differ,
    defaults_attach_nothing,
    records_differ,
    target_groups_differ,
)
"""Rules of `rules.RULES`."""
