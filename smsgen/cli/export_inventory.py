"""smsgen export-inventory: application files become a list of servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.output import put_out

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen export-inventory apps/*.yaml -o servers.csv
  smsgen import-inventory servers.csv -o apps          what was changed in the list comes into the files

A row a server, in the columns that import-inventory knows, as CSV that spreadsheets open and take no cell of for a
formula. What no column can say (scripts, volumes) is told, and stays in the files when the list is imported again.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("apps", metavar="APP", nargs="+", help="an application file; - reads standard input")
    parser.add_argument("-o", "--out", metavar="FILE", help="write there (default: stdout)")


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.intake.inventory.export import export_inventory

    exported = export_inventory(args.apps, wiring.files())
    for note in exported.notes:
        say(f"smsgen: note: {note}")
    put_out(exported.text, args.out)
    return 0
