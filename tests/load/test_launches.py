"""Many ask for the same launches, and a server is killed in the midst of them: every application is launched once.

The first server is killed by what stands between it and AWS: CloudFormation executes a change set, and the server is
gone before it hears of that.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from http.client import HTTPException
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from tests.aws.faults import FaultProxy
from tests.clients.serving import KEYS, Server, environment, network, run_smsgen, start
from tests.load.crowd import Client, Times, crowd
from tests.servers.postgres import Postgres

Report = Callable[[str, Times], None]

APPS = 8
LEASE = 5
PATIENCE = 90.0
"""Seconds until all is launched; it takes the lease and a few more."""

UNDER_WAY = ("VALIDATION_IN_PROGRESS", "LAUNCH_PENDING", "LAUNCH_IN_PROGRESS")
ACKNOWLEDGED, REFUSED = "acknowledged", "refused"


class Region:
    """AWS, and the servers in front of it, each behind a proxy of its own."""

    def __init__(self, folder: Path, store: str, aws_url: str) -> None:
        self.proxies: list[FaultProxy] = []
        self.running: list[Server] = []
        self._folder, self._store = folder, store
        self._aws_url = urlsplit(aws_url)
        self._open = ExitStack()

    def serve(self) -> Server:
        """Start one more server."""
        proxy = self._open.enter_context(FaultProxy(self._aws_url.hostname or "", self._aws_url.port or 0))
        options = ("--endpoint-url", proxy.url, "--template-profile", "sms", "--lease", str(LEASE))
        server = start(self._folder, *options, env=environment(self._folder), store=self._store)
        self.proxies.append(proxy)
        self.running.append(server)
        return server

    def kill_at(self, server: Server, call: str, at: int) -> None:
        """Kill the server when AWS has done, for the `at`-th time, what it asked for."""
        proxy = self.proxies[self.running.index(server)]
        proxy.on_kill = server.kill
        proxy.fail(call, "kill", at=at)

    def executed(self) -> Counter[str]:
        """Return the change sets that were executed, and how often, by all servers."""
        seen = [one for proxy in self.proxies for one in proxy.calls]
        asked = [parse_qs(one.body.decode()) for one in seen if one.name == "cloudformation:ExecuteChangeSet"]
        return Counter(one["ChangeSetName"][0] for one in asked)

    def close(self) -> None:
        """Stop what runs."""
        for server in self.running:
            if server.process.poll() is None:
                server.stop()
        self._open.close()


@pytest.fixture
def region(tmp_path: Path, aws_url: str, request: pytest.FixtureRequest) -> Iterator[Region]:
    with closing(Region(tmp_path, request.param(tmp_path, request), aws_url)) as made:
        yield made


def _sqlite(folder: Path, _: pytest.FixtureRequest) -> str:
    return f"sqlite:///{folder}/store.db"


def _postgresql(_: Path, request: pytest.FixtureRequest) -> str:
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.mark.parametrize("region", [_sqlite], indirect=True, ids=["sqlite"])
def test_a_server_that_is_killed_goes_on_when_it_is_started_again(
    region: Region, tmp_path: Path, aws_url: str, report: Report
) -> None:
    server = region.serve()
    before, apps = instances(aws_url), prepared(server, tmp_path, aws_url)
    region.kill_at(server, "cloudformation:ExecuteChangeSet", 3)
    times = Times()
    said = asked_for(apps, [server.url], times)
    assert server.process.wait(timeout=PATIENCE) == -9
    again = region.serve()
    check(region, again, apps, said)
    assert instances(aws_url) == before + APPS
    report("launches, a server killed, SQLite", times)


@pytest.mark.parametrize("region", [_postgresql], indirect=True, ids=["postgresql"])
def test_another_server_takes_over_from_one_that_is_killed(
    region: Region, tmp_path: Path, aws_url: str, report: Report
) -> None:
    first, second = region.serve(), region.serve()
    before, apps = instances(aws_url), prepared(first, tmp_path, aws_url)
    region.kill_at(first, "cloudformation:ExecuteChangeSet", 1)
    times = Times()
    said = asked_for(apps, [first.url, second.url], times)
    assert first.process.wait(timeout=PATIENCE) == -9
    check(region, second, apps, said)
    assert instances(aws_url) == before + APPS
    report("launches, one of two killed, PostgreSQL", times)


def prepared(server: Server, folder: Path, aws_url: str) -> list[str]:
    """Make applications of one server, ready to be launched."""
    where = network(aws_url)
    launch = {"vpc": where["VPC"], "subnet": where["SUBNET"], "securityGroup": where["SECURITY_GROUP"]}
    apps = []
    with closing(Client(0, server.url, Times())) as client:
        for number in range(APPS):
            one = {"serverId": f"s-{random.getrandbits(32):08x}"}
            made = client.done("CreateApp", name=f"app-{number}", serverGroups=[{"serverList": [one]}])
            app_id, group = made["appSummary"]["appId"], made["serverGroups"][0]["serverGroupId"]
            configured = {"server": one, "logicalId": "web", "instanceType": "m5.large", **launch}
            group = {"serverGroupId": group, "serverLaunchConfigurations": [configured]}
            client.done("PutAppLaunchConfiguration", appId=app_id, serverGroupLaunchConfigurations=[group])
            image = (app_id, one["serverId"], "ami-12c6146b", "--store", server.store)
            run_smsgen("set-image", *image, env=environment(folder))
            apps.append(app_id)
    return apps


def asked_for(apps: Sequence[str], urls: Sequence[str], times: Times) -> dict[str, Counter[str]]:
    """Let everybody ask for every launch; give application -> what they were told, and how often.

    Who loses the server goes on with the next one, as behind a balancer.
    """
    said: dict[str, Counter[str]] = {app_id: Counter() for app_id in apps}

    def act(client: Client) -> None:
        clients = [client, *(Client(client.number, url, times) for url in urls[::-1])]
        for app_id in random.Random(client.number).sample(apps, len(apps)):
            for one in clients:
                try:
                    answered = one.call("LaunchApp", appId=app_id)
                except (OSError, HTTPException):
                    continue
                assert answered.error in ("", "OperationNotPermittedException"), answered
                said[app_id][REFUSED if answered.error else ACKNOWLEDGED] += 1
                break
        for one in clients:
            one.close()

    crowd(urls, times, act)
    return said


def check(region: Region, server: Server, apps: Sequence[str], said: dict[str, Counter[str]]) -> None:
    """Wait until all is launched, and look in AWS at what was made."""
    with closing(Client(0, server.url, Times())) as client:
        for app_id in apps:
            if status(client, app_id) == "READY_FOR_LAUNCH":
                assert not said[app_id], said  # whoever was told of a launch was told the truth
                client.done("LaunchApp", appId=app_id)
        deadline = time.monotonic() + PATIENCE
        while (found := {status(client, app_id) for app_id in apps}) != {"LAUNCHED"}:
            assert found <= {*UNDER_WAY, "LAUNCHED"}
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
    assert [*region.executed().values()] == [1] * APPS


def instances(aws_url: str) -> int:
    """Return how many instances there are in AWS, terminated ones among them."""
    pages = boto3.client("ec2", endpoint_url=aws_url, **KEYS).get_paginator("describe_instances").paginate()
    return sum(len(one["Instances"]) for page in pages for one in page["Reservations"])


def status(client: Client, app_id: str) -> str:
    """Return an application's launchStatus."""
    return str(client.done("GetApp", appId=app_id)["appSummary"]["launchStatus"])
