"""A launch must not make a server anew that runs already and waits for its adoption."""

from __future__ import annotations

from smsgen.changes.change_set import ChangeSet
from smsgen.errors import NoSuchFile, SmsgenError
from smsgen.operations.adopt.snapshot import MOST_BYTES, LiveSnapshot, read_live
from smsgen.operations.ports.protocols import Files


def waiting_servers(path: str, files: Files) -> LiveSnapshot | None:
    """Return the snapshot of running servers that stands at `path`; None where there is none.

    Raises SmsgenError where something else stands there.
    """
    try:
        return read_live(files.read(path, max_bytes=MOST_BYTES), path)
    except NoSuchFile:
        return None


def refuse_second_launch(change_set: ChangeSet, snapshot: LiveSnapshot | None, path: str) -> None:
    """Raise SmsgenError where a change set adds a server of a snapshot: it runs already, outside of the stack."""
    if snapshot is None:
        return
    running = {server.logical_id: server.instance_id for server in snapshot.servers}
    added = [
        f"{change.logical_resource_id} ({running[change.logical_resource_id]})"
        for change in change_set.changes
        if change.action == "Add" and change.logical_resource_id in running
    ]
    if added:
        listed = ", ".join(added[:10]) + (" …" if len(added) > 10 else "")
        raise SmsgenError(
            f"{len(added)} servers run already, and this would launch each a second time: {listed}",
            hint=f"`smsgen adopt run` brings them into the stack; if they are gone for good, remove {path}",
        )
