"""EC2's stand-in for images of snapshots: they are registered, described, launched and taken away as at AWS."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from tests.servers.aws import Aws, running
from tests.servers.aws.fixtures import (
    ABSENT,
    UNKNOWN,
    Clients,
    block,
    clients_of,
    mapped,
    refusal,
    registered,
    stored,
)


def launch(ec2: Any, image_id: str, **more: Any) -> dict[str, Any]:
    arguments = {"ImageId": image_id, "InstanceType": "m6i.large", "MinCount": 1, "MaxCount": 1} | more
    instance: dict[str, Any] = ec2.run_instances(**arguments)["Instances"][0]
    return instance


def test_an_image_is_described_as_it_was_registered(clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    root, data = stored(ebs, {0: block(1)}), stored(ebs, {0: block(2)}, VolumeSize=3)
    tags = [{"ResourceType": "image", "Tags": [{"Key": "SMSJobId", "Value": "sms-job-1"}]}]
    image_id = registered(
        ec2,
        mapped(root, VolumeType="gp3"),
        mapped(data, "/dev/sdf"),
        TagSpecifications=tags,
        BootMode="uefi",
        Description="disks of db01",
    )
    filters = [{"Name": "tag:SMSJobId", "Values": ["sms-job-1"]}]
    image = ec2.describe_images(Owners=["self"], Filters=filters)["Images"][0]
    assert image["ImageId"] == image_id
    assert (image["State"], image["Name"], image["Description"]) == ("available", "db01", "disks of db01")
    assert (image["VirtualizationType"], image["Architecture"], image["EnaSupport"]) == (
        "hvm",
        "x86_64",
        True,
    )
    assert (image["RootDeviceName"], image["RootDeviceType"], image["BootMode"]) == (
        "/dev/sda1",
        "ebs",
        "uefi",
    )
    mappings = {each["DeviceName"]: each["Ebs"] for each in image["BlockDeviceMappings"]}
    assert (
        mappings["/dev/sda1"] | {"SnapshotId": root, "VolumeSize": 1, "VolumeType": "gp3"}
        == mappings["/dev/sda1"]
    )
    assert (
        mappings["/dev/sdf"] | {"SnapshotId": data, "VolumeSize": 3, "Encrypted": False}
        == mappings["/dev/sdf"]
    )


def test_what_is_not_said_is_ec2s_default_and_runs_nowhere_today(clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    root = stored(ebs, {0: block(1)})
    image_id = ec2.register_image(Name="old", BlockDeviceMappings=[mapped(root)])["ImageId"]
    image = ec2.describe_images(ImageIds=[image_id])["Images"][0]
    assert (image["VirtualizationType"], image["Architecture"]) == ("paravirtual", "i386")
    assert refusal(lambda: launch(ec2, image_id)).code == "InvalidParameterCombination"


REGISTRATIONS = {
    "a name too short": ({"Name": "ab"}, "InvalidAMIName.Malformed"),
    "a name with a colon": ({"Name": "db01: now"}, "InvalidAMIName.Malformed"),
    "no mapping": ({"BlockDeviceMappings": []}, "MissingParameter"),
    "a root that is not mapped": ({"RootDeviceName": "/dev/xvda"}, "InvalidBlockDeviceMapping"),
    "a snapshot that is not there": ({"BlockDeviceMappings": [mapped(UNKNOWN)]}, "InvalidSnapshot.NotFound"),
}


@pytest.mark.parametrize("case", REGISTRATIONS)
def test_a_registration_is_refused(case: str, clients: Clients) -> None:
    ec2 = clients("ec2")
    root = stored(clients("ebs"), {0: block(1)})
    wrong, code = REGISTRATIONS[case]
    arguments = {"Name": "db01", "RootDeviceName": "/dev/sda1", "BlockDeviceMappings": [mapped(root)]} | wrong
    assert refusal(lambda: ec2.register_image(**arguments)).code == code
    ec2.delete_snapshot(SnapshotId=root)  # no image holds it


MAPPINGS = {
    "encryption said of a snapshot": {"Encrypted": True},
    "a volume smaller than its snapshot": {"VolumeSize": 1},
}


@pytest.mark.parametrize("case", MAPPINGS)
def test_a_mapping_is_refused(case: str, clients: Clients) -> None:
    root = stored(clients("ebs"), {0: block(1)}, VolumeSize=2)
    register = partial(registered, clients("ec2"), mapped(root, **MAPPINGS[case]))
    assert refusal(register).code == "InvalidBlockDeviceMapping"


def test_names_and_devices_come_once(clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    root = stored(ebs, {0: block(1)})
    registered(ec2, mapped(root))
    assert refusal(lambda: registered(ec2, mapped(root))).code == "InvalidAMIName.Duplicate"
    twice = partial(registered, ec2, mapped(root), mapped(root), Name="db02")
    assert refusal(twice).code == "InvalidBlockDeviceMapping"


def test_snapshots_have_to_be_completed_before_anything_is_made_of_them(clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    root, pending = stored(ebs, {0: block(1)}), stored(ebs, {}, complete=False)
    assert refusal(lambda: registered(ec2, mapped(pending))).code == "IncorrectState"
    volume = partial(ec2.create_volume, AvailabilityZone="eu-central-1a")
    assert refusal(lambda: volume(SnapshotId=pending)).code == "IncorrectState"
    image_id = registered(ec2, mapped(root))
    more = {"BlockDeviceMappings": [mapped(pending, "/dev/sdf")]}
    assert refusal(lambda: launch(ec2, image_id, **more)).code == "IncorrectState"


def test_an_image_of_a_pending_snapshot_is_pending_and_not_launched(aws: Aws, clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    aws.control.limit(pending_images=True, completion_seconds=60)
    image_id = registered(ec2, mapped(stored(ebs, {0: block(1)})))

    def state() -> str:
        text: str = ec2.describe_images(ImageIds=[image_id])["Images"][0]["State"]
        return text

    assert (state(), refusal(lambda: launch(ec2, image_id)).code) == ("pending", "InvalidAMIID.Unavailable")
    aws.control.advance(61)
    assert (state(), launch(ec2, image_id)["ImageId"]) == ("available", image_id)


def test_an_instance_has_volumes_of_its_images_snapshots(clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    root, data = stored(ebs, {0: block(1)}), stored(ebs, {0: block(2)}, VolumeSize=3)
    image_id = registered(ec2, mapped(root), mapped(data, "/dev/sdf"))
    larger = {"BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20}}]}
    instance = launch(ec2, image_id, **larger)
    filters = [{"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}]
    volumes = ec2.describe_volumes(Filters=filters)["Volumes"]
    assert {each["SnapshotId"]: each["Size"] for each in volumes} == {root: 20, data: 3}
    smaller = {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 2}}]}
    assert refusal(lambda: launch(ec2, image_id, **smaller)).code == "InvalidBlockDeviceMapping"


def test_a_launch_may_say_of_a_volume_only_what_is_otherwise(clients: Clients) -> None:
    ec2 = clients("ec2")
    image_id = registered(ec2, mapped(stored(clients("ebs"), {0: block(1)}), VolumeType="gp3"))
    encrypted = {"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True}}
    mappings = [encrypted, {"DeviceName": "/dev/sdf", "NoDevice": ""}]
    instance = launch(ec2, image_id, BlockDeviceMappings=mappings)
    volume = ec2.describe_volumes()["Volumes"][0]
    assert (volume["Encrypted"], volume["Size"], volume["VolumeType"]) == (True, 1, "gp3")
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    assert ec2.describe_volumes()["Volumes"] == []  # they go with it, as the image says


LAUNCHES = {
    "without ENA": ({"EnaSupport": False}, "InvalidParameterCombination"),
    "of another architecture": ({"Architecture": "arm64"}, "InvalidParameterValue"),
    "paravirtual": ({"VirtualizationType": "paravirtual"}, "InvalidParameterCombination"),
}


@pytest.mark.parametrize("case", LAUNCHES)
def test_an_image_that_an_instance_cannot_boot_is_not_launched(case: str, clients: Clients) -> None:
    ec2 = clients("ec2")
    wrong, code = LAUNCHES[case]
    image_id = registered(ec2, mapped(stored(clients("ebs"), {0: block(1)})), **wrong)
    assert refusal(lambda: launch(ec2, image_id)).code == code
    assert ec2.describe_instances()["Reservations"] == []


@pytest.mark.filterwarnings(
    "ignore:.*does not match an error shape"
)  # moto, of EC2's error in CloudFormation's
def test_cloudformation_launches_under_the_same_rules(aws: Aws, clients: Clients) -> None:
    ebs, ec2, cloudformation = clients("ebs"), clients("ec2"), clients("cloudformation")
    aws.control.limit(pending_images=True)
    snapshot_id = stored(ebs, {}, complete=False)
    image_id = registered(ec2, mapped(snapshot_id))
    properties = {"ImageId": image_id, "InstanceType": "m6i.large"}
    template = {"Resources": {"Db1": {"Type": "AWS::EC2::Instance", "Properties": properties}}}
    create = partial(cloudformation.create_stack, TemplateBody=json.dumps(template))
    assert "InvalidAMIID" in refusal(lambda: create(StackName="early")).code
    ebs.complete_snapshot(SnapshotId=snapshot_id, ChangedBlocksCount=0)
    create(StackName="later")
    instances = ec2.describe_instances(Filters=[{"Name": "image-id", "Values": [image_id]}])["Reservations"]
    assert len(instances) == 1


def test_a_snapshot_that_an_image_needs_stays(clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    root, data = stored(ebs, {0: block(1)}), stored(ebs, {0: block(2)})
    image_id = registered(ec2, mapped(root), mapped(data, "/dev/sdf"))
    other = registered(ec2, mapped(root), Name="db01 again")
    assert refusal(lambda: ec2.delete_snapshot(SnapshotId=data)).code == "InvalidSnapshot.InUse"
    results = ec2.deregister_image(ImageId=image_id, DeleteAssociatedSnapshots=True)["DeleteSnapshotResults"]
    assert {each["SnapshotId"]: each["ReturnCode"] for each in results} == {root: "skipped", data: "success"}
    assert refusal(lambda: launch(ec2, image_id)).code == "InvalidAMIID.NotFound"
    ec2.deregister_image(ImageId=other)
    ec2.delete_snapshot(SnapshotId=root)


def test_images_are_found_by_a_snapshot(clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    first, second = stored(ebs, {0: block(1)}), stored(ebs, {0: block(2)})
    image_id = registered(ec2, mapped(first), mapped(second, "/dev/sdf"))
    registered(ec2, mapped(first), Name="db02")
    filters = [{"Name": "block-device-mapping.snapshot-id", "Values": [second]}]
    assert [each["ImageId"] for each in ec2.describe_images(Filters=filters)["Images"]] == [image_id]


def test_moto_is_as_before_once_the_stand_in_has_ended() -> None:
    from moto.ec2.models import EC2Backend
    from moto.ec2.responses import EC2Response

    def methods() -> list[Any]:
        names = ("register_image", "import_image", "deregister_image")
        return [*(getattr(EC2Response, name) for name in names), EC2Backend.run_instances]

    before = methods()
    with running() as aws:
        assert not set(before) & set(methods())
        snapshot_id = stored(clients_of(aws.url)("ebs"), {0: block(1)})
    assert methods() == before
    with running() as aws:
        assert (
            refusal(lambda: clients_of(aws.url)("ebs").list_snapshot_blocks(SnapshotId=snapshot_id)) == ABSENT
        )


def test_a_copy_holds_all_blocks_and_may_be_encrypted(aws: Aws, clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    first = stored(ebs, {0: block(1), 1: block(2)})
    second = stored(ebs, {1: block(3)}, ParentSnapshotId=first)
    copy_id = ec2.copy_snapshot(SourceSnapshotId=second, SourceRegion="eu-central-1", Encrypted=True)[
        "SnapshotId"
    ]
    assert ec2.describe_snapshots(SnapshotIds=[copy_id])["Snapshots"][0]["Encrypted"] is True
    reader = aws.control.read_back(copy_id)
    assert [reader.at(0), reader.at(1)] == [block(1), block(3)]
    changes = partial(ebs.list_changed_blocks, FirstSnapshotId=first, SecondSnapshotId=copy_id)
    assert refusal(changes).reason == "UNRELATED_SNAPSHOTS"


def test_a_stack_replaces_an_instance_for_a_new_image(clients: Clients) -> None:
    ebs, ec2, cloudformation = clients("ebs"), clients("ec2"), clients("cloudformation")
    images = [
        registered(ec2, mapped(stored(ebs, {0: block(number)})), Name=f"run {number}") for number in (1, 2)
    ]

    def template(image_id: str, **more: str) -> str:
        properties = {"ImageId": image_id, "InstanceType": "m6i.large"} | more
        return json.dumps({"Resources": {"Db1": {"Type": "AWS::EC2::Instance", "Properties": properties}}})

    def physical() -> str:
        resources = cloudformation.describe_stack_resources(StackName="shop")["StackResources"]
        physical_id: str = resources[0]["PhysicalResourceId"]
        return physical_id

    def change(body: str) -> None:
        names = {"StackName": "shop", "ChangeSetName": f"change-{len(body)}"}
        cloudformation.create_change_set(**names, ChangeSetType="UPDATE", TemplateBody=body)
        cloudformation.execute_change_set(**names)

    cloudformation.create_stack(StackName="shop", TemplateBody=template(images[0]))
    first = physical()
    change(template(images[1]))
    second = physical()
    change(template(images[1], InstanceType="m6i.xlarge"))
    assert (first != second, physical()) == (True, second)
    instances = [each["Instances"][0] for each in ec2.describe_instances()["Reservations"]]
    states = {
        each["InstanceId"]: (each["ImageId"], each["State"]["Name"], each["InstanceType"])
        for each in instances
    }
    assert states[first] == (images[0], "terminated", "m6i.large")
    assert states[second] == (images[1], "running", "m6i.xlarge")


def test_a_bucket_that_demands_tls_can_be_read(clients: Clients) -> None:
    s3 = clients("s3")
    s3.create_bucket(Bucket="documents", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::documents/*"}
    deny["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(
        Bucket="documents", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    )
    s3.put_object(Bucket="documents", Key="template", Body=b"{}")
    assert s3.get_object(Bucket="documents", Key="template")["Body"].read() == b"{}"
