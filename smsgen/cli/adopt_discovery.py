"""smsgen adopt discover: its arguments, what it writes and says; and where snapshots stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.aws_options import add_aws_options, aws_settings
from smsgen.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from smsgen.operations.adopt.application import Grouping
    from smsgen.operations.adopt.discover import Discovered
    from smsgen.operations.ports.adoption import Selection


def configure_discover(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `adopt discover`."""
    which = parser.add_argument_group("which servers")
    which.add_argument("--id", action="append", default=[], dest="ids", metavar="i-…", help="these instances")
    which.add_argument("--tag", metavar="KEY=VALUE", help="those with this tag")
    which.add_argument("--mgn-application", metavar="NAME", help="those that MGN launched of an application")
    which.add_argument("--mgn-wave", metavar="NAME", help="those of all applications of a wave")
    which.add_argument(
        "--mgn-account", metavar="ID", help="the managed account whose source servers are meant"
    )
    how = parser.add_argument_group("how they are written")
    how.add_argument("-o", "--output", metavar="FILE", required=True, help="the application file")
    how.add_argument("--name", metavar="NAME", help="of the application (default: what they are selected by)")
    how.add_argument(
        "--group-by",
        metavar="application|wave|tag:KEY",
        help="groups: MGN's, or a tag's (default: MGN's applications, else one group)",
    )
    how.add_argument(
        "--order-tag",
        default="",
        metavar="KEY",
        help="the tag that holds a launch order (default: none is said)",
    )
    how.add_argument(
        "--pin-addresses",
        action="store_true",
        help="declare private addresses too; no replacement can overlap then",
    )
    how.add_argument(
        "--user-data",
        choices=("ask", "keep", "omit"),
        default="ask",
        help="what becomes of user data that looks secret (default: ask, or omit where nobody answers)",
    )
    how.add_argument("--force", action="store_true", help="replace files that are there")
    add_snapshot(parser)
    add_aws_options(parser)


def discover_servers(args: argparse.Namespace) -> int:
    """Write the application file and the snapshot, say what is left out, and return the exit code."""
    from smsgen import wiring
    from smsgen.operations.adopt.discover import Wish, discover, unfaithful
    from smsgen.operations.adopt.snapshot import dump_live

    selection, name = _selection(args)
    files, clients = wiring.files(), wiring.clients(aws_settings(args))
    asked = frozenset({"PrivateIpAddress"} if args.pin_addresses else ())
    wish = Wish(args.name or name, _grouping(args), asked, _keep_secret(args))
    discovered = discover(wiring.fleet(clients), selection, wish)
    snapshot = discovered.snapshot._replace(region=clients.region, account=clients.identity().account)
    wrong = unfaithful(discovered.text, snapshot, files)
    files.write(args.output, discovered.text.encode(), replace=args.force)
    files.write(snapshot_path(args.output, args.snapshot), dump_live(snapshot).encode(), replace=args.force)
    _say_discovered(discovered, args)
    for difference in wrong:
        say(f"not said as it is: {difference.sentence()}")
    return 1 if wrong else 0


def _say_discovered(discovered: Discovered, args: argparse.Namespace) -> None:
    for server in discovered.snapshot.servers:
        for note in server.not_captured:
            say(f"{server.name}: not captured: {note}")
    for left_out in discovered.snapshot.refused:
        say(f"{left_out.name or left_out.instance_id}: not adopted: {left_out.reason}")
    if discovered.unordered:
        names = ", ".join(discovered.unordered[:10]) + (" …" if len(discovered.unordered) > 10 else "")
        say(f"no launch order is in the tag {args.order_tag} of: {names}")
    where = snapshot_path(args.output, args.snapshot)
    say(f"{len(discovered.snapshot.servers)} servers in {args.output}, as they are now in {where}")


def _selection(args: argparse.Namespace) -> tuple[Selection, str]:
    from smsgen.operations.ports.adoption import Selection

    ways = [bool(args.ids), bool(args.tag), bool(args.mgn_application), bool(args.mgn_wave)]
    if sum(ways) != 1:
        hint = "give one of --id (repeatedly), --tag, --mgn-application, --mgn-wave"
        raise UsageError("it is not said which servers are meant", hint=hint)
    key, equals, value = (args.tag or "").partition("=")
    if args.tag and not (key and equals):
        raise UsageError(f"--tag {args.tag!r} is not KEY=VALUE")
    selection = Selection(
        tuple(args.ids),
        (key, value) if args.tag else None,
        args.mgn_application or "",
        args.mgn_wave or "",
        args.mgn_account or "",
    )
    return selection, value or args.mgn_application or args.mgn_wave or "adopted"


def _grouping(args: argparse.Namespace) -> Grouping:
    from smsgen.operations.adopt.application import Grouping

    by = args.group_by or ("application" if args.mgn_application or args.mgn_wave else "")
    if by and by not in ("application", "wave") and not by.startswith("tag:"):
        raise UsageError(f"--group-by {by!r} is none of application, wave, tag:KEY")
    return Grouping(by, args.order_tag)


def _keep_secret(args: argparse.Namespace) -> Callable[[str], bool]:
    from smsgen.cli.terminal import Terminal, answerable

    talk = Terminal(yes=False, render=lambda _: "")

    def keep(name: str) -> bool:
        if args.user_data != "ask" or not answerable():
            return bool(args.user_data == "keep")
        return talk.confirm(f"The user data of {name} looks as if it held a secret. Put it into the file?")

    return keep


def add_snapshot(parser: argparse.ArgumentParser) -> None:
    """Add --snapshot."""
    parser.add_argument(
        "--snapshot",
        metavar="FILE",
        help="the servers as they were found (default: APP's name with .live.json)",
    )


def snapshot_path(app: str, path: str | None) -> str:
    """Return the path of an application's snapshot: what --snapshot says, else beside the file."""
    return path or beside(app, ".live.json")


def beside(app: str, ending: str) -> str:
    """Return the name of a file beside an application's: shop.yaml -> shop.live.json."""
    stem = app.rpartition(".")[0] if app.endswith((".yaml", ".yml", ".json")) else app
    return f"{stem}{ending}"
