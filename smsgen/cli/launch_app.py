"""smsgen launch-app: create or update the application's stack and follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smsgen.cli import put
from smsgen.cli.aws_options import add_bucket_options, artifact_settings, aws_settings
from smsgen.cli.launch_options import add_follow_options, pace_of

if TYPE_CHECKING:
    import argparse

    from smsgen.changes.change_set import ChangeSet
    from smsgen.operations.stacks.launch import Launched

EXAMPLES = """\
examples:
  smsgen launch-app shop.yaml                     show the change set, ask, execute it, follow it
  smsgen launch-app shop.yaml --dry-run           show it, and remove it again
  smsgen launch-app shop.yaml --yes --fail-on replace,remove --output json
  smsgen launch-app shop.yaml --on-failure delete a trial: what fails leaves nothing behind

Interrupted (Ctrl-C, a lost network), the stack goes on; the same command goes on watching it.
exit codes: 0 launched or nothing to change, 1 failed or declined, 3 a --fail-on gate, 130 interrupted
"""

_ON_FAILURE = {"rollback": "ROLLBACK", "delete": "DELETE", "do-nothing": "DO_NOTHING"}


def configure(parser: argparse.ArgumentParser) -> None:
    from argparse import BooleanOptionalAction

    parser.add_argument("app", metavar="APP", help="application file, - for standard input")
    parser.add_argument(
        "--parameters", metavar="FILE", help="values of the template's parameters, YAML or JSON"
    )
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="one value; wins over the file"
    )
    parser.add_argument(
        "--import",
        dest="imports",
        action="append",
        default=[],
        metavar="LOGICAL_ID=ID",
        help="adopt an existing resource as this resource of the template, by its instance or volume id, or by"
        " PublicIp=…,AllocationId=… where a type has several",
    )
    parser.add_argument(
        "--on-failure", choices=sorted(_ON_FAILURE), default="rollback", help="default: rollback"
    )
    parser.add_argument(
        "--fail-on",
        default="",
        metavar="GATES",
        help="change nothing and exit 3 on any of replace, may-replace, remove, iam, network, stateful, stack",
    )
    parser.add_argument("--dry-run", action="store_true", help="show the change set and remove it again")
    parser.add_argument("--no-wait", action="store_true", help="end once CloudFormation has started")
    parser.add_argument(
        "--termination-protection",
        action=BooleanOptionalAction,
        default=None,
        help="protect the stack against deletion (default: if a server is stateful)",
    )
    add_bucket_options(parser)
    add_follow_options(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.cli.adopt_discovery import snapshot_path
    from smsgen.cli.terminal import Terminal, change_set_text
    from smsgen.operations.adopt.second_launch import refuse_second_launch, waiting_servers
    from smsgen.operations.files.gates import check_gates, read_gates
    from smsgen.operations.files.parameter_values import read_assignments, read_parameters
    from smsgen.operations.stacks.launch import Ending, LaunchOptions, launch_stack
    from smsgen.operations.stacks.plan import launch_of, plan
    from smsgen.startup.process import stay

    stay()
    files, clients, settings = wiring.files(), wiring.clients(aws_settings(args)), artifact_settings(args)

    def artifacts() -> Any:
        return wiring.artifacts(clients, settings)

    gates = read_gates(args.fail_on)
    talk = Terminal(yes=args.yes, render=change_set_text)
    parameters = read_parameters(args.parameters, args.parameter, files=files)
    imports = read_assignments(args.imports, "--import")
    planned = plan(args.app, files=files, artifacts=artifacts, lookups=wiring.lookups(clients))
    for warning in planned.warnings:
        talk.note(warning.render())
    live = snapshot_path(args.app, None)
    waiting = waiting_servers(live, files) if args.app != "-" else None

    def gate(change_set: ChangeSet) -> None:
        refuse_second_launch(change_set, waiting, live)
        check_gates(change_set, gates)

    options = LaunchOptions(
        parameters=parameters,
        imports=imports,
        gate=gate,
        on_failure=_ON_FAILURE[args.on_failure],
        dry_run=args.dry_run,
        wait=not args.no_wait,
        protect=args.termination_protection,
        resume=f"`smsgen launch-app {args.app}` goes on watching",
        pace=pace_of(args),
        timeout=args.timeout * 60,
    )
    launch = launch_of(planned, artifacts)
    done = launch_stack(
        launch,
        options,
        stacks=wiring.stacks(clients),
        changes=wiring.stack_changes(clients),
        clock=wiring.clock(),
        talk=talk,
    )
    talk.note(_SENTENCES[done.ending.name].format(name=launch.stack_name))
    put(_outputs(launch.stack_name, done, as_json=args.output == "json"))
    return 1 if done.ending is Ending.DECLINED else 0


_SENTENCES = {
    "LAUNCHED": "{name} is launched",
    "UNCHANGED": "no changes: {name} is what the file says",
    "SHOWN": "a dry run: the change set is removed again, {name} is as it was",
    "DECLINED": "declined: the change set is removed again, {name} is as it was",
    "STARTED": "CloudFormation has started; `smsgen status APP --watch` follows {name}",
}


def _outputs(stack_name: str, done: Launched, *, as_json: bool) -> str:
    outputs = dict(done.stack.outputs) if done.stack else {}
    if not as_json:
        width = max(map(len, outputs), default=0)
        return "".join(f"{key:<{width}}  {value}\n" for key, value in sorted(outputs.items()))
    import json

    from smsgen.model.status import of_stack

    status = done.stack.status if done.stack else None
    answer = {
        "ending": done.ending.name,
        "stackName": stack_name,
        "stackId": done.stack.stack_id if done.stack else None,
        "stackStatus": status,
        "launchStatus": of_stack(status).value,
        "outputs": outputs,
    }
    return json.dumps(answer, indent=2) + "\n"
