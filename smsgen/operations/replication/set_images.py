"""Use case: record images that somebody else made, each as a completed run of a replication job.

A server that has a job which goes on, or ran once, gets a run of that job. Any other server gets a job of its own,
which ran once and is completed; so GetReplicationJobs, GetReplicationRuns and GetApp tell of the image as of any other,
and a replication that is started later makes its own job.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from smsgen.errors import InvalidInput
from smsgen.model.app import Server
from smsgen.model.check import read_plain
from smsgen.model.fields import SERVER
from smsgen.model.managed import ManagedApp, ReplicationParameters
from smsgen.model.replicating.jobs import (
    RUNNABLE,
    JobEvent,
    JobState,
    ReplicationJob,
    ReplicationRun,
    RunEvent,
    RunType,
    job_after,
    run_after,
)
from smsgen.operations.apps.configure_launch import AskDevices, root_devices_of, with_images
from smsgen.operations.apps.readiness import without_image
from smsgen.operations.apps.replicated import jobs_of, with_job
from smsgen.operations.apps.world import BadParameter, Kept, changed
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change
from smsgen.operations.replication.jobs import new_run

_MESSAGE = "the image was made elsewhere, and recorded by smsgen set-image"
_TAKES_RUNS = frozenset((*RUNNABLE, JobState.PAUSED_ON_FAILURE, JobState.COMPLETED))


class _Recorded(NamedTuple):
    """A server's job before (None: it is made) and after, and the run."""

    before: ReplicationJob | None
    job: ReplicationJob
    run: ReplicationRun


def set_images(
    kept: Kept, app_id: str, images: Mapping[str, str], *, ask: AskDevices | None = None
) -> ManagedApp:
    """Record the images of servers, in place of replication runs that make them.

    `images`: server id -> `ami-…`, or `ssm:/path`. Takes effect at the next launch; all of them are recorded or none.
    What EC2 says is the root device of an image is recorded with it, where there is somebody to `ask`; the launch asks
    again.
    Raises BadParameter for servers that are not in the application, InvalidInput for images that cannot be.
    """
    devices: Mapping[str, str] | None = None

    def decide(before: ManagedApp) -> Change:
        nonlocal devices
        servers = _named(before, images)
        devices = root_devices_of(ask, before.app, images) if devices is None else devices
        there = jobs_of(kept, before)
        recorded = [
            _recorded(kept, server, images[server_id], there.get(server_id))
            for server_id, server in servers.items()
            if not _is_known(server, images[server_id], there.get(server_id))
        ]
        after = with_images(before, images, devices)._replace(modified=kept.clock.now())
        writes: list[Write] = []
        for one in recorded:
            after = with_job(after, one.job)
            writes += (Write(one.before, one.job), Write(None, one.run))
        return Change(before, _with_time(after) if recorded else after, records=tuple(writes))

    return changed(kept, app_id, decide)


def _named(managed: ManagedApp, images: Mapping[str, str]) -> dict[str, Server]:
    """Return the servers that get images, by their ids; raises as `set_images`."""
    servers = {
        server.server_id: server for group in managed.app.server_groups for server in group.server_list
    }
    strangers = [server_id for server_id in images if server_id not in servers]
    if strangers:
        raise BadParameter(f"{_called(strangers)} not in the application {managed.app.app_id}")
    kind = SERVER.fields["imageId"].kind
    wrong = [one for image_id in images.values() for one in read_plain(kind, image_id, "imageId")[1]]
    if wrong:
        raise InvalidInput(wrong)
    return {server_id: servers[server_id] for server_id in images}


def _called(server_ids: list[str]) -> str:
    names = ", ".join(server_ids)
    return f"the server {names} is" if len(server_ids) == 1 else f"the servers {names} are"


def _is_known(server: Server, image: str, job: ReplicationJob | None) -> bool:
    """Whether the image is the server's already, and a job tells of it: recorded twice, it is one run."""
    ami_id = _ami(image)
    return server.image_id == image and job is not None and (not ami_id or job.latest_ami_id == ami_id)


def _ami(image: str) -> str:
    """Return an AMI's id; "" for a parameter of SSM, of which only AWS knows what it holds."""
    return image if image.startswith("ami-") else ""


def _recorded(kept: Kept, server: Server, image: str, there: ReplicationJob | None) -> _Recorded:
    now = kept.clock.now()
    before = there if there is not None and there.state in _TAKES_RUNS else None
    job = before or _job(kept, server, now)
    ami_id = _ami(image)
    run = run_after(
        run_after(new_run(kept, job, RunType.ON_DEMAND, now), RunEvent.BEGIN),
        RunEvent.SUCCEED,
        ami_id=ami_id,
        completed=now,
        stage="Completed",
        message=_MESSAGE if ami_id else f"{_MESSAGE} as {image}",
        encrypted=None,
        kms_key_id=None,
        recorded=True,
    )
    begun = job.runs if job.begun is None else job.begun
    after = job._replace(
        runs=run.number, begun=begun, latest_ami_id=ami_id or job.latest_ami_id, latest_time=now
    )
    return _Recorded(before, after, run)


def _job(kept: Kept, server: Server, now: float) -> ReplicationJob:
    """Return a job of a server that ran once, just now."""
    job = ReplicationJob(
        f"sms-job-{kept.new_id(8)}",
        server.server_id,
        server.vm_server,
        parameters=ReplicationParameters(seed_time=now, run_once=True),
        description="smsgen set-image",
        first_run=now,
        created=now,
    )
    return job_after(job_after(job, JobEvent.BEGIN), JobEvent.COMPLETE, _MESSAGE)


def _with_time(managed: ManagedApp) -> ManagedApp:
    """Return an application whose images are as new as its last change, where every server has one."""
    if without_image(managed.app):
        return managed
    return managed._replace(replication=managed.replication._replace(latest_time=managed.modified))
