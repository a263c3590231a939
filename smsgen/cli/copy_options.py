"""How disks are copied: the options that `smsgen serve` and `smsgen replicate` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smsgen.cli.numbers import number_between
from smsgen.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from smsgen.operations.ports.copying import CopySettings


def add_copy_options(group: Any) -> None:
    """Add to a group of arguments what `copy_settings` reads."""
    group.add_argument(
        "--max-mbps",
        type=number_between(1, 100_000),
        metavar="N",
        help="megabits a second that copies take at most, all of this process together (default: as many as there "
        "are)",
    )
    group.add_argument(
        "--copy-hours", default="", metavar="HH:MM-HH:MM", help="when they go on (default: always)"
    )
    group.add_argument("--copy-timezone", default="UTC", metavar="ZONE", help="of these hours (default: UTC)")
    group.add_argument(
        "--disks-at-once",
        type=number_between(1, 22),
        default=2,
        metavar="N",
        help="disks of a server that are copied at once (default: %(default)s)",
    )
    group.add_argument(
        "--read-all-every",
        type=number_between(1, 1000),
        default=10,
        metavar="N",
        help="every Nth run reads all of the disks, and mends what change tracking missed (default: %(default)s)",
    )
    group.add_argument(
        "--verify-every",
        type=number_between(0, 1000),
        default=0,
        metavar="N",
        help="read every Nth block of each snapshot back and compare (default: none)",
    )
    group.add_argument(
        "--verify",
        dest="verify_every",
        action="store_const",
        const=1,
        help="read every block of each snapshot back: --verify-every 1",
    )
    group.add_argument(
        "--machine",
        default="",
        type=_machine,
        metavar="NAME",
        help="this machine among those of the store, which a run of disks that only it reads waits for (default: its "
        "host name)",
    )
    group.add_argument(
        "--default-target",
        choices=("ebs-direct", "import-image"),
        help="where disks go of jobs that choose nothing: EBS snapshots, or files for ImportImage "
        "(default: as fits the guest)",
    )
    group.add_argument(
        "--image-route",
        choices=("register", "import"),
        default="",
        help="how snapshots become images (default: register a Linux that has EC2's drivers, import all else)",
    )


def _machine(text: str) -> str:
    from argparse import ArgumentTypeError

    if not text.isprintable() or len(text) > 64:
        raise ArgumentTypeError("a machine's name has at most 64 characters")
    return text


def copy_settings(args: argparse.Namespace) -> CopySettings:
    """Return the settings that the options of `add_copy_options` say.

    Raises SmsgenError for hours that are none, and UsageError for options that contradict each other.
    """
    from smsgen.model.replication import ReplicationTarget
    from smsgen.operations.ports.copying import CopySettings
    from smsgen.operations.replication.flight import Hours

    if args.default_target == "import-image" and args.image_route == "register":
        raise UsageError(
            "--default-target import-image registers no image",
            hint="leave out one of --default-target and --image-route",
        )
    if args.copy_hours:
        Hours.parse(args.copy_hours, args.copy_timezone)  # wrong ones are told now, not at the first run
    return CopySettings(
        max_mbps=float(args.max_mbps or 0),
        hours=args.copy_hours,
        timezone=args.copy_timezone,
        disks=args.disks_at_once,
        verify_every=args.verify_every,
        target=ReplicationTarget(args.default_target) if args.default_target else None,
        route=args.image_route,
        read_all_every=args.read_all_every,
    )
