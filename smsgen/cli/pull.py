"""smsgen pull: write a deployed stack to a snapshot file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.aws_options import add_aws_options, aws_settings
from smsgen.cli.output import format_for, put_out

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen pull sms-app-1a2b3c4d5e6f70819 -o deployed.yaml
  smsgen pull shop.yaml -o deployed.json          the stack of an application file
  smsgen generate-change-set shop.yaml --deployed deployed.yaml

Only what a change set needs is read; NoEcho values stay masked.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stack", metavar="STACK|APP", help="a stack's name or id, or an application file")
    parser.add_argument("-o", "--out", metavar="FILE", help="write the snapshot there (default: stdout)")
    parser.add_argument(
        "--format", choices=("json", "yaml"), help="default: by the name of FILE, yaml otherwise"
    )
    add_aws_options(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.stacks.pull import dump_snapshot, pull, stack_name

    stack = stack_name(args.stack, wiring.files())
    pulled = pull(wiring.stack_reader(wiring.clients(aws_settings(args))), stack)
    for warning in pulled.warnings:
        say(warning.render())
    put_out(dump_snapshot(pulled.snapshot, format_for(args.out, args.format)), args.out)
    return 0
