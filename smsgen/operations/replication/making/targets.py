"""Where a server's disks go, and how an image is made of them: what is chosen, or else what fits the guest.

target_for     ebs-direct or import-image, registered or imported, and why
check_import   refuses what ImportImage would refuse hours later

target         image                                    for
ebs-direct     registered, of the snapshots             a guest that has EC2's drivers
ebs-direct     imported, from the snapshots             any other: it keeps the incremental copy
import-image   imported, from files that are uploaded   what can be imported from files only, and who chooses it
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from smsgen.errors import SmsgenError
from smsgen.model.replicating.jobs import ReplicationJob
from smsgen.model.replication import ReplicationTarget
from smsgen.operations.ports.copying import CopySettings

_EBS, _IMPORT = ReplicationTarget.EBS_DIRECT, ReplicationTarget.IMPORT_IMAGE


class Route(Enum):
    """How an image is made of snapshots."""

    REGISTER = "register"
    IMPORT = "import"


class RouteChoice(NamedTuple):
    """A route, and why: one sentence for the user."""

    route: Route
    why: str


_LINUX = re.compile(
    r"linux|ubuntu|debian|centos|red ?hat|rhel|suse|sles|fedora|rocky|alma|oracle|photon", re.I
)
_OLD = re.compile(
    r"2\.6\.|(red ?hat|rhel|centos|oracle)\D{0,40}[456]\b|(ubuntu)\D{0,40}1[024]\b|debian\D{0,40}[678]\b",
    re.I,
)


def route_for(guest: str, *, license_type: str = "", override: str = "") -> RouteChoice:
    """Return which way a guest goes. `guest` is what its catalog calls its system; `license_type` the job's, "" unset.

    `override` is register or import, and counts whatever the guest is. Windows is imported: it needs drivers, and AWS's
    licence cannot be had by registering. A Linux of a kind that has brought the drivers for NVMe and ENA for years is
    registered. All else is imported, which puts in what lacks.
    """
    if override:
        return RouteChoice(Route(override), "it is chosen")
    if license_type == "AWS":
        return RouteChoice(Route.IMPORT, "a licence of AWS comes by import only")
    if _LINUX.search(guest) and not _OLD.search(guest):
        return RouteChoice(Route.REGISTER, f"{guest} brings EC2's drivers")
    what = guest or "a guest of which nothing is known"
    return RouteChoice(Route.IMPORT, f"{what} may need EC2's drivers")


class TargetChoice(NamedTuple):
    """Where disks go, whether the image is imported (or registered), and why: a sentence for the user."""

    target: ReplicationTarget
    imports: bool
    why: str


def target_for(job: ReplicationJob, settings: CopySettings) -> TargetChoice:
    """Return where a job's disks go: as the job says, or else the server, or else as fits the guest."""
    licence = job.parameters.license_type or ""
    route = route_for(job.guest, license_type=licence, override=settings.route)
    target, why = _target(job, settings, route)
    if target is _IMPORT:
        return TargetChoice(target, True, f"{target}: {why}")
    how = "registering" if route.route is Route.REGISTER else "importing"
    return TargetChoice(target, route.route is Route.IMPORT, f"{target}: {why}; {how}: {route.why}")


def _target(job: ReplicationJob, settings: CopySettings, route: RouteChoice) -> tuple[ReplicationTarget, str]:
    if job.target is not None:
        return job.target, "it is chosen for the job"
    if settings.target is not None:
        return settings.target, "it is chosen for all jobs"
    if route.route is Route.IMPORT and job.firmware == "EFI" and not import_platform(job.guest):
        # API_ImportImage, Platform: needed for a snapshot that boots by UEFI.
        return _IMPORT, "a guest that boots by UEFI, of which nothing is known, is imported from files only"
    return _EBS, "each run sends only what changed"


def import_platform(guest: str) -> str:
    """Return what ImportImage is told of a guest: Windows, Linux, or "" where its catalog does not say."""
    return "Windows" if "windows" in guest.lower() else "Linux" if guest else ""


def check_import(job: ReplicationJob, target: ReplicationTarget) -> None:
    """Raise SmsgenError for what ImportImage refuses, before hours of copying."""
    if target is _IMPORT and job.firmware == "EFI" and job.parameters.encrypted:
        raise SmsgenError(
            "ImportImage encrypts no image that boots by UEFI",
            hint="choose --target ebs-direct, whose snapshots are encrypted as they are written",
        )
