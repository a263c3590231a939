"""smsgen validate APP..."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from smsgen.cli import put, say, say_explain

if TYPE_CHECKING:
    from smsgen.aws.clients import AwsSettings

EXAMPLES = """\
examples:
  smsgen validate shop.yaml
  smsgen validate apps/*.yaml --output sarif > smsgen.sarif
  smsgen validate shop.yaml --aws                ask EC2 about its subnets and images, too
  smsgen validate shop.yaml --strict             warnings that the file does not accept are errors
  smsgen validate shop.yaml --show-accepted      and what it accepts, with the reasons
  generate-app | smsgen validate -

The report is written to stdout, the count to stderr. Exit code: 0 fine or warnings only, 1 errors.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    from smsgen.model.app import PROFILES

    parser.add_argument("apps", nargs="+", metavar="APP", help="an application file; - reads standard input")
    parser.add_argument(
        "--output",
        choices=("text", "json", "sarif"),
        default="text",
        help="format of the report (default: text)",
    )
    parser.add_argument(
        "--profile", choices=PROFILES, help="check for this profile, in place of the file's own"
    )
    parser.add_argument(
        "--aws",
        action="store_true",
        help="ask EC2, too: whether subnets are in their vpc, and what images call their root volume",
    )
    parser.add_argument(
        "--strict", action="store_true", help="make warnings errors, unless the file accepts them"
    )
    parser.add_argument(
        "--show-accepted",
        action="store_true",
        help="list the warnings that the file accepts, with the reasons",
    )
    from smsgen.cli.aws_options import add_aws_options

    add_aws_options(parser, profile=False)


def _aws_settings(args: argparse.Namespace) -> AwsSettings:
    """Return which AWS; --profile is the template's here, AWS_PROFILE names another of the AWS configuration."""
    from smsgen.aws.clients import AwsSettings

    return AwsSettings(region=args.region, endpoint_url=args.endpoint_url)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.errors import errors
    from smsgen.operations.files.acceptance import strictly, unaccepted
    from smsgen.operations.files.validate import validate
    from smsgen.report.diagnostics import counted_diagnostics, render

    lookups = wiring.lookups(wiring.clients(_aws_settings(args))) if args.aws else None
    diagnostics = validate(
        args.apps, files=wiring.files(), profile=args.profile, lookups=lookups, show_accepted=True
    )
    if args.strict:
        diagnostics = strictly(diagnostics)
    put(render(diagnostics if args.show_accepted else unaccepted(diagnostics), args.output))
    say(f"{counted_diagnostics(diagnostics, len(args.apps))}")
    say_explain(diagnostics)
    return 1 if errors(diagnostics) else 0
