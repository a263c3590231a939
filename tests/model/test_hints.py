"""A value in the wrong shape is shown in the right one; another document is called by its name."""

import re

import pytest
import yaml

from smsgen.errors import Diagnostic, InvalidInput
from smsgen.model.fields import APP
from smsgen.model.hints import _ENTRIES, _SHAPES, ELSEWHERE, FOREIGN
from smsgen.model.kinds import Field, FieldKind, ListOf, Record
from smsgen.model.load import load

SHAPES = [
    ("tags: {Environment: prod}", ["{key: Environment, value: prod}"]),
    ("tags: {CostCenter: 0123, On: yes}", ['{key: CostCenter, value: "0123"}', '{key: "On", value: "yes"}']),
    ("tags: [Environment=prod]", ["{key: Environment, value: prod}"]),
    ("userData: ./boot.sh", ["userData: {file: boot.sh}"]),
    ("userData: s3://scripts/web/boot.sh", ["userData: {s3Location: {bucket: scripts, key: web/boot.sh}}"]),
    ("readiness: creationPolicy", ["readiness: {signal: creationPolicy}"]),
    ("readiness: PT20M", ["readiness: {timeout: PT20M}"]),
    ("readiness: true", ["readiness: {signal: creationPolicy}"]),
    ("vmServer: db01", ["vmServer: {vmName: db01}"]),
    ("securityGroup: [sg-12345678]", ["securityGroup: sg-12345678"]),
    ("securityGroup: [sg-12345678, sg-23456789]", ["securityGroups: [sg-12345678, sg-23456789]"]),
    ("securityGroups: sg-12345678", ["securityGroups: [sg-12345678]"]),
    ("configureScript: s3://scripts/a.sh", ["configureScript: {bucket: scripts, key: a.sh}"]),
    ("metadataOptions: required", ["metadataOptions: {httpTokens: required}"]),
    ("volumes: {device: /dev/sdf, size: 8}", ["{device: /dev/sdf, size: 8}"]),
    ("volumes: [8]", ["{device: /dev/sdf, size: 8}"]),
    ("volumes: [/dev/sdf]", ["{device: /dev/sdf}"]),
    ("serverList: [db01, s-12345678]", ["{vmServer: {vmName: db01}}", "{serverId: s-12345678}"]),
    ("serverList: {db01: {}, web01: {}}", ["{vmServer: {vmName: db01}}", "{vmServer: {vmName: web01}}"]),
    ("serverGroups: {web: {}, db: {}}", ["{name: web}", "{name: db}"]),
]


def said_of(text: str) -> tuple[Diagnostic, ...]:
    try:
        return load(text.encode(), "app.yaml").warnings
    except InvalidInput as error:
        return error.diagnostics


def document(field: str) -> str:
    """An application file with this field at a place where it belongs."""
    name = field.partition(":")[0]
    if name in APP.fields:
        rest = "" if name == "serverGroups" else "\nserverGroups: [{serverList: [{serverId: s-12345678}]}]"
        return f"name: shop\n{field}{rest}\n"
    if name == "serverList":
        return f"name: shop\nserverGroups:\n  - {field}\n"
    place = field if name == "vmServer" else f"launch: {{{field}}}"
    return f"name: shop\nserverGroups:\n  - serverList:\n      - serverId: s-12345678\n        {place}\n"


@pytest.mark.parametrize(("field", "shown"), SHAPES)
def test_the_hint_shows_the_shape(field: str, shown: list[str]) -> None:
    hints = [one.hint for one in said_of(document(field)) if one.code == "WRONG_TYPE"]
    snippets = [part.removeprefix("- ") for hint in hints for part in re.findall("`([^`]*)`", hint)]
    assert snippets == shown


@pytest.mark.parametrize(("field", "shown"), SHAPES)
def test_what_the_hint_shows_is_taken(field: str, shown: list[str]) -> None:
    """The user's line is replaced by what the hint says: nothing of it has the wrong type any more."""
    name = field.partition(":")[0]
    entries = [yaml.safe_load(text) for text in shown]
    mended = entries[0] if name in entries[0] or "securityGroups" in entries[0] else {name: entries}
    text = document(f"{yaml.safe_dump(mended, default_flow_style=True, width=1000).strip()[1:-1]}")
    assert [one.render() for one in said_of(text) if one.code in ("WRONG_TYPE", "UNKNOWN_FIELD")] == []


def test_a_script_in_place_of_a_map_is_not_shown_again() -> None:
    (found,) = said_of(document('userData: "#!/bin/sh\\nexport PASSWORD=hunter2"'))
    assert "inline: |" in found.hint
    assert "hunter2" not in found.render()


def test_a_hint_stays_short() -> None:
    many = ", ".join(f"Key{number}: {'v' * 60}" for number in range(40))
    (found,) = said_of(document(f"tags: {{{many}}}"))
    assert found.hint == "begin each entry with `- `, or put them in [ ]"
    few = ", ".join(f"Key{number}: v" for number in range(40))
    (found,) = said_of(document(f"tags: {{{few}}}"))
    assert found.hint.endswith("`- {key: Key2, value: v}`, and so on under tags")


def names(kind: FieldKind) -> set[str]:
    if isinstance(kind, ListOf):
        return names(kind.entry)
    fields: dict[str, Field] = kind.fields if isinstance(kind, Record) else {}  # type: ignore[assignment] # a Mapping
    return set(fields).union(*(names(field.kind) for field in fields.values()))


def test_the_tables_know_the_fields() -> None:
    assert _SHAPES.keys() | _ENTRIES.keys() <= names(APP)
    assert not ELSEWHERE.keys() & names(APP)


def test_a_region_is_given_elsewhere() -> None:
    for field in ("region: eu-central-1", "launchDefaults: {region: eu-central-1}"):
        (found,) = said_of(
            f"name: shop\n{field}\nserverGroups: [{{serverList: [{{serverId: s-12345678}}]}}]\n"
        )
        assert found.code == "UNKNOWN_FIELD"
        assert "`--region`" in found.hint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "AWSTemplateFormatVersion: '2010-09-09'\nResources: {A: {Type: AWS::SNS::Topic}}\n",
            FOREIGN[1].what,
        ),
        ('{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}', FOREIGN[1].what),
        ("Resources:\n  A:\n    Properties: {TopicName: !Sub '${AWS::StackName}'}\n", FOREIGN[1].what),
        ("stackName: shop\ntemplate: {Resources: {}}\n", FOREIGN[0].what),
        ('{"appSummary": {"name": "shop"}, "serverGroups": [], "tags": []}', FOREIGN[2].what),
    ],
)
def test_another_document_is_recognised(text: str, what: str) -> None:
    (found,) = said_of(text)
    assert (found.code, str(found.location)) == ("NOT_AN_APPLICATION", "app.yaml:1:1")
    assert what in found.message
    assert "smsgen " in found.hint


def test_an_application_that_mentions_resources_is_one() -> None:
    text = "name: shop\nResources: {}\nserverGroups: [{serverList: [{serverId: s-12345678}]}]\n"
    assert [one.code for one in said_of(text)] == ["UNKNOWN_FIELD"]
    (tagged, *_) = said_of("name: shop\ndescription: !Sub x\n")
    assert tagged.code == "YAML_TAG"
