"""load: one case a rule in cases.txt, and laws that hold for any text."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsgen.errors import InvalidInput, errors
from smsgen.model.app import Server, Tag
from smsgen.model.fields import APP
from smsgen.model.kinds import Field, ListOf, Record
from smsgen.model.launch import Launch, S3Location, UserData, Volume
from smsgen.model.load import app_id_of, load
from smsgen.model.problems import MAX_PROBLEMS
from smsgen.model.rules import RULES, seconds
from tests.model.apps import FRAGMENTS, any_app

HERE = Path(__file__).parent
SAMPLES = sorted((HERE.parent.parent / "samples").glob("*.yaml"))


def cases() -> list[Any]:
    found = []
    for part in (HERE / "cases.txt").read_text(encoding="utf-8").split("=== ")[1:]:
        title, _, rest = part.partition("\n")
        text, _, said = rest.partition("---\n")
        found.append(pytest.param(text, said.strip(), id=title))
    return found


def said_of(text: str | bytes) -> str:
    try:
        found = load(text if isinstance(text, bytes) else text.encode(), "app.yaml").warnings
    except InvalidInput as error:
        found = error.diagnostics
    return "\n".join(diagnostic.render() for diagnostic in found)


@pytest.mark.parametrize(("text", "said"), cases())
def test_a_problem_is_said_where_it_stands(text: str, said: str) -> None:
    assert said_of(text) == said


def test_every_rule_has_a_case() -> None:
    """Each rule is taken away in turn: some case must notice."""
    import smsgen.model.load as module

    texts = [(case.values[0], case.values[1]) for case in cases()]
    for rule in RULES:
        without = tuple(other for other in RULES if other is not rule)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "RULES", without)
            assert any(said_of(text) != said for text, said in texts), rule.__name__


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_read_without_a_word(sample: Path) -> None:
    loaded = load(sample.read_bytes(), sample.name)
    assert loaded.warnings == ()
    first = sample.read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=smsgen.schema.json"


def test_what_the_file_says_is_what_the_model_holds() -> None:
    text = b"""
name: shop
tags: [{key: CostCenter, value: "4711"}, {key: Empty}]
launchDefaults:
  ec2KeyName: ops
  associatePublicIpAddress: false
  volumes: [{device: /dev/sdf, kmsKeyId: alias/x}]
serverGroups:
  - name: db
    serverGroupId: g-1
    serverList:
      - serverId: s-12345678
        vmServer: {vmName: db01, vmServerAddress: {vmManagerId: m, vmId: vm-1}}
        imageId: ssm:/shop/db
        launch: {userData: {s3Location: {bucket: sms-app-x, key: a/b}}, tags: [{key: a, value: b}]}
"""
    app = load(text, "app.yaml").app
    assert app.tags == (Tag("CostCenter", "4711"), Tag("Empty", ""))
    assert app.launch_defaults == Launch(
        ec2_key_name="ops",
        associate_public_ip_address=False,
        volumes=(Volume(device="/dev/sdf", kms_key_id="alias/x"),),
    )
    (group,) = app.server_groups
    assert (group.name, group.server_group_id, group.launch_order) == ("db", "g-1", None)
    (server,) = group.server_list
    assert server.vm_server.vm_server_address == ("m", "vm-1")
    assert server.image_id == "ssm:/shop/db"
    assert server.launch.user_data == UserData(s3_location=S3Location("sms-app-x", "a/b"))
    assert server.launch.tags == (("a", "b"),)


def test_json_is_read_as_yaml_is() -> None:
    for sample in SAMPLES:
        data = yaml.safe_load(sample.read_bytes())
        as_json = json.dumps({"$schema": "smsgen.schema.json", **data}).encode()
        assert load(as_json, "app.json").app == load(sample.read_bytes(), "app.yaml").app


def test_a_problem_in_json_has_its_place() -> None:
    said = said_of(
        '{\n  "name": "a",\n  "appid": "b",\n  "serverGroups": [{"serverList": [{"serverId": 12}]}]\n}\n'
    )
    assert "app.yaml:3:3: error[UNKNOWN_FIELD]" in said
    assert "app.yaml:4:49: error[WRONG_TYPE]: serverId must be text, not the number 12" in said


def test_ids_come_of_the_name_and_only_of_it() -> None:
    one = load(b"name: shop\nserverGroups: [{serverList: [{serverId: s-12345678}]}]", "a").app
    other = load(
        b"description: x\nname: shop\nserverGroups: [{serverList: [{serverId: s-23456789}]}]", "b"
    ).app
    # printf shop | sha256sum
    assert one.app_id == other.app_id == "app-8d9001d32c6a703d9"
    assert one.stack_name == "sms-app-8d9001d32c6a703d9"
    assert app_id_of("shop2") != one.app_id


def test_given_ids_stay() -> None:
    text = b"name: a\nappId: app-0123456789abcdef0\nserverGroups: [{serverList: [{serverId: s-12345678}]}]"
    app = load(text, "a").app
    assert (app.app_id, app.stack_name) == ("app-0123456789abcdef0", "sms-app-0123456789abcdef0")
    assert load(text + b"\nstackName: shop", "a").app.stack_name == "shop"


def test_a_profile_may_be_given_from_outside() -> None:
    text = b"name: a\nserverGroups: [{serverList: [{serverId: s-12345678, imageId: 'ssm:/a'}]}]"
    assert load(text, "a").app.profile == "hardened"
    with pytest.raises(InvalidInput, match="SMS_PROFILE"):
        load(text, "a", profile="sms")
    assert load(b"profile: sms\n" + text, "a", profile="hardened").app.profile == "hardened"


def test_anchors_and_merges_are_read() -> None:
    text = b"""
name: a
serverGroups:
  - serverList:
      - &one {serverId: s-12345678, launch: &launch {instanceType: m6i.large}}
      - {<<: *one, serverId: s-12345679, launch: {<<: *launch, platform: linux}}
"""
    servers = load(text, "a").app.server_groups[0].server_list
    assert servers[1] == Server(
        server_id="s-12345679", launch=Launch(instance_type="m6i.large", platform="linux")
    )


def test_many_problems_are_counted_and_not_all_kept() -> None:
    servers = ", ".join("{serverId: s-1}" for _ in range(3 * MAX_PROBLEMS))
    with pytest.raises(InvalidInput) as caught:
        load(f"name: a\nserverGroups: [{{serverList: [{servers}]}}]".encode(), "a")
    assert len(caught.value.diagnostics) == MAX_PROBLEMS + 1
    # 3,000 malformed ids. That each but the first is a duplicate too only follows, and is not counted.
    assert caught.value.diagnostics[-1].message == "2,000 more problems are not shown"


def test_warnings_do_not_crowd_out_an_error() -> None:
    locations = ", ".join(
        f"{{serverId: s-{number:08}, launch: {{configureScript: {{bucket: bucket-{number}, key: k}}}}}}"
        for number in range(MAX_PROBLEMS + 100)
    )
    text = f"name: a\nserverGroups: [{{serverList: [{locations}, {{}}]}}]"
    with pytest.raises(InvalidInput) as caught:
        load(text.encode(), "a")
    assert "UNNAMED_SERVER" in {found.code for found in errors(caught.value.diagnostics)}


@pytest.mark.parametrize(
    ("duration", "length"),
    [
        ("PT15M", 900),
        ("PT1H30M", 5400),
        ("PT12H", 43_200),
        ("PT90S", 90),
        ("PT", None),
        ("15M", None),
        ("P1D", None),
    ],
)
def test_durations(duration: str, length: int | None) -> None:
    assert seconds(duration) == length


def known_fields(record: Record, seen: set[int]) -> list[tuple[Record, str, Field]]:
    if id(record) in seen:
        return []
    seen.add(id(record))
    found = []
    for name, field in record.fields.items():
        found.append((record, name, field))
        kind = field.kind.entry if isinstance(field.kind, ListOf) else field.kind
        if isinstance(kind, Record):
            found += known_fields(kind, seen)
    return found


@pytest.mark.parametrize(
    ("record", "name", "field"),
    known_fields(APP, set()),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_table_and_the_model_name_the_same_fields(record: Record, name: str, field: Field) -> None:
    assert {field.attribute for field in record.fields.values()} == set(record.make._fields)
    assert field.description.endswith(".")
    assert name == field.attribute[0] + "".join(part.title() for part in field.attribute.split("_"))[1:]


# --- Laws ---------------------------------------------------------------------------------------------------


@settings(deadline=None)  # the machine may be busy, and a first call imports
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_end_in_an_app_or_in_diagnostics(text: bytes) -> None:
    said_of(text)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_mixture_of_yaml_ends_in_an_app_or_in_diagnostics(text: str) -> None:
    said_of(text)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_what_is_read_is_written_and_read_again(sample: Path) -> None:
    app = load(sample.read_bytes(), sample.name).app
    text = json.dumps(APP.write(app)).encode()
    assert load(text, "app.json").app == app


@given(any_app())
def test_any_data_in_the_shape_of_an_app_ends_in_an_app_or_in_diagnostics(data: Any) -> None:
    text = json.dumps(data).encode()
    app, said = None, ()
    try:
        app, _, said = load(text, "app.json")
    except InvalidInput as error:
        said = error.diagnostics
    assert (app is None) == bool(errors(said))
    assert app is None or (app.app_id and app.stack_name)
    for found in said:
        assert found.location is not None
        assert found.message
        assert not found.message.endswith(".")
        assert "\n" not in found.message + found.hint
