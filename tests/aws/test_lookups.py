"""The port Lookups on moto, and the commands that use it."""

from __future__ import annotations

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from smsgen.aws.clients import Clients
from smsgen.aws.lookups import Ec2Lookups
from tests.aws.faults import FaultProxy
from tests.aws.site import REGION, Site


def image(clients: Clients, device: str = "/dev/xvda") -> str:
    """Register an image of which moto then says that its root device is `device`."""
    from moto.ec2.models import ec2_backends

    made: str = clients.client("ec2").register_image(Name=f"root {device}", RootDeviceName=device)["ImageId"]
    ec2_backends["123456789012"][REGION].amis[made].root_device_name = device
    return made


def test_root_devices_are_those_of_the_images_and_unknown_ones_are_left_out(clients: Clients) -> None:
    ami = image(clients)
    clients.client("ssm").put_parameter(Name="/shop/image", Value=ami, Type="String")
    names = [ami, "ssm:/shop/image", "ssm:/shop/none", "ami-00000000000000000"]
    assert Ec2Lookups(clients).root_devices(names) == {ami: "/dev/xvda", "ssm:/shop/image": "/dev/xvda"}


def test_vpcs_are_those_of_the_subnets(clients: Clients, proxy: FaultProxy) -> None:
    subnets = clients.client("ec2").describe_subnets()["Subnets"]
    asked = [one["SubnetId"] for one in subnets]
    assert Ec2Lookups(clients).vpcs([*asked, "subnet-00000000"]) == {
        one["SubnetId"]: one["VpcId"] for one in subnets
    }
    proxy.heal()
    Ec2Lookups(clients).vpcs([*asked, *(f"subnet-{n:08x}" for n in range(300))])
    assert proxy.count("ec2:DescribeSubnets") == 2


def test_validate_with_aws_compares_with_the_account(quick: Site) -> None:
    aws = ("--aws", "--region", REGION, "--endpoint-url", quick.proxy.url)
    done = quick.smsgen_offline("validate", *aws)
    assert done.code == 0, done.out
    other = quick.clients.client("ec2").create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    quick.file.write_text(quick.app.replace(vpc_of(quick), other))
    done = quick.smsgen_offline("validate", *aws)
    assert done.code == 1
    assert (
        f"error[SUBNET_NOT_IN_VPC]: the subnet {subnet_of(quick)} of db01 is in {vpc_of(quick)}" in done.out
    )
    assert "shop.yaml:7:" in done.out


def test_launch_app_refuses_what_validate_refuses_and_asks_for_no_change_set(quick: Site) -> None:
    quick.file.write_text(quick.app.replace(vpc_of(quick), "vpc-00000000"))
    done = quick.smsgen("launch-app", "--yes")
    assert done.code == 1
    assert "SUBNET_NOT_IN_VPC" in done.err
    assert quick.proxy.count("cloudformation:CreateChangeSet") == 0


def test_launch_app_maps_the_images_own_root_device(quick: Site) -> None:
    ami = image(quick.clients)
    text = quick.app.replace("profile: sms", "profile: hardened").replace("ami-12345678", ami)
    one = text.replace("  - name: database", "  - name: web2").split("  - name: web2")[0]
    quick.file.write_text(one)
    done = quick.smsgen("launch-app", "--yes")
    assert done.code == 0, done.err
    body = quick.clients.client("cloudformation").get_template(StackName=quick.stack)["TemplateBody"]
    assert "DeviceName: /dev/xvda" in body
    assert "/dev/sda1" not in body
    where = ("--region", REGION, "--endpoint-url", quick.proxy.url, "--exit-code")
    assert quick.smsgen_offline("generate-change-set", *where).code == 0
    assert "is what the file says" in quick.smsgen_offline("status", *where[:4]).out


def vpc_of(site: Site) -> str:
    return next(line.split()[1] for line in site.app.splitlines() if line.startswith("  vpc:"))


def subnet_of(site: Site) -> str:
    return next(line.split()[1] for line in site.app.splitlines() if line.startswith("  subnet:"))
