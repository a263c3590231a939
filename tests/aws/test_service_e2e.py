"""smsgen.Service on a moto server over HTTP: a whole migration, in-process, with work going on in the background."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from smsgen.aws.clients import Clients
from smsgen.operations.apps.world import Settings
from smsgen.operations.ports.waiting import Pace
from smsgen.service import Service
from tests.aws.conftest import REGION
from tests.aws.faults import FaultProxy

pytest.importorskip("sqlalchemy", reason="SQLAlchemy comes with smsgen[server]")

QUICK = Settings(profile="sms", pace=Pace(first=0.02, longest=0.05), lease=10.0)
AMI = "ami-12345678"


@pytest.fixture
def open_service(proxy: FaultProxy, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Opens services on one store; all are closed at the end."""
    opened: list[Service] = []

    def open_one(**more: Any) -> Service:
        given = {"settings": QUICK, "region": REGION, "endpoint_url": proxy.url, **more}
        opened.append(Service(f"sqlite:///{tmp_path}/store.db", **given))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def service(open_service: Callable[..., Service]) -> Service:
    return open_service()


@pytest.fixture
def network(clients: Clients) -> dict[str, str]:
    """A network of the account, as a launch configuration names it."""
    ec2 = clients.client("ec2")
    return {
        "vpc": ec2.describe_vpcs()["Vpcs"][0]["VpcId"],
        "subnet": ec2.describe_subnets()["Subnets"][0]["SubnetId"],
        "securityGroup": ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"],
        "instanceType": "m6i.large",
    }


def make(service: Service, network: dict[str, str], *, images: bool = True) -> str:
    """Make and configure an application of two groups, and give its id."""
    groups = [
        {"name": "database", "serverList": [{"serverId": "s-00000001", "vmServer": {"vmName": "db01"}}]},
        {"name": "web", "serverList": [{"serverId": "s-00000002", "vmServer": {"vmName": "web01"}}]},
    ]
    made = service.create_app(name="shop", serverGroups=groups, tags=[{"key": "CostCenter", "value": "4711"}])
    app_id: str = made["appSummary"]["appId"]
    service.put_app_launch_configuration(
        appId=app_id,
        serverGroupLaunchConfigurations=[
            {
                "serverGroupId": group["serverGroupId"],
                "launchOrder": order,
                "serverLaunchConfigurations": [
                    {"server": {"serverId": one["serverId"]}, **network} for one in group["serverList"]
                ],
            }
            for order, group in enumerate(made["serverGroups"])
        ],
    )
    if images:
        for one in ("s-00000001", "s-00000002"):
            service.set_image(app_id, one, AMI)
    return app_id


def running(clients: Clients) -> int:
    filters = [{"Name": "instance-state-name", "Values": ["running"]}]
    found = clients.client("ec2").describe_instances(Filters=filters)["Reservations"]
    return sum(len(one["Instances"]) for one in found)


def document(clients: Clients, answer: dict[str, Any]) -> dict[str, Any]:
    where = answer["s3Location"]
    body = clients.client("s3").get_object(Bucket=where["bucket"], Key=where["key"])["Body"].read()
    found: dict[str, Any] = json.loads(body)
    return found


def test_a_whole_migration(service: Service, clients: Clients, network: dict[str, str]) -> None:
    app_id = make(service, network, images=False)
    template = document(clients, service.generate_template(appId=app_id, templateFormat="JSON"))
    assert set(template["Parameters"]) == {"Db01ImageId", "Web01ImageId"}
    with pytest.raises(service.exceptions.OperationNotPermittedException, match="s-00000001, s-00000002"):
        service.launch_app(appId=app_id)
    for one in ("s-00000001", "s-00000002"):
        service.set_image(app_id, one, AMI)
    service.launch_app(appId=app_id)
    summary = service.wait(app_id)["appSummary"]
    assert summary["launchStatus"] == "LAUNCHED", summary
    assert summary["launchDetails"]["stackName"] == f"sms-{app_id}"
    assert summary["launchDetails"]["latestLaunchTime"].tzinfo is not None
    assert running(clients) == 2
    stack = clients.client("cloudformation").describe_stacks(StackName=f"sms-{app_id}")["Stacks"][0]
    assert {"Key": "CostCenter", "Value": "4711"} in stack["Tags"]

    service.set_image(app_id, "s-00000002", "ami-87654321")
    change_set = document(clients, service.generate_change_set(appId=app_id, changesetFormat="JSON"))
    (change,) = change_set["changeSet"]["Changes"]
    assert change["ResourceChange"]["LogicalResourceId"] == "Web01"
    assert change["ResourceChange"]["Replacement"] == "True"

    with pytest.raises(service.exceptions.OperationNotPermittedException, match="forceTerminateApp"):
        service.delete_app(appId=app_id)
    service.terminate_app(appId=app_id)
    assert service.wait(app_id)["appSummary"]["launchStatus"] == "TERMINATED"
    assert running(clients) == 0
    service.delete_app(appId=app_id)
    assert service.list_apps()["apps"] == []
    with pytest.raises(service.exceptions.InvalidParameterException, match=app_id):
        service.get_app(appId=app_id)


def test_deleting_by_force_takes_the_stack_along(
    service: Service, clients: Clients, network: dict[str, str]
) -> None:
    app_id = make(service, network)
    service.launch_app(appId=app_id)
    service.delete_app(appId=app_id, forceTerminateApp=True)
    with pytest.raises(service.exceptions.InvalidParameterException):
        service.wait(app_id)
    assert running(clients) == 0


def test_another_service_on_the_same_store_carries_a_launch_on(
    open_service: Callable[..., Service], clients: Clients, network: dict[str, str]
) -> None:
    first = open_service(workers=0)
    app_id = make(first, network)
    first.launch_app(appId=app_id)
    first.close()
    second = open_service(workers=2)
    assert second.wait(app_id)["appSummary"]["launchStatus"] == "LAUNCHED"
    assert running(clients) == 2


def test_without_workers_waiting_carries_it_out(
    open_service: Callable[..., Service], clients: Clients, network: dict[str, str]
) -> None:
    service = open_service(workers=0)
    app_id = make(service, network)
    service.launch_app(appId=app_id)
    assert service.get_app(appId=app_id)["appSummary"]["launchStatus"] == "VALIDATION_IN_PROGRESS"
    assert service.wait(app_id)["appSummary"]["launchStatus"] == "LAUNCHED"


def test_a_stack_that_aws_denies_fails_the_launch_with_its_words(
    service: Service, proxy: FaultProxy, network: dict[str, str]
) -> None:
    app_id = make(service, network)
    proxy.fail("cloudformation:CreateChangeSet", "denied")
    service.launch_app(appId=app_id)
    summary = service.wait(app_id)["appSummary"]
    assert summary["launchStatus"] == "LAUNCH_FAILED"
    assert "AccessDenied" in summary["launchStatusMessage"]


def test_a_bucket_that_aws_denies_is_unauthorized(
    service: Service, proxy: FaultProxy, network: dict[str, str]
) -> None:
    app_id = make(service, network)
    proxy.fail("s3:PutObject", "denied")
    with pytest.raises(service.exceptions.UnauthorizedOperationException):
        service.generate_template(appId=app_id)


CALLS = ("CreateChangeSet", "ExecuteChangeSet", "DescribeStackEvents", "DescribeStacks")
FAULTS = [
    (call, kind)
    for call in CALLS
    for kind in ("throttle", "lost", "reset", "error")
    # moto ignores client tokens: a CreateChangeSet whose answer is lost makes a second stack there.
    if (call, kind) != ("CreateChangeSet", "lost")
]


@pytest.mark.parametrize(("call", "kind"), FAULTS)
def test_a_call_that_meets_a_fault_launches_once(
    service: Service, proxy: FaultProxy, clients: Clients, network: dict[str, str], call: str, kind: str
) -> None:
    app_id = make(service, network)
    proxy.fail(f"cloudformation:{call}", kind)
    service.launch_app(appId=app_id)
    summary = service.wait(app_id)["appSummary"]
    assert summary["launchStatus"] == "LAUNCHED", summary
    stacks = clients.client("cloudformation").list_stacks()["StackSummaries"]
    assert [one["StackStatus"] for one in stacks] == ["CREATE_COMPLETE"]
    assert running(clients) == 2


def test_profile_hardened_from_beginning_to_end(
    open_service: Callable[..., Service], clients: Clients, network: dict[str, str]
) -> None:
    """As `smsgen serve` makes applications by default: barriers, encrypted root volumes, scripts read from S3."""
    from moto.ec2.models import ec2_backends

    ec2, s3 = clients.client("ec2"), clients.client("s3")
    ami = ec2.register_image(Name="web01", RootDeviceName="/dev/xvda")["ImageId"]
    ec2_backends["123456789012"][REGION].amis[ami].root_device_name = "/dev/xvda"
    s3.create_bucket(Bucket="sms-app-scripts", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="sms-app-scripts", Key="boot.sh", Body=b"#!/bin/bash\necho up\n")
    script = {"userData": {"s3Location": {"bucket": "sms-app-scripts", "key": "boot.sh"}}}
    service = open_service(settings=QUICK._replace(profile="hardened"))
    app_id = make(service, {**network, **script})
    service.set_image(app_id, "s-00000002", ami)
    service.launch_app(appId=app_id)
    summary = service.wait(app_id)["appSummary"]
    assert summary["launchStatus"] == "LAUNCHED", summary
    assert running(clients) == 2
    template = document(clients, service.generate_template(appId=app_id, templateFormat="JSON"))
    assert "AWS::CloudFormation::WaitConditionHandle" in {
        one["Type"] for one in template["Resources"].values()
    }
    assert template["Resources"]["Web01"]["DependsOn"]
    for name, device in (("Db01", "/dev/sda1"), ("Web01", "/dev/xvda")):
        properties = template["Resources"][name]["Properties"]
        (root,) = properties["BlockDeviceMappings"]
        assert (root["DeviceName"], root["Ebs"]["Encrypted"]) == (device, True)
        assert properties["MetadataOptions"]["HttpTokens"] == "required"
        assert properties["UserData"] == {"Fn::Base64": "#!/bin/bash\necho up\n"}
    launched = ec2.describe_instances()["Reservations"]
    roots = {
        one["ImageId"]: one["BlockDeviceMappings"][0]["DeviceName"]
        for r in launched
        for one in r["Instances"]
    }
    assert roots == {AMI: "/dev/sda1", ami: "/dev/xvda"}
    unchanged = document(clients, service.generate_change_set(appId=app_id, changesetFormat="JSON"))
    assert unchanged["changeSet"]["Changes"] == []
    s3.put_object(Bucket="sms-app-scripts", Key="boot.sh", Body=b"#!/bin/bash\n" + b"#" * 16_384)
    with pytest.raises(service.exceptions.OperationNotPermittedException, match="larger than 16,384 bytes"):
        service.generate_template(appId=app_id)
    service.terminate_app(appId=app_id)
    assert service.wait(app_id)["appSummary"]["launchStatus"] == "TERMINATED"
    assert running(clients) == 0


def test_a_bucket_of_another_account_is_never_read(
    service: Service, clients: Clients, proxy: FaultProxy, network: dict[str, str]
) -> None:
    script = {"userData": {"s3Location": {"bucket": "sms-app-scripts", "key": "boot.sh"}}}
    app_id = make(service, {**network, **script})
    service.launch_app(appId=app_id)
    summary = service.wait(app_id)["appSummary"]
    assert summary["launchStatus"] == "CONFIGURATION_INVALID"
    assert "sms-app-scripts/boot.sh" in summary["launchStatusMessage"]
    (asked,) = [call for call in proxy.calls if call.name == "s3:GetObject"]
    assert asked.headers["x-amz-expected-bucket-owner"] == "123456789012"
