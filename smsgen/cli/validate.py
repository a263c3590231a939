"""smsgen validate APP..."""

from __future__ import annotations

import argparse
import sys

EXAMPLES = """\
examples:
  smsgen validate shop.yaml
  smsgen validate apps/*.yaml --output sarif > smsgen.sarif
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


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.errors import errors
    from smsgen.operations.files.validate import validate
    from smsgen.report.diagnostics import render, summary

    found = validate(args.apps, files=wiring.files(), profile=args.profile)
    sys.stdout.write(render(found, args.output))
    sys.stderr.write(f"{summary(found, len(args.apps))}\n")
    return 1 if errors(found) else 0
