"""`smsgen replicate`, `jobs` and `runs`: an application's images without a server, from real images on a stand-in."""

from __future__ import annotations

import sys
from pathlib import Path

import smsgen
from smsgen.cli.store_options import VARIABLE
from tests.clients.serving import environment, run, run_smsgen
from tests.migration import stand_in, write_image


def test_an_application_is_replicated_and_again_on_demand(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    write_image(images / "db01.img", 1)
    store = f"sqlite:///{tmp_path}/store.db"
    inventory = tmp_path / "servers.csv"
    inventory.write_text("vmId,guest\ndb01,Ubuntu 22.04\n")
    with stand_in() as url:
        env = environment(tmp_path, AWS_ENDPOINT_URL=url, **{VARIABLE: store})
        run_smsgen("connect", "images", images, "--vm-manager-id", "vc", env=env)
        run_smsgen("connect", "csv", inventory, "--vm-manager-id", "vc", env=env)
        (line,) = run_smsgen("servers", "--import", env=env).splitlines()
        server_id, name, guest = line.split("\t")[:3]
        assert (name, guest) == ("db01", "Ubuntu 22.04")
        app_id = application(store, server_id)
        first = run_smsgen("replicate", app_id, env=env).split()
        assert first[0] == server_id
        second = run_smsgen("replicate", app_id, "--on-demand", env=env).split()
        assert second[1] != first[1]
        (job,) = run_smsgen("jobs", env=env).splitlines()
        assert second[1] in job
        runs = run_smsgen("runs", job.split("\t")[0], env=env).splitlines()
        assert [one.split("\t")[1:3] for one in runs] == [
            ["ON_DEMAND", "COMPLETED"],
            ["AUTOMATIC", "COMPLETED"],
        ]
        assert "0 sent" in runs[0]
        wrong = run(sys.executable, "-m", "smsgen", "runs", "sms-job-none", env=env)
        assert (wrong.returncode, "there is no replication job" in wrong.stderr) == (1, True)


def application(store: str, server_id: str) -> str:
    """Make an application of a server that is replicated every 24 hours, and give its id."""
    with smsgen.Service(store, region="eu-central-1", workers=0) as service:
        made = service.create_app(name="shop", serverGroups=[{"serverList": [{"serverId": server_id}]}])
        app_id: str = made["appSummary"]["appId"]
        how = {"server": {"serverId": server_id}, "serverReplicationParameters": {"frequency": 24}}
        group = made["serverGroups"][0]["serverGroupId"]
        service.put_app_replication_configuration(
            appId=app_id,
            serverGroupReplicationConfigurations=[
                {"serverGroupId": group, "serverReplicationConfigurations": [how]}
            ],
        )
    return app_id


def test_what_cannot_be_replicated_says_what_to_do(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/store.db"
    with smsgen.Service(store, region="eu-central-1", workers=0) as service:
        made = service.create_app(name="shop", serverGroups=[{"serverList": [{"serverId": "s-12345678"}]}])
    env = environment(tmp_path, **{VARIABLE: store})
    tried = run(sys.executable, "-m", "smsgen", "replicate", made["appSummary"]["appId"], env=env)
    assert (tried.returncode, tried.stdout) == (1, "")
    assert "READY_FOR_CONFIGURATION" in tried.stderr
    assert "PutAppReplicationConfiguration" in tried.stderr
