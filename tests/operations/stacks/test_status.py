"""How an application stands, from what CloudFormation and EC2 say."""

from __future__ import annotations

from typing import Any

import pytest

from smsgen.cfn.document import Template
from smsgen.operations.ports.records import Instance
from smsgen.operations.stacks.request import Place
from smsgen.operations.stacks.status import StackStanding, differences_from_file, status
from tests.operations.fake_stacks import FakeClock, FakeStacks

NAME = "sms-app-shop"
SERVER = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1"}}
BODY = {"Resources": {"Web1": SERVER, "Db1": SERVER}}
PLACES = {"Web1": Place(1, "web", "web01", "s-2"), "Db1": Place(0, "database", "db01", "s-1")}


def look(aws: FakeStacks, body: dict[str, Any] = BODY, places: dict[str, Place] = PLACES) -> StackStanding:
    return status("shop", NAME, template=Template(body), children={}, places=places, stacks=aws)


@pytest.fixture
def aws() -> FakeStacks:
    return FakeStacks(FakeClock())


def test_before_the_launch_every_server_is_there_without_an_instance(aws: FakeStacks) -> None:
    found = look(aws).to_dict()
    assert (found["launchStatus"], found["template"], found["stackId"]) == (
        "READY_FOR_LAUNCH",
        "UNKNOWN",
        None,
    )
    assert [server["logicalId"] for server in found["servers"]] == ["Db1", "Web1"]
    assert {server["instanceId"] for server in found["servers"]} == {None}
    assert aws.calls == ["find"]


def test_a_launched_app_tells_instances_and_addresses_with_one_call_for_all(aws: FakeStacks) -> None:
    aws.put(NAME, "CREATE_COMPLETE", BODY, outputs={"Url": "http://x"})
    aws.known_instances = {
        "i-Web1": Instance("i-Web1", "running", "10.0.0.1", "1.2.3.4"),
        "i-Db1": Instance("i-Db1", "stopped", "10.0.0.2"),
    }
    found = look(aws).to_dict()
    assert (found["launchStatus"], found["template"], found["differences"]) == ("LAUNCHED", "IN_SYNC", [])
    assert [(s["instanceId"], s["state"], s["publicIpAddress"]) for s in found["servers"]] == [
        ("i-Db1", "stopped", None),
        ("i-Web1", "running", "1.2.3.4"),
    ]
    assert found["outputs"] == {"Url": "http://x"}
    assert aws.count("instances") == 1


def test_an_instance_that_is_gone_behind_cloudformations_back_shows_as_not_launched(aws: FakeStacks) -> None:
    aws.put(NAME, "CREATE_COMPLETE", BODY)
    assert {server.instance for server in look(aws).servers} == {None}


def test_what_the_file_says_otherwise_is_named(aws: FakeStacks) -> None:
    aws.put(NAME, "UPDATE_COMPLETE", {**BODY, "Description": "old"})
    changed = {"Resources": {"Web1": {**SERVER, "Properties": {"ImageId": "ami-2"}}, "New": SERVER}}
    assert look(aws, changed).differences == (
        "Description",
        "Resources.Db1",
        "Resources.New",
        "Resources.Web1",
    )


def test_a_stack_in_review_has_no_template_to_compare(aws: FakeStacks) -> None:
    aws.put(NAME, "REVIEW_IN_PROGRESS")
    found = look(aws)
    assert (found.launch_status.value, found.differences) == ("LAUNCH_PENDING", None)


def test_a_template_that_cannot_be_read_is_unknown(aws: FakeStacks, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.put(NAME, "CREATE_COMPLETE", BODY)
    monkeypatch.setattr(aws, "template", lambda stack: "a: [")
    assert look(aws).to_dict()["template"] == "UNKNOWN"


def test_the_address_of_a_nested_template_is_no_difference() -> None:
    def nested(url: str) -> dict[str, Any]:
        return {
            "Resources": {
                "Group1": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
            }
        }

    assert list(differences_from_file(nested("group1.yaml"), nested("https://bucket/hash.yaml"))) == []
