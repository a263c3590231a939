"""What a server runs on -> properties of its instance, or of its launch template where the instance has none.

AWS::EC2::Instance lacks stop protection, maintenance options, capacity reservations, network performance, the
throughput of its volumes and a few more. They go into an AWS::EC2::LaunchTemplate of the server's own, with all of the
structure that they are part of, and nothing else: every version of it replaces the instance.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html
"""

from __future__ import annotations

from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.model.launch import Launch
from smsgen.model.launching.hardware import InstancePlacement


def instance_hardware(server: ResolvedServer) -> dict[str, Any]:
    """Return properties of the instance."""
    launch = server.launch
    return {
        **({} if "placement" in beyond_instance(launch) else _placement(launch)),
        "CpuOptions": None if "cpu_options" in beyond_instance(launch) else _cpu_options(launch),
        "CreditSpecification": launch.credit_specification
        and {"CPUCredits": launch.credit_specification.cpu_credits},
        "HibernationOptions": launch.hibernation_options
        and {"Configured": launch.hibernation_options.configured},
        "EnclaveOptions": launch.enclave_options and {"Enabled": launch.enclave_options.enabled},
        "LicenseSpecifications": [
            {"LicenseConfigurationArn": one.license_configuration_arn}
            for one in sorted(launch.license_specifications or ())
        ]
        or None,
        "InstanceInitiatedShutdownBehavior": launch.instance_initiated_shutdown_behavior,
        "PrivateDnsNameOptions": _private_dns(launch),
        "KernelId": launch.kernel_id,
        "RamdiskId": launch.ramdisk_id,
    }


def beyond_instance(launch: Launch) -> dict[str, str]:
    """Return launch field -> what it says, in words, that AWS::EC2::Instance has no property for."""
    placement, cpu = launch.placement or InstancePlacement(), launch.cpu_options
    sides = {
        "disable_api_stop": ("disableApiStop", launch.disable_api_stop),
        "maintenance_options": ("maintenanceOptions", launch.maintenance_options),
        "capacity_reservation_specification": (
            "capacityReservationSpecification",
            launch.capacity_reservation_specification,
        ),
        "network_performance_options": ("networkPerformanceOptions", launch.network_performance_options),
        "cpu_options": ("amdSevSnp and nestedVirtualization", cpu and (cpu[2:] != (None, None) or None)),
        "placement": ("groupId and partitionNumber", placement.group_id or placement.partition_number),
        "volumes": ("the throughput of a volume that is not retained", _throughput(launch)),
    }
    return {field: words for field, (words, value) in sides.items() if value is not None}


def _throughput(launch: Launch) -> bool | None:
    return any(volume.throughput and not volume.retain for volume in launch.volumes or ()) or None


def template_data(launch: Launch) -> dict[str, Any]:
    """Return what of LaunchTemplateData the fields say, without block devices."""
    beyond = beyond_instance(launch)
    return {
        "DisableApiStop": launch.disable_api_stop,
        "MaintenanceOptions": launch.maintenance_options
        and {"AutoRecovery": launch.maintenance_options.auto_recovery},
        "CapacityReservationSpecification": _reservation(launch),
        "NetworkPerformanceOptions": launch.network_performance_options
        and {"BandwidthWeighting": launch.network_performance_options.bandwidth_weighting},
        "CpuOptions": _cpu_options(launch) if "cpu_options" in beyond else None,
        "Placement": _placement_of_template(launch) if "placement" in beyond else None,
    }


def with_values(**properties: Any) -> dict[str, Any] | None:
    """Return those of the properties that have a value; None where none has."""
    return {name: value for name, value in properties.items() if value is not None} or None


def _placement(launch: Launch) -> dict[str, Any]:
    placement = launch.placement or InstancePlacement()
    return {
        "Affinity": placement.affinity,
        "AvailabilityZone": launch.availability_zone,
        "HostId": placement.host_id,
        "HostResourceGroupArn": placement.host_resource_group_arn,
        "PlacementGroupName": placement.group_name,
        "Tenancy": launch.tenancy,
    }


def _placement_of_template(launch: Launch) -> dict[str, Any] | None:
    placement = launch.placement or InstancePlacement()
    same = _placement(launch)
    name = same.pop("PlacementGroupName")
    return with_values(
        **same, GroupName=name, GroupId=placement.group_id, PartitionNumber=placement.partition_number
    )


def _cpu_options(launch: Launch) -> dict[str, Any] | None:
    options = launch.cpu_options
    return options and with_values(
        CoreCount=options.core_count,
        ThreadsPerCore=options.threads_per_core,
        AmdSevSnp=options.amd_sev_snp,
        NestedVirtualization=options.nested_virtualization,
    )


def _private_dns(launch: Launch) -> dict[str, Any] | None:
    options = launch.private_dns_name_options
    return options and with_values(
        HostnameType=options.hostname_type,
        EnableResourceNameDnsARecord=options.enable_resource_name_dns_a_record,
        EnableResourceNameDnsAAAARecord=options.enable_resource_name_dns_a_a_a_a_record,
    )


def _reservation(launch: Launch) -> dict[str, Any] | None:
    asked = launch.capacity_reservation_specification
    if asked is None:
        return None
    target = asked.capacity_reservation_target
    return with_values(
        CapacityReservationPreference=asked.capacity_reservation_preference,
        CapacityReservationTarget=target
        and with_values(
            CapacityReservationId=target.capacity_reservation_id,
            CapacityReservationResourceGroupArn=target.capacity_reservation_resource_group_arn,
        ),
    )
