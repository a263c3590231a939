"""Serve the stand-in for AWS: `python -m tests.servers.aws --port N`; prints `ready URL` when it is up."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument(
        "--spool", type=Path, metavar="DIR", help="where the blocks go (default: the temporary folder)"
    )
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="serve over TLS, with this certificate")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="and its key")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input does")
    arguments = parser.parse_args()
    from tests.servers.aws.service import Service

    tls = (arguments.tls_cert, arguments.tls_key) if arguments.tls_cert else None
    service = Service(arguments.port, arguments.spool, tls)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))  # nothing is worth keeping
    if arguments.until_eof:
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(f"ready {service.url}", flush=True)
    service.server.serve_forever()


main()
