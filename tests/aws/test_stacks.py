"""The Stacks adapter: against moto over HTTP where moto is right, against the service model elsewhere."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest

from smsgen.errors import ServiceError
from smsgen.operations.ports.records import ChangeSetInfo, ChangeSetRequest, ImportedResource
from tests.aws.faults import FaultProxy

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")
from botocore.stub import Stubber

from smsgen.aws.clients import AwsSettings, Clients, Identity
from smsgen.aws.stack_changes import CloudFormationStackChanges
from smsgen.aws.stacks import CloudFormationStacks

NAME = "sms-app-0123456789abcdef0"
BODY = json.dumps(
    {"Resources": {"Web1": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-12345678"}}}}
)
REQUEST = ChangeSetRequest(
    NAME, "smsgen-1", "CREATE", "smsgen-1", "words", template_body=BODY, tags={"Team": "a"}
)
STACK_ID = f"arn:aws:cloudformation:eu-central-1:123456789012:stack/{NAME}/1"
CHANGE_SET_ID = "arn:aws:cloudformation:eu-central-1:123456789012:changeSet/smsgen-1/2"
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


@pytest.fixture
def stacks(clients: Clients) -> CloudFormationStacks:
    return CloudFormationStacks(clients)


@pytest.fixture
def changes(clients: Clients) -> CloudFormationStackChanges:
    return CloudFormationStackChanges(clients)


class TestOverHttp:
    def test_a_stack_from_its_change_set_to_its_end(
        self, stacks: CloudFormationStacks, changes: CloudFormationStackChanges
    ) -> None:
        assert stacks.find(NAME) is None
        made = changes.create_change_set(REQUEST)
        assert stacks.find(NAME).status == "REVIEW_IN_PROGRESS"  # type: ignore[union-attr] - it is there now
        found = stacks.change_set(made.stack_id, made.change_set_id)
        assert found is not None
        assert found.executable
        assert found.description == "words"
        assert stacks.change_sets(NAME) == (found,)
        before = stacks.events(NAME)[-1].event_id
        changes.execute(made, token="smsgen-x")
        stack = stacks.find(NAME)
        assert stack is not None
        assert (stack.status, stack.tags) == ("CREATE_COMPLETE", {"Team": "a"})
        events = stacks.events(made.stack_id, after=before)
        assert [e.status for e in events] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
        assert events[0].starts_operation
        assert json.loads(stacks.template(NAME)) == json.loads(BODY)
        [resource] = stacks.resources(NAME)
        assert resource.logical_id == "Web1"
        [instance] = stacks.instances([resource.physical_id])
        assert (instance.state, instance.image_id) == ("running", "ami-12345678")
        changes.delete(NAME, token="smsgen-y")
        assert stacks.find(NAME) is None
        assert stacks.find(made.stack_id).status == "DELETE_COMPLETE"  # type: ignore[union-attr] - by id it stays

    def test_what_is_not_there_is_none(self, stacks: CloudFormationStacks) -> None:
        assert stacks.change_set(NAME, "smsgen-none") is None
        assert stacks.instances(["i-0123456789abcdef0"]) == ()
        assert stacks.instances([]) == ()

    def test_the_instances_of_a_large_app_take_one_call_per_200(
        self, stacks: CloudFormationStacks, proxy: FaultProxy
    ) -> None:
        stacks.instances(f"i-{number:017x}" for number in range(401))
        assert proxy.count("ec2:DescribeInstances") == 3

    @pytest.mark.parametrize("kind", ["throttle", "error", "reset", "truncated"])
    def test_a_passing_fault_is_retried(
        self,
        stacks: CloudFormationStacks,
        changes: CloudFormationStackChanges,
        proxy: FaultProxy,
        kind: str,
    ) -> None:
        changes.create_change_set(REQUEST)
        proxy.fail("cloudformation:DescribeStacks", kind)
        if kind == "truncated":  # half an answer cannot be read, and botocore does not ask again
            with pytest.raises(ServiceError, match="incomplete or garbled"):
                stacks.find(NAME)
        assert stacks.find(NAME) is not None

    @pytest.mark.parametrize("kind", ["expired", "denied", "skew"])
    def test_a_lasting_fault_is_one_sentence(
        self, stacks: CloudFormationStacks, proxy: FaultProxy, kind: str
    ) -> None:
        proxy.fail("cloudformation:DescribeStacks", kind)
        with pytest.raises(ServiceError, match=f"cannot look at the stack {NAME}: ") as caught:
            stacks.find(NAME)
        assert caught.value.code
        assert caught.value.hint
        assert "\n" not in str(caught.value)


# --- against the service model ---


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Stubber, Clients]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    clients = Clients(AwsSettings(region="eu-central-1"))
    monkeypatch.setattr(
        clients, "identity", lambda: Identity("123456789012", "arn:aws-cn:iam::123456789012:user/ann")
    )
    with Stubber(clients.client("cloudformation")) as stubber:
        yield stubber, clients
        stubber.assert_no_pending_responses()


Stub = tuple[Stubber, CloudFormationStacks]
Changing = tuple[Stubber, CloudFormationStackChanges]


@pytest.fixture
def stub(stubbed: tuple[Stubber, Clients]) -> Stub:
    stubber, clients = stubbed
    return stubber, CloudFormationStacks(clients)


@pytest.fixture
def changing(stubbed: tuple[Stubber, Clients]) -> Changing:
    stubber, clients = stubbed
    return stubber, CloudFormationStackChanges(clients)


def test_create_change_set_asks_for_all_that_the_request_says(changing: Changing) -> None:
    stubber, changes = changing
    request = REQUEST._replace(
        type="UPDATE",
        template_body="",
        template_url="https://b.s3.eu-central-1.amazonaws.com/k",
        parameters={"Subnet": "subnet-1", "Image": None},
        role_name="shop-launch",
        resource_types=("AWS::EC2::Instance",),
        capabilities=("CAPABILITY_IAM",),
        nested=True,
        on_failure="DO_NOTHING",
    )
    expected = {
        "StackName": NAME,
        "ChangeSetName": "smsgen-1",
        "ChangeSetType": "UPDATE",
        "ClientToken": "smsgen-1",
        "Description": "words",
        "TemplateURL": "https://b.s3.eu-central-1.amazonaws.com/k",
        "RoleARN": "arn:aws-cn:iam::123456789012:role/shop-launch",
        "Parameters": [
            {"ParameterKey": "Subnet", "ParameterValue": "subnet-1"},
            {"ParameterKey": "Image", "UsePreviousValue": True},
        ],
        "Tags": [{"Key": "Team", "Value": "a"}],
        "ResourceTypes": ["AWS::EC2::Instance"],
        "Capabilities": ["CAPABILITY_IAM"],
        "IncludeNestedStacks": True,
        "OnStackFailure": "DO_NOTHING",
    }
    stubber.add_response("create_change_set", {"Id": CHANGE_SET_ID, "StackId": STACK_ID}, expected)
    made = changes.create_change_set(request)
    assert (made.change_set_id, made.stack_id) == (CHANGE_SET_ID, STACK_ID)


def test_an_import_says_what_becomes_what_and_nothing_of_failures(changing: Changing) -> None:
    stubber, changes = changing
    expected = {
        "StackName": NAME,
        "ChangeSetName": "smsgen-1",
        "ChangeSetType": "IMPORT",
        "ClientToken": "smsgen-1",
        "Description": "words",
        "TemplateBody": BODY,
        "Tags": [{"Key": "Team", "Value": "a"}],
        "ResourcesToImport": [
            {
                "ResourceType": "AWS::EC2::Instance",
                "LogicalResourceId": "Web1",
                "ResourceIdentifier": {"InstanceId": "i-1"},
            }
        ],
    }
    stubber.add_response("create_change_set", {"Id": CHANGE_SET_ID, "StackId": STACK_ID}, expected)
    imports = {"Web1": ImportedResource("AWS::EC2::Instance", {"InstanceId": "i-1"})}
    changes.create_change_set(REQUEST._replace(type="IMPORT", imports=imports))


def test_a_change_set_that_is_there_already_is_given(changing: Changing) -> None:
    stubber, changes = changing
    stubber.add_client_error(
        "create_change_set", "AlreadyExistsException", "ChangeSet smsgen-1 already exists"
    )
    answer = {
        "ChangeSetId": CHANGE_SET_ID,
        "ChangeSetName": "smsgen-1",
        "StackId": STACK_ID,
        "Status": "CREATE_IN_PROGRESS",
        "ExecutionStatus": "UNAVAILABLE",
    }
    stubber.add_response("describe_change_set", answer, {"StackName": NAME, "ChangeSetName": "smsgen-1"})
    assert changes.create_change_set(REQUEST).pending


def test_values_of_parameters_do_not_show_in_errors(changing: Changing) -> None:
    stubber, changes = changing
    stubber.add_client_error(
        "create_change_set", "ValidationError", "Parameter Password 'hunter22' is too short"
    )
    with pytest.raises(ServiceError) as caught:
        changes.create_change_set(REQUEST._replace(parameters={"Password": "hunter22"}))
    assert "hunter22" not in str(caught.value)
    assert "Password" in str(caught.value)


MADE = ChangeSetInfo(CHANGE_SET_ID, "smsgen-1", STACK_ID, "CREATE_COMPLETE", "AVAILABLE")


@pytest.mark.parametrize("execution", ["EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE"])
def test_executing_what_an_earlier_try_executed_is_fine(changing: Changing, execution: str) -> None:
    stubber, changes = changing
    expected = {"ChangeSetName": CHANGE_SET_ID, "ClientRequestToken": "smsgen-x"}
    stubber.add_client_error(
        "execute_change_set", "InvalidChangeSetStatus", "cannot be executed", expected_params=expected
    )
    answer = {**MADE_ANSWER, "ExecutionStatus": execution}
    stubber.add_response(
        "describe_change_set", answer, {"StackName": STACK_ID, "ChangeSetName": CHANGE_SET_ID}
    )
    changes.execute(MADE, token="smsgen-x")


def test_executing_an_obsolete_change_set_is_refused(changing: Changing) -> None:
    stubber, changes = changing
    stubber.add_client_error("execute_change_set", "InvalidChangeSetStatus", "ChangeSet is OBSOLETE")
    stubber.add_response("describe_change_set", {**MADE_ANSWER, "ExecutionStatus": "OBSOLETE"})
    with pytest.raises(ServiceError, match="OBSOLETE"):
        changes.execute(MADE, token="smsgen-x")


MADE_ANSWER: dict[str, Any] = {
    "ChangeSetId": CHANGE_SET_ID,
    "ChangeSetName": "smsgen-1",
    "StackId": STACK_ID,
    "Status": "CREATE_COMPLETE",
    "ExecutionStatus": "AVAILABLE",
}


def test_no_page_of_events_is_read_beyond_the_one_that_is_known(stub: Stub) -> None:
    stubber, stacks = stub
    page = {"StackEvents": [_event("3"), _event("2")], "NextToken": "more"}
    stubber.add_response("describe_stack_events", page, {"StackName": STACK_ID})
    assert [e.event_id for e in stacks.events(STACK_ID, after="2")] == ["3"]


def test_all_pages_of_events_come_oldest_first(stub: Stub) -> None:
    stubber, stacks = stub
    stubber.add_response("describe_stack_events", {"StackEvents": [_event("3")], "NextToken": "more"})
    older = {"StackEvents": [_event("2"), _event("1")]}
    stubber.add_response("describe_stack_events", older, {"StackName": STACK_ID, "NextToken": "more"})
    assert [e.event_id for e in stacks.events(STACK_ID)] == ["1", "2", "3"]


def _event(event_id: str) -> dict[str, Any]:
    return {
        "StackId": STACK_ID,
        "EventId": event_id,
        "StackName": NAME,
        "Timestamp": NOW,
        "ResourceStatus": "CREATE_COMPLETE",
    }


def test_a_deletion_names_its_token_and_what_stays(changing: Changing) -> None:
    stubber, changes = changing
    expected = {
        "StackName": STACK_ID,
        "ClientRequestToken": "smsgen-y",
        "RetainResources": ["Db1"],
    }
    stubber.add_response("delete_stack", {}, expected)
    changes.delete(STACK_ID, token="smsgen-y", retain=["Db1"])


def test_a_role_given_as_arn_is_passed_as_it_is(changing: Changing) -> None:
    stubber, changes = changing
    role = "arn:aws:iam::999999999999:role/path/other"
    expected = {
        "StackName": NAME,
        "ChangeSetName": "smsgen-1",
        "ChangeSetType": "CREATE",
        "ClientToken": "smsgen-1",
        "Description": "words",
        "TemplateBody": BODY,
        "Tags": [{"Key": "Team", "Value": "a"}],
        "OnStackFailure": "ROLLBACK",
        "RoleARN": role,
    }
    stubber.add_response("create_change_set", {"Id": CHANGE_SET_ID, "StackId": STACK_ID}, expected)
    changes.create_change_set(REQUEST._replace(role_name=role))


def test_deleting_a_change_set_that_is_not_there_is_nothing(changing: Changing) -> None:
    stubber, changes = changing
    expected = {"StackName": STACK_ID, "ChangeSetName": "smsgen-1"}
    stubber.add_client_error("delete_change_set", "ChangeSetNotFound", "no such", expected_params=expected)
    changes.delete_change_set(STACK_ID, "smsgen-1")


@pytest.mark.parametrize("on", [True, False])
def test_termination_protection(changing: Changing, on: bool) -> None:
    stubber, changes = changing
    expected = {"StackName": STACK_ID, "EnableTerminationProtection": on}
    stubber.add_response("update_termination_protection", {"StackId": STACK_ID}, expected)
    changes.protect(STACK_ID, on=on)


def test_a_stack_with_all_that_describe_stacks_tells(stub: Stub) -> None:
    stubber, stacks = stub
    raw = {
        "StackName": NAME,
        "StackId": STACK_ID,
        "StackStatus": "UPDATE_ROLLBACK_COMPLETE",
        "StackStatusReason": "because",
        "CreationTime": NOW,
        "LastUpdatedTime": NOW + datetime.timedelta(days=1),
        "Parameters": [{"ParameterKey": "Subnet", "ParameterValue": "subnet-1"}],
        "Outputs": [{"OutputKey": "Web1Ip", "OutputValue": "10.0.0.1"}],
        "Tags": [{"Key": "a", "Value": "b"}],
        "EnableTerminationProtection": True,
    }
    stubber.add_response("describe_stacks", {"Stacks": [raw]}, {"StackName": NAME})
    stack = stacks.find(NAME)
    assert stack is not None
    assert (stack.reason, stack.protected, stack.outputs) == ("because", True, {"Web1Ip": "10.0.0.1"})
    assert stack.last_change == "2026-01-03T03:04:05+00:00"
