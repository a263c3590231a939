"""smsgen adopt: bring servers that run already into the application's stack, as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put, say
from smsgen.cli.adopt_discovery import (
    add_snapshot,
    beside,
    configure_discover,
    discover_servers,
    snapshot_path,
)
from smsgen.cli.aws_options import add_aws_options, add_bucket_options, artifact_settings, aws_settings
from smsgen.cli.launch_options import pace_of, positive
from smsgen.errors import SmsgenError

if TYPE_CHECKING:
    import argparse

    from smsgen.operations.adopt.check import Difference
    from smsgen.operations.adopt.plan import AdoptionPlan
    from smsgen.operations.adopt.run import Adopted
    from smsgen.operations.adopt.snapshot import LiveSnapshot

EXAMPLES = """\
examples:
  smsgen adopt discover --tag App=shop -o shop.yaml              what runs -> shop.yaml and shop.live.json
  smsgen adopt discover --mgn-wave "Wave 1" --group-by application --order-tag LaunchOrder -o wave1.yaml
  smsgen adopt plan shop.yaml                                    the change sets, foretold; asks nothing of AWS
  smsgen adopt check shop.yaml --exit-code                       file against servers; --offline: against the snapshot
  smsgen adopt run shop.yaml                                     a canary, then at most 200 resources a round
  smsgen launch-app shop.yaml --fail-on replace                  from then on, an application as any other

Keep shop.live.json beside shop.yaml: by it launch-app refuses to launch the servers a second time.
`run` goes on where it was interrupted. docs/adopt.md is the guide, and says what is not known of AWS.
exit codes: 0 fine, 1 failed, declined, or a server was refused, 2 differences (check --exit-code), 130 interrupted
"""


def configure(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", metavar="discover|plan|check|run", required=True)
    for name, (text, configure_step, _) in STEPS.items():
        configure_step(steps.add_parser(name, help=text, description=text[:1].upper() + text[1:] + "."))


def run(args: argparse.Namespace) -> int:
    return STEPS[args.step][2](args)


# --- plan and check -----------------------------------------------------------------------------------------


def _configure_plan(parser: argparse.ArgumentParser) -> None:
    _add_app(parser)
    _add_rounds(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")


def _plan(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.adopt.plan import adoption_plan
    from smsgen.operations.stacks.plan import plan

    planned = plan(args.app, files=wiring.files())
    foretold = adoption_plan(planned, _read_snapshot(args), most=args.round_size, canary=not args.no_canary)
    put(_plan_json(foretold) if args.format == "json" else _plan_text(foretold))
    for difference in foretold.differences:
        say(difference.sentence())
    return 1 if foretold.differences else 0


def _plan_json(foretold: AdoptionPlan) -> str:
    import json

    data = {
        "rounds": [
            {
                "servers": [server.instance_id for server in each.round.servers],
                "changeSet": each.change_set.describe(),
            }
            for each in foretold.rounds
        ],
        "mayBeTouched": {name: list(properties) for name, properties in foretold.touchable.items()},
        "differences": [one._asdict() for one in foretold.differences],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _plan_text(foretold: AdoptionPlan) -> str:
    lines = []
    for number, each in enumerate(foretold.rounds, 1):
        servers = each.round.servers
        what = (
            f"the canary {servers[0].name}"
            if number == 1 and len(servers) == 1
            else f"{len(servers)} servers"
        )
        lines.append(f"round {number}: {what}, {len(each.change_set.changes)} resources")
        lines += [
            f"  {change.action}  {change.logical_resource_id}  {change.resource_type}  {change.physical_resource_id}"
            for change in each.change_set.changes
        ]
    lines.append(
        "An update handler runs on each server after its import. Of what the file declares it could set:"
    )
    shared = sorted({name for names in foretold.touchable.values() for name in names})
    lines.append(f"  {', '.join(shared)}")
    lines.append("The session that imports is denied every call that would, unless you say --no-guard.")
    return "\n".join(lines) + "\n"


def _configure_check(parser: argparse.ArgumentParser) -> None:
    _add_app(parser)
    parser.add_argument("--offline", action="store_true", help="against the snapshot, without AWS")
    parser.add_argument("--exit-code", action="store_true", help="exit 2 where something differs")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")
    add_aws_options(parser)


def _check(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.adopt.check import faults_of_file
    from smsgen.operations.adopt.discover import look_again
    from smsgen.operations.adopt.plan import only
    from smsgen.operations.adopt.rounds import in_launch_order
    from smsgen.operations.stacks.plan import plan

    compiled, snapshot = plan(args.app, files=wiring.files()).compiled, _read_snapshot(args)
    snapshot = only(snapshot, in_launch_order(compiled, snapshot))
    if not args.offline:
        snapshot = look_again(wiring.fleet(wiring.clients(aws_settings(args))), snapshot)
    gone = {server.logical_id for server in compiled.servers} - set(snapshot.resources())
    faults = faults_of_file(compiled.template.resources, snapshot)
    put(_differences(faults, sorted(gone), as_json=args.format == "json"))
    against = "the snapshot" if args.offline else "the servers"
    say(f"{len(faults) + len(gone)} differences between {args.app} and {against}")
    return 2 if args.exit_code and (faults or gone) else 0


def _differences(differences: tuple[Difference, ...], gone: list[str], *, as_json: bool) -> str:
    if not as_json:
        lines = [*(one.sentence() for one in differences), *(f"{name}: the server is gone" for name in gone)]
        return "".join(f"{line}\n" for line in lines)
    import json

    data = {"differences": [one._asdict() for one in differences], "gone": gone}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


# --- run ----------------------------------------------------------------------------------------------------


def _configure_run(parser: argparse.ArgumentParser) -> None:
    _add_app(parser)
    _add_rounds(parser)
    parser.add_argument(
        "--journal", metavar="FILE", help="what was done (default: APP's name with .adopt.json)"
    )
    guard = parser.add_mutually_exclusive_group()
    guard.add_argument(
        "--guard-role", metavar="ARN", help="role of the session that imports; IAM users need none"
    )
    guard.add_argument(
        "--no-guard", action="store_true", help="import with your own session, which may touch servers"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--timeout",
        type=positive,
        default=240.0,
        metavar="MINUTES",
        help="stop watching after that (default: 240)",
    )
    parser.add_argument(
        "--poll-seconds",
        type=positive,
        default=2.0,
        metavar="SECONDS",
        help="first pause between two looks (default: 2)",
    )
    add_bucket_options(parser)
    add_aws_options(parser)


def _run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.cli.terminal import Terminal, change_set_text
    from smsgen.operations.adopt.journal import read_journal, write_journal
    from smsgen.operations.adopt.run import AdoptionWorld, AdoptOptions, adopt
    from smsgen.operations.stacks.plan import plan
    from smsgen.startup.process import stay

    stay()
    files, clients, settings = wiring.files(), wiring.clients(aws_settings(args)), artifact_settings(args)
    planned, snapshot = plan(args.app, files=files), _read_snapshot(args)
    journal = args.journal or beside(args.app, ".adopt.json")
    options = AdoptOptions(
        most=args.round_size,
        canary=not args.no_canary,
        pace=pace_of(args),
        timeout=args.timeout * 60,
        resume=f"`smsgen adopt run {args.app}` goes on",
    )
    world = AdoptionWorld(
        fleet=wiring.fleet(clients),
        drift=wiring.drift(clients),
        guard=wiring.guard(clients, args.guard_role, guarded=not args.no_guard),
        stacks=wiring.stacks(clients),
        clock=wiring.clock(),
        talk=Terminal(yes=args.yes, render=change_set_text),
        artifacts=lambda: wiring.artifacts(clients, settings),
        note=lambda each: write_journal(journal, each, files),
    )
    done = adopt(planned, snapshot, read_journal(journal, planned.app.stack_name, files), options, world)
    return _say_adopted(done, planned.app.stack_name, args.app)


def _say_adopted(done: Adopted, stack_name: str, app: str) -> int:
    put("".join(f"{name}\n" for name in done.servers))
    for name, reason in done.refused.items():
        say(f"{name}: AWS refused it: {reason}")
    if done.declined:
        say(f"declined: {len(done.servers)} servers are in {stack_name}; `smsgen adopt run {app}` goes on")
        return 1
    if done.refused:
        raise SmsgenError(
            f"{len(done.refused)} servers are not in {stack_name}",
            hint="mend what AWS named and run this again, or take them out of the file: launch-app would launch"
            " each a second time",
        )
    say(
        f"{len(done.servers)} servers are in {stack_name}, as they are; `smsgen launch-app {app}` goes on from here"
    )
    return 0


# --- Shared -------------------------------------------------------------------------------------------------


def _add_app(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app", metavar="APP", help="application file that `adopt discover` wrote")
    add_snapshot(parser)


def _add_rounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--round-size",
        type=_size,
        default=200,
        metavar="N",
        help="resources of a round, at most 200 (default: 200)",
    )
    parser.add_argument("--no-canary", action="store_true", help="import no single server first")


def _size(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 200:
        raise ValueError(text)
    return value


_size.__name__ = "number from 1 to 200"  # argparse names it so in its message


def _read_snapshot(args: argparse.Namespace) -> LiveSnapshot:
    from smsgen import wiring
    from smsgen.operations.adopt.snapshot import MOST_BYTES, read_live

    path = snapshot_path(args.app, args.snapshot)
    return read_live(wiring.files().read(path, max_bytes=MOST_BYTES), path)


STEPS = {
    "discover": (
        "write an application file of servers that run, and a snapshot of them",
        configure_discover,
        discover_servers,
    ),
    "plan": ("foretell the change sets of an adoption, and what may be touched", _configure_plan, _plan),
    "check": ("compare an application file with the servers, property by property", _configure_check, _check),
    "run": ("import the servers into the application's stack, and compare them", _configure_run, _run),
}
"""Step -> help, what adds its arguments, what carries it out."""
