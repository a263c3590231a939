"""smsgen init NAME."""

from __future__ import annotations

import argparse

from smsgen.cli import put, say

EXAMPLES = """\
examples:
  smsgen init shop            writes shop.yaml
  smsgen init shop -o -       prints it
  smsgen init shop && smsgen validate shop.yaml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the application's name")
    parser.add_argument("-o", "--out", metavar="PATH", help="write there, - for stdout (default: NAME.yaml)")
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there already")


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.errors import UsageError
    from smsgen.operations.files.init import init, starter

    name = args.name.removesuffix(".yaml")
    if not name.isprintable() or not 1 <= len(name) <= 255:
        raise UsageError(
            "the name has no or more than 255 characters, or unprintable ones", hint="smsgen init shop"
        )
    if args.out == "-":
        put(starter(name))
        return 0
    if not args.out and (name.startswith(".") or "/" in name or "\\" in name):
        raise UsageError(
            f"{name!r} is no file name", hint="give the path with -o: `smsgen init shop -o apps/shop.yaml`"
        )
    path = args.out or f"{name}.yaml"
    init(name, path, files=wiring.files(), force=args.force)
    say(f"wrote {path}; next: smsgen validate {path}")
    return 0
