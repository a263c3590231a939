"""A stand-in for vCenter: govmomi's simulator, built from Debian's packages; and what tests change behind its back."""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim

USER, SECRET = "migrator", "secret-of-tests"
GOPATH = Path("/usr/share/gocode")
MAIN = Path(__file__).with_name("main.go")
DESCRIPTOR = """\
# Disk DescriptorFile
version=1
CID=fffffffe
parentCID=ffffffff
createType="vmfs"
RW {sectors} VMFS "{flat}"
"""


class Vcenter(NamedTuple):
    """One that runs. `address`: host and port; `thumbprint`: SHA-256 of its certificate."""

    address: str
    thumbprint: str
    process: subprocess.Popen[str]

    @contextmanager
    def administered(self) -> Iterator[Any]:
        """Sign in as its keeper; gives the ServiceContent."""
        host, _, port = self.address.partition(":")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        instance = SmartConnect(host=host, port=int(port), user=USER, pwd=SECRET, sslContext=context)
        try:
            yield instance.RetrieveContent()
        finally:
            Disconnect(instance)

    def machines(self, content: Any) -> list[Any]:
        """Return its VMs, by name."""
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
        return sorted(view.view, key=lambda machine: str(machine.name))

    def power(self, vm_id: str, *, on: bool) -> None:
        """Power a VM on or off."""
        with self.administered() as content:
            machine = next(one for one in self.machines(content) if one._moId == vm_id)
            WaitForTask(machine.PowerOn() if on else machine.PowerOff())

    def write_disk(self, vm_id: str, content_of_disk: bytes) -> Path:
        """Write a VM's disk as VMFS has it, a descriptor and a flat file, and give the path of the flat one."""
        with self.administered() as content:
            machine = next(one for one in self.machines(content) if one._moId == vm_id)
            disk = next(
                one for one in machine.config.hardware.device if isinstance(one, vim.vm.device.VirtualDisk)
            )
            store, _, path = disk.backing.fileName.removeprefix("[").partition("] ")
            folder = next(one.info.url for one in machine.datastore if one.name == store)
        descriptor = Path(folder) / path
        flat = descriptor.with_name(f"{descriptor.stem}-flat.vmdk")
        flat.write_bytes(content_of_disk)
        text = DESCRIPTOR.format(sectors=len(content_of_disk) // 512, flat=flat.name)
        descriptor.write_text(text)
        return flat


def built(cache: Path) -> Path:
    """Build the program, once for all; skips where Go or govmomi is not installed."""
    if shutil.which("go") is None or not (GOPATH / "src/github.com/vmware/govmomi/simulator").is_dir():
        pytest.skip(
            "Go or govmomi is not installed (apt-get install golang-go golang-github-vmware-govmomi-dev)"
        )
    key = hashlib.sha256(MAIN.read_bytes()).hexdigest()[:12]
    program = cache / f"vcenter-{key}"
    if not program.exists():
        partial = cache / f"vcenter-{key}.{os.getpid()}"
        env = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(cache / "go")}
        subprocess.run(["go", "build", "-o", str(partial), str(MAIN)], env=env, check=True, timeout=600)
        partial.replace(program)
    return program


@contextmanager
def vcenter(cache: Path, *, machines: int = 3) -> Iterator[Vcenter]:
    """Run one with so many VMs, all of them powered on."""
    process = subprocess.Popen(
        [built(cache), "-machines", str(machines)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        word, _, url = process.stdout.readline().strip().partition(" ")
        assert word == "ready", "the stand-in did not start"
        address = urlsplit(url).netloc
        host, _, port = address.partition(":")
        certificate = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, int(port))))
        yield Vcenter(address, hashlib.sha256(certificate).hexdigest(), process)
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()
