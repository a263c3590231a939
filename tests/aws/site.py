"""An account in moto, a user's folder with shop.yaml, and the command line: what end-to-end tests stand on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

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
