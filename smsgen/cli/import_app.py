"""smsgen import-app: put application files, or what `aws sms` printed, into the store or into an application file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put, say
from smsgen.cli.output import format_for
from smsgen.cli.store_options import add_store_option, store_url
from smsgen.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from smsgen.operations.intake.transfer import Imported

EXAMPLES = """\
examples:
  smsgen import-app shop.yaml
  smsgen import-app get-app.json get-app-launch-configuration.json get-app-replication-configuration.json
  smsgen import-app get-app.json get-app-launch-configuration.json --to-file shop.yaml
  smsgen import-app exports/*.json --to-file apps/          several applications need a folder
  smsgen import-app shop.yaml --replace

Each file is recognised by its content; answers of `aws sms` belong together by their ids. Either all of it is
imported or nothing. The ids of what was imported go to stdout.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="an application file, or what `aws sms get-app`, get-app-launch-configuration or "
        "get-app-replication-configuration printed; - reads standard input",
    )
    add_store_option(parser)
    parser.add_argument(
        "--to-file", metavar="OUT", help="write application files, and leave stores alone: a file, or FOLDER/"
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="an application that is there already gets what the files say, and keeps how it stands",
    )


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.intake.transfer import keep, read_files

    if args.to_file and args.store:
        raise UsageError("--to-file and --store exclude each other", hint="--to-file needs no store")
    imported = read_files(args.files, wiring.files(), in_store=not args.to_file)
    for warning in imported.warnings:
        say(warning.render())
    if args.to_file:
        _write(imported, args)
        return 0
    store = wiring.store(store_url(args))
    try:
        kept = keep(
            store, imported.apps, replace=args.replace, now=wiring.clock().now(), new_id=wiring.new_id
        )
    finally:
        store.close()
    for managed in kept:
        says = f"{managed.launch.status}{f': {managed.launch.message}' if managed.launch.message else ''}"
        say(f"{managed.app.app_id} ({managed.app.name}): {says}")
        put(f"{managed.app.app_id}\n")
    return 0


def _write(imported: Imported, args: argparse.Namespace) -> None:
    from smsgen import wiring
    from smsgen.operations.intake.transfer import export_app, text

    folder = args.to_file.endswith("/")
    if len(imported.apps) > 1 and not folder:
        raise UsageError(
            f"{len(imported.apps)} applications do not fit into one file", hint=f"--to-file {args.to_file}/"
        )
    for managed in imported.apps:
        exported = export_app(managed)
        app_id = managed.app.app_id
        out = f"{args.to_file}{app_id}.yaml" if folder else args.to_file
        for note in exported.notes:
            say(f"smsgen: note: {app_id}: {note}")
        written = text(exported.data, format_for(out, None))
        wiring.files().write(out, written.encode("utf-8"), replace=args.replace)
        put(f"{app_id}\n")
