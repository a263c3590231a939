"""tools/aws_trial.py: what a person with an account would run, against the stand-in."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from tests.aws.adopting import REGION, settle_environment
from tests.servers.aws import running
from tests.servers.fleets import fleet
from tools.aws_trial import main


def test_without_go_nothing_is_asked_of_aws(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    for word in ("What it makes", "What it costs", "What it checks", "What it removes", "A dry run"):
        assert word in said


def test_a_trial_finds_answers_and_removes_what_it_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settle_environment(monkeypatch)
    with running() as aws:
        aws.control.plant(**fleet(["bare"]).parts)  # so that the stand-in's own EC2 and CloudFormation answer
        aws.control.stage(touching=True)
        code = main(["--go", "--yes", "--region", REGION, "--endpoint-url", aws.url, "--patience", "0"])
        output = capsys.readouterr()
        assert code == 0, output
        answers = json.loads(output.out[output.out.rindex("\n{\n") :])
        assert answers["adopted"]["exit codes"] == {"discover": 0, "run": 0}
        assert any("IMPORT_COMPLETE" in event for event in answers["events"])
        assert {status for status, _ in answers["drift"].values()} == {"IN_SYNC"}
        assert "Tags" in answers["refusals"]["Tags on a new stack"]
        assert "already exists in stack" in answers["refusals"]["what another stack owns"]
        assert answers["types in doubt"]["AWS::EC2::VolumeAttachment"] == ["FULLY_MUTABLE", ["read"]]
        denied = answers["a change that the guard denies"]
        assert (denied["stack"], denied["monitoring"]) == ("IMPORT_ROLLBACK_COMPLETE", "disabled")
        assert "NOT REMOVED" not in output.err
        states = {key: each["State"]["Name"] for key, each in aws.control.state.fleet.instances.items()}
        assert sorted(states.values()) == ["running", "terminated"]
        assert aws.control.state.stacks.stacks == {}
        assert len(aws.control.state.fleet.volumes) == 1
