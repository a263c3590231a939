"""Adoption from the command line, against the stand-in that imports: tests/servers/aws/adoption."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from tests.aws.adopting import Adopting, settle_environment
from tests.servers.aws import Aws, running
from tests.servers.fleets import SHAPES, fleet, text

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


def test_sixty_five_servers_of_thirteen_shapes(adopting: Adopting) -> None:
    adopting.plant(fleet(SHAPES, copies=5))
    discovered = adopting.adopt("discover", "--tag", "App=shop", "--group-by", "tag:Shape")
    assert discovered.code == 0, discovered.err
    assert adopting.adopt("plan", aws=False).code == 0
    assert adopting.adopt("check", "--exit-code", "--offline", aws=False).code == 0
    done = adopting.run()
    assert done.code == 0, done.err
    stack = adopting.stack()
    assert [kind for kind, _ in stack.values()].count("AWS::EC2::Instance") == 65
    assert [kind for kind, _ in stack.values()].count("AWS::EC2::EIP") == 10
    assert [kind for kind, _ in stack.values()].count("AWS::EC2::NetworkInterfaceAttachment") == 5
    assert len(stack) == 65 + 10 + 5 + 5 * 2 * 2
    data = json.loads(adopting.file.with_suffix(".live.json").read_text())
    assert {name for server in data["servers"] for name in server["unsaid"]} == set()
    assert adopting.aws.control.launched() == 0
    again = adopting.run()
    assert again.code == 0, again.err
    assert adopting.aws.control.count("cloudformation:ExecuteChangeSet") == 2
    text = adopting.file.read_text().replace("monitoring: false", "monitoring: true", 1)
    adopting.file.write_text(text)
    assert adopting.adopt("check", "--exit-code").code == 2
    assert adopting.launch("--fail-on", "replace,remove").code == 0
    assert adopting.aws.control.launched() == 0


def test_a_server_that_changed_since_it_was_discovered_is_not_imported(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare", "linux web"]))
    adopting.adopt("discover", "--tag", "App=shop")
    adopting.aws.control.state.fleet.attributes[FIRST]["disableApiTermination"] = True
    adopting.aws.control.state.fleet.instances[FIRST]["InstanceType"] = "m6i.xlarge"
    done = adopting.run()
    assert done.code == 1
    assert "Bare001.DisableApiTermination: it was false, the server has true" in done.err
    assert "Bare001.InstanceType: it was m6i.large, the server has m6i.xlarge" in done.err
    assert adopting.aws.control.count("cloudformation:CreateChangeSet") == 0


def test_a_file_that_says_something_else_is_not_imported(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"]))
    adopting.adopt("discover", "--tag", "App=shop")
    adopting.file.write_text(adopting.file.read_text().replace("monitoring: false", "monitoring: true"))
    plan = adopting.adopt("plan", aws=False)
    assert (plan.code, "Bare001.Monitoring: the file says true, the server has false" in plan.err) == (
        1,
        True,
    )
    done = adopting.run()
    assert (done.code, "the file is not what the servers are" in done.err) == (1, True)
    assert adopting.aws.control.count("cloudformation:CreateChangeSet") == 0


def test_one_that_aws_refuses_in_a_round_of_twenty_leaves_the_others_adopted(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"], copies=21))
    adopting.adopt("discover", "--tag", "App=shop")
    bad = "i-00000000000000009"
    adopting.aws.control.stage(refused={bad: "Resource is busy"})
    done = adopting.run()
    assert done.code == 1
    assert "AWS refused bare-009 (Bare009): Bare009" in done.err
    assert "Resource is busy" in done.err
    assert len(adopting.stack()) == 20
    assert adopting.aws.control.launched() == 0
    journal = json.loads(adopting.file.with_suffix(".adopt.json").read_text())
    assert list(journal["refused"]) == ["Bare009"]

    adopting.aws.control.stage(refused={})
    again = adopting.run()
    assert again.code == 0, again.err
    assert adopting.stack()["Bare009"] == ["AWS::EC2::Instance", bad]
    assert len(adopting.stack()) == 21


def test_a_canary_that_is_refused_ends_it(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"], copies=3))
    adopting.adopt("discover", "--tag", "App=shop")
    adopting.aws.control.stage(refused={FIRST: "no"})
    done = adopting.run()
    assert (done.code, "the import was rolled back" in done.err) == (1, True)
    assert adopting.stack() == {}
    assert adopting.aws.control.count("cloudformation:ExecuteChangeSet") == 1
    adopting.aws.control.stage(refused={})
    again = adopting.run()
    assert again.code == 0, again.err
    assert len(adopting.stack()) == 3


def test_a_launch_makes_no_server_a_second_time(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"], copies=2))
    adopting.adopt("discover", "--tag", "App=shop")
    refused = adopting.launch()
    assert refused.code == 1
    assert "2 servers run already, and this would launch each a second time: Bare001 (i-0" in refused.err
    assert adopting.aws.control.launched() == 0
    assert adopting.aws.control.state.stacks.stacks == {}
    assert adopting.run().code == 0
    assert adopting.launch().code == 0
    assert adopting.aws.control.launched() == 0


def test_what_another_stack_owns_meanwhile_is_refused_before_anything_is_executed(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"], copies=2))
    adopting.adopt("discover", "--tag", "App=shop")
    stacks = adopting.aws.control.state.stacks
    from tests.servers.aws.adoption.stacks import Stack

    other = stacks.stacks["other"] = Stack("other", 99)
    other.resources["X"] = ("AWS::EC2::Instance", "i-00000000000000002")
    done = adopting.run()
    assert done.code == 1
    assert "already exists in stack" in done.err
    del stacks.stacks["other"]
    assert adopting.stack() == {"Bare001": ["AWS::EC2::Instance", FIRST]}


def test_450_servers_come_in_three_rounds_after_the_canary(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"], copies=450))
    discovered = adopting.adopt("discover", "--tag", "App=shop")
    assert discovered.code == 0, discovered.err
    plan = adopting.adopt("plan", aws=False)
    rounds = [line for line in plan.out.splitlines() if line.startswith("round")]
    assert [line.split(": ")[1].split(",")[0] for line in rounds] == [
        "the canary bare-001",
        "200 servers",
        "200 servers",
        "49 servers",
    ]
    done = adopting.run()
    assert done.code == 0, done.err
    assert len(adopting.stack()) == 450
    assert adopting.aws.control.count("cloudformation:ExecuteChangeSet") == 4
    assert adopting.aws.control.launched() == 0


@pytest.mark.parametrize("mgn", [False, True])
def test_500_servers_are_discovered_in_twelve_calls_and_pages(adopting: Adopting, mgn: bool) -> None:
    planted = fleet(["bursting", "bare", "linux web", "database"], copies=125)
    ids = list(planted.parts["instances"])
    for number, item in enumerate(planted.parts["instances"].values()):
        item["ImageId"] = f"ami-{number:017x}"  # MGN makes an image of each
        planted.parts["images"][item["ImageId"]] = {"RootDeviceName": "/dev/sda1", "State": "available"}
    lists = mgn_lists(dict.fromkeys(ids, "shop"))
    adopting.plant(planted, mgn=lists)
    which = ["--mgn-application", "shop"] if mgn else ["--tag", "App=shop"]
    adopting.aws.control.heal()
    discovered = adopting.adopt("discover", *which)
    assert "500 servers in" in discovered.err
    calls = adopting.aws.control.state.calls
    single = calls.pop("ec2:DescribeInstanceAttribute")
    calls.pop("sts:GetCallerIdentity")
    assert single == 3 * 500  # EC2 tells these of one instance at a time
    assert sum(calls.values()) <= 12, calls


def mgn_lists(
    applications: dict[str, str], tests: tuple[str, ...] = ()
) -> dict[str, list[dict[str, object]]]:
    """Give what MGN lists of instances: each of an application, all in one wave; `tests` were launched by tests."""
    names = sorted(set(applications.values()))
    return {
        "DescribeSourceServers": [
            {
                "sourceServerID": f"s-{'3c' if instance_id in tests else '3d'}{instance_id[4:]}",
                "applicationID": f"app-{names.index(name):017x}",
                "launchedInstance": {
                    "ec2InstanceID": instance_id,
                    "jobID": "mgnjob-test" if instance_id in tests else "mgnjob-cutover",
                },
                "sourceProperties": {"identificationHints": {"hostname": f"host-{instance_id[-3:]}"}},
            }
            for instance_id, name in applications.items()
        ],
        "ListApplications": [
            {"applicationID": f"app-{number:017x}", "name": name, "waveID": "wave-1"}
            for number, name in enumerate(names)
        ],
        "ListWaves": [{"waveID": "wave-1", "name": "Wave 1"}],
        "DescribeJobs": [
            {"jobID": "mgnjob-test", "initiatedBy": "START_TEST"},
            {"jobID": "mgnjob-cutover", "initiatedBy": "START_CUTOVER"},
        ],
    }


def test_a_wave_of_mgn_becomes_groups_and_its_test_instances_are_left_out(adopting: Adopting) -> None:
    planted = fleet(["bare"], copies=4)
    for number, item in enumerate(planted.parts["instances"].values()):
        item["Tags"].append({"Key": "LaunchOrder", "Value": str(number % 2)})
    ids = list(planted.parts["instances"])
    applications = {ids[0]: "billing", ids[1]: "billing", ids[2]: "web", ids[3]: "web"}
    adopting.plant(planted, mgn=mgn_lists(applications, tests=(ids[3],)))
    unknown = adopting.adopt("discover", "--mgn-wave", "Wave 7")
    assert (unknown.code, "it knows: Wave 1" in unknown.err) == (1, True)
    discovered = adopting.adopt("discover", "--mgn-wave", "Wave 1", "--order-tag", "LaunchOrder")
    assert discovered.code == 0, discovered.err
    assert "bare-004: not adopted: MGN launched it for a test" in discovered.err
    import yaml

    data = yaml.safe_load(adopting.file.read_text())
    groups = [
        (group["name"], group["launchOrder"], len(group["serverList"])) for group in data["serverGroups"]
    ]
    assert groups == [("billing-0", 0, 1), ("web", 0, 1), ("billing-1", 1, 1)]
    assert data["serverGroups"][0]["serverList"][0]["serverId"] == f"s-3d{ids[0][4:]}"
    assert adopting.run().code == 0
    assert len(adopting.stack()) == 3


def test_an_account_without_mgn_is_told_so(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"]))
    said = adopting.adopt("discover", "--mgn-application", "shop")
    assert said.code == 1
    assert "MGN has never been used in this account" in said.err


REFUSED = {
    "it is a resource of the stack prod": {"tags": {"aws:cloudformation:stack-name": "prod"}},
    "the Auto Scaling group web launched it": {"tags": {"aws:autoscaling:groupName": "web"}},
    "it is a spot instance": {"InstanceLifecycle": "spot"},
    "it is a server of MGN's own": {"name": "AWS Application Migration Service Replication Server"},
    "it is stopping": {"State": {"Code": 64, "Name": "stopping"}},
    "its root device is of type instance-store": {"RootDeviceType": "instance-store"},
}


def test_what_cannot_be_adopted_is_left_out_with_its_reason(adopting: Adopting) -> None:
    planted = fleet(["bare"])
    for number, special in enumerate(REFUSED.values(), 100):
        planted.add(number, **{**special, "tags": {"App": "shop", **special.get("tags", {})}})  # type: ignore[dict-item, arg-type] # shapes of EC2's answers
    adopting.plant(planted)
    discovered = adopting.adopt("discover", "--tag", "App=shop")
    assert discovered.code == 0, discovered.err
    for reason in REFUSED:
        assert f"not adopted: {reason}" in discovered.err
    assert "1 servers in" in discovered.err
    refused = json.loads(adopting.file.with_suffix(".live.json").read_text())["refused"]
    assert len(refused) == len(REFUSED)


def test_one_that_is_gone_is_said_and_the_others_are_found(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"]))
    discovered = adopting.adopt("discover", "--id", FIRST, "--id", "i-0ffffffffffffffff", "--name", "shop")
    assert discovered.code == 0, discovered.err
    assert "i-0ffffffffffffffff: not adopted: EC2 knows no such instance" in discovered.err
    alone = adopting.adopt("discover", "--id", "i-0ffffffffffffffff")
    assert (alone.code, "there are no servers to adopt" in alone.err) == (1, True)


def test_files_that_are_there_are_not_replaced_without_force(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"]))
    assert adopting.adopt("discover", "--tag", "App=shop").code == 0
    before = adopting.file.read_bytes()
    assert adopting.adopt("discover", "--tag", "App=shop").code == 1
    assert adopting.adopt("discover", "--tag", "App=shop", "--force").code == 0
    assert adopting.file.read_bytes() == before


def test_user_data_that_looks_secret_stays_on_the_server(adopting: Adopting) -> None:
    planted = fleet(["bare"])
    secret = "#!/bin/bash\nexport DB_PASSWORD=hunter2\n"
    planted.parts["attributes"][FIRST]["userData"] = text(secret)
    adopting.plant(planted)
    discovered = adopting.adopt("discover", "--tag", "App=shop")
    assert "looks as if it held a secret" in discovered.err
    both = adopting.file.read_text() + adopting.file.with_suffix(".live.json").read_text()
    assert "hunter2" not in both + discovered.err + discovered.out
    assert text(secret) not in both
    kept = adopting.adopt("discover", "--tag", "App=shop", "--force", "--user-data", "keep")
    assert "hunter2" in adopting.file.read_text(), kept.err
    assert "hunter2" not in adopting.file.with_suffix(".live.json").read_text()
    assert adopting.adopt("discover", "--tag", "App=shop", "--force", "--user-data", "omit").code == 0
    assert adopting.run().code == 0


def test_the_guard_keeps_the_handler_off_where_the_file_lies(adopting: Adopting) -> None:
    # The handler would touch what differs; nothing may differ, so a lie is told behind the back of `run`.
    adopting.plant(fleet(["bare"]))
    adopting.adopt("discover", "--tag", "App=shop")
    adopting.aws.control.stage(touching=True)
    done = adopting.run()
    assert done.code == 0, done.err
    assert adopting.aws.control.touched() == []
    assert adopting.aws.control.count("sts:GetFederationToken") >= 2
    policies = adopting.aws.control.state.sessions.policies.values()
    assert all("ec2:StopInstances" in policy["Statement"][1]["Action"] for policy in policies)


def test_a_role_is_assumed_with_the_guards_policy_and_no_guard_uses_ones_own(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"], copies=2))
    adopting.adopt("discover", "--tag", "App=shop")
    role = "arn:aws:iam::123456789012:role/importer"
    assert adopting.run("--guard-role", role).code == 0
    assert adopting.aws.control.count("sts:AssumeRole") >= 1
    assert adopting.aws.control.count("sts:GetFederationToken") == 0
    adopting.aws.control.state.stacks.forget()
    for item in adopting.aws.control.state.fleet.instances.values():
        item["Tags"] = [tag for tag in item["Tags"] if not tag["Key"].startswith("aws:")]
    adopting.aws.control.heal()
    done = adopting.run("--no-guard")
    assert done.code == 0, done.err
    assert adopting.aws.control.count("sts:*") == 0


def test_a_server_that_drifts_in_its_import_forbids_updates_until_it_is_in_sync(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"], copies=3))
    adopting.adopt("discover", "--tag", "App=shop")
    fleet_there = adopting.aws.control.state.fleet
    stacks = adopting.aws.control.state.stacks
    tag = stacks._tag

    def change(stack: object, targets: dict[str, object]) -> None:
        tag(stack, targets)
        fleet_there.attributes[FIRST]["instanceInitiatedShutdownBehavior"] = "terminate"

    stacks._tag = change
    done = adopting.run()
    assert done.code == 1
    assert "updates of it are forbidden now" in done.err
    assert "Bare001.InstanceInitiatedShutdownBehavior" in done.err
    assert "take them out of the stack" in done.err
    [stack] = stacks.stacks.values()
    assert '"Deny"' in stack.policy
    assert len(stack.resources) == 1
    assert adopting.launch().code == 1

    del stacks._tag
    fleet_there.attributes[FIRST]["instanceInitiatedShutdownBehavior"] = "stop"
    again = adopting.run()
    assert again.code == 0, again.err
    assert '"Deny"' not in stack.policy
    assert len(stack.resources) == 3


def test_a_change_set_that_would_do_more_is_removed_again(
    adopting: Adopting, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopting.plant(fleet(["bare"]))
    adopting.adopt("discover", "--tag", "App=shop")
    stacks = adopting.aws.control.state.stacks
    changes = stacks._changes

    def more(*arguments: object) -> list[dict[str, object]]:
        found: list[dict[str, object]] = changes(*arguments)
        return [{**found[0], "PhysicalResourceId": "i-0ffffffffffffffff"}] if found else found

    monkeypatch.setattr(stacks, "_changes", more)
    done = adopting.run()
    assert done.code == 1
    assert "Bare001 would be i-0ffffffffffffffff, not i-00000000000000001" in done.err
    assert stacks.sets == {}
    assert stacks.stacks == {}


def test_without_a_yes_nothing_is_executed_and_nothing_stays(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"]))
    adopting.adopt("discover", "--tag", "App=shop")
    said = adopting.adopt("run", "--poll-seconds", "0.02")
    assert said.code == 64  # nobody is there to answer
    assert adopting.aws.control.state.stacks.sets == {}
    assert adopting.aws.control.state.stacks.stacks == {}


def test_what_is_asked_wrongly_is_wrong_usage(adopting: Adopting) -> None:
    adopting.plant(fleet(["bare"]))
    for arguments in (
        [],
        ["--tag", "App"],
        ["--tag", "App=shop", "--id", FIRST],
        ["--tag", "a=b", "--group-by", "x"],
    ):
        assert adopting.adopt("discover", *arguments).code == 64, arguments
    assert adopting.adopt("discover", "--tag", "App=shop").code == 0
    adopting.file.with_suffix(".live.json").write_text("{}")
    for step in ("plan", "check", "run"):
        said = adopting.adopt(step, aws=step != "plan")
        assert (said.code, "no snapshot of running servers" in said.err) == (1, True)
