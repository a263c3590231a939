"""Strategy: valid applications of every shape, for laws that hold whatever the application is."""

from hypothesis import strategies as st

from smsgen.model.app import App, Server, ServerGroup, Tag, VmServer, VmServerAddress
from smsgen.model.launch import Launch, MetadataOptions, Readiness, S3Location, UserData, Volume
from smsgen.model.launching.companions import DnsRecord, DocumentAssociation, RecoveryAlarm
from smsgen.model.launching.hardware import (
    CapacityReservationSpecification,
    CpuOptions,
    EnclaveOptions,
    HibernationOptions,
    InstancePlacement,
    LicenseSpecification,
    MaintenanceOptions,
    PrivateDnsNameOptions,
)
from smsgen.model.launching.network import AttachedInterface, ElasticAddress
from smsgen.model.launching.target_groups import TargetGroup, TargetOf

SCRIPTS = {"boot.sh": b"#!/bin/bash\necho ${HOME}\n"}


def hex_id(prefix: str, number: int) -> str:
    return f"{prefix}-{number:017x}"


def _one(values: list[object]) -> st.SearchStrategy:
    return st.none() | st.sampled_from(values)


VOLUMES = [
    (),
    (Volume(device="/dev/sda1", size=40, type="gp3"),),
    (
        Volume(device="/dev/sdf", size=100, retain=True),
        Volume(device="/dev/sdg", size=8, retain=True, tags=(Tag("Disk", "1"),)),
    ),
    (Volume(device="/dev/sdh", size=10, encrypted=False), Volume(device="/dev/xvda", size=20)),
]


INTERFACES = [
    (AttachedInterface(1, security_groups=(hex_id("sg", 7),)), AttachedInterface(2, description="more")),
    (AttachedInterface(0, secondary_private_ip_address_count=2),),
]

HARDWARE: dict[str, list[object]] = {
    "cpu_options": [CpuOptions(core_count=1, threads_per_core=1)],
    "enclave_options": [EnclaveOptions(False)],
    "hibernation_options": [HibernationOptions(True), HibernationOptions(False)],
    "placement": [InstancePlacement(group_name="near"), InstancePlacement(affinity=None)],
    "license_specifications": [(LicenseSpecification("arn:b"), LicenseSpecification("arn:a"))],
    "instance_initiated_shutdown_behavior": ["stop", "terminate"],
    "private_dns_name_options": [PrivateDnsNameOptions(hostname_type="ip-name")],
    "propagate_tags_to_volume_on_creation": [True, False],
}
"""Fields of what a server runs on, in words that no type of `launches` refuses."""

BY_TEMPLATE: dict[str, list[object]] = {
    "disable_api_stop": [True, False],
    "maintenance_options": [MaintenanceOptions("disabled")],
    "capacity_reservation_specification": [CapacityReservationSpecification("open")],
}
"""Fields that need a launch template."""


COMPANIONS: dict[str, list[object]] = {
    "target_groups": [(TargetOf("web"),), (TargetOf("web", 8443),)],
    "recovery_alarm": [RecoveryAlarm(), RecoveryAlarm(period=300)],
    "ssm_associations": [(DocumentAssociation("AWS-UpdateSSMAgent"), DocumentAssociation("AWS-Other"))],
}


def some_of(fields: dict[str, list[object]]) -> st.SearchStrategy[dict[str, object]]:
    """Some of the fields, each with one of its values."""
    optional = {name: st.sampled_from(values) for name, values in fields.items()}
    return st.fixed_dictionaries({}, optional=optional)


@st.composite
def launches(draw: st.DrawFn, *, scripts: bool = True) -> Launch:
    """Launch configurations of Linux servers, each field said or not."""
    readiness = (
        draw(_one([Readiness(), Readiness(signal="waitCondition", timeout="PT20M")])) if scripts else None
    )
    user_data = [
        UserData(s3_location=S3Location("sms-app-scripts", "boot.sh")),
        UserData(file="boot.sh"),
        UserData(inline="#!/bin/sh\ntrue\n"),
    ]
    return Launch(
        vpc=draw(_one([hex_id("vpc", 1)])),
        subnet=draw(_one([hex_id("subnet", 1), hex_id("subnet", 2)])),
        security_group=draw(_one([hex_id("sg", 1)])),
        ec2_key_name=draw(_one(["ops"])),
        user_data=draw(_one(user_data)) if scripts else None,
        instance_type=draw(_one(["m6i.large", "t3.micro", "r6i.xlarge"])),
        associate_public_ip_address=draw(_one([True, False])),
        iam_instance_profile_name=draw(_one(["servers"])),
        configure_script=draw(_one([S3Location("sms-app-scripts", "conf.sh")])) if scripts else None,
        volumes=draw(_one(VOLUMES)) if scripts else None,
        tenancy=draw(_one(["default", "dedicated"])),
        network_interfaces=draw(_one(INTERFACES)) if scripts else None,
        elastic_ip_addresses=draw(_one([(ElasticAddress(),)])) if scripts else None,
        monitoring=draw(_one([True, False])),
        metadata_options=draw(_one([MetadataOptions(http_tokens="optional"), MetadataOptions()])),
        stateful=draw(_one([True, False])),
        retain=draw(_one([True, False])),
        disable_api_termination=draw(_one([True, False])),
        **draw(some_of(HARDWARE)),
        **(draw(some_of(COMPANIONS)) if scripts else {}),
        tags=draw(_one([(Tag("Role", "x"),), (Tag("Name", "y"),)])),
        readiness=readiness,
        create_instance_profile=draw(_one([True, False])) if scripts else None,
    )


@st.composite
def apps(draw: st.DrawFn, *, profile: str = "hardened") -> App:
    """Applications of one to four groups, whose servers have names and ids of their own."""
    scripts = profile != "sms"
    number = iter(range(1, 10_000))
    groups = []
    for at in range(draw(st.integers(1, 4))):
        servers = []
        for _ in range(draw(st.integers(1, 4))):
            serial = next(number)
            name = (
                f"{draw(st.sampled_from(['web', 'web-01', 'db.prod', '1st', 'Größe', 'サーバー']))} {serial}"
            )
            address = VmServerAddress(vm_manager_id="vc", vm_id=f"vm-{serial}")
            launch = draw(launches(scripts=scripts))
            servers.append(
                Server(
                    server_id=f"s-{serial:08x}",
                    vm_server=VmServer(address, vm_name=name),
                    image_id=draw(
                        st.sampled_from([hex_id("ami", serial), "", *(["ssm:/images/web"] * scripts)])
                    ),
                    launch=launch._replace(
                        logical_id=draw(_one([f"Given{serial}"])),
                        record_sets=draw(_one([(DnsRecord(f"s{serial}.example.com", "Z1"),)]))
                        if scripts
                        else None,
                    ),
                )
            )
        groups.append(
            ServerGroup(
                name=f"group {at}",
                launch_order=draw(st.integers(0, 3)),
                launch_defaults=draw(launches(scripts=scripts)),
                server_list=tuple(servers),
            )
        )
    defaults = draw(launches(scripts=scripts))
    if scripts and draw(st.booleans()):
        defaults = defaults._replace(create_launch_template=True, **draw(some_of(BY_TEMPLATE)))
    return App(
        name="app",
        app_id="app-0123456789abcdef0",
        stack_name="sms-app-0123456789abcdef0",
        profile=profile,
        tags=(Tag("CostCenter", "1"),),
        launch_defaults=defaults,
        server_groups=tuple(groups),
        target_groups=(TargetGroup("web", "HTTPS", 443, hex_id("vpc", 1)),) if scripts else (),
    )
