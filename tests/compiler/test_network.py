"""Interfaces, addresses and volumes that are there already: what becomes of each word, and what is refused."""

from typing import Any

import pytest

from smsgen.errors import InvalidInput
from smsgen.model.load import load
from tests.compiler.test_compile import SERVER, compiled
from tests.compiler.test_hardware import codes

SECONDARY = "secondaryPrivateIpAddress"
ENI, EIP, VOL = "eni-12345678", "eipalloc-12345678", "vol-12345678"


def resources(more: str, profile: str = "plain") -> dict[str, Any]:
    text = SERVER + "".join(f"          {line}\n" for line in more.splitlines()) + f"profile: {profile}\n"
    return compiled(text).template.resources


def test_a_further_interface_is_a_resource_that_is_attached_and_takes_the_servers_network() -> None:
    made = resources("networkInterfaces: [{deviceIndex: 1, description: inside}]")
    assert made["Web01ProdInterface1"]["Properties"] == {
        "SubnetId": "subnet-0123456789abcdef0",
        "GroupSet": ["sg-0123456789abcdef0"],
        "Description": "inside",
    }
    assert made["Web01ProdInterface1Attachment"]["Properties"] == {
        "DeviceIndex": "1",
        "InstanceId": {"Ref": "Web01Prod"},
        "NetworkInterfaceId": {"Ref": "Web01ProdInterface1"},
    }
    assert "NetworkInterfaces" not in made["Web01Prod"]["Properties"], "it would replace the server"


def test_a_further_interface_that_is_there_is_only_attached() -> None:
    made = resources(f"networkInterfaces: [{{deviceIndex: 1, networkInterfaceId: {ENI}}}]")
    assert set(made) == {"Web01Prod", "Web01ProdInterface1Attachment"}
    assert made["Web01ProdInterface1Attachment"]["Properties"]["NetworkInterfaceId"] == ENI


def test_a_first_interface_that_is_there_brings_its_own_network() -> None:
    text = SERVER.replace("          subnet: subnet-0123456789abcdef0\n", "")
    text += f"          networkInterfaces: [{{deviceIndex: 0, networkInterfaceId: {ENI}}}]\nprofile: plain\n"
    template = compiled(text).template
    properties = template.resources["Web01Prod"]["Properties"]
    assert properties["NetworkInterfaces"] == [{"DeviceIndex": "0", "NetworkInterfaceId": ENI}]
    assert not {"SubnetId", "SecurityGroupIds"} & set(properties)
    assert not template.parameters


def test_secondary_addresses_of_the_first_interface_move_the_network_into_it() -> None:
    first = "{deviceIndex: 0, secondaryPrivateIpAddresses: [10.0.0.6, 10.0.0.5]}"
    more = f"privateIpAddress: 10.0.0.4\nnetworkInterfaces: [{first}]"
    (interface,) = resources(more)["Web01Prod"]["Properties"]["NetworkInterfaces"]
    assert interface["PrivateIpAddress"] == "10.0.0.4"
    assert [one["PrivateIpAddress"] for one in interface["PrivateIpAddresses"]] == ["10.0.0.5", "10.0.0.6"]
    assert not any(one["Primary"] for one in interface["PrivateIpAddresses"])
    assert interface["SubnetId"] == "subnet-0123456789abcdef0"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("elasticIpAddresses: [{}]", {"Web01ProdAddress": {"InstanceId": {"Ref": "Web01Prod"}}}),
        (
            f"elasticIpAddresses: [{{allocationId: {EIP}}}]",
            {"Web01ProdAddressAssociation": {"AllocationId": EIP, "InstanceId": {"Ref": "Web01Prod"}}},
        ),
        (
            "elasticIpAddresses: [{privateIpAddress: 10.0.0.5, publicIpv4Pool: ipv4pool-ec2-012345}]",
            {
                "Web01ProdAddressFor10x0x0x5": {"PublicIpv4Pool": "ipv4pool-ec2-012345"},
                "Web01ProdAddressFor10x0x0x5Association": {
                    "AllocationId": {"Fn::GetAtt": ["Web01ProdAddressFor10x0x0x5", "AllocationId"]},
                    "InstanceId": {"Ref": "Web01Prod"},
                    "PrivateIpAddress": "10.0.0.5",
                },
            },
        ),
        (
            f"networkInterfaces: [{{deviceIndex: 1}}]\nelasticIpAddresses: [{{deviceIndex: 1, allocationId: {EIP}}}]",
            {
                "Web01ProdAddress1Association": {
                    "AllocationId": EIP,
                    "NetworkInterfaceId": {"Ref": "Web01ProdInterface1"},
                }
            },
        ),
        (
            f"volumes: [{{device: /dev/sdg, volumeId: {VOL}}}]",
            {
                "Web01ProdVolumeSdgAttachment": {
                    "Device": "/dev/sdg",
                    "InstanceId": {"Ref": "Web01Prod"},
                    "VolumeId": VOL,
                }
            },
        ),
    ],
)
def test_what_is_attached(more: str, expected: dict[str, Any]) -> None:
    made = resources(more)
    others = {
        name: one["Properties"]
        for name, one in made.items()
        if name not in ("Web01Prod", "Web01ProdInterface1")
    }
    others.pop("Web01ProdInterface1Attachment", None)
    assert others == expected
    assert "BlockDeviceMappings" not in made["Web01Prod"]["Properties"]


def test_devices_that_are_not_made() -> None:
    more = "volumes: [{device: /dev/sdh, virtualName: ephemeral0}, {device: /dev/sdi, noDevice: true}]"
    assert resources(more)["Web01Prod"]["Properties"]["BlockDeviceMappings"] == [
        {"DeviceName": "/dev/sdh", "VirtualName": "ephemeral0"},
        {"DeviceName": "/dev/sdi", "NoDevice": {}},
    ]
    text = (
        more.replace("[{device", "[{device: sdf, size: 8, throughput: 125}, {device", 1)
        + "\ncreateLaunchTemplate: true"
    )
    data = resources(text)["Web01ProdLaunchTemplate"]["Properties"]["LaunchTemplateData"]
    assert data["BlockDeviceMappings"][1:] == [
        {"DeviceName": "/dev/sdi", "NoDevice": ""},
        {"DeviceName": "sdf", "Ebs": {"VolumeSize": 8, "Throughput": 125}},
    ]


def test_the_next_launch_order_waits_for_what_is_attached_and_retain_keeps_it() -> None:
    more = "retain: true\nnetworkInterfaces: [{deviceIndex: 1}]\n"
    more += f"elasticIpAddresses: [{{}}, {{allocationId: {EIP}, deviceIndex: 1}}]"
    text = SERVER + "".join(f"          {line}\n" for line in more.splitlines())
    text += "  - {name: later, launchOrder: 4, serverList: [{serverId: s-23456789, imageId: ami-12345678}]}\n"
    made = compiled(text).template.resources
    waited = {
        "Web01Prod",
        "Web01ProdInterface1Attachment",
        "Web01ProdAddress",
        "Web01ProdAddress1Association",
    }
    assert set(made["LaunchOrder3Complete"]["DependsOn"]) == waited
    own = [one for name, one in made.items() if name.startswith("Web01Prod")]
    assert {one["DeletionPolicy"] for one in own} == {"Retain"}


@pytest.mark.parametrize(
    "more",
    [
        "networkInterfaces: [{deviceIndex: 0, subnet: subnet-12345678}]",
        "networkInterfaces: [{deviceIndex: 0, privateIpAddress: 10.0.0.4}]",
        "networkInterfaces: [{deviceIndex: 0, sourceDestCheck: false}]",
        "networkInterfaces: [{deviceIndex: 0, tags: [{key: a}]}]",
        f"networkInterfaces: [{{deviceIndex: 1, networkInterfaceId: {ENI}, subnet: subnet-12345678}}]",
        f"networkInterfaces: [{{deviceIndex: 0, networkInterfaceId: {ENI}, description: x}}]",
        f"associatePublicIpAddress: true\nnetworkInterfaces: [{{deviceIndex: 0, networkInterfaceId: {ENI}}}]",
        f"ipv6AddressCount: 1\nnetworkInterfaces: [{{deviceIndex: 0, networkInterfaceId: {ENI}}}]",
        "networkInterfaces: [{deviceIndex: 1, ipv6AddressCount: 1, ipv6Addresses: ['::1']}]",
        f"networkInterfaces: [{{deviceIndex: 1, {SECONDARY}Count: 1, {SECONDARY}es: [10.0.0.4]}}]",
        "ipv6AddressCount: 1\nipv6Addresses: ['::1']",
        f"elasticIpAddresses: [{{allocationId: {EIP}, tags: [{{key: a}}]}}]",
        "elasticIpAddresses: [{deviceIndex: 2}]",
        "sourceDestCheck: true\nnetworkInterfaces: [{deviceIndex: 1}]",
        f"volumes: [{{device: sdf, volumeId: {VOL}, size: 8}}]",
        f"volumes: [{{device: sdf, volumeId: {VOL}, retain: true}}]",
        "volumes: [{device: sdf, virtualName: ephemeral0, noDevice: true}]",
    ],
)
def test_what_contradicts_itself_is_refused(more: str) -> None:
    without = SERVER.replace("          subnet: subnet-0123456789abcdef0\n", "")
    text = without + "".join(f"          {line}\n" for line in more.splitlines())
    with pytest.raises(InvalidInput) as refused:
        compiled(text)
    assert "CONFLICT" in {one.code for one in refused.value.diagnostics}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("networkInterfaces: [{deviceIndex: 1}]", "EC2.17"),
        ("networkInterfaces: [{deviceIndex: 1, sourceDestCheck: false}]", "EC2.180"),
        ("sourceDestCheck: false", "EC2.180"),
        ("elasticIpAddresses: [{}]", "EC2.9"),
        ("networkInterfaces: [{deviceIndex: 1}, {deviceIndex: 1}]", "DUPLICATE_ATTACHMENT"),
        ("elasticIpAddresses: [{}, {deviceIndex: 0}]", "DUPLICATE_ATTACHMENT"),
        (
            "privateIpAddress: 10.0.0.4\nnetworkInterfaces: [{deviceIndex: 1, privateIpAddress: 10.0.0.4}]",
            "DUPLICATE_ADDRESS",
        ),
        ("ipv6Addresses: ['2001:db8::12345']", "BAD_ADDRESS"),
    ],
)
def test_what_is_found(more: str, code: str) -> None:
    assert code in codes(more)


@pytest.mark.parametrize(
    "address", ["::1", "::", "2001:db8::1", "1:2:3:4:5:6:7:8", "fe80::1:2", "1::8", "1:2:3:4:5:6:7::"]
)
def test_ipv6_addresses_of_every_form_are_taken(address: str) -> None:
    assert codes(f"ipv6Addresses: ['{address}']") == set()


@pytest.mark.parametrize(
    "address", ["1", ":::", "1:2:3:4:5:6:7:8:9", "g::1", "1::2::3", "1:2:3:4:5:6:7", "::1%eth0"]
)
def test_and_nothing_else(address: str) -> None:
    assert "BAD_ADDRESS" in codes(f"ipv6Addresses: ['{address}']")


SHARED = [
    f"networkInterfaces: [{{deviceIndex: 1, networkInterfaceId: {ENI}}}]",
    f"elasticIpAddresses: [{{allocationId: {EIP}}}]",
    f"volumes: [{{device: sdf, volumeId: {VOL}}}]",
    "ipv6Addresses: ['2001:db8::1']",
]


@pytest.mark.parametrize("more", SHARED)
def test_two_servers_cannot_have_one_thing_nor_a_default_give_it_to_both(more: str) -> None:
    servers = f"""
name: a
serverGroups:
  - serverList:
      - {{serverId: s-12345678, launch: {{{more}}}}}
      - {{serverId: s-23456789, launch: {{{more}}}}}
"""
    default = f"""
name: a
launchDefaults: {{{more}}}
serverGroups: [{{serverList: [{{serverId: s-12345678}}, {{serverId: s-23456789}}]}}]
"""
    for text, code in ((servers, "DUPLICATE_ATTACHMENT"), (default, "NOT_A_DEFAULT")):
        with pytest.raises(InvalidInput) as refused:
            load(text.encode(), "app.yaml")
        assert code in {one.code for one in refused.value.diagnostics}


@pytest.mark.parametrize(
    "more", [*SHARED[:3], "networkInterfaces: [{deviceIndex: 1}]", "elasticIpAddresses: [{}]"]
)
def test_profile_sms_holds_no_resource_beside_instances(more: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        compiled(SERVER + f"          {more}\nprofile: sms\n")
    assert "SMS_PROFILE" in {one.code for one in refused.value.diagnostics}
