"""Answers of `aws sms` become applications, whatever order they are given in, or diagnostics in their places."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.errors import Diagnostic, InvalidInput, Severity
from smsgen.model.app import Tag
from smsgen.model.launch import Launch, S3Location, UserData
from smsgen.model.managed import ManagedApp, ReplicationParameters
from smsgen.operations.intake.sms_answers import read_answer
from smsgen.operations.intake.transfer import Imported, read_files
from smsgen.text.source import parse
from tests.operations.intake.answers import (
    Data,
    Given,
    app_id,
    get_app,
    get_launch,
    get_replication,
    server_id,
    text,
)


def joined(**files: Any) -> Imported:
    return read_files(list(files), Given(**files), in_store=True)


def refused(**files: Any) -> list[str]:
    with pytest.raises(InvalidInput) as raised:
        joined(**files)
    return [one.render().partition("\n")[0] for one in raised.value.diagnostics]


def only(imported: Imported) -> ManagedApp:
    (managed,) = imported.apps
    return managed


def test_three_answers_are_one_application() -> None:
    imported = joined(app=get_app(), launch=get_launch(), replication=get_replication())
    managed = only(imported)
    assert imported.warnings == ()
    app = managed.app
    assert (app.app_id, app.name, app.role_name, app.stack_name) == (
        app_id(),
        "shop 1",
        "sms-launch",
        f"sms-{app_id()}",
    )
    assert app.tags == (Tag("CostCenter", "4711"),)
    assert [(one.server_group_id, one.name, one.launch_order) for one in app.server_groups] == [
        ("group-1-a", "database", 0),
        ("group-1-b", "web", 1),
    ]
    server = app.server_groups[1].server_list[0]
    assert (server.server_id, server.replication_job_id) == (server_id(1, 3), "sms-job-00000003")
    assert server.vm_server.vm_server_address.vm_id == "vm-1-3"
    assert server.launch == Launch(
        logical_id="Server3",
        vpc="vpc-12345678",
        subnet="subnet-12345678",
        security_group="sg-12345678",
        ec2_key_name="keys",
        user_data=UserData(s3_location=S3Location("sms-app-scripts", "3.sh")),
        instance_type="m5.large",
        associate_public_ip_address=True,
    )
    assert (managed.role_name, managed.created, managed.modified) == ("sms", 1556697600.5, 1556697700.0)
    assert (managed.launch.configured, managed.launch.auto_launch) == (True, False)
    assert managed.replication.configured
    assert dict(managed.replication.parameters)[server_id(1, 3)] == ReplicationParameters(
        seed_time=1556697600.0, frequency=12, run_once=False, license_type="BYOL"
    )
    assert managed.replication.terminated == (server_id(1, 2),)


@given(st.permutations(["a1", "l1", "r1", "a2", "l2", "r2"]))
def test_the_order_of_the_files_does_not_matter(order: list[str]) -> None:
    kinds: dict[str, Callable[[int], Data]] = {"a": get_app, "l": get_launch, "r": get_replication}
    files = {name: kinds[name[0]](int(name[1])) for name in order}
    apps = {one.app.app_id: one for one in joined(**files).apps}
    assert apps == {app_id(at): only(joined(**_of(at))) for at in (1, 2)}


def _of(number: int) -> Data:
    return {"a": get_app(number), "l": get_launch(number), "r": get_replication(number)}


def test_each_answer_is_known_by_its_content() -> None:
    for data in (get_app(), get_launch(), get_replication()):
        assert read_answer(parse(text(data), "x.json"))
    for other in (b"name: shop", b"[]", b"{}", b"text", b'{"appId": "app-1"}'):
        assert read_answer(parse(other, "x.yaml")) is None


def test_yaml_and_what_boto3_prints_are_read_too() -> None:
    import yaml

    plain = only(joined(app=get_app()))
    assert only(joined(app=yaml.safe_dump(get_app()).encode())) == plain
    verbose = {**get_app(importedAppId=None, statusMessage=""), "ResponseMetadata": {"RequestId": "1"}}
    assert only(joined(app=verbose)) == plain


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (1556697600, 1556697600.0),
        ("2019-05-01T10:00:00+02:00", 1556697600.0),
        ("2019-05-01T08:00:00.500000+00:00", 1556697600.5),
    ],
)
def test_times_are_read_as_both_command_lines_print_them(written: Any, seconds: float) -> None:
    assert only(joined(app=get_app(creationTime=written))).created == seconds


def test_a_launched_application_keeps_its_stack() -> None:
    details = {"latestLaunchTime": 1.5, "stackName": "sms-app-x", "stackId": "arn:x"}
    managed = only(
        joined(app=get_app(launchStatus="LAUNCHED", launchStatusMessage="fine", launchDetails=details))
    )
    assert managed.app.stack_name == "sms-app-x"
    kept = managed.launch
    assert (kept.status, kept.message, kept.stack_id, kept.latest_time, kept.configured) == (
        "LAUNCHED",
        "fine",
        "arn:x",
        1.5,
        True,
    )


def test_what_nobody_carries_on_is_said() -> None:
    imported = joined(app=get_app(launchStatus="LAUNCH_IN_PROGRESS", replicationStatus="REPLICATED"))
    assert only(imported).launch.status == "LAUNCH_FAILED"
    assert [(one.code, one.severity, one.location and one.location.line) for one in imported.warnings] == [
        ("NOT_CARRIED_ON", Severity.WARNING, 8),
        ("NOT_CARRIED_ON", Severity.WARNING, 7),
    ]


def test_a_launch_configuration_alone_makes_an_application() -> None:
    imported = joined(launch=get_launch(), replication=get_replication())
    assert [one.code for one in imported.warnings] == ["NO_GET_APP"]
    whole = only(joined(app=get_app(), launch=get_launch(), replication=get_replication()))
    app = only(imported).app
    assert [group.server_list for group in app.server_groups] == [
        group.server_list for group in whole.app.server_groups
    ]
    assert (app.name, app.server_groups[0].name) == (app_id(), "group-1-a")
    assert only(imported).replication.parameters == whole.replication.parameters


def test_a_wrong_value_is_said_in_its_place() -> None:
    launch = get_launch()
    launch["serverGroupLaunchConfigurations"][1]["serverLaunchConfigurations"][0]["vpc"] = "vpc-1"
    line = 1 + text(launch).decode().splitlines().index('                    "vpc": "vpc-1",')
    assert refused(app=get_app(), launch=launch) == [
        f"launch:{line}:28: error[BAD_ID]: 'vpc-1' is not a VPC id"
    ]


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = refused(
        app=get_app(status="SLEEPING", creationTime="yesterday"),
        launch={**get_launch(), "colour": 1},
        file=b"name: shop\nserverGroups: []\n",
        broken=b"{",
    )
    assert [one.split()[1] for one in said] == [
        "error[UNKNOWN_VALUE]:",
        "error[WRONG_TYPE]:",
        "error[UNKNOWN_FIELD]:",
        "error[EMPTY_LIST]:",
        "error[YAML_SYNTAX]:",
    ]


def test_answers_that_do_not_belong_together_are_refused() -> None:
    lost = get_launch()
    lost["serverGroupLaunchConfigurations"][0]["serverGroupId"] = "group-9"
    lost["serverGroupLaunchConfigurations"][1]["serverLaunchConfigurations"][0]["server"]["serverId"] = (
        "s-99999999"
    )
    said = refused(app=get_app(), launch=lost)
    assert [one.partition("error")[2] for one in said] == [
        f"[NOT_LISTED]: get-app lists no server group group-9 in {app_id()}",
        "[NOT_LISTED]: get-app lists no server s-99999999 in the server group group-1-b",
    ]
    assert "[NO_APP]" in refused(app=get_app(1), replication=get_replication(2))[0]
    assert "[TWICE]" in refused(app=get_app(), again=get_app())[0]
    assert "[TWICE]" in refused(app=get_app(), launch=get_launch(), again=get_launch())[0]
    assert "[TWICE]" in refused(app=get_app(), one=get_replication(), again=get_replication())[0]
    assert "[MISSING_FIELD]" in refused(app=get_app(), launch={"serverGroupLaunchConfigurations": []})[0]
    file = json.dumps(
        {"name": "x", "appId": app_id(), "serverGroups": [{"serverList": [{"serverId": "s-12345678"}]}]}
    )
    assert "is in two of the files" in refused(app=get_app(), file=file.encode())[0]


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for step, item in items for place in places(item, (*path, step)))]


def put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = put(data[path[0]], path[1:], value)
    return copy


ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=3,
)


@given(st.data())
def test_any_answer_ends_in_applications_or_in_diagnostics(data: st.DataObject) -> None:
    files = _of(1)
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(files)))
        files[name] = put(files[name], data.draw(st.sampled_from(places(files[name]))), data.draw(ODD))
    diagnostics: tuple[Diagnostic, ...] = ()
    try:
        assert joined(**files).apps
    except InvalidInput as error:
        diagnostics = error.diagnostics
    assert all(one.location for one in diagnostics if one.code != "TWICE")


@pytest.mark.parametrize(
    "odd", [10**400, 1e400, "0001-01-01T00:00:00", "9999-12-31", True, [], {"a": 1}, "now"]
)
def test_any_time_is_read_or_refused(odd: Any) -> None:
    files = {"app": text(get_app(creationTime=0.0)).replace(b"0.0", json.dumps(odd).encode())}
    try:
        seconds = only(joined(**files)).created
    except InvalidInput:
        seconds = 0.0
    assert abs(seconds) < 1e12


def test_an_answer_of_no_application_is_refused() -> None:
    assert refused(app={"appSummary": None, "serverGroups": []}) == [
        "app:1:1: error[MISSING_FIELD]: the answer of get-app does not say of which application it is"
    ]
