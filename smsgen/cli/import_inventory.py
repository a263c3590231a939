"""smsgen import-inventory: lists of servers become application files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from smsgen.cli import put, say
from smsgen.errors import GateTripped, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from smsgen.errors import Diagnostic
    from smsgen.operations.intake.inventory.import_inventory import ImportPlan

EXAMPLES = """\
examples:
  smsgen import-inventory mgn-export.csv -o apps
  smsgen import-inventory rvtools.xlsx --columns application=Folder -o apps
  smsgen import-inventory servers.csv --columns name=VM,application=System,group=Ebene -o apps
  smsgen import-inventory servers.xlsx --application shop -o apps
  smsgen import-inventory servers.csv -o apps --left-out left-out.csv --strict

One file an application, in DIR. What a list is, its columns tell: the export of AWS Application Migration Service, the
intake form of Cloud Migration Factory, RVTools (xlsx, or the ZIP of its CSV files), Migration Hub, or any list by its
headers in English, German or Japanese. Import the list again when it has changed: what people have changed in the files
since stays, and where both did, the file's value stays, is marked and told. docs/inventories.md says the rules.
The files that are new or changed go to stdout.
"""

KINDS = ("mgn", "cmf", "rvtools", "migration-hub", "csv")
_SHOWN = 100


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="a list: CSV, xlsx, or a ZIP of CSV files; - is stdin"
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", required=True, help="the folder of the application files"
    )
    parser.add_argument(
        "--from", dest="kind", choices=KINDS, help="what the lists are, where their columns do not tell"
    )
    parser.add_argument(
        "--columns",
        metavar="NAME=COLUMN,…",
        action="append",
        default=[],
        help="which column of theirs is which of ours",
    )
    parser.add_argument(
        "--application", metavar="NAME", help="the application of servers whose rows name none"
    )
    parser.add_argument(
        "--remove", action="store_true", help="take servers out of the files that the list no longer has"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    parser.add_argument(
        "--left-out", metavar="CSV", help="write what was not taken of the lists to a file, with its reasons"
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit code 3 where a row is left out, or a conflict is marked"
    )


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.intake.inventory.import_inventory import FileChange, plan_import, write_import
    from smsgen.operations.intake.lists.reading import ListOptions

    files = wiring.folder_files()
    plan = plan_import(
        args.files,
        args.output,
        files,
        ListOptions(args.kind or "", _columns(args.columns)),
        application=args.application or "",
        remove=args.remove,
    )
    if not args.dry_run:
        write_import(plan, files)
    _tell(plan.diagnostics, args.left_out)
    say(_summary(plan))
    put("".join(f"{file.path}\n" for file in plan.files.values() if file.change is not FileChange.SAME))
    strict = [one for one in plan.diagnostics if one.code in ("ROW_LEFT_OUT", "MERGE_CONFLICT")]
    if args.strict and strict:
        raise GateTripped(f"--strict: {len(strict)} rows are left out, or conflicts marked")
    return 0


def _columns(options: Sequence[str]) -> dict[str, str]:
    from smsgen.operations.intake.lists.columns import COLUMNS, header_words, plain_header

    columns = {}
    for pair in ",".join(options).split(",") if options else ():
        ours, sign, theirs = pair.partition("=")
        column, _ = header_words().get(plain_header(ours), ("", 0))
        if not sign or not theirs.strip() or not column:
            hint = f"--columns name=VM,ip=Address; ours are {', '.join(COLUMNS)}"
            raise UsageError(f"--columns {pair!r} is no NAME=COLUMN, with a column that we know", hint=hint)
        columns[column] = theirs.strip()
    return columns


def _tell(diagnostics: Sequence[Diagnostic], path: str | None) -> None:
    """Say what is to be said of the lists, the first hundred of it; all of it goes to the file of --left-out."""
    for one in diagnostics[:_SHOWN]:
        say(one.render())
    more = len(diagnostics) - _SHOWN
    if more > 0:
        say(f"… and {more:,} more" + ("" if path else "; --left-out FILE writes all of it"))
    if path:
        from smsgen import wiring
        from smsgen.operations.intake.lists.csv_out import left_out_csv

        wiring.files().write(path, left_out_csv(diagnostics).encode())


def _summary(plan: ImportPlan) -> str:
    changes = Counter(file.change.value for file in plan.files.values())
    counted = ", ".join(f"{count:,} {change}" for change, count in sorted(changes.items()))
    left_out = plan.rows - plan.servers
    applications = _many(len(plan.files), "application")
    return (
        f"{_many(plan.rows, 'row')}: {_many(plan.servers, 'server')} in {applications} ({counted or 'none'});"
        f" {_many(left_out, 'row')} left out"
    )


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
