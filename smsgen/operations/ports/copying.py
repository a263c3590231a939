"""Where disks are copied to, as the operations see it: the ports of AWS, and what the keeper of a server decides."""

from __future__ import annotations

from typing import NamedTuple

from smsgen.model.replication import ReplicationTarget
from smsgen.operations.ports.images import Images, Uploads
from smsgen.operations.ports.snapshots import Manifests, Snapshots


class CopySettings(NamedTuple):
    """How disks are copied.

    `max_mbps`: megabits a second, all disks together (0: as fast as it goes). `hours` ("22:00-06:00", "": any) of days
    in `timezone`. `disks`: of a server at once. `verify_every`: every so many blocks of a snapshot are read back
    (0: none). `target`: of jobs that choose none, None for what fits the guest. `route`: register or import, "" for
    what fits the guest. `read_all_every`: every so many runs read all.
    """

    max_mbps: float = 0.0
    hours: str = ""
    timezone: str = "UTC"
    disks: int = 2
    verify_every: int = 0
    target: ReplicationTarget | None = None
    route: str = ""
    read_all_every: int = 10


class Copying(NamedTuple):
    """The ports of a copy into AWS."""

    snapshots: Snapshots
    manifests: Manifests
    images: Images
    uploads: Uploads
    settings: CopySettings = CopySettings()
