"""`smsgen replicate APP` as a user calls it: interrupted, called again, once more; its pace and its exit codes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

from tests.clients.serving import run
from tests.load.replicating import BLOCK, LEASE, Replicating, wait_until
from tests.load.test_replications import far, site

__all__ = ["far", "site"]

MBPS = 100
BLOCKS = 120


def application(site: Replicating) -> str:
    """Make an application of all servers, whose replication is configured, by a server that is then stopped."""
    server = site.serve("--workers", "1")
    site.call("ImportServerCatalog")
    wait_until(lambda: site.call("GetServers")["serverCatalogStatus"] == "AVAILABLE")
    servers = site.call("GetServers")["serverList"]
    created = site.call("CreateApp", name="shop", serverGroups=[{"name": "all", "serverList": servers}])
    how = {"frequency": 24, "seedTime": time.time()}
    group = {
        "serverGroupId": created["serverGroups"][0]["serverGroupId"],
        "serverReplicationConfigurations": [
            {"server": each, "serverReplicationParameters": how} for each in servers
        ],
    }
    app_id = str(created["appSummary"]["appId"])
    site.call("PutAppReplicationConfiguration", appId=app_id, serverGroupReplicationConfigurations=[group])
    server.stop()
    return app_id


def test_an_interrupted_command_says_how_it_goes_on_and_goes_on_when_it_is_called_again(
    site: Replicating,
) -> None:
    disks = [site.disk("db01", BLOCKS), site.disk("web01", BLOCKS)]
    site.connect()
    app_id = application(site)
    command = [sys.executable, "-m", "smsgen", "replicate", app_id, "--endpoint-url", site.aws.url]
    command += ["--image-route", "register", "--lease", str(LEASE), "--max-mbps", str(MBPS), "--verify"]
    first = subprocess.Popen(command, env=site.env, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: site.aws.control.do("count", call="ebs:PutSnapshotBlock") > 20)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=60)
    assert first.returncode == 130
    assert f"`smsgen replicate {app_id}`" in said
    began, before = time.monotonic(), site.aws.control.do("count", call="ebs:PutSnapshotBlock")
    again = run(*command, env=site.env)
    put = site.aws.control.do("count", call="ebs:PutSnapshotBlock") - before
    assert put * BLOCK * 8 / 1e6 / (time.monotonic() - began) <= MBPS
    assert again.returncode == 0, again.stderr
    images = dict(line.split() for line in again.stdout.splitlines())
    writes = [site.check(image, disk) for image, disk in zip(_in_order(site, images), disks, strict=True)]
    assert all(sorted(each) == list(range(BLOCKS)) for each in writes)
    assert f"{BLOCKS} blocks were read back" in again.stderr
    assert "MiB sent" in again.stderr
    third = run(*command, env=site.env)
    assert (third.returncode, third.stdout) == (0, again.stdout)
    for wrong in (["--worker"], ["--copy-hours", "9-10"], ["--max-mbps", "0"]):
        assert run(*command, *wrong, env=site.env).returncode in (1, 64)


def _in_order(site: Replicating, images: dict[str, str]) -> list[str]:
    """Return images in the order of their servers' names."""
    done = run(sys.executable, "-m", "smsgen", "servers", "--format", "json", env=site.env)

    return [
        images[each["serverId"]] for each in sorted(json.loads(done.stdout), key=lambda row: row["vmName"])
    ]
