"""How a server is launched: every field that the file may hold under `launch` and `launchDefaults`.

None means "not said here", so that a server's own word, its group's and the app's can be joined by field.
"""

from typing import NamedTuple

from smsgen.model.launching import companions, hardware, network
from smsgen.model.launching.target_groups import TargetOf


class S3Location(NamedTuple):
    """An object in S3 (API: S3Location)."""

    bucket: str
    key: str


class UserData(NamedTuple):
    """The user data of a server: exactly one of the four is set. `base64` is what EC2 is given, as it is."""

    s3_location: S3Location | None = None
    file: str | None = None
    inline: str | None = None
    base64: str | None = None


class Volume(NamedTuple):
    """A block device: GiB and MiB/s. `retain` makes it a resource that outlives the server, with `tags` of its own."""

    device: str
    size: int | None = None
    type: str | None = None
    iops: int | None = None
    throughput: int | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None
    snapshot_id: str | None = None
    delete_on_termination: bool | None = None
    retain: bool = False
    volume_id: str | None = None
    virtual_name: str | None = None
    no_device: bool = False
    tags: tuple[tuple[str, str], ...] | None = None


class MetadataOptions(NamedTuple):
    """Options of the instance metadata service (EC2: InstanceMetadataOptionsRequest)."""

    http_tokens: str | None = None
    http_put_response_hop_limit: int | None = None
    http_endpoint: str | None = None
    instance_metadata_tags: str | None = None
    http_protocol_ipv6: str | None = None


class Readiness(NamedTuple):
    """When a server counts as ready: `timeout` is an ISO 8601 duration (PT15M), `signal` says who tells."""

    signal: str = "creationPolicy"
    timeout: str = "PT15M"


class Launch(NamedTuple):
    """A launch configuration. Every field is None where this place says nothing."""

    logical_id: str | None = None
    vpc: str | None = None
    subnet: str | None = None
    security_group: str | None = None
    security_groups: tuple[str, ...] | None = None
    ec2_key_name: str | None = None
    user_data: UserData | None = None
    instance_type: str | None = None
    associate_public_ip_address: bool | None = None
    iam_instance_profile_name: str | None = None
    create_instance_profile: bool | None = None
    configure_script: S3Location | None = None
    configure_script_type: str | None = None
    volumes: tuple[Volume, ...] | None = None
    private_ip_address: str | None = None
    availability_zone: str | None = None
    tenancy: str | None = None
    monitoring: bool | None = None
    ebs_optimized: bool | None = None
    metadata_options: MetadataOptions | None = None
    stateful: bool | None = None
    retain: bool | None = None
    disable_api_termination: bool | None = None
    ipv6_addresses: tuple[str, ...] | None = None
    ipv6_address_count: int | None = None
    source_dest_check: bool | None = None
    network_interfaces: tuple[network.AttachedInterface, ...] | None = None
    elastic_ip_addresses: tuple[network.ElasticAddress, ...] | None = None
    credit_specification: hardware.CreditSpecification | None = None
    cpu_options: hardware.CpuOptions | None = None
    hibernation_options: hardware.HibernationOptions | None = None
    enclave_options: hardware.EnclaveOptions | None = None
    placement: hardware.InstancePlacement | None = None
    license_specifications: tuple[hardware.LicenseSpecification, ...] | None = None
    capacity_reservation_specification: hardware.CapacityReservationSpecification | None = None
    maintenance_options: hardware.MaintenanceOptions | None = None
    network_performance_options: hardware.NetworkPerformanceOptions | None = None
    instance_initiated_shutdown_behavior: str | None = None
    disable_api_stop: bool | None = None
    private_dns_name_options: hardware.PrivateDnsNameOptions | None = None
    kernel_id: str | None = None
    ramdisk_id: str | None = None
    propagate_tags_to_volume_on_creation: bool | None = None
    launch_template: hardware.LaunchTemplateSpecification | None = None
    create_launch_template: bool | None = None
    managed_policy_arns: tuple[str, ...] | None = None
    target_groups: tuple[TargetOf, ...] | None = None
    record_sets: tuple[companions.DnsRecord, ...] | None = None
    recovery_alarm: companions.RecoveryAlarm | None = None
    ssm_associations: tuple[companions.DocumentAssociation, ...] | None = None
    platform: str | None = None
    tags: tuple[tuple[str, str], ...] | None = None
    readiness: Readiness | None = None
