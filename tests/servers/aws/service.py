"""The stand-in, put together: moto, EBS direct, and the socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from tests.servers.aws.control import Control
from tests.servers.aws.ebs import Ebs, ebs_of
from tests.servers.aws.handler import handler, quiet
from tests.servers.aws.patches import Patch
from tests.servers.aws.snapshots import StoredSnapshot
from tests.servers.aws.state import State


class Service:
    """A server that listens; `server.serve_forever()` serves."""

    def __init__(self, port: int, folder: Path | None, tls: tuple[Path, Path] | None = None) -> None:
        self.state = State(folder)
        self.control = Control(self.state, _snapshots)
        self.patch = Patch(self.state)
        application = DomainDispatcherApplication(create_backend_app)
        self.server: Any = make_server(
            "127.0.0.1",
            port,
            application,
            threaded=True,
            request_handler=handler(self.control, self.account),
            ssl_context=(str(tls[0]), str(tls[1])) if tls else None,
        )
        quiet(self.server)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_port}"

    def account(self, access_key: str, region: str) -> Ebs:
        """Return EBS direct of the account that an access key belongs to."""
        return ebs_of(ec2_backends[get_account_id_from(access_key)][region], self.state)

    def close(self) -> None:
        """Give port and blocks up, and let moto forget whatever needs them."""
        self.control.begin_anew()
        self.patch.undo()
        self.server.server_close()
        self.state.spool.close()


def _snapshots() -> Iterator[StoredSnapshot]:
    for account in list(ec2_backends.values()):
        for backend in list(account.values()):
            for snapshot in list(backend.snapshots.values()):
                if isinstance(snapshot, StoredSnapshot):
                    yield snapshot
