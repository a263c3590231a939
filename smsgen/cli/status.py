"""smsgen status: show what is launched, and whether it still is what the file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put
from smsgen.cli.aws_options import aws_settings
from smsgen.cli.launch_options import add_follow_options, pace_of

if TYPE_CHECKING:
    import argparse

    from smsgen.operations.ports.protocols import Stacks
    from smsgen.operations.stacks.plan import Plan
    from smsgen.operations.stacks.status import ServerStatus, StackStanding

EXAMPLES = """\
examples:
  smsgen status shop.yaml
  smsgen status shop.yaml --watch                 follow what is running, then show how it stands
  smsgen status shop.yaml --output json | jq -r .launchStatus
"""

_COLUMNS = (
    "order",
    "group",
    "server",
    "logical id",
    "instance",
    "state",
    "private address",
    "public address",
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app", metavar="APP", help="application file, - for standard input")
    parser.add_argument("--watch", action="store_true", help="follow a running operation to its end first")
    add_follow_options(parser, asks=False)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.stacks.plan import plan
    from smsgen.operations.stacks.status import status
    from smsgen.startup.process import stay

    stay()
    clients = wiring.clients(aws_settings(args))
    planned = plan(args.app, files=wiring.files(), lookups=wiring.lookups(clients), check_subnets=False)
    stacks = wiring.stacks(clients)
    if args.watch:
        _watch(args, planned, stacks)
    app_status = status(
        planned.app.name,
        planned.app.stack_name,
        template=planned.compiled.template,
        children={child.file: child.template for child in planned.compiled.children},
        places=planned.places,
        stacks=stacks,
    )
    put(_json(app_status) if args.output == "json" else status_text(app_status))
    return 0


def _watch(args: argparse.Namespace, planned: Plan, stacks: Stacks) -> None:
    from smsgen import wiring
    from smsgen.cli.terminal import live_view
    from smsgen.operations.stacks.follow import follow, running_operation

    stack = stacks.find(planned.app.stack_name)
    if stack is None or not stack.in_progress:
        return
    before, _ = running_operation(stacks, stack)
    follow(
        stacks,
        wiring.clock(),
        stack,
        after=before,
        view=live_view(stack, planned.places),
        pace=pace_of(args).within(args.timeout * 60),
        resume=f"`smsgen status {args.app} --watch` goes on watching",
    )


def _json(app_status: StackStanding) -> str:
    import json

    return json.dumps(app_status.to_dict(), indent=2) + "\n"


def status_text(app_status: StackStanding) -> str:
    """Return how an application stands as lines of text."""
    stack = app_status.stack
    lines = [f"{app_status.name}: {app_status.launch_status.value}"]
    if stack:
        reason = f" ({stack.reason})" if stack.reason else ""
        lines.append(f"stack     {stack.name} is {stack.status}{reason}")
        lines.append(f"template  {_differences(app_status.differences)}")
        lines.append(f"protected {'yes' if stack.protected else 'no'}")
    else:
        lines.append(f"stack     there is no {app_status.stack_name}")
    lines += ["", *_table([_COLUMNS, *map(_row, app_status.servers)])]
    if stack and stack.outputs:
        lines += ["", *_table([("output", "value"), *sorted(stack.outputs.items())])]
    return "\n".join(lines) + "\n"


def _differences(names: tuple[str, ...] | None) -> str:
    if names is None:
        return "cannot be compared with the file"
    return f"differs from the file: {', '.join(names)}" if names else "is what the file says"


def _row(server: ServerStatus) -> tuple[str, ...]:
    place, instance = server.place, server.instance
    known = (
        (instance.instance_id, instance.state, instance.private_ip, instance.public_ip)
        if instance
        else ("", "not launched", "", "")
    )
    return (str(place.order), place.group, place.server, server.logical_id, *known)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
