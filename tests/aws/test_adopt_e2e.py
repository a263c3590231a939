"""Adoption from the command line, against the stand-in that imports: tests/servers/aws/adoption."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from tests.aws.adopting import Adopting, settle_environment
from tests.servers.aws import Aws, running
from tests.servers.fleets import SHAPES, fleet

FIRST = "i-00000000000000001"


@pytest.fixture(scope="module")
def server() -> Iterator[Aws]:
    with running() as aws:
        yield aws


@pytest.fixture
def adopting(
    server: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Adopting:
    server.control.begin_anew()
    settle_environment(monkeypatch)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    return Adopting(tmp_path, server, capsys)


def test_one_server_from_where_it_runs_into_a_stack_and_on(adopting: Adopting) -> None:
    adopting.plant(fleet(["linux web"]))
    discovered = adopting.adopt("discover", "--tag", "App=shop")
    assert discovered.code == 0, discovered.err
    assert "1 servers in" in discovered.err
    plan = adopting.adopt("plan", aws=False)
    assert plan.code == 0, plan.err
    assert f"  Import  LinuxWeb001  AWS::EC2::Instance  {FIRST}" in plan.out
    assert adopting.adopt("check", "--exit-code").code == 0

    done = adopting.run()
    assert done.code == 0, done.err
    assert done.out == "LinuxWeb001\n"
    assert adopting.stack() == {"LinuxWeb001": ["AWS::EC2::Instance", FIRST]}
    assert adopting.aws.control.launched() == 0
    assert "are as they were, and in sync" in done.err

    text = adopting.file.read_text().replace("disableApiTermination: false", "disableApiTermination: true")
    adopting.file.write_text(text)
    updated = adopting.launch("--fail-on", "replace,remove")
    assert updated.code == 0, updated.err
    assert adopting.aws.control.launched() == 0
    assert adopting.aws.control.state.fleet.attributes[FIRST]["disableApiTermination"] is True
    assert adopting.adopt("check", "--exit-code").code == 0


def test_what_a_plan_says_is_data_too(adopting: Adopting) -> None:
    adopting.plant(fleet(["database", "bare"]))
    adopting.adopt("discover", "--tag", "App=shop")
    data = json.loads(adopting.adopt("plan", "--format", "json", aws=False).out)
    assert [len(each["servers"]) for each in data["rounds"]] == [1, 1]
    changes = [change["ResourceChange"] for each in data["rounds"] for change in each["changeSet"]["Changes"]]
    assert {change["Action"] for change in changes} == {"Import"}
    assert [change["ResourceType"] for change in changes].count("AWS::EC2::VolumeAttachment") == 2
    assert "Monitoring" in data["mayBeTouched"]["Bare002"]
    assert data["differences"] == []


def test_sixty_servers_of_twelve_shapes(adopting: Adopting) -> None:
    adopting.plant(fleet(SHAPES, copies=5))
    discovered = adopting.adopt("discover", "--tag", "App=shop", "--group-by", "tag:Shape")
    assert discovered.code == 0, discovered.err
    assert adopting.adopt("plan", aws=False).code == 0
    assert adopting.adopt("check", "--exit-code", "--offline", aws=False).code == 0
    done = adopting.run()
    assert done.code == 0, done.err
    stack = adopting.stack()
    assert [kind for kind, _ in stack.values()].count("AWS::EC2::Instance") == 60
    assert len(stack) == 60 + 5 * 2 * 2
    assert adopting.aws.control.launched() == 0
    again = adopting.run()
    assert again.code == 0, again.err
    assert adopting.aws.control.count("cloudformation:ExecuteChangeSet") == 2
    text = adopting.file.read_text().replace("monitoring: false", "monitoring: true", 1)
    adopting.file.write_text(text)
    assert adopting.adopt("check", "--exit-code").code == 2
    assert adopting.launch("--fail-on", "replace,remove").code == 0
    assert adopting.aws.control.launched() == 0
