"""What servers are called in a template, and what is said where two would have one name."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from smsgen.errors import Diagnostic, InvalidInput, errors
from smsgen.model.app import Server, VmServer
from smsgen.model.load import load
from smsgen.model.names import group_prefix, logical_id

TOP = "name: a\nserverGroups:\n  - name: web\n    serverList:\n"


def problems(*servers: str, top: str = TOP) -> tuple[Diagnostic, ...]:
    try:
        return load((top + "".join(f"      - {one}\n" for one in servers)).encode(), "app.yaml").warnings
    except InvalidInput as refused:
        return refused.diagnostics


@pytest.mark.parametrize(
    ("vm_name", "name"),
    [
        ("web-01.prod", "Web01Prod"),
        ("web 01", "Web01"),
        ("01web", "Server01web"),
        ("Zürich-01", "ZRich01"),
        ("データベース", "Server24be0ba6"),
        ("x" * 300, "X" + "x" * 199),
        ("", "S12345678"),
    ],
)
def test_a_name_is_made_of_the_vm_name_else_of_the_server_id(vm_name: str, name: str) -> None:
    server = Server("s-12345678", vm_server=VmServer(vm_name=vm_name))
    assert logical_id(server, None) == name
    assert logical_id(server, "Mine") == "Mine"


def test_a_group_without_letters_has_a_name_of_its_own() -> None:
    assert group_prefix("web tier") == "WebTier"
    assert group_prefix("東京") != group_prefix("大阪")
    assert group_prefix("東京").startswith("Group")


@given(st.text(max_size=300), st.text(max_size=300))
@example("", "-")
@example("Ä", "Ö")
def test_a_name_is_one_that_cloudformation_takes(vm_name: str, other: str) -> None:
    assume(vm_name)
    name = logical_id(Server(vm_server=VmServer(vm_name=vm_name)), None)
    assert name.isalnum()
    assert name.isascii()
    assert 1 <= len(name) <= 206


def test_two_servers_that_nothing_tells_apart_are_refused_at_both_places() -> None:
    """A list that is pasted twice: today's template had one instance of the two."""
    first, second = problems("{vmServer: {vmName: app01}}", "{vmServer: {vmName: app01}}")
    assert first.code == second.code == "DUPLICATE_SERVER"
    assert (first.location and first.location.line, second.location and second.location.line) == (5, 6)
    assert "app01 stands here and in line 6" in first.message
    assert "app01 stands here and in line 5" in second.message
    for word in ("serverId", "vmId", "vmManagerId", "logicalId"):
        assert word in first.hint


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{serverId: s-00000001, vmServer: {vmName: app-01}}", "{vmServer: {vmName: app_01}}"),
        (
            "{serverId: s-00000001, vmServer: {vmName: app01}}",
            "{serverId: s-00000002, vmServer: {vmName: APP01}}",
        ),
        (
            "{vmServer: {vmName: app 01, vmServerAddress: {vmManagerId: zurich, vmId: vm-7}}}",
            "{vmServer: {vmName: app 01, vmServerAddress: {vmManagerId: geneva, vmId: vm-7}}}",
        ),
        ("{vmServer: {vmName: müller}}", "{vmServer: {vmName: möller}}"),
        ("{vmServer: {vmName: 東京01}}", "{vmServer: {vmName: 大阪01}}"),
        (f"{{vmServer: {{vmName: {'x' * 200}a}}}}", f"{{vmServer: {{vmName: {'x' * 200}b}}}}"),
        ("{serverId: s-00000001, vmServer: {vmName: S-00000002}}", "{serverId: s-00000002}"),
        ("{serverId: s-00000001, launch: {logicalId: app01}}", "{vmServer: {vmName: app-01}}"),
    ],
)
def test_two_names_that_come_to_one_are_errors_that_say_what_to_pin(first: str, second: str) -> None:
    found = problems(first, second)
    assert [one.code for one in found] == ["LOGICAL_ID_COLLISION"] * 2
    assert [one.location and one.location.line for one in found] == [5, 6]
    assert "(line 6)" in found[0].message
    assert "(line 5)" in found[1].message
    pin = found[0].message.rpartition(" ")[2]
    text = second if "logicalId" in first else first
    mended = text.removesuffix("}") + f", launch: {{logicalId: {pin}}}}}"
    assert not errors(problems(*(mended if one is text else one for one in (first, second))))


def test_servers_of_one_name_are_told_apart_by_their_ids() -> None:
    address = "vmServerAddress: {vmId: vm-7, vmManagerId: %s}"
    zurich, geneva = ("{vmServer: {vmName: web, " + address % one + "}}" for one in ("zurich", "geneva"))
    found = problems(zurich, geneva, "{serverId: s-00000001, vmServer: {vmName: web}}")
    assert (
        "web [vm-7, zurich] and web [vm-7, geneva] (line 6), and 1 more, would all be Web" in found[0].message
    )
    assert "give all but one of them a launch.logicalId of its own" in found[0].message
    assert "web [s-00000001] and web [vm-7, zurich] (line 5)" in found[2].message


def test_names_that_differ_in_case_may_both_be_pinned() -> None:
    assert problems("{launch: {logicalId: App}}", "{launch: {logicalId: APP}}") == ()


def test_a_default_of_a_group_of_one_is_a_pin_and_may_not_be_used_twice() -> None:
    top = """name: a
serverGroups:
  - {name: a, launchOrder: 0, launchDefaults: {logicalId: Db}, serverList: [{serverId: s-00000001}]}
  - {name: b, launchOrder: 1, launchDefaults: {logicalId: Db}, serverList: [{serverId: s-00000002}]}
"""
    (found,) = problems(top=top)
    assert found.code == "DUPLICATE_LOGICAL_ID"
    assert found.location
    assert found.location.line == 4


def test_a_server_id_that_stands_twice_is_said_once() -> None:
    one = "{serverId: s-00000001, vmServer: {vmName: app}}"
    assert [found.code for found in problems(one, one)] == ["DUPLICATE_SERVER_ID"]


def test_what_is_proposed_is_what_an_earlier_version_launched_both_under() -> None:
    """Names of servers that met ended in digits of the SHA-256 of all that was known of each."""
    text = "{serverId: s-00000001, vmServer: {vmName: web-1, vmServerAddress: {vmManagerId: a, vmId: vm-1}}}"
    (found, _) = problems(text, "{serverId: s-00000002, vmServer: {vmName: web.1}}")
    digits = sha256(b"s-00000001/a/vm-1/web-1//web").hexdigest()[:8]
    assert found.message.endswith(f"logicalId: Web1{digits}")
