"""The tables of answers say what the API's messages say, and read what the API answers."""

from typing import Any

import msgspec
import pytest

from smsgen.model.kinds import Boolean, Choice, InstanceType, Integer, ListOf, Record, Text
from smsgen.model.managed import ManagedApp
from smsgen.operations.intake.sms_answers import ANSWERS, Timestamp
from smsgen.operations.intake.transfer import read_files
from smsgen.server.actions import translate, translate_configuration
from smsgen.server.api import messages as m
from smsgen.server.api.schema import MemberKind, members
from smsgen.server.api.shapes import Message
from tests.operations.intake.answers import Given, get_app, get_launch, get_replication

RESPONSES: dict[str, type[Message]] = {
    "get-app": m.GetAppResponse,
    "get-app-launch-configuration": m.GetAppLaunchConfigurationResponse,
    "get-app-replication-configuration": m.GetAppReplicationConfigurationResponse,
}
READERS: dict[str, tuple[type, ...]] = {
    "string": (Text, InstanceType),
    "integer": (Integer,),
    "boolean": (Boolean,),
    "timestamp": (Timestamp,),
}
OURS = {"ResponseMetadata", "file", "inline", "base64"}
"""What boto3 adds, and what the application file has beside the API: one Record reads both."""


def compare(message: type[Message], record: Any, place: str) -> None:
    assert isinstance(record, Record), place
    known = {member.name: member.kind for member in members(message)}
    assert {*record.fields, *record.ignored} - OURS == set(known), place
    for name in set(known) - set(record.ignored):
        compare_kind(known[name], record.fields[name].kind, f"{place}.{name}")


def compare_kind(kind: MemberKind, reader: Any, place: str) -> None:
    if kind.message is not None:
        compare(kind.message, reader, place)
    elif kind.item is not None:
        assert isinstance(reader, ListOf), place
        compare_kind(kind.item, reader.entry, place)
    elif kind.shape.enum:
        assert isinstance(reader, Choice), place
        assert sorted(reader.values) == sorted(kind.shape.enum), place
    else:
        assert isinstance(reader, READERS[kind.is_a]), place


@pytest.mark.parametrize(("command", "record"), ANSWERS.values(), ids=list(ANSWERS))
def test_the_members_are_those_of_the_messages(command: str, record: Record) -> None:
    compare(RESPONSES[command], record, command)


def only(**files: Any) -> ManagedApp:
    (managed,) = read_files(list(files), Given(**files), in_store=True).apps
    return managed


@pytest.mark.parametrize(
    "summary",
    [
        {},
        {"launchStatus": "TERMINATE_FAILED", "launchDetails": {"stackName": "sms-x", "stackId": "arn:x"}},
        {"importedAppId": "app-d", "latestReplicationTime": 1556697800.25},
    ],
)
def test_what_the_api_answers_is_read_as_the_same_application(summary: dict[str, Any]) -> None:
    managed = only(app=get_app(**summary), launch=get_launch(), replication=get_replication())
    answers = {
        "app": m.GetAppResponse(
            app_summary=translate.app_summary(managed),
            server_groups=translate.groups(managed),
            tags=translate.tag_messages(managed.app),
        ),
        "launch": m.GetAppLaunchConfigurationResponse(
            app_id=managed.app.app_id,
            role_name=managed.app.role_name,
            auto_launch=managed.launch.auto_launch,
            server_group_launch_configurations=translate_configuration.launch_groups(managed),
        ),
        "replication": m.GetAppReplicationConfigurationResponse(
            server_group_replication_configurations=translate_configuration.replication_groups(managed)
        ),
    }
    printed = {name: msgspec.to_builtins(answer) for name, answer in answers.items()}
    assert printed["app"]["appSummary"].items() >= summary.items()
    assert only(**printed) == managed
