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
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from smsgen.aws.clients import AwsSettings, Clients
from smsgen.cli import run
from tests.aws.faults import FaultProxy

REGION = "eu-central-1"
APP = """\
name: shop
appId: app-ID
profile: sms
tags: [{key: CostCenter, value: "4711"}]
launchDefaults:
  vpc: VPC
  subnet: SUBNET
  securityGroup: GROUP
  instanceType: m6i.large
serverGroups:
  - name: web
    launchOrder: 1
    serverList:
      - {serverId: s-23456789, imageId: ami-12345678, vmServer: {vmName: web01}, launch: {logicalId: Web1}}
  - name: database
    launchOrder: 0
    serverList:
      - {serverId: s-12345678, imageId: ami-12345678, vmServer: {vmName: db01}, launch: {logicalId: Db1}}
"""
# In a group that launches last: moto loses an instance that is modified, be it by DependsOn alone.
THIRD = """\
  - name: app
    launchOrder: 2
    serverList:
      - {serverId: s-3456789a, imageId: ami-12345678, vmServer: {vmName: app01}, launch: {logicalId: App1}}
"""

LAUNCH_CALLS = (
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


class Said(NamedTuple):
    """What a command said: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


class Site:
    """An account, a user's folder with shop.yaml, and the command line."""

    def __init__(self, folder: Path, proxy: FaultProxy, capsys: pytest.CaptureFixture[str]) -> None:
        self.file = folder / "shop.yaml"
        self.proxy = proxy
        self._capsys = capsys
        self._count = 0
        self.clients = Clients(AwsSettings(region=REGION, endpoint_url=proxy.url))
        ec2 = self.clients.client("ec2")
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        self._app = APP.replace("VPC", vpc).replace("SUBNET", subnet).replace("GROUP", group)
        self.another()

    def another(self) -> None:
        """Begin with another application, of which nothing is there yet."""
        self._count += 1
        self.app = self._app.replace("app-ID", f"app-{self._count:017x}")
        self.stack = f"sms-app-{self._count:017x}"
        self.file.write_text(self.app)
        self._others = self._all_running()
        self.proxy.heal()

    def words(self, command: str, *arguments: str) -> list[str]:
        where = ["--region", REGION, "--endpoint-url", self.proxy.url, "--poll-seconds", "0.05"]
        return [command, str(self.file), *arguments, *where]

    def smsgen(self, command: str, *arguments: str) -> Said:
        self._capsys.readouterr()
        code = run(self.words(command, *arguments))
        return Said(code, *self._capsys.readouterr())

    def smsgen_offline(self, command: str, *arguments: str) -> Said:
        self._capsys.readouterr()
        code = run([command, str(self.file), *arguments])
        return Said(code, *self._capsys.readouterr())

    def start(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        words = [sys.executable, "-m", "smsgen", *self.words(command, *arguments)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def stacks(self) -> list[str]:
        """The states of the application's living stacks."""
        found = self.clients.client("cloudformation").list_stacks()["StackSummaries"]
        mine = [one["StackStatus"] for one in found if one["StackName"] == self.stack]
        return [status for status in mine if status != "DELETE_COMPLETE"]

    def open_change_sets(self) -> list[str]:
        """The names of change sets that could still be executed."""
        if not self.stacks():
            return []
        found = self.clients.client("cloudformation").list_change_sets(StackName=self.stack)["Summaries"]
        mine = [one for one in found if one["StackName"] == self.stack]
        return [one["ChangeSetName"] for one in mine if one["ExecutionStatus"] == "AVAILABLE"]

    def running(self) -> int:
        """How many instances of the application run: moto gives them no tag that says whose they are."""
        return self._all_running() - self._others

    def _all_running(self) -> int:
        filters = [{"Name": "instance-state-name", "Values": ["running"]}]
        found = self.clients.client("ec2").describe_instances(Filters=filters)["Reservations"]
        return sum(len(reservation["Instances"]) for reservation in found)

    def state(self) -> tuple[list[str], list[str], int]:
        """The living stacks, the open change sets, the running instances."""
        return self.stacks(), self.open_change_sets(), self.running()


LAUNCHED = (["CREATE_COMPLETE"], [], 2)
GONE: tuple[list[str], list[str], int] = ([], [], 0)


@pytest.fixture
def site(tmp_path: Path, proxy: FaultProxy, capsys: pytest.CaptureFixture[str]) -> Site:
    return Site(tmp_path, proxy, capsys)


@pytest.fixture
def quick(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose commands share their AWS clients: making them takes longer than all the calls."""
    monkeypatch.setattr("smsgen.wiring.clients", lambda settings: site.clients)
    return site


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
    assert "3 deleted" in shown.err
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
