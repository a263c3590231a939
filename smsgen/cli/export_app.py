"""smsgen export-app: write an application of the SMS API to an application file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.output import format_for, put_out
from smsgen.cli.store_options import add_store_option, store_url

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen export-app app-0123456789abcdef0 -o shop.yaml
  smsgen export-app app-0123456789abcdef0 --format json | smsgen generate-template -
  smsgen export-app app-0123456789abcdef0 --store postgresql+psycopg://smsgen@db/smsgen

What an application file has no field for (replication settings, validations, how a launch stands) is named on
stderr; `smsgen backup` keeps all of it.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app_id", metavar="APP_ID", help="id of the application, as CreateApp gave it")
    add_store_option(parser)
    parser.add_argument(
        "--format", choices=("yaml", "json"), help="default: by the name of FILE, yaml otherwise"
    )
    parser.add_argument("-o", "--out", metavar="FILE", help="write the file there (default: stdout)")


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.errors import SmsgenError
    from smsgen.operations.intake.transfer import export_app, text

    store = wiring.store(store_url(args), create=False)
    try:
        managed = store.app(args.app_id)
    finally:
        store.close()
    if managed is None:
        raise SmsgenError(f"there is no application {args.app_id}", hint="--store says in which store")
    exported = export_app(managed)
    for note in exported.notes:
        say(f"smsgen: note: {note}")
    put_out(text(exported.data, format_for(args.out, args.format)), args.out)
    return 0
