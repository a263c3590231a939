"""smsgen backup: write everything in the store to one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.store_options import add_store_option, store_url

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen backup -o store-2026-01-31.db
  smsgen backup --store postgresql+psycopg://smsgen@db/smsgen -o store.db
  smsgen export-app app-0123456789abcdef0 --store sqlite:///store.db     looks into a backup

The backup is one state of the store, also while servers write to it. It holds boot scripts and the servers' secret:
keep it as you keep the store. `smsgen restore` puts it into a store again, of either kind.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    add_store_option(parser)
    parser.add_argument(
        "-o", "--out", metavar="FILE", required=True, help="write the backup there; a file that is there goes"
    )


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring

    count = wiring.backup(store_url(args), args.out)
    say(f"{args.out} holds {count} application{'' if count == 1 else 's'}")
    return 0
