"""generate-change-set with AWS at hand: the live stack as the deployed side, and CloudFormation's own answer.

moto's answers have no details, so nothing it says of a Modify can equal a prediction; additions can.
"""

from __future__ import annotations

import json

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from tests.aws.site import LAUNCHED, THIRD, Said, Site

COMMAND = "generate-change-set"


def said(quick: Site, *arguments: str) -> Said:
    where = ("--region", "eu-central-1", "--endpoint-url", quick.proxy.url)
    return quick.smsgen_offline(COMMAND, *arguments, *where)


def test_the_live_stack_is_the_deployed_side(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    quick.file.write_text(quick.app + THIRD)
    code, out, err = said(quick, "--output", "json", "--exit-code")
    assert code == 2, err
    changes = [change["ResourceChange"] for change in json.loads(out)["changeSet"]["Changes"]]
    assert [(c["Action"], c["LogicalResourceId"]) for c in changes] == [("Add", "App1")]
    assert f"compared with the live stack {quick.stack}" in err


def test_without_a_live_stack_everything_is_added(quick: Site) -> None:
    code, out, err = said(quick, "--output", "json")
    assert code == 0, err
    assert {c["ResourceChange"]["Action"] for c in json.loads(out)["changeSet"]["Changes"]} == {"Add"}


def test_offline_asks_nothing(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    quick.proxy.heal()
    code, _, err = said(quick, "--offline")
    assert code == 0, err
    assert quick.proxy.names() == []


def test_create_shows_cloudformations_own_answer_and_leaves_nothing(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    quick.file.write_text(quick.app + THIRD)
    code, out, err = said(quick, "--create", "--output", "json")
    assert code == 0, err
    changes = [change["ResourceChange"] for change in json.loads(out)["changeSet"]["Changes"]]
    assert [(c["Action"], c["LogicalResourceId"]) for c in changes] == [("Add", "App1")]
    assert "AfterContext" not in changes[0]  # moto gives no values, the prediction would have
    assert quick.state() == LAUNCHED


def test_create_without_changes_says_so(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    code, out, err = said(quick, "--create", "--output", "json", "--exit-code")
    assert code == 0, err
    assert json.loads(out)["changeSet"]["Status"] == "FAILED"


def test_verify_names_every_difference_and_exits_3(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    quick.file.write_text(quick.app + THIRD)
    code, out, err = said(quick, "--verify")
    assert code == 3
    assert "App1" in out
    assert "with values: App1.after_context: predicted" in err
    assert quick.state() == LAUNCHED


def test_verify_without_changes_agrees(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    code, _, err = said(quick, "--verify")
    assert code == 0, err


@pytest.mark.parametrize("arguments", [("--verify", "--offline"), ("--create", "--offline")])
def test_contradictions_are_refused(quick: Site, arguments: tuple[str, ...]) -> None:
    code, _, err = said(quick, *arguments)
    assert code == 64
    assert "--offline" in err


@pytest.mark.parametrize("arguments", [(), ("--create",), ("--verify",)])
def test_the_file_is_compiled_once(quick: Site, compilations: list[str], arguments: tuple[str, ...]) -> None:
    quick.smsgen("launch-app", "--yes")
    assert len(compilations) == 1
    code, _, err = said(quick, *arguments)
    assert code == 0, err
    assert len(compilations) == 2


def test_the_root_device_is_the_deployed_ones_where_ec2_may_not_be_asked(
    quick: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smsgen.aws.lookups import Ec2Lookups

    quick.file.write_text(
        quick.app.replace(
            "launchDefaults:\n", "launchDefaults:\n  volumes: [{device: /dev/sda1, size: 10}]\n"
        )
    )
    known = {"ami-12345678": "/dev/xvda"}
    monkeypatch.setattr(Ec2Lookups, "root_devices", lambda _, images: {one: known[one] for one in images})
    assert quick.smsgen("launch-app", "--yes").code == 0
    monkeypatch.setattr(Ec2Lookups, "root_devices", lambda *_: {})
    code, out, err = said(quick, "--exit-code")
    assert code == 0, out
    assert f"compared with the live stack {quick.stack}" in err
