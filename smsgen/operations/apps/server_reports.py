"""Servers that validate themselves: their boot scripts run the script, and leave in S3 how it ended.

SMS's servers called NotifyAppValidationOutput with the credentials of their instance profile. Only AWS can check those,
so a server of ours writes an object that the endpoint reads, to the one key that its profile must let it write:

    validation/<validationId>/<run>.txt     the script's exit code on a line, then the end of what it said

`run` is another one for each new stack, so that what a server said of an earlier one is not taken for this one's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from smsgen.compiler import Validation
from smsgen.model.launch import S3Location
from smsgen.model.managed import ManagedApp
from smsgen.operations.apps.readiness import cut
from smsgen.operations.ports.protocols import Artifacts

_MOST = 16_384
"""Bytes of a report that are read; the boot script writes two thousand."""


class Report(NamedTuple):
    """How a server's own validation ended."""

    succeeded: bool
    message: str


def validations_of(managed: ManagedApp, artifacts: Callable[[], Artifacts]) -> dict[str, Validation]:
    """Return server id -> what its boot script validates it with. `artifacts` is asked for only where there is any."""
    return {
        one.server_id: Validation(
            one.source, one.script_type, report_place(managed, one.validation_id, artifacts())
        )
        for one in managed.validation.servers
        if one.source is not None
    }


def report_place(managed: ManagedApp, validation_id: str, artifacts: Artifacts) -> S3Location:
    """Return where a server's report of this launch stands, once there is one."""
    return artifacts.place(f"validation/{validation_id}/{managed.launch.run or 'none'}.txt")


def read_report(managed: ManagedApp, validation_id: str, artifacts: Artifacts) -> Report | None:
    """Return what a server reported, or None as long as it has not; raises ServiceError where S3 is in trouble."""
    content = artifacts.find(report_place(managed, validation_id, artifacts), max_bytes=_MOST)
    if content is None:
        return None
    # Windows PowerShell begins a text with a byte order mark.
    code, _, said = content.decode("utf-8-sig", "replace").partition("\n")
    code = code.strip()
    if code == "0":
        return Report(True, cut(said))
    return Report(False, cut(f"exit code {code[:20]}: {said}" if said.strip() else f"exit code {code[:20]}"))
