"""The same server under another name, and the same application in another stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import smsgen
from smsgen.changes.change_set import ChangeSet
from smsgen.changes.findings.servers import moved_servers, no_children
from smsgen.errors import GateTripped
from smsgen.operations.files.gates import check_gates
from smsgen.report import document, html, markdown, sarif, text

APP = """
name: {name}
{more}
launchDefaults: {{instanceType: m6i.large, subnet: subnet-12345678, securityGroup: sg-12345678}}
serverGroups:
  - name: web
    serverList:
"""
SERVER = "      - {{serverId: s-0000000{n}, vmServer: {{vmName: {vm}}}, imageId: ami-12345678, launch: {{{launch}}}}}\n"


def server(n: int, vm: str, launch: str = "") -> str:
    return SERVER.format(n=n, vm=vm, launch=launch)


def app(*servers: str, name: str = "shop", more: str = "") -> smsgen.App:
    return smsgen.load((APP.format(name=name, more=more) + "".join(servers)).encode(), "app.yaml").app


def compared(before: smsgen.App, after: smsgen.App) -> ChangeSet:
    made = smsgen.generate_template(before)
    return smsgen.generate_change_set(after, smsgen.Stack(before.stack_name, made.template.body))


def every_format(change_set: ChangeSet) -> dict[str, str]:
    shown = {one: document.render(change_set, one) for one in ("json", "yaml")}
    shown |= {"text": text.render(change_set), "markdown": markdown.render(change_set)}
    return shown | {"html": html.render(change_set), "sarif": sarif.render(change_set, lambda _: None)}


def tripped(change_set: ChangeSet, *gates: str) -> str:
    with pytest.raises(GateTripped) as caught:
        check_gates(change_set, gates)
    return str(caught.value)


# --- Servers --------------------------------------------------------------------------------------------------------


def test_a_vm_name_that_is_edited_is_said_with_the_id_to_pin() -> None:
    change_set = compared(app(server(1, "app-01")), app(server(1, "app-02")))
    (note,) = change_set.notes
    assert (note.kind, note.logical_resource_id) == ("remove", "App02")
    assert "same server, new logical id; pin logicalId: App01" in note.message
    assert "pin logicalId: App01" in tripped(change_set, "remove")


def test_it_is_said_in_every_format() -> None:
    change_set = compared(app(server(1, "app-01")), app(server(1, "app-02")))
    for name, shown in every_format(change_set).items():
        assert "same server, new logical id; pin logicalId" in shown.replace("\\:", ":"), name


def test_once_it_is_pinned_nothing_is_said() -> None:
    change_set = compared(app(server(1, "app-01")), app(server(1, "app-02", "logicalId: App01")))
    assert change_set.notes == ()
    assert [change.action for change in change_set.changes] == ["Modify"]
    check_gates(change_set, ["remove", "replace", "stack"])


def test_two_servers_that_change_names_are_said_though_no_resource_is_removed() -> None:
    change_set = compared(
        app(server(1, "app-01"), server(2, "app-02")), app(server(1, "app-02"), server(2, "app-01"))
    )
    assert {one.logical_resource_id for one in change_set.notes} == {"App01", "App02"}
    assert "App01" in tripped(change_set, "remove")


def test_a_server_that_comes_and_one_that_goes_are_not_one() -> None:
    change_set = compared(app(server(1, "app-01")), app(server(2, "app-01", "logicalId: New")))
    assert change_set.notes == ()


def described(**servers: dict[str, str]) -> dict[str, Any]:
    return {
        "Resources": {
            name: {"Type": "AWS::EC2::Instance", "Metadata": {"smsgen": said}}
            for name, said in servers.items()
        }
    }


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ({"vmId": "vm-1", "vmManagerId": "a"}, {"vmId": "vm-1", "vmManagerId": "a"}, True),
        ({"vmId": "vm-1", "vmManagerId": "a"}, {"vmId": "vm-1", "vmManagerId": "b"}, False),
        ({"vmId": "vm-1"}, {"vmId": "vm-1", "serverId": "s-1"}, True),
        ({"vmName": "app", "group": "web"}, {"vmName": "app", "group": "web"}, True),
        ({"vmName": "app", "group": "web"}, {"vmName": "app", "group": "db"}, False),
        ({"vmName": "app", "serverId": "s-1"}, {"vmName": "app", "serverId": "s-2"}, False),
        ({"vmId": "vm-1", "serverId": "s-1"}, {"vmId": "vm-1", "serverId": "s-2"}, False),
        ({}, {}, False),
    ],
)
def test_a_server_is_known_by_server_id_else_vm_id_else_its_name(
    before: dict[str, str], after: dict[str, str], same: bool
) -> None:
    found = moved_servers((described(Old=before), no_children), (described(New=after), no_children))
    assert bool(found) is same


@pytest.mark.parametrize(
    "body", [{}, {"Resources": []}, {"Resources": {"A": 1}}, {"Resources": {"A": {"Metadata": 1}}}]
)
def test_templates_of_others_say_nothing(body: dict[str, Any]) -> None:
    assert moved_servers((body, no_children), (body, no_children)) == ()


def test_a_server_that_another_nested_stack_takes_is_said(tmp_path: Path) -> None:
    """A group that outgrows its nested stack: what moves is made anew, and no logicalId prevents that."""
    from importlib import import_module

    from smsgen.operations.files.generate_change_set import at_revision, from_app, predict_change_set
    from smsgen.wiring import files

    few = APP.format(name="shop", more="") + "".join(server(n, f"app{n}") for n in range(1, 4))
    many = few + "".join(server(n, f"app{n}") for n in range(4, 10))
    path = tmp_path / "app.yaml"
    path.write_text(many)

    class Past:
        def read(self, ref: str, path: str, *, max_bytes: int) -> bytes:
            return few.encode()

    split = import_module("smsgen.compiler.split")  # the package has a function of that name
    with patch.object(split, "_RESOURCES", 4), patch("smsgen.compiler.fits", lambda *_: False):
        base = at_revision(str(path), "main", is_app=True, files=files(), revisions=Past())
        submitted = from_app(str(path), files=files())
        change_set = predict_change_set(submitted, base, parameters={}, pseudo={}).change_set
    stacks = {one.logical_resource_id.partition("/")[0] for one in change_set.notes}
    assert stacks <= {change.logical_resource_id for change in change_set.changes if change.action == "Add"}
    assert len(change_set.notes) == 3
    assert all("in the nested stack" in one.message for one in change_set.notes)
    assert "in the nested stack" in tripped(change_set, "remove")


# --- The stack ------------------------------------------------------------------------------------------------------


def test_a_new_name_of_the_application_is_a_second_stack_in_every_format() -> None:
    before = app(server(1, "app-01"))
    after = app(server(1, "app-01"), name="store")
    change_set = compared(before, after)
    assert change_set.change_set_type == "UPDATE"
    assert change_set.changes
    (note,) = change_set.notes
    assert (note.kind, note.logical_resource_id) == ("stack", before.stack_name)
    assert f"create a second one, {after.stack_name}" in note.message
    assert f"stackName: {before.stack_name} and appId: {before.app_id}" in note.message
    for name, shown in every_format(change_set).items():
        plain = shown.replace("\\", "")
        assert "a launch would not update this stack" in plain, name
        assert before.stack_name in plain, name
        assert after.stack_name in plain, name


@pytest.mark.parametrize("gate", ["stack", "remove"])
def test_a_gate_catches_it(gate: str) -> None:
    change_set = compared(app(server(1, "a")), app(server(1, "a"), name="store"))
    assert "sms-app-" in tripped(change_set, gate)
    check_gates(change_set, ["replace", "network"])


def test_a_stack_that_is_named_stays_whatever_the_application_is_called() -> None:
    before = app(server(1, "a"), more="stackName: live")
    assert compared(before, app(server(1, "a"), name="store", more="stackName: live")).notes == ()
    (note,) = compared(before, app(server(1, "a"), name="store")).notes
    assert note.logical_resource_id == "live"


def test_what_the_finding_says_to_write_keeps_the_stack() -> None:
    before = app(server(1, "a"))
    more = f"stackName: {before.stack_name}\nappId: {before.app_id}"
    assert compared(before, app(server(1, "a"), name="store", more=more)).notes == ()


def test_a_bare_template_tells_its_application(tmp_path: Path) -> None:
    before = app(server(1, "a"))
    template = tmp_path / "before.json"
    template.write_text(json.dumps(smsgen.generate_template(before).template.body))
    same = smsgen.generate_change_set(before, template)
    assert same.notes == ()
    other = smsgen.generate_change_set(app(server(1, "a"), name="store"), template)
    (note,) = other.notes
    assert note.kind == "stack"
    assert other.stack_name == before.stack_name
