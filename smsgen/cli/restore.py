"""smsgen restore: put a backup into a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.store_options import add_store_option, store_url

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen restore store-2026-01-31.db --store sqlite:////var/lib/smsgen/new.db
  smsgen restore store.db --store postgresql+psycopg://smsgen@db/smsgen     moves from SQLite to PostgreSQL

The store is made, or must be empty. Work that was going on at the time of the backup is taken up again by the first
server that runs on it: stop the servers of the old store before.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backup", metavar="FILE", help="what `smsgen backup` wrote")
    add_store_option(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring

    count = wiring.restore(args.backup, store_url(args))
    say(f"{count} application{'' if count == 1 else 's'} restored")
    return 0
