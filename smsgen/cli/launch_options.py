"""The options that launch-app, terminate-app and status have in common: the waiting, the output, AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli.aws_options import add_aws_options

if TYPE_CHECKING:
    import argparse

    from smsgen.operations.ports.waiting import Pace


def add_follow_options(parser: argparse.ArgumentParser, *, asks: bool = True) -> None:
    """Add --yes (where the command `asks`), --timeout, --poll-seconds, --output, and which AWS."""
    if asks:
        parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--timeout",
        type=positive,
        default=240.0,
        metavar="MINUTES",
        help="stop watching after that; the stack goes on (default: 240)",
    )
    parser.add_argument(
        "--poll-seconds",
        type=positive,
        default=2.0,
        metavar="SECONDS",
        help="first pause between two looks at AWS; while nothing happens it grows to 15 s (default: 2)",
    )
    parser.add_argument(
        "--output", choices=("text", "json"), default="text", help="of stdout (default: text)"
    )
    add_aws_options(parser)


def pace_of(args: argparse.Namespace) -> Pace:
    """Return the pace that --poll-seconds says."""
    from smsgen.operations.ports.waiting import Pace

    return Pace(first=args.poll_seconds, longest=max(15.0, args.poll_seconds))


def positive(text: str) -> float:
    """Return the number that an option says; raises ValueError for one that is none, not above 0, or far too large."""
    value = float(text)
    if not 0 < value < 100_000:
        raise ValueError(text)
    return value


positive.__name__ = "positive number"  # argparse names it so in its message
