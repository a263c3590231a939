"""Scripts through Systems Manager: what is asked for, and what the answers mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from smsgen.aws.clients import Clients
from smsgen.aws.commands import SsmCommands
from smsgen.errors import ServiceError
from smsgen.operations.ports.records import Command, CommandAnswer
from tests.aws.conftest import REGION

SHELL = Command("i-12345678", "SHELL_SCRIPT", 90, text="one\ntwo")
ID = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SsmCommands, Any]]:
    """The adapter on a stub of Systems Manager: moto knows no instance that a command could run on."""
    stub = pytest.importorskip("botocore.stub", reason="boto3 comes with smsgen[aws]")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    clients = Clients()
    with stub.Stubber(clients.client("ssm")) as stubber:
        yield SsmCommands(clients), stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("command", "document", "parameters"),
    [
        (SHELL, "AWS-RunShellScript", {"commands": ["one", "two"], "executionTimeout": ["90"]}),
        (
            SHELL._replace(script_type="POWERSHELL_SCRIPT"),
            "AWS-RunPowerShellScript",
            {"commands": ["one", "two"], "executionTimeout": ["90"]},
        ),
        (
            SHELL._replace(location=("sms-app-x", "a/check.sh"), text=""),
            "AWS-RunRemoteScript",
            {
                "sourceType": ["S3"],
                "sourceInfo": [json.dumps({"path": "https://s3.amazonaws.com/sms-app-x/a/check.sh"})],
                "commandLine": ["check.sh"],
                "executionTimeout": ["90"],
            },
        ),
    ],
)
def test_each_script_has_its_document(
    stubbed: tuple[SsmCommands, Any], command: Command, document: str, parameters: dict[str, list[str]]
) -> None:
    commands, stubber = stubbed
    wanted = {
        "InstanceIds": ["i-12345678"],
        "DocumentName": document,
        "Parameters": parameters,
        "Comment": "Validation of an application by smsgen",
    }
    stubber.add_response("send_command", {"Command": {"CommandId": ID}}, wanted)
    assert commands.send(command) == ID


def test_a_script_in_s3_may_be_called_with_arguments_and_its_output_kept(
    stubbed: tuple[SsmCommands, Any],
) -> None:
    commands, stubber = stubbed
    seen: dict[str, Any] = {}
    stubber.client.meta.events.register(
        "provide-client-params.ssm.SendCommand", lambda params, **_: seen.update(params)
    )
    stubber.add_response("send_command", {"Command": {"CommandId": ID}})
    commands.send(
        SHELL._replace(
            location=("b", "k/check.sh"), text="check.sh --fast", output_bucket="out", output_prefix="p"
        )
    )
    assert seen["Parameters"]["commandLine"] == ["check.sh --fast"]
    assert (seen["OutputS3BucketName"], seen["OutputS3KeyPrefix"]) == ("out", "p")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Status": "Pending"}, CommandAnswer(done=False)),
        ({"Status": "InProgress"}, CommandAnswer(done=False)),
        ({"Status": "Success", "StandardOutputContent": "fine\n"}, CommandAnswer(True, True, "fine")),
        (
            {"Status": "Failed", "StatusDetails": "Failed", "StandardErrorContent": "no"},
            CommandAnswer(True, False, "Failed: no"),
        ),
        (
            {"Status": "TimedOut", "StatusDetails": "Delivery Timed Out"},
            CommandAnswer(True, False, "Delivery Timed Out"),
        ),
        ({"Status": "Cancelled"}, CommandAnswer(True, False, "Cancelled")),
    ],
)
def test_each_status_is_told(
    stubbed: tuple[SsmCommands, Any], answer: dict[str, str], expected: CommandAnswer
) -> None:
    commands, stubber = stubbed
    stubber.add_response("get_command_invocation", answer, {"CommandId": ID, "InstanceId": "i-12345678"})
    assert commands.answer(ID, "i-12345678") == expected


def test_a_command_that_is_still_on_its_way_is_not_done(stubbed: tuple[SsmCommands, Any]) -> None:
    commands, stubber = stubbed
    stubber.add_client_error("get_command_invocation", "InvocationDoesNotExist")
    assert commands.answer(ID, "i-12345678") == CommandAnswer(done=False)


@pytest.mark.parametrize("method", ["send_command", "get_command_invocation"])
def test_what_aws_refuses_is_one_sentence(stubbed: tuple[SsmCommands, Any], method: str) -> None:
    commands, stubber = stubbed
    stubber.add_client_error(method, "InvalidInstanceId", "not in valid state")
    with pytest.raises(ServiceError, match="i-12345678") as caught:
        commands.send(SHELL) if method == "send_command" else commands.answer(ID, "i-12345678")
    assert caught.value.code == "InvalidInstanceId"
