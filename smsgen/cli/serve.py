"""smsgen serve: the SMS API as an endpoint."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.aws_options import add_aws_options, add_bucket_options, artifact_settings, aws_settings
from smsgen.cli.copy_options import add_copy_options, copy_settings
from smsgen.cli.numbers import number_between
from smsgen.cli.store_options import add_events_option, add_store_option, store_url
from smsgen.errors import SmsgenError, UsageError
from smsgen.server import PORT

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from socket import socket

    from smsgen.server.console.settings import ConsoleSettings
    from smsgen.server.http.answer import Gate
    from smsgen.server.http.credentials import Keys
    from smsgen.server.http.sockets import Tls
    from smsgen.store import SqlStore

EXAMPLES = """\
examples:
  smsgen serve --no-auth                                    for this machine, without keys
  smsgen serve --no-auth --console                          with pages for a browser
  smsgen serve --credentials keys.ini                       [profiles] as in ~/.aws/credentials: each key is accepted
  smsgen serve --host 0.0.0.0 --credentials keys.ini --tls-cert cert.pem --tls-key key.pem \\
    --store postgresql+psycopg://smsgen@db.example.com/smsgen

  smsgen install-model
  aws sms list-apps --endpoint-url http://127.0.0.1:8471    old commands and scripts work again

Without --credentials, the key that is accepted is the pair in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
"""

NO_KEYS = "give --credentials FILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port",
        type=number_between(0, 65_535),
        default=PORT,
        help="0 takes any free one (default: %(default)s)",
    )
    add_store_option(parser)
    who = parser.add_argument_group("who may call")
    who.add_argument(
        "--credentials", metavar="FILE", help="access keys that are accepted, as in ~/.aws/credentials"
    )
    who.add_argument("--no-auth", action="store_true", help="accept everybody on this machine; loopback only")
    who.add_argument("--tls-cert", metavar="FILE", help="certificate and its chain, PEM")
    who.add_argument("--tls-key", metavar="FILE", help="its private key, PEM, without a passphrase")
    from smsgen.model.app import PROFILES

    console = parser.add_argument_group("console")
    console.add_argument("--console", action="store_true", help="serve pages for browsers, too, at /console")
    console.add_argument(
        "--console-url",
        default="",
        metavar="URL",
        help="what browsers reach it by, where a proxy stands before it: https://sms.example.com",
    )
    apps = parser.add_argument_group("applications")
    apps.add_argument(
        "--max-server-groups",
        type=number_between(1, 100_000),
        default=10,
        metavar="N",
        help="(default: %(default)s)",
    )
    apps.add_argument(
        "--max-servers",
        type=number_between(1, 100_000),
        default=50,
        metavar="N",
        help="(default: %(default)s)",
    )
    apps.add_argument(
        "--template-profile",
        choices=PROFILES,
        default="hardened",
        help="how CreateApp's applications are compiled (default: %(default)s)",
    )
    apps.add_argument(
        "--on-failure",
        choices=("ROLLBACK", "DELETE", "DO_NOTHING"),
        default="ROLLBACK",
        help="what becomes of a stack that fails to launch (default: %(default)s)",
    )
    apps.add_argument(
        "--validation-timeout",
        type=number_between(5, 86_400),
        default=900,
        metavar="SECONDS",
        help="for a server to report its own validation after a launch (default: %(default)s)",
    )
    add_bucket_options(apps, "where documents go (default: sms-app-<region>-<account>)")
    copies = parser.add_argument_group("replication")
    copies.add_argument(
        "--max-replications",
        type=number_between(1, 100_000),
        default=50,
        metavar="N",
        help="servers that are replicated at a time (default: %(default)s)",
    )
    copies.add_argument(
        "--max-app-replications",
        type=number_between(1, 100_000),
        default=50,
        metavar="N",
        help="applications that are replicated at a time (default: %(default)s)",
    )
    add_copy_options(copies)
    add_events_option(copies)
    run = parser.add_argument_group("running")
    run.add_argument(
        "--workers",
        type=number_between(0, 1000),
        default=4,
        metavar="N",
        help="launches carried out at once, and as many runs of replication (default: %(default)s)",
    )
    run.add_argument(
        "--lease",
        type=number_between(5, 86_400),
        default=60,
        metavar="SECONDS",
        help="after which another server takes over the launches of one that is gone (default: %(default)s)",
    )
    run.add_argument(
        "--stop-timeout",
        type=number_between(1, 100_000),
        default=30,
        metavar="SECONDS",
        help="for what is under way (default: %(default)s)",
    )
    run.add_argument(
        "--max-connections",
        type=number_between(1, 100_000),
        metavar="N",
        help="at a time (default: 512, or half of the files that the system allows)",
    )
    run.add_argument(
        "--max-connections-per-address",
        type=number_between(1, 100_000),
        metavar="N",
        help="from one address (default: half of them all)",
    )
    run.add_argument("--no-access-log", action="store_true", help="log only what goes wrong")
    add_aws_options(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring

    wiring.find_server()
    from smsgen.startup.process import stay

    stay()
    from smsgen.server.http import sockets

    gate, tls = _gate(args), _tls(args)
    _check_console(args, tls)
    listening = sockets.bind(args.host, args.port)
    try:
        store = wiring.store(store_url(args))
        try:
            _serve(args, store, gate, tls, listening)
        finally:
            store.close()
    finally:
        listening.close()
    return 0


def _serve(args: argparse.Namespace, store: SqlStore, gate: Gate, tls: Tls | None, listening: socket) -> None:
    from smsgen import wiring
    from smsgen.operations.apps.world import Settings
    from smsgen.server.http import sockets
    from smsgen.server.http.access_log import AccessLog
    from smsgen.server.http.connections import limits_within
    from smsgen.server.http.logs import log_to
    from smsgen.server.workers import Workers
    from smsgen.startup.process import settle

    log_to(sys.stderr)
    settings = Settings(
        profile=args.template_profile,
        max_groups=args.max_server_groups,
        max_servers=args.max_servers,
        max_replications=args.max_replications,
        max_app_replications=args.max_app_replications,
        event_bus=args.events,
        on_failure=args.on_failure,
        lease=float(args.lease),
        validation=float(args.validation_timeout),
    )
    world = wiring.world(
        store,
        wiring.clients(aws_settings(args)),
        artifact_settings(args),
        settings,
        copy_settings(args),
        args.machine,
    )
    workers = Workers(world, args.workers)
    log = None if args.no_access_log else AccessLog(sys.stderr, world.clock.now)
    url = sockets.url(listening, tls=tls is not None)
    endpoint = wiring.endpoint(world, store, workers, gate, log, _console(args, url))
    limits = limits_within(sockets.open_files(), args.max_connections, args.max_connections_per_address)
    workers.start()
    settle()

    def ready() -> None:
        say(f"listening on {url}")
        endpoint.start()

    try:
        sockets.run(
            endpoint,
            listening,
            tls=tls,
            limits=limits,
            on_hangup=_reader_of_keys(args.credentials, gate),
            stop_seconds=args.stop_timeout,
            ready=ready,
        )
    finally:
        if not workers.stop(args.stop_timeout):
            say(f"a launch has not come to a pause; it is taken over in {args.lease} seconds at most")
    say("stopped")


def _check_console(args: argparse.Namespace, tls: Tls | None) -> None:
    """Raise UsageError where a console would be asked for that must not be, or is not."""
    from smsgen.cli.urls import is_origin
    from smsgen.server.http.auth import is_loopback

    url = args.console_url
    if url and not args.console:
        raise UsageError("--console-url says where a console is that is not served", hint="add --console")
    if url and not is_origin(url):
        raise UsageError(f"--console-url {url} is no URL of a host", hint="https://sms.example.com")
    if args.console and not is_loopback(args.host) and tls is None and not url.startswith("https://"):
        # Unlike a signature, what a form sends is the secret itself.
        raise UsageError(
            "the console would take secrets over a network in plain text",
            hint="give --tls-cert and --tls-key, or --console-url https://… of the proxy that has TLS",
        )


def _console(args: argparse.Namespace, url: str) -> ConsoleSettings | None:
    from smsgen.server.console.settings import ConsoleSettings

    if not args.console:
        return None
    shown = (args.console_url or url).rstrip("/")
    if args.no_auth:
        return ConsoleSettings(args.console_url, lambda path: say(f"console, once: {shown}{path}"))
    say(f"console: {shown}/console")
    return ConsoleSettings(args.console_url)


def _gate(args: argparse.Namespace) -> Gate:
    from smsgen import wiring
    from smsgen.server.http.auth import Loopback, Verifier, is_loopback
    from smsgen.server.http.credentials import keys_of_environment

    if args.no_auth:
        if args.credentials:
            raise UsageError("--no-auth and --credentials contradict each other", hint="give one of them")
        if not is_loopback(args.host):
            raise UsageError(f"--no-auth lets in everybody who reaches {args.host}", hint=NO_KEYS)
        return Loopback()
    keys = _keys_of(args.credentials) if args.credentials else keys_of_environment(os.environ)
    if not keys:
        hint = f"{NO_KEYS}; or --no-auth, for this machine only" if is_loopback(args.host) else NO_KEYS
        raise UsageError("there is no access key that callers could sign with", hint=hint)
    return Verifier(keys, wiring.clock().now)


def _keys_of(path: str) -> Keys:
    from smsgen import wiring
    from smsgen.server.http.credentials import check_private, keys_of_file

    check_private(path)
    return keys_of_file(wiring.files().read(path, max_bytes=_LARGEST).decode("utf-8", "replace"), path)


def _reader_of_keys(path: str | None, gate: Gate) -> Callable[[], None] | None:
    """Return what reads the keys again, or None where they are in no file."""
    from smsgen.server.http.auth import Verifier

    if not path or not isinstance(gate, Verifier):
        return None

    def read_again() -> None:
        try:
            gate.accept(_keys_of(path))
        except SmsgenError as error:
            say(f"the keys stay as they were: {error}" + (f"; {error.hint}" if error.hint else ""))
        else:
            say(f"the keys in {path} are read again")

    return read_again


def _tls(args: argparse.Namespace) -> Tls | None:
    from smsgen.server.http.sockets import Tls, check_tls

    if not args.tls_cert and not args.tls_key:
        return None
    if not (args.tls_cert and args.tls_key):
        raise UsageError("--tls-cert and --tls-key belong together", hint="give both")
    tls = Tls(args.tls_cert, args.tls_key)
    check_tls(tls)
    return tls


_LARGEST = 1_048_576
