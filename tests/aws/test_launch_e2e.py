"""Launch, status and terminate from the command line, against a moto server over HTTP, through every fault.

What moto does not do, and what is therefore not asked of it here: it takes no time, so nothing is ever in
progress; it has no termination protection; it ignores client tokens, so a call whose answer is lost is done
twice. For those: tests/operations (every state, in memory) and tests/aws/test_stacks.py (the service model).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from tests.aws.site import GONE, LAUNCHED, THIRD, Said, Site

LAUNCH_CALLS = (
    "ec2:DescribeSubnets",
    "cloudformation:DescribeStacks",
    "cloudformation:DescribeChangeSet",
    "cloudformation:CreateChangeSet",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ExecuteChangeSet",
)
TERMINATE_CALLS = (
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DeleteStack",
)
STATUS_CALLS = (
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "ec2:DescribeInstances",
    "cloudformation:GetTemplate",
)


def test_an_application_from_its_file_to_its_end(site: Site) -> None:
    before = json.loads(site.smsgen("status", "--output", "json").out)
    assert (before["launchStatus"], before["stackId"]) == ("READY_FOR_LAUNCH", None)

    launched = site.smsgen("launch-app", "--yes", "--output", "json")
    assert launched.code == 0, launched.err
    answer = json.loads(launched.out)
    assert (answer["ending"], answer["launchStatus"]) == ("LAUNCHED", "LAUNCHED")
    assert "CREATE_COMPLETE" in launched.err
    assert site.running() == 2

    status = json.loads(site.smsgen("status", "--output", "json").out)
    assert (status["launchStatus"], status["template"]) == ("LAUNCHED", "IN_SYNC")
    assert [(s["logicalId"], s["launchOrder"], s["state"]) for s in status["servers"]] == [
        ("Db1", 0, "running"),
        ("Web1", 1, "running"),
    ]
    assert all(server["instanceId"].startswith("i-") for server in status["servers"])
    text = site.smsgen("status").out
    assert "shop: LAUNCHED" in text
    assert "is what the file says" in text
    assert status["servers"][0]["instanceId"] in text

    again = site.smsgen("launch-app", "--yes")
    assert again.code == 0
    assert "no changes" in again.err
    assert site.open_change_sets() == []

    site.file.write_text(site.app + THIRD)
    assert "App1" in " ".join(json.loads(site.smsgen("status", "--output", "json").out)["differences"])
    dry = site.smsgen("launch-app", "--dry-run")
    assert dry.code == 0
    assert "App1" in dry.err
    assert site.state() == LAUNCHED
    assert site.smsgen("launch-app", "--yes").code == 0
    assert (site.stacks(), site.running()) == (["UPDATE_COMPLETE"], 3)

    shown = site.smsgen("terminate-app", "--dry-run")
    assert "3 to be deleted" in shown.err
    assert site.running() == 3
    gone = site.smsgen("terminate-app", "--yes", "--output", "json")
    assert gone.code == 0, gone.err
    assert json.loads(gone.out)["ending"] == "TERMINATED"
    assert site.state() == GONE
    nothing = site.smsgen("terminate-app", "--yes")
    assert nothing.code == 0
    assert "nothing to terminate" in nothing.err


def test_the_stack_is_what_generate_template_says_with_the_apps_tags(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    cloudformation = quick.clients.client("cloudformation")
    deployed = cloudformation.get_template(StackName=quick.stack)["TemplateBody"]
    generated = quick.smsgen_offline("generate-template", "--format", "yaml")
    assert deployed == generated.out
    [stack] = cloudformation.describe_stacks(StackName=quick.stack)["Stacks"]
    assert {"Key": "CostCenter", "Value": "4711"} in stack["Tags"]


def test_servers_are_made_in_launch_order(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    found = quick.clients.client("cloudformation").list_stack_resources(StackName=quick.stack)[
        "StackResourceSummaries"
    ]
    names = [one["LogicalResourceId"] for one in found if one["ResourceType"] == "AWS::EC2::Instance"]
    assert names == ["Db1", "Web1"]


SERVER = "      - {{serverId: s-{0:08x}, imageId: ami-12345678, launch: {{logicalId: W{0}}}}}\n"


def test_a_template_over_51200_bytes_is_launched_from_the_bucket(quick: Site) -> None:
    # One launch order: moto knows no WaitConditionHandle, which profile hardened puts between two. A size: moto does
    # not take it from the image.
    app = quick.app.replace("profile: sms", "profile: hardened").replace("launchOrder: 1", "launchOrder: 0")
    size = "  volumes: [{device: /dev/sda1, size: 20}]\nserverGroups:"
    app = app.replace("serverGroups:", size)
    more = "".join(SERVER.format(number) for number in range(1, 60))
    quick.file.write_text(f"{app}  - name: more\n    launchOrder: 0\n    serverList:\n{more}")
    launched = quick.smsgen("launch-app", "--yes")
    assert launched.code == 0, launched.err
    assert (quick.stacks(), quick.running()) == (["CREATE_COMPLETE"], 61)
    deployed = quick.clients.client("cloudformation").get_template(StackName=quick.stack)["TemplateBody"]
    generated = quick.smsgen_offline("generate-template", "--format", "yaml")
    assert deployed == generated.out
    assert len(deployed.encode()) > 51_200


def test_without_a_terminal_nothing_is_asked_and_nothing_is_left(quick: Site) -> None:
    said = quick.smsgen("launch-app")
    assert said.code == 64
    assert "--yes" in said.err
    assert quick.stacks() == []


def test_a_gate_stops_a_launch_before_anything_changes(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    before, _, after = quick.app.partition("  - name: database")
    assert after
    quick.file.write_text(before)
    said = quick.smsgen("launch-app", "--yes", "--fail-on", "remove")
    assert said.code == 3
    assert "Db1" in said.err
    assert quick.state() == LAUNCHED


def test_a_second_dry_run_is_as_good_as_the_first(quick: Site) -> None:
    first, second = quick.smsgen("launch-app", "--dry-run"), quick.smsgen("launch-app", "--dry-run")
    assert (first.code, second.code) == (0, 0)
    assert quick.stacks() == []


# --- the fault matrix ---


def test_the_matrix_has_every_call_of_every_flow(quick: Site) -> None:
    flows = (("launch-app", LAUNCH_CALLS), ("status", STATUS_CALLS), ("terminate-app", TERMINATE_CALLS))
    for command, calls in flows:
        quick.proxy.heal()
        quick.smsgen(command, *(["--yes"] if command != "status" else []))
        assert set(quick.proxy.names()) == set(calls), command


KINDS = ("throttle", "error", "reset", "expired")


def through(site: Site, call: str, kind: str, command: str, *arguments: str, at: int = 1) -> Said:
    """Run a command that meets a fault; what it cannot cope with it must say, and a second run must."""
    site.proxy.heal()
    site.proxy.fail(call, kind, at=at)
    said = site.smsgen(command, *arguments)
    if kind == "expired":
        assert said.code == 1, said
        assert "expired" in said.err
        assert "hint:" in said.err
        assert "Traceback" not in said.err
        said = site.smsgen(command, *arguments)
    assert said.code == 0, (call, kind, said.err)
    return said


@pytest.mark.parametrize("call", LAUNCH_CALLS)
def test_a_launch_through_a_fault_ends_as_without(quick: Site, call: str) -> None:
    for kind in KINDS:
        quick.another()
        through(quick, call, kind, "launch-app", "--yes")
        assert quick.state() == LAUNCHED, kind


def test_a_launch_whose_credentials_expire_at_any_later_look_ends_as_without(quick: Site) -> None:
    for at in range(2, 7):
        quick.another()
        through(quick, "cloudformation:Describe*", "expired", "launch-app", "--yes", at=at)
        assert quick.state() == LAUNCHED, at


@pytest.mark.parametrize("call", TERMINATE_CALLS)
def test_a_termination_through_a_fault_ends_as_without(quick: Site, call: str) -> None:
    for kind in KINDS:
        quick.another()
        quick.smsgen("launch-app", "--yes")
        through(quick, call, kind, "terminate-app", "--yes")
        assert quick.state() == GONE, kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_status_through_a_fault_says_the_same_as_without(quick: Site, kind: str) -> None:
    quick.smsgen("launch-app", "--yes")
    expected = quick.smsgen("status", "--output", "json").out
    for call in STATUS_CALLS:
        assert through(quick, call, kind, "status", "--output", "json").out == expected, call


# --- killed in the middle ---


def _kill_at(
    site: Site, call: str, number: signal.Signals, command: str, *, at: int = 1
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own and send it a signal once `call` has taken effect."""
    process: list[subprocess.Popen[str]] = []
    site.proxy.heal()
    site.proxy.on_kill = lambda: os.kill(process[0].pid, number)
    site.proxy.fail(call, "kill", at=at)
    process.append(site.start(command, "--yes"))
    out, err = process[0].communicate(timeout=60)
    site.proxy.heal()
    return subprocess.CompletedProcess([], process[0].returncode, out, err)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("call", LAUNCH_CALLS[1:])
def test_a_launch_killed_in_the_middle_and_run_again_ends_as_without(
    quick: Site, call: str, number: signal.Signals
) -> None:
    ended = _kill_at(quick, call, number, "launch-app")
    if number == signal.SIGINT:
        assert ended.returncode == 130, ended.stderr
        assert "Traceback" not in ended.stderr
    else:
        assert ended.returncode == -signal.SIGKILL
    said = quick.smsgen("launch-app", "--yes")
    assert said.code == 0, said.err
    assert quick.state() == LAUNCHED


def test_a_termination_killed_in_the_middle_and_run_again_ends_as_without(quick: Site) -> None:
    quick.smsgen("launch-app", "--yes")
    ended = _kill_at(quick, "cloudformation:DeleteStack", signal.SIGKILL, "terminate-app")
    assert ended.returncode == -signal.SIGKILL
    said = quick.smsgen("terminate-app", "--yes")
    assert said.code == 0, said.err
    assert quick.state() == GONE


def test_ctrl_c_while_watching_says_how_to_go_on(quick: Site) -> None:
    ended = _kill_at(quick, "cloudformation:DescribeStackEvents", signal.SIGINT, "launch-app", at=2)
    assert ended.returncode == 130
    assert f"no longer watching {quick.stack}; CloudFormation goes on with it" in ended.stderr
    assert f"`smsgen launch-app {quick.file}` goes on watching" in ended.stderr
    assert quick.state() == LAUNCHED
