"""The interfaces of a server beside its first, and its elastic addresses, in EC2's words."""

from typing import NamedTuple


class EnaSrdUdpSpecification(NamedTuple):
    """Whether UDP uses ENA Express, too."""

    ena_srd_udp_enabled: bool | None = None


class EnaSrdSpecification(NamedTuple):
    """ENA Express (EC2: EnaSrdSpecificationRequest)."""

    ena_srd_enabled: bool
    ena_srd_udp_specification: EnaSrdUdpSpecification | None = None


class AttachedInterface(NamedTuple):
    """A network interface of a server: one that is there already, or one that is made."""

    device_index: int
    network_interface_id: str | None = None
    subnet: str | None = None
    security_groups: tuple[str, ...] | None = None
    private_ip_address: str | None = None
    secondary_private_ip_addresses: tuple[str, ...] | None = None
    secondary_private_ip_address_count: int | None = None
    ipv6_addresses: tuple[str, ...] | None = None
    ipv6_address_count: int | None = None
    description: str | None = None
    interface_type: str | None = None
    source_dest_check: bool | None = None
    delete_on_termination: bool | None = None
    ena_srd_specification: EnaSrdSpecification | None = None
    tags: tuple[tuple[str, str], ...] | None = None


class ElasticAddress(NamedTuple):
    """An elastic address of a server: one that is there already, or one that is allocated."""

    allocation_id: str | None = None
    device_index: int | None = None
    private_ip_address: str | None = None
    public_ipv4_pool: str | None = None
    tags: tuple[tuple[str, str], ...] | None = None
