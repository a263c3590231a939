"""What a server runs on, in EC2's words: processors, credits, hosts, reservations, and its launch template.

The names are those of RunInstances: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
"""

from typing import NamedTuple

from smsgen.model.kinds import Boolean, Choice, Field, Identifier, Integer, ListOf, Record, Text

SWITCH = Choice("enabled", "disabled")


class CreditSpecification(NamedTuple):
    """The CPU credits of a burstable instance (EC2: CreditSpecificationRequest)."""

    cpu_credits: str


class CpuOptions(NamedTuple):
    """How many processors of its type an instance uses (EC2: CpuOptionsRequest)."""

    core_count: int | None = None
    threads_per_core: int | None = None
    amd_sev_snp: str | None = None
    nested_virtualization: str | None = None


class HibernationOptions(NamedTuple):
    """Whether an instance can hibernate (EC2: HibernationOptionsRequest)."""

    configured: bool


class EnclaveOptions(NamedTuple):
    """Whether an instance can have Nitro Enclaves (EC2: EnclaveOptionsRequest)."""

    enabled: bool


class InstancePlacement(NamedTuple):
    """Where an instance runs (EC2: Placement), without what `availabilityZone` and `tenancy` say."""

    group_name: str | None = None
    group_id: str | None = None
    partition_number: int | None = None
    host_id: str | None = None
    host_resource_group_arn: str | None = None
    affinity: str | None = None


class LicenseSpecification(NamedTuple):
    """A licence configuration of License Manager (EC2: LicenseConfigurationRequest)."""

    license_configuration_arn: str


class CapacityReservationTarget(NamedTuple):
    """The capacity reservation that an instance runs in, or a group of them: exactly one is set."""

    capacity_reservation_id: str | None = None
    capacity_reservation_resource_group_arn: str | None = None


class CapacityReservationSpecification(NamedTuple):
    """Which capacity reservations an instance may run in: exactly one of the two is set."""

    capacity_reservation_preference: str | None = None
    capacity_reservation_target: CapacityReservationTarget | None = None


class MaintenanceOptions(NamedTuple):
    """What AWS does when the host fails (EC2: InstanceMaintenanceOptionsRequest)."""

    auto_recovery: str


class NetworkPerformanceOptions(NamedTuple):
    """What bandwidth is kept for (EC2: InstanceNetworkPerformanceOptionsRequest)."""

    bandwidth_weighting: str


class PrivateDnsNameOptions(NamedTuple):
    """The host name of an instance, and its records (EC2: PrivateDnsNameOptionsRequest)."""

    hostname_type: str | None = None
    enable_resource_name_dns_a_record: bool | None = None
    enable_resource_name_dns_a_a_a_a_record: bool | None = None


class LaunchTemplateSpecification(NamedTuple):
    """A launch template that is there already, by id or by name, and its version."""

    version: int
    launch_template_id: str | None = None
    launch_template_name: str | None = None


def arn(service: str, resource: str, what: str, hint: str) -> Text:
    """Return the kind of an ARN of a service, whose last part matches `resource`."""
    return Text(
        2048,
        code="BAD_ARN",
        what=what,
        hint=hint,
        pattern=rf"arn:aws[a-z-]*:{service}:[a-z0-9-]*:(?:[0-9]{{12}}|aws)?:{resource}",
    )


# EC2 API reference, CreatePlacementGroup: up to 255 ASCII characters.
_GROUP_NAME = Text(
    255, code="BAD_NAME", what="the name of a placement group", hint="ASCII, at most 255", pattern=r"[ -~]+"
)
_RESOURCE_GROUP = arn(
    "resource-groups",
    r"group/[A-Za-z0-9_./-]{1,300}",
    "the ARN of a resource group",
    "it looks like arn:aws:resource-groups:eu-central-1:123456789012:group/hosts",
)
PLACEMENT = Record(
    InstancePlacement,
    "placement",
    {
        "groupName": Field(_GROUP_NAME, "The placement group, which is there already."),
        "groupId": Field(
            Identifier("pg-", "a placement group id"), "The same by its id, with `createLaunchTemplate`."
        ),
        "partitionNumber": Field(
            Integer(1, 7), "The partition, in a group of strategy partition; with `createLaunchTemplate`."
        ),
        "hostId": Field(Identifier("h-", "a host id"), "The dedicated host, with tenancy host."),
        "hostResourceGroupArn": Field(
            _RESOURCE_GROUP, "The host resource group, whose hosts License Manager picks; with tenancy host."
        ),
        "affinity": Field(
            Choice("default", "host"), "`host`: a stopped server starts on the host that it had."
        ),
    },
)
CPU_OPTIONS = Record(
    CpuOptions,
    "cpuOptions",
    {
        "coreCount": Field(Integer(1, 1_024), "How many cores it uses; all where nothing is said."),
        "threadsPerCore": Field(Integer(1, 2), "1 switches simultaneous multithreading off."),
        "amdSevSnp": Field(SWITCH, "Memory encrypted by AMD SEV-SNP; with `createLaunchTemplate`."),
        "nestedVirtualization": Field(SWITCH, "Virtual machines within; with `createLaunchTemplate`."),
    },
)
CAPACITY_RESERVATION = Record(
    CapacityReservationSpecification,
    "capacityReservationSpecification",
    {
        "capacityReservationPreference": Field(
            Choice("open", "none", "capacity-reservations-only"),
            "Any that fits, none, or only reserved ones.",
        ),
        "capacityReservationTarget": Field(
            Record(
                CapacityReservationTarget,
                "capacityReservationTarget",
                {
                    "capacityReservationId": Field(
                        Identifier("cr-", "a capacity reservation id"), "One reservation."
                    ),
                    "capacityReservationResourceGroupArn": Field(
                        _RESOURCE_GROUP, "A resource group of reservations."
                    ),
                },
                one_of=("capacityReservationId", "capacityReservationResourceGroupArn"),
            ),
            "The reservation that it runs in.",
        ),
    },
    one_of=("capacityReservationPreference", "capacityReservationTarget"),
)
LAUNCH_TEMPLATE = Record(
    LaunchTemplateSpecification,
    "launchTemplate",
    {
        "launchTemplateId": Field(Identifier("lt-", "a launch template id"), "The template, by id."),
        "launchTemplateName": Field(
            Text(
                128,
                least=3,
                code="BAD_NAME",
                what="the name of a launch template",
                hint="3 to 128 letters, digits and ()./_-",
                pattern=r"[A-Za-z0-9()./_-]+",
            ),
            "The template, by name.",
        ),
        # CloudFormation takes neither $Latest nor $Default: it would not see a new version.
        "version": Field(Integer(1, 2**31 - 1), "Its version, a number.", required=True),
    },
)
HARDWARE: dict[str, Field] = {
    "creditSpecification": Field(
        Record(
            CreditSpecification,
            "creditSpecification",
            {"cpuCredits": Field(Choice("standard", "unlimited"), "How it bursts.", required=True)},
        ),
        "The CPU credits of burstable types (t2, t3, t3a, t4g).",
    ),
    "cpuOptions": Field(CPU_OPTIONS, "Fewer cores or threads than the type has, for licences a core."),
    "hibernationOptions": Field(
        Record(
            HibernationOptions,
            "hibernationOptions",
            {"configured": Field(Boolean(), "Whether it can hibernate.", required=True)},
        ),
        "Hibernation, for types that can, with an encrypted root volume that holds the memory.",
    ),
    "enclaveOptions": Field(
        Record(
            EnclaveOptions,
            "enclaveOptions",
            {"enabled": Field(Boolean(), "Whether it can have enclaves.", required=True)},
        ),
        "Nitro Enclaves, for types that can.",
    ),
    "placement": Field(PLACEMENT, "Where it runs: placement group, dedicated host, host resource group."),
    "licenseSpecifications": Field(
        ListOf(
            Record(
                LicenseSpecification,
                "a licence specification",
                {
                    "licenseConfigurationArn": Field(
                        arn(
                            "license-manager",
                            "license-configuration:lic-[0-9a-f]{32}",
                            "the ARN of a licence configuration",
                            "it ends in license-configuration:lic- and 32 hexadecimal digits",
                        ),
                        "The licence configuration.",
                        required=True,
                    )
                },
            ),
            least=1,
            most=10,
            unique=True,
        ),
        "Licence configurations of License Manager that count this server.",
    ),
    "capacityReservationSpecification": Field(
        CAPACITY_RESERVATION, "Which capacity reservations it runs in; with `createLaunchTemplate`."
    ),
    "maintenanceOptions": Field(
        Record(
            MaintenanceOptions,
            "maintenanceOptions",
            {
                "autoRecovery": Field(
                    Choice("default", "disabled"), "AWS's own simplified recovery.", required=True
                )
            },
        ),
        "What AWS does when the host fails; with `createLaunchTemplate`.",
    ),
    "networkPerformanceOptions": Field(
        Record(
            NetworkPerformanceOptions,
            "networkPerformanceOptions",
            {
                "bandwidthWeighting": Field(
                    Choice("default", "vpc-1", "ebs-1"), "More for the network, or for EBS.", required=True
                )
            },
        ),
        "What its bandwidth is kept for; with `createLaunchTemplate`.",
    ),
    "instanceInitiatedShutdownBehavior": Field(
        Choice("stop", "terminate"), "What a shutdown from within does; stop where nothing is said."
    ),
    "disableApiStop": Field(Boolean(), "Stop protection; with `createLaunchTemplate`."),
    "privateDnsNameOptions": Field(
        Record(
            PrivateDnsNameOptions,
            "privateDnsNameOptions",
            {
                "hostnameType": Field(Choice("ip-name", "resource-name"), "What the host name is made of."),
                "enableResourceNameDnsARecord": Field(
                    Boolean(), "Whether the name made of the instance id has an A record."
                ),
                "enableResourceNameDnsAAAARecord": Field(Boolean(), "Whether it has an AAAA record."),
            },
        ),
        "The host name, and its records; those of the subnet where nothing is said.",
    ),
    "kernelId": Field(Identifier("aki-", "a kernel id"), "The kernel of a paravirtual image."),
    "ramdiskId": Field(Identifier("ari-", "a RAM disk id"), "The RAM disk of a paravirtual image."),
    "propagateTagsToVolumeOnCreation": Field(
        Boolean(), "Whether its volumes get its tags; yes where nothing is said."
    ),
    "launchTemplate": Field(
        LAUNCH_TEMPLATE,
        "A launch template that is there already: what the file leaves open (image, type, network) it says.",
    ),
    "createLaunchTemplate": Field(
        Boolean(),
        "Make a launch template for what AWS::EC2::Instance cannot say; each change of that replaces the server.",
    ),
}
"""Fields of a launch configuration."""
