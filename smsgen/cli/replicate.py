"""smsgen replicate: replicate an application's servers, or go on with that, and follow it to its images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put, say
from smsgen.cli.aws_options import add_aws_options, aws_settings
from smsgen.cli.store_options import add_events_option, add_store_option, store_url
from smsgen.errors import SmsgenError

if TYPE_CHECKING:
    import argparse

    from smsgen.operations.apps.world import World

EXAMPLES = """\
examples:
  smsgen replicate app-0123456789abcdef0            start, or go on where it was, and follow
  smsgen replicate app-0123456789abcdef0 --on-demand    another run of every server, now

Runs are carried out by this process, beside those of a server that has the same store. Interrupted, it can be called
again. The images go to stdout: SERVER_ID AMI. Exit code 1 where a server got none.
"""

_PAUSE = 0.5
_STARTS = ("READY_FOR_REPLICATION", "REPLICATION_STOPPED", "REPLICATION_FAILED")
_ENDS = ("REPLICATED", "PARTIALLY_REPLICATED", "DELTA_REPLICATED", "DELTA_REPLICATION_FAILED", *_STARTS)
_INVALID = (
    *("READY_FOR_CONFIGURATION", "CONFIGURATION_IN_PROGRESS", "CONFIGURATION_INVALID"),
    "REPLICATION_STOP_FAILED",
)
_GOOD = ("REPLICATED", "DELTA_REPLICATED")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app_id", metavar="APP_ID", help="id of the application, as CreateApp gave it")
    parser.add_argument("--on-demand", action="store_true", help="begin a run of every server now")
    add_events_option(parser)
    add_store_option(parser)
    add_aws_options(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.apps.world import Settings
    from smsgen.operations.jobs.carry_out import NOTICES, REPLICATIONS, SHORT
    from smsgen.operations.replication import apps
    from smsgen.server.workers import Workers

    store = wiring.store(store_url(args))
    try:
        settings = Settings(event_bus=args.events)
        world = wiring.world(store, wiring.clients(aws_settings(args)), settings=settings)
        _check_startable(world, args.app_id)
        if args.on_demand:
            apps.start_on_demand_app_replication(world, args.app_id)
        elif _status(world, args.app_id) in _STARTS:
            apps.start_app_replication(world, args.app_id)
        workers = Workers(world, 2, pools=(SHORT, REPLICATIONS, NOTICES))
        workers.start()
        try:
            status = _follow(world, args.app_id)
        finally:
            workers.stop()
        _images(world, args.app_id)
    finally:
        store.close()
    return 0 if status in _GOOD else 1


def _check_startable(world: World, app_id: str) -> None:
    """Raise SmsgenError for an application that nothing can be replicated of as it is."""
    from smsgen.operations.apps.world import find_app

    state = find_app(world, app_id).replication
    if state.status in _INVALID:
        why = f": {state.message}" if state.message else ""
        hint = (
            "StopAppReplication tries to stop it again"
            if state.status == "REPLICATION_STOP_FAILED"
            else "put one with PutAppReplicationConfiguration (`aws sms put-app-replication-configuration`)"
        )
        raise SmsgenError(f"the replication of {app_id} is {state.status}{why}", hint=hint)


def _status(world: World, app_id: str) -> str:
    from smsgen.operations.apps.world import find_app

    return find_app(world, app_id).replication.status


def _follow(world: World, app_id: str) -> str:
    """Say what is news until nothing is under way any more; return the status."""
    from smsgen.operations.apps.replicated import jobs_of
    from smsgen.operations.apps.world import find_app

    told: set[str] = set()
    while True:
        app = find_app(world, app_id)
        jobs = jobs_of(world, app).values()
        for job in jobs:
            run = world.store.replication_run(job.run_id) if job.run_id else None
            if run is not None and run.stage:
                _say(f"{job.vm_server.vm_name}: {run.stage}: {run.stage_progress}".rstrip(": "), told)
        status = app.replication.status
        _say(f"{status}: {app.replication.message}".rstrip(": "), told)
        under_way = any(job.run_id for job in jobs)
        if status in _INVALID or (status in _ENDS and not under_way):
            return status
        world.clock.sleep(_PAUSE)


def _say(line: str, told: set[str]) -> None:
    if line not in told:
        told.add(line)
        say(line)


def _images(world: World, app_id: str) -> None:
    from smsgen.operations.apps.world import find_app

    for group in find_app(world, app_id).app.server_groups:
        for server in group.server_list:
            if server.image_id:
                put(f"{server.server_id} {server.image_id}\n")
