"""smsgen schema."""

from __future__ import annotations

import argparse
import sys

EXAMPLES = """\
examples:
  smsgen schema > smsgen.schema.json

With this first line, editors that speak the YAML language server complete and check an application file:
  # yaml-language-server: $schema=smsgen.schema.json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """It takes no arguments."""


def run(args: argparse.Namespace) -> int:
    from smsgen.model.schema import schema_text

    sys.stdout.write(schema_text())
    return 0
