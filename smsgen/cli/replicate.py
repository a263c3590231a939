"""smsgen replicate: replicate an application's servers, and follow it to its images; or be a worker near the disks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from smsgen.cli import put, say
from smsgen.cli.aws_options import add_aws_options, add_bucket_options, artifact_settings, aws_settings
from smsgen.cli.copy_options import add_copy_options, copy_settings
from smsgen.cli.numbers import number_between
from smsgen.cli.store_options import add_events_option, add_store_option, store_url
from smsgen.errors import SmsgenError, UsageError

if TYPE_CHECKING:
    import argparse

    from smsgen.operations.apps.world import World
    from smsgen.store import SqlStore

EXAMPLES = """\
examples:
  smsgen replicate app-0123456789abcdef0            start, or go on where it was, and follow
  smsgen replicate app-0123456789abcdef0 --target import-image --server-group windows
  smsgen replicate sms-job-01234567 --target ebs-direct   for one job; its next run goes there
  smsgen replicate app-0123456789abcdef0 --on-demand    another run of every server, now
  smsgen replicate --worker --store postgresql+psycopg://smsgen@db.example.com/smsgen
                                                    on a machine near the disks: carry out runs until stopped

Runs are carried out by this process, beside those of a server that has the same store. Interrupted, it can be called
again. The images go to stdout: SERVER_ID AMI.

exit codes: 0 every server has its image, or the worker was stopped in good order; 1 a server got none; 64 usage;
130 interrupted (a server or worker of the store goes on with it)
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
    parser.add_argument(
        "app_id",
        nargs="?",
        metavar="APP_ID",
        help="id of the application, or of a job to choose --target for",
    )
    parser.add_argument("--on-demand", action="store_true", help="begin a run of every server now")
    parser.add_argument(
        "--target",
        choices=("ebs-direct", "import-image"),
        help="where disks go from the next run on: EBS snapshots, or files for ImportImage; kept with the application",
    )
    parser.add_argument(
        "--server-group",
        action="append",
        default=[],
        metavar="NAME",
        help="choose --target for these servers only; may be repeated (default: all)",
    )
    parser.add_argument(
        "--worker",
        action="store_true",
        help="carry out the runs whose disks this machine can read, of all applications, until it is stopped",
    )
    add_events_option(parser)
    add_store_option(parser)
    add_bucket_options(parser, "where manifests go; as the servers of the store have it")
    add_copy_options(parser.add_argument_group("copies"))
    running = parser.add_argument_group("running")
    running.add_argument(
        "--runs-at-once",
        type=number_between(1, 1000),
        default=4,
        metavar="N",
        help="servers that are copied at once (default: %(default)s)",
    )
    running.add_argument(
        "--lease",
        type=number_between(5, 86_400),
        default=60,
        metavar="SECONDS",
        help="after which another worker takes over the runs of one that is gone (default: %(default)s)",
    )
    running.add_argument(
        "--stop-timeout",
        type=number_between(1, 100_000),
        default=60,
        metavar="SECONDS",
        help="for blocks that are under way (default: %(default)s)",
    )
    add_aws_options(parser)


def run(args: argparse.Namespace) -> int:
    if args.worker == bool(args.app_id):
        raise UsageError("give either APP_ID or --worker", hint="`smsgen replicate --help` has examples")
    if args.worker and args.on_demand:
        raise UsageError("--on-demand is for an application, and --worker takes runs as they come")
    if args.worker and args.target:
        raise UsageError("--target is for an application or a job", hint="a worker has --default-target")
    if args.server_group and not args.target:
        raise UsageError("--server-group says for whom --target is", hint="give --target, too")
    from smsgen import wiring
    from smsgen.operations.apps.world import Settings

    copies = copy_settings(args)
    store = wiring.store(store_url(args))
    try:
        clients = wiring.clients(aws_settings(args))
        settings = Settings(lease=float(args.lease), event_bus=args.events)
        world = wiring.world(store, clients, artifact_settings(args), settings, copies, args.machine)
        return _work(args, world, store) if args.worker else _replicate(args, world)
    finally:
        store.close()


# --- A worker -----------------------------------------------------------------------------------------------


def _work(args: argparse.Namespace, world: World, store: SqlStore) -> int:
    """Carry out runs until the process is told to stop (SIGTERM, SIGINT)."""
    import signal
    import threading

    from smsgen.operations.jobs.carry_out import REPLICATIONS
    from smsgen.server.http.logs import log_to
    from smsgen.server.workers import Workers

    log_to(sys.stderr)
    if not store.shares_no_disk:
        _check_one_machine(world)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    workers = Workers(world, args.runs_at_once, pools=(REPLICATIONS,))
    workers.start()
    _say_connectors(world)
    stopping.wait()
    if not workers.stop(args.stop_timeout):
        say(f"a run has not come to a pause; it is taken over in {args.lease} seconds at most")
    say("stopped")
    return 0


def _check_one_machine(world: World) -> None:
    """Say what a store in a file means; raises SmsgenError where another machine works on it, too."""
    from smsgen.operations.replication.machines import others

    hint = "use PostgreSQL for several machines"
    names = ", ".join(machine.name for machine in others(world))
    if names:
        raise SmsgenError(f"the store is a file of SQLite, and {names} works on it, too", hint=hint)
    say(f"the store is a file of SQLite: this worker shares it with servers of this machine only; {hint}")


def _say_connectors(world: World) -> None:
    from smsgen.operations.replication.catalog import all_connectors

    for connector in all_connectors(world):
        reads = "reads" if world.inventories.reads(connector) else "does not read"
        say(f"{reads} {connector.connector_id} ({connector.kind} {connector.location})")
    say(f"waiting for runs, as {world.machine}")


# --- An application -----------------------------------------------------------------------------------------


def _replicate(args: argparse.Namespace, world: World) -> int:
    from smsgen.model.replication import ReplicationTarget
    from smsgen.operations.jobs.carry_out import NOTICES, REPLICATIONS, SHORT
    from smsgen.operations.replication import apps
    from smsgen.operations.replication.making.choose import choose_target
    from smsgen.server.workers import Workers

    if args.app_id.startswith("sms-job-"):
        return _of_job(args, world)
    _check_startable(world, args.app_id)
    if args.target:
        choose_target(world, args.app_id, ReplicationTarget(args.target), groups=args.server_group)
    if args.on_demand:
        apps.start_on_demand_app_replication(world, args.app_id)
    elif _status(world, args.app_id) in _STARTS:
        apps.start_app_replication(world, args.app_id)
    workers = Workers(world, args.runs_at_once, pools=(SHORT, REPLICATIONS, NOTICES))
    workers.start()
    try:
        status = _follow(world, args.app_id)
    except KeyboardInterrupt:
        say(
            "the replication is not stopped: servers and workers of the store go on with it, and so does "
            f"`smsgen replicate {args.app_id}`; StopAppReplication stops it"
        )
        raise
    finally:
        workers.stop(args.stop_timeout)
    _images(world, args.app_id)
    return 0 if status in _GOOD else 1


def _of_job(args: argparse.Namespace, world: World) -> int:
    """Choose the target of one job; its runs are carried out as ever."""
    from smsgen.model.replication import ReplicationTarget
    from smsgen.operations.replication.making.choose import choose_target_of_job

    if not args.target or args.on_demand or args.server_group:
        raise UsageError(
            "of a job, --target is chosen and nothing else",
            hint="runs on demand are begun by StartOnDemandReplicationRun, or of an application",
        )
    choose_target_of_job(world, args.app_id, ReplicationTarget(args.target))
    say(f"the next run of {args.app_id} goes to {args.target}")
    return 0


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
    """Show how far it is until nothing is under way any more; return the status."""
    from smsgen.cli.replication_view import ServerRun, replication_view
    from smsgen.operations.apps.replicated import jobs_of
    from smsgen.operations.apps.world import find_app

    view = replication_view(world.clock.now)
    try:
        while True:
            app = find_app(world, app_id)
            status = app.replication.status
            runs = []
            for job in jobs_of(world, app).values():
                last = world.store.replication_runs(job.replication_job_id, limit=1)
                runs.append(ServerRun(job.vm_server.vm_name or job.server_id, job, last[0] if last else None))
            view.show(f"{app_id}  {status}", app.replication.message, runs)
            under_way = any(one.job.run_id for one in runs)
            if status in _INVALID or (status in _ENDS and not under_way):
                return status
            world.clock.sleep(_PAUSE)
    finally:
        view.close()


def _images(world: World, app_id: str) -> None:
    from smsgen.operations.apps.world import find_app

    for group in find_app(world, app_id).app.server_groups:
        for server in group.server_list:
            if server.image_id:
                put(f"{server.server_id} {server.image_id}\n")
