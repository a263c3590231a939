"""smsgen terminate-app: delete the application's stack and follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put
from smsgen.cli.aws_options import aws_settings
from smsgen.cli.launch_options import add_follow_options, pace_of

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen terminate-app shop.yaml                  show what goes and what stays, ask, delete, follow
  smsgen terminate-app shop.yaml --dry-run        only show it
  smsgen terminate-app sms-app-1a2b3c4d5e6f70819 --yes
  smsgen terminate-app shop.yaml --retain Db1     after DELETE_FAILED: leave Db1 and delete the rest

exit codes: 0 deleted or not there, 1 failed, refused or declined, 130 interrupted (the deletion goes on)
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app", metavar="APP|STACK", help="application file, or a stack's name or id")
    parser.add_argument("--dry-run", action="store_true", help="only show what goes and what stays")
    parser.add_argument("--no-wait", action="store_true", help="end once CloudFormation has started")
    parser.add_argument(
        "--disable-termination-protection", action="store_true", help="delete it even if it is protected"
    )
    parser.add_argument(
        "--retain",
        action="append",
        default=[],
        metavar="LOGICAL_ID",
        help="of a stack in DELETE_FAILED: leave this resource where it is",
    )
    add_follow_options(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.cli.terminal import Terminal, change_set_text
    from smsgen.operations.stacks.launch import Ending
    from smsgen.operations.stacks.pull import stack_name
    from smsgen.operations.stacks.terminate import TerminateOptions, terminate_stack
    from smsgen.startup.process import stay

    stay()
    name = stack_name(args.app, wiring.files())
    options = TerminateOptions(
        unprotect=args.disable_termination_protection,
        retain=tuple(args.retain),
        dry_run=args.dry_run,
        wait=not args.no_wait,
        resume=f"`smsgen terminate-app {args.app}` goes on watching",
        pace=pace_of(args),
        timeout=args.timeout * 60,
    )
    talk = Terminal(yes=args.yes, render=change_set_text)
    clients = wiring.clients(aws_settings(args))
    done = terminate_stack(
        name,
        options,
        stacks=wiring.stacks(clients),
        changes=wiring.stack_changes(clients),
        clock=wiring.clock(),
        talk=talk,
    )
    talk.note(_SENTENCES[done.ending.name].format(name=name))
    if args.output == "json":
        import json

        answer = {"ending": done.ending.name, "stackName": name}
        put(json.dumps(answer, indent=2) + "\n")
    return 1 if done.ending is Ending.DECLINED else 0


_SENTENCES = {
    "TERMINATED": "{name} is deleted",
    "UNCHANGED": "nothing was done",
    "SHOWN": "a dry run: {name} is as it was",
    "DECLINED": "declined: {name} is as it was",
    "STARTED": "CloudFormation has started to delete {name}",
}
