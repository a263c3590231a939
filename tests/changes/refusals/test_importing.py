"""What CloudFormation refuses of an import, in its own words where they are known."""

from __future__ import annotations

from typing import Any

import pytest

from smsgen.changes import predict
from smsgen.changes.identifiers import Identifier, identifier_keys, physical_id
from smsgen.errors import InvalidInput, Path
from tests.changes.stacks import ENVIRONMENT, listed, resources, topic, update


def kept(type_name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type_name, "DeletionPolicy": "Retain", "Properties": properties}


KEPT = kept("AWS::SNS::Topic", TopicName="x")
MODIFIED = (
    "You have modified resources [T] in your template that are not being imported. Update, create or delete"
    " operations cannot be executed during import operations."
)
EIP = {"PublicIp": "203.0.113.5", "AllocationId": "eipalloc-0123456789abcdef0"}


def refused(template: dict[str, Any], imports: dict[str, Identifier], **more: Any) -> list[tuple[str, Path]]:
    with pytest.raises(InvalidInput) as raised:
        update(resources(T=topic()), resources(T=topic()) | template, imports=imports, **more)
    assert {diagnostic.code for diagnostic in raised.value.diagnostics} == {"IMPORT"}
    return [(diagnostic.message, diagnostic.path) for diagnostic in raised.value.diagnostics]


@pytest.mark.parametrize(
    ("template", "message", "path"),
    [
        (
            resources(T=topic(TopicName="new"), I=KEPT),
            MODIFIED,
            ("Resources", "T"),
        ),
        (
            resources(A=topic(), T=topic(), I=KEPT),
            "Resources [A] is missing from ResourceToImport list",
            ("Resources", "A"),
        ),
        (
            resources(I=KEPT),
            MODIFIED,
            ("Resources", "T"),
        ),
        (
            resources(T=topic(), I=KEPT) | {"Outputs": {"Name": {"Value": "x"}}},
            "As part of the import operation, you cannot modify or add [Outputs]",
            ("Outputs",),
        ),
        (
            resources(T=topic(), I=topic()),
            "The following resources to import [I] must have DeletionPolicy attribute specified in the template.",
            ("Resources", "I"),
        ),
        (
            resources(T=topic(), I=kept("AWS::CloudFormation::WaitConditionHandle")),
            "ResourceTypes [AWS::CloudFormation::WaitConditionHandle] are not supported for Import",
            ("Resources", "I"),
        ),
        (
            resources(T=topic(), I=kept("AWS::EC2::EIP")),
            "the identifier of I lacks AllocationId",
            ("Resources", "I"),
        ),
        (resources(T=topic()), "the resource to import, I, is not in the template", ("Resources",)),
    ],
    ids=[
        "an update",
        "a new resource",
        "a removal",
        "an output",
        "no policy",
        "a type",
        "one of two keys",
        "absent",
    ],
)
def test_an_import_comes_alone(template: dict[str, Any], message: str, path: Path) -> None:
    assert refused(template, {"I": "x"}) == [(message, path)]


def test_all_that_is_wrong_with_an_import_is_said_at_once() -> None:
    template = resources(T=topic(), I=topic(), H=kept("AWS::CloudFormation::WaitConditionHandle"))
    messages = [message for message, _ in refused(template, {"I": "x", "H": "y", "T": "z", "N": "n"})]
    assert len(messages) == 4
    assert messages[0].endswith("N, is not in the template")
    assert messages[1].startswith("T belongs to the stack already")


def test_a_change_set_imports_at_most_200_resources() -> None:
    members = {f"I{number}": KEPT for number in range(201)}
    imports: dict[str, Identifier] = {name: f"arn:{name}" for name in members}
    [(message, _)] = refused(resources(T=topic(), **members), imports)
    assert "'resourcesToImport'" in message
    del members["I200"], imports["I200"]
    assert len(update(resources(T=topic()), resources(T=topic(), **members), imports=imports).changes) == 200


def test_a_new_stack_that_imports_has_no_outputs_and_no_tags() -> None:
    template = resources(I=KEPT) | {"Outputs": {"Name": {"Value": "x"}}}
    with pytest.raises(InvalidInput) as raised:
        predict(None, template, {}, environment=ENVIRONMENT, imports={"I": "x"}, tags={"Team": "a"})
    assert [diagnostic.path for diagnostic in raised.value.diagnostics] == [("Outputs",), ("Resources",)]


def test_a_new_stack_imports_with_an_output_section_taken_out() -> None:
    answer = predict(None, resources(I=KEPT), {}, environment=ENVIRONMENT, imports={"I": "x"}, tags={})
    assert (answer.change_set_type, answer.status) == ("IMPORT", "CREATE_COMPLETE")


def test_an_address_is_identified_by_two_properties_and_shown_by_one() -> None:
    answer = update(resources(T=topic()), resources(T=topic(), I=kept("AWS::EC2::EIP")), imports={"I": EIP})
    change = listed(answer, values=True)["I"]
    assert (change["Action"], change["PhysicalResourceId"]) == ("Import", "203.0.113.5")
    assert change["AfterContext"] == {"Properties": {}, "DeletionPolicy": "Retain"}


def test_a_record_needs_no_set_identifier() -> None:
    record = {"Name": "a.example.com.", "HostedZoneId": "Z1", "Type": "A"}
    template = resources(T=topic(), I=kept("AWS::Route53::RecordSet", **record))
    [change] = update(resources(T=topic()), template, imports={"I": record}).changes
    assert change.physical_resource_id == "a.example.com.|Z1|A"


@pytest.mark.parametrize(
    ("type_name", "keys"),
    [
        ("AWS::EC2::Instance", "InstanceId"),
        ("AWS::EC2::Volume", "VolumeId"),
        ("AWS::EC2::VolumeAttachment", "VolumeId InstanceId"),
        ("AWS::EC2::NetworkInterface", "Id"),
        ("AWS::EC2::NetworkInterfaceAttachment", "AttachmentId"),
        ("AWS::EC2::EIP", "PublicIp AllocationId"),
        ("AWS::EC2::EIPAssociation", "Id"),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupArn"),
        ("AWS::Route53::RecordSet", "Name HostedZoneId Type SetIdentifier"),
        ("AWS::CloudWatch::Alarm", "AlarmName"),
        ("AWS::Backup::BackupSelection", "Id"),
        ("AWS::DLM::LifecyclePolicy", "PolicyId"),
        ("AWS::SSM::Association", "AssociationId"),
        ("AWS::EC2::PlacementGroup", "GroupName"),
        ("AWS::CloudFormation::WaitCondition", ""),
        ("AWS::CloudFormation::WaitConditionHandle", ""),
        ("Custom::Anything", ""),
    ],
)
def test_types_are_identified_as_their_schemas_say(type_name: str, keys: str) -> None:
    assert identifier_keys(type_name) == tuple(keys.split())


def test_several_properties_are_shown_in_the_order_of_the_schema() -> None:
    identifier = {"InstanceId": "i-1", "VolumeId": "vol-1"}
    assert physical_id("AWS::EC2::VolumeAttachment", identifier) == "vol-1|i-1"
