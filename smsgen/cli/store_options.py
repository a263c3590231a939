"""Which store: the option that `smsgen serve` and the commands on its applications have in common."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

VARIABLE = "SMSGEN_STORE"
"""Holds the URL where --store does not: other users see a command line, and with it a password."""


def add_store_option(parser: argparse.ArgumentParser) -> None:
    """Add --store; `store_url` reads it."""
    parser.add_argument(
        "--store",
        metavar="URL",
        help=f"sqlite:///path or postgresql+psycopg://user@host/database (default: ${VARIABLE}, "
        "else sqlite in smsgen/store.db of the user's data folder)",
    )


def add_events_option(parser: argparse._ActionsContainer) -> None:
    """Add --events to a command that carries replication out."""
    parser.add_argument(
        "--events",
        default="",
        metavar="BUS",
        help="tell this EventBridge bus (name or ARN; `default` is each account's own) of runs (default: none)",
    )


def store_url(args: argparse.Namespace) -> str:
    """Return the store's URL: --store, $SMSGEN_STORE, or SQLite in the user's data folder (XDG Base Directory)."""
    return args.store or os.environ.get(VARIABLE) or f"sqlite:///{_data_folder()}/smsgen/store.db"


def _data_folder() -> str:
    folder = os.environ.get("XDG_DATA_HOME", "")
    # The specification: a relative path is invalid and is to be ignored.
    return folder if os.path.isabs(folder) else os.path.expanduser("~/.local/share")  # noqa: PTH111, PTH117 - a URL is text
