"""A catalog, disks of VMs that are powered off, and every way in which a vCenter says no."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsgen.errors import SmsgenError
from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.disks import SourceChanged, SourceUnreadable
from smsgen.operations.ports.inventories import ConnectorUnreadable, FoundServer
from smsgen.sources.vcenter import datastore
from smsgen.sources.vcenter.source import disks_of_server, servers_of
from tests.clients.serving import environment, run
from tests.servers.vcenter import SECRET, USER, Vcenter, vcenter

MIB = 1 << 20


@pytest.fixture(scope="module")
def running(pytestconfig: pytest.Config) -> Iterator[Vcenter]:
    with vcenter(pytestconfig.cache.mkdir("vcenter"), machines=5) as one:
        yield one


def secrets(reference: str) -> str:
    assert reference == "env:VCENTER_PASSWORD"
    return SECRET


def connector(running: Vcenter, **changes: str) -> Connector:
    known = {
        "user": USER,
        "secret": "env:VCENTER_PASSWORD",
        "thumbprint": running.thumbprint,
        "vm_manager_name": "dc0",
    }
    return Connector("c-1", "vcenter", running.address, **{**known, **changes})


def servers(running: Vcenter) -> list[FoundServer]:
    return sorted(servers_of(connector(running), secrets), key=lambda one: one.vm_name)


def test_the_catalog(running: Vcenter) -> None:
    found = servers(running)
    assert [one.vm_name for one in found] == [f"DC0_C0_RP0_VM{number}" for number in range(5)]
    first = found[0]
    assert (first.vm_path, first.disks, first.readable, first.firmware) == (
        "/DC0/vm/DC0_C0_RP0_VM0",
        1,
        True,
        "BIOS",
    )
    assert first.vm_id.startswith("vm-")
    assert len({one.vm_manager_id for one in found}) == 1
    assert first.vm_manager_name == "dc0"


def test_many_come_in_pages(running: Vcenter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsgen.sources.vcenter.catalog.PAGE", 2)
    turns: list[int] = []
    found = servers_of(connector(running), secrets, lambda: turns.append(1))
    assert len(found) == 5
    assert len(turns) >= 3


def test_the_disk_of_a_server_that_is_off_bit_for_bit(running: Vcenter) -> None:
    server = servers(running)[0]
    content = os.urandom(3 * MIB) + bytes(5 * MIB)
    flat = running.write_disk(server.vm_id, content)
    with pytest.raises(SourceUnreadable, match="is poweredOn"):
        disks_of_server(connector(running), server.vm_id, secrets)
    running.power(server.vm_id, on=False)
    (disk,) = disks_of_server(connector(running), server.vm_id, secrets)
    source = disk.open()
    try:
        assert source.size == len(content)
        assert source.changed(source.mark) is None or not list(source.changed(source.mark) or ())
        read = b"".join(source.read(at, MIB) for at in range(0, source.size, MIB))
        assert read == content
        source.check()
        flat.write_bytes(content[:-1] + b"x")
        os.utime(flat, (1_000_000_000, 1_000_000_000))
        with pytest.raises(SourceChanged, match="was written"):
            source.check()
    finally:
        source.release()
    source = disk.open()
    running.power(server.vm_id, on=True)
    with pytest.raises(SourceChanged, match="poweredOn"):
        source.check()
    source.release()


def test_a_session_that_has_ended_is_begun_again(running: Vcenter, monkeypatch: pytest.MonkeyPatch) -> None:
    server = servers(running)[1]
    running.write_disk(server.vm_id, b"ab" * MIB)
    running.power(server.vm_id, on=False)
    (disk,) = disks_of_server(connector(running), server.vm_id, secrets)
    source = disk.open()
    first = source._stores._session  # type: ignore[attr-defined] # a PoweredOffDisk
    refused = [401]
    asked = source._stores._pool.request  # type: ignore[attr-defined] # a PoweredOffDisk

    def request(*arguments: object, **more: object) -> object:
        answer = asked(*arguments, **more)
        if refused:
            answer.status = refused.pop()
        return answer

    monkeypatch.setattr(source._stores._pool, "request", request)  # type: ignore[attr-defined] # a PoweredOffDisk
    assert source.read(0, 4) == b"abab"
    assert source._stores._session is not first  # type: ignore[attr-defined] # a PoweredOffDisk
    source.release()
    source.release()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"user": ""}, "does not accept the account"),
        ({"thumbprint": "00" * 32}, "thumbprint"),
        ({"thumbprint": ""}, "is not trusted"),
        ({"thumbprint": "", "ca_file": "/nowhere.pem"}, "no file of certificates"),
    ],
)
def test_what_is_refused(changes: dict[str, str], words: str, running: Vcenter) -> None:
    with pytest.raises(ConnectorUnreadable, match=words) as refused:
        servers_of(connector(running, **changes), secrets)
    assert SECRET not in str(refused.value)


def test_a_wrong_secret(running: Vcenter) -> None:
    with pytest.raises(ConnectorUnreadable, match="does not accept the account migrator") as refused:
        servers_of(connector(running), lambda _: "")
    assert "check --user" in refused.value.hint


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConnectorUnreadable, match="cannot be reached"):
            servers_of(
                Connector("c-1", "vcenter", address, user=USER, thumbprint="00" * 32), lambda _: SECRET
            )


def test_a_vm_that_is_gone(running: Vcenter) -> None:
    with pytest.raises(SourceUnreadable, match="there is no VM vm-99999 any more"):
        disks_of_server(connector(running), "vm-99999", secrets)


@pytest.mark.parametrize("name", ["../other-flat.vmdk", "/etc/passwd", "a/b.vmdk", "", "..", "a\\b.vmdk"])
def test_no_extent_leads_out_of_its_folder(name: str) -> None:
    place = datastore.path_of("[LocalDS_0] vm1/disk1.vmdk", "DC0")
    with pytest.raises(SourceUnreadable, match="elsewhere"):
        place.beside(name)
    assert str(place.beside("disk1-flat.vmdk")) == "[LocalDS_0] vm1/disk1-flat.vmdk"


def test_paths_that_are_none() -> None:
    with pytest.raises(SmsgenError, match="no path in a datastore"):
        datastore.path_of("vm1/disk1.vmdk", "DC0")


@pytest.mark.parametrize("host", ["", "h:99999", "[::1", "http://x", "a@b", "h/path", "h?x", "a b", "h:0"])
def test_what_is_no_host(host: str, tmp_path: Path) -> None:
    words = ("connect", "vcenter", host, "--user", "a", "--secret", "env:PASSWORD")
    done = run(sys.executable, "-m", "smsgen", *words, env=environment(tmp_path))
    assert (done.returncode, "a vCenter is given by its host" in done.stderr) == (64, True), done.stderr
