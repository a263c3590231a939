"""The law of adoption: the compiled template says exactly what the live server has, whatever that is."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsgen.local.disk import DiskFiles
from smsgen.operations.adopt.discover import Wish, discover, unfaithful
from smsgen.operations.adopt.properties import PROPERTIES
from smsgen.operations.ports.adoption import LiveServer, Selection
from tests.servers.fleets import KEY, PROFILE, SHAPES, Planted, fleet, instance, interface, volume

TYPES = {"m6i.large": (1, 2), "t3.small": (1, 2), "t2.micro": (1, 1), "r6i.2xlarge": (4, 2)}
"""Instance type -> its cores and threads a core."""

TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters="\ufeff\u2028\u2029"),
    max_size=40,
)
SCRIPTS = st.text(
    st.sampled_from("abc $#{}!&*-:'\"\\%@`|>\t\n\r${AWS::Region}é漢😀<powershell>"), min_size=1, max_size=200
).filter(str.strip)
KEYS = st.text(st.sampled_from("abcXYZ 0129_.:/=+-@"), min_size=1, max_size=30).filter(
    lambda key: not key.startswith("aws:") and key.strip() == key
)


@st.composite
def servers(draw: st.DrawFn) -> LiveServer:
    number = draw(st.integers(1, 999))
    instance_id = f"i-{number:017x}"
    item = instance(instance_id, number)
    kind = draw(st.sampled_from(sorted(TYPES)))
    cores, threads = TYPES[kind]
    tags = draw(st.dictionaries(KEYS, TEXT, max_size=8))
    item |= {
        "InstanceType": kind,
        "Platform": draw(st.sampled_from(["", "windows"])),
        "Monitoring": {"State": draw(st.sampled_from(["enabled", "disabled", "pending"]))},
        "EbsOptimized": draw(st.booleans()),
        "SourceDestCheck": draw(st.booleans()),
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "CpuOptions": draw(
            st.sampled_from(
                [{"CoreCount": cores, "ThreadsPerCore": threads}]
                if kind.startswith("t2")
                else [
                    {"CoreCount": cores, "ThreadsPerCore": threads},
                    {"CoreCount": cores, "ThreadsPerCore": 1},
                ]
            )
        ),
    }
    item["MetadataOptions"] = {
        "State": "applied",
        "HttpTokens": draw(st.sampled_from(["optional", "required"])),
        "HttpPutResponseHopLimit": draw(st.integers(1, 64)),
        "HttpEndpoint": "enabled",
        "HttpProtocolIpv6": draw(st.sampled_from(["enabled", "disabled"])),
        "InstanceMetadataTags": draw(st.sampled_from(["enabled", "disabled"])),
    }
    if draw(st.booleans()):
        item["KeyName"] = draw(st.sampled_from(["ops", "my key (old)", "a" * 255]))
    if draw(st.booleans()):
        item["IamInstanceProfile"] = PROFILE
    item["SecurityGroups"] = [
        {"GroupId": f"sg-{each:017x}"}
        for each in draw(st.lists(st.integers(1, 9), min_size=1, max_size=5, unique=True))
    ]
    item["NetworkInterfaces"][0]["Groups"] = item["SecurityGroups"]
    if draw(st.booleans()):
        item["NetworkInterfaces"].append(interface(number, "10.9.9.9", draw(st.integers(1, 3))))
    attributes: dict[str, Any] = {
        "disableApiTermination": draw(st.booleans()),
        "instanceInitiatedShutdownBehavior": draw(st.sampled_from(["stop", "terminate"])),
    }
    if draw(st.booleans()):
        script = draw(SCRIPTS.map(str.encode) | st.binary(min_size=1, max_size=200))
        attributes["userData"] = base64.b64encode(script).decode()
    return LiveServer(
        instance=item,
        attributes=attributes,
        volumes=tuple(draw(volumes(instance_id))),
        addresses=draw(addresses(item)),
        cpu={"DefaultCores": cores, "DefaultThreadsPerCore": threads},
        cpu_credits=draw(st.sampled_from(["standard", "unlimited"])) if kind.startswith("t") else "",
    )


@st.composite
def volumes(draw: st.DrawFn, instance_id: str) -> list[Mapping[str, Any]]:
    listed = [volume("vol-00", instance_id, "/dev/sda1", size=30)]
    names = st.lists(
        st.sampled_from(["/dev/sdf", "/dev/sdg", "xvdb", "xvdca", "/dev/xvdh"]), max_size=3, unique=True
    )
    for number, device in enumerate(draw(names), 1):
        kind = draw(st.sampled_from(["gp3", "gp2", "io1", "io2", "st1", "sc1", "standard"]))
        speed = {
            "gp3": {"Iops": 3000, "Throughput": draw(st.integers(125, 750))},
            "io1": {"Iops": 400},
            "io2": {"Iops": 5000},
        }.get(kind, {})
        encrypted = draw(st.booleans())
        more = {"Encrypted": True, "KmsKeyId": KEY} if encrypted else {}
        tags = draw(st.dictionaries(KEYS, TEXT, max_size=3))
        listed.append(
            volume(f"vol-{number:02x}", instance_id, device, 200, VolumeType=kind, tags=tags, **speed, **more)
        )
    return listed


@st.composite
def addresses(draw: st.DrawFn, item: dict[str, Any]) -> tuple[Mapping[str, Any], ...]:
    if draw(st.booleans()):
        return ()
    tags = draw(st.dictionaries(KEYS, TEXT, max_size=3))
    own = {
        "PublicIp": "203.0.113.9",
        "AllocationId": "eipalloc-0a1b2c3d4e5f60718",
        "NetworkInterfaceId": item["NetworkInterfaces"][0]["NetworkInterfaceId"],
        "PrivateIpAddress": item["PrivateIpAddress"],
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    return (own,)


class Fixed:
    """A fleet of these servers."""

    def __init__(self, *listed: LiveServer) -> None:
        self.listed = listed

    def servers(self, selection: Selection) -> tuple[LiveServer, ...]:
        return self.listed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(servers())
def test_the_template_says_exactly_what_the_server_has(server: LiveServer) -> None:
    found = discover(
        Fixed(server), Selection(ids=(server.instance_id,)), Wish("app", keep_secret=lambda _: True)
    )
    assert unfaithful(found.text, found.snapshot, DiskFiles()) == ()
    assert found.snapshot.servers[0].unsaid == ()


def live(planted: Planted, *, cpu: Mapping[str, int]) -> list[LiveServer]:
    parts = planted.parts
    return [
        LiveServer(
            item,
            parts["attributes"][instance_id],
            tuple(
                each
                for each in parts["volumes"].values()
                if each["Attachments"][0]["InstanceId"] == instance_id
            ),
            tuple(each for each in parts["addresses"].values() if each["InstanceId"] == instance_id),
            cpu,
            parts["credits"].get(instance_id, ""),
        )
        for instance_id, item in parts["instances"].items()
    ]


def test_every_property_of_the_table_occurs_in_the_shapes_and_is_said() -> None:
    shapes = live(fleet(SHAPES), cpu={"DefaultCores": 4, "DefaultThreadsPerCore": 2})
    shapes[0] = shapes[0]._replace(
        instance={
            **shapes[0].instance,
            "Placement": {
                "AvailabilityZone": "eu-central-1a",
                "Tenancy": "host",
                "HostResourceGroupArn": "arn:aws:resource-groups:eu-central-1:123456789012:group/hosts",
            },
        },
        cpu={},
    )
    shapes = [
        each._replace(cpu={}) if each.instance["InstanceType"] != "r6i.2xlarge" else each for each in shapes
    ]
    asked = frozenset({"PrivateIpAddress"})
    found = discover(
        Fixed(*shapes), Selection(ids=tuple(each.instance_id for each in shapes)), Wish("app", asked=asked)
    )
    assert unfaithful(found.text, found.snapshot, DiskFiles()) == ()
    said = {
        name
        for server in found.snapshot.servers
        for name in server.resources[server.logical_id].properties
        if name not in server.unsaid
    }
    assert said == {each.name for each in PROPERTIES}


def test_the_same_servers_give_the_same_bytes_and_order_does_not_show() -> None:
    shapes = live(fleet(SHAPES), cpu={})
    ids = Selection(ids=tuple(each.instance_id for each in shapes))
    first = discover(Fixed(*shapes), ids, Wish("app"))
    assert discover(Fixed(*shapes), ids, Wish("app")) == first


def test_two_servers_of_one_name_have_two_logical_ids_that_depend_on_the_instance_alone() -> None:
    one, two, three = live(fleet(["bare"], copies=3), cpu={})
    name = [{"Key": "Name", "Value": "web"}]
    one, two = (each._replace(instance={**each.instance, "Tags": name}) for each in (one, two))
    found = discover(Fixed(one, two, three), Selection(ids=("i-1",)), Wish("app"))
    assert [server.logical_id for server in found.snapshot.servers] == [
        "WebI00000000000000001",
        "WebI00000000000000002",
        "Bare003",
    ]
