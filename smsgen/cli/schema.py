"""smsgen schema."""

from __future__ import annotations

import argparse

from smsgen.cli import put

EXAMPLES = """\
examples:
  smsgen schema > smsgen.schema.json
  smsgen schema snapshot > snapshot.schema.json

With this first line, editors that speak the YAML language server complete and check an application file:
  # yaml-language-server: $schema=smsgen.schema.json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        choices=("app", "snapshot"),
        default="app",
        help="of the application file, or of the snapshots that `smsgen pull` writes (default: app)",
    )


def run(args: argparse.Namespace) -> int:
    if args.what == "snapshot":
        import json

        from smsgen.changes.schema import snapshot_schema

        put(json.dumps(snapshot_schema(), indent=2) + "\n")
        return 0
    from smsgen.model.schema import schema_text

    put(schema_text())
    return 0
