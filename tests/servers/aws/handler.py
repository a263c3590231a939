"""HTTP: EBS direct is answered here, on connections that stay open; all the rest goes to moto, in this process."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from http.client import responses
from socketserver import BaseServer
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler

from tests.aws.faults import KINDS as OTHERS
from tests.aws.faults import call_name, refusal
from tests.servers.aws.adoption import mgn
from tests.servers.aws.control import Control
from tests.servers.aws.ebs import Ebs
from tests.servers.aws.faults import Fault
from tests.servers.aws.refusals import Refusal
from tests.servers.aws.routes import route
from tests.servers.aws.signatures import SECRETS, Signed, check
from tests.servers.aws.wire import Answer, Request, perform, refused

_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]*)/([^/]+)/aws4_request")
_MOST = 1 << 20
"""Bytes of a body that EBS direct reads."""


def handler(control: Control, account: Callable[[str, str], Ebs]) -> type[MotoRequestHandler]:
    """Return the class that serves connections. `account` gives EBS direct by access key and Region."""

    class Handler(MotoRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 65_536
        timeout = 600

        def run_wsgi(self) -> None:
            if self.path.startswith("/_control"):
                return self._answer(control.serve(self.path, self._body()))
            scope = _SCOPE.search(self.headers.get("Authorization", ""))
            if scope and scope.group(3) == "ebs":
                return self._ebs(account(scope.group(1), scope.group(2)), SECRETS.get(scope.group(1)))
            if scope and scope.group(3) == "mgn":
                return self._mgn(self.path.strip("/"))
            return self._moto()

        def _mgn(self, operation: str) -> None:
            body = self._body()
            fault = control.called(f"mgn:{operation}")
            refused_as = fault.refusal() if fault else None
            if refused_as:
                return self._answer(refused(refused_as))
            answer = mgn.answer(control.state.fleet, operation, body)
            if not self._end(fault):
                self._answer(answer)
            return None

        def _ebs(self, ebs: Ebs, secret: str | None) -> None:
            request = Request(route(self.command, self.path), self.headers)
            fault = control.called(f"ebs:{request.route.operation}")
            if fault and fault.kind == "reset":
                return self._reset()
            refused_as = fault.refusal() if fault else None
            if refused_as:
                self._body()
                return self._answer(refused(refused_as))
            answer = self._performed(ebs, request, secret)
            if not self._end(fault):
                self._answer(answer)
            return None

        def _performed(self, ebs: Ebs, request: Request, secret: str | None) -> Answer:
            place = request.route
            if place.operation != "PutSnapshotBlock":
                return self._checked(ebs, request, secret, 0.0)
            with ebs.arriving(place.names[0], place.block_index) as began:
                return self._checked(ebs, request, secret, began)

        def _checked(self, ebs: Ebs, request: Request, secret: str | None, began: float) -> Answer:
            body = self._body()
            try:
                if secret is not None:
                    check(Signed(self.command, self.path, self.headers, body), secret)
            except Refusal as error:
                return refused(error)
            return perform(ebs, request, body, began)

        def _moto(self) -> None:
            body = b""
            if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
                body = bytes(self._body())
                self.rfile = io.BytesIO(body)  # moto closes the connection after its answer
            name = call_name(self.command, self.path, dict(self.headers.items()), body)
            fault = control.called(name)
            if fault and fault.kind == "reset":
                return self._reset()
            if fault and fault.refusal():
                self.close_connection = True
                kind = fault.kind if fault.kind in OTHERS else "denied"  # what only EBS direct answers
                status, text = refusal(kind, name)
                return self._answer(Answer(status, {"Connection": "close"}, text))
            del self.headers["Expect"]  # http.server has answered it; moto's server would do so again
            if fault is None:
                super().run_wsgi()
            else:
                self.wfile, wire = io.BytesIO(), self.wfile
                super().run_wsgi()
                (self.wfile, answer) = wire, self.wfile.getvalue()
                if not self._end(fault):
                    self.wfile.write(answer)
            if self.path == "/moto-api/reset":
                control.reset()
            return None

        def _end(self, fault: Fault | None) -> bool:
            """Do what a fault does once the call has taken effect; tells whether the connection is gone."""
            if fault is None:
                return False
            if fault.kind == "kill":
                os.kill(fault.pid, signal.SIGKILL)
            if fault.kind == "slow":
                time.sleep(fault.seconds)
                return False
            self._reset()
            return True

        def _body(self) -> bytearray:
            """Read the body, as much as belongs to it; of one that is too large, nothing."""
            length = int(self.headers.get("Content-Length") or 0)
            if length > _MOST or self.headers.get("Transfer-Encoding"):
                self.close_connection = True
                return bytearray()
            body = bytearray(length)
            view, size = memoryview(body), 0
            while size < length:
                count = self.rfile.readinto(view[size:])
                if not count:
                    raise ConnectionError("the client went away in the midst of a body")
                size += count
            return body

        def _answer(self, answer: Answer) -> None:
            lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}"]
            lines += [f"{name}: {value}" for name, value in answer.headers.items()]
            lines += [f"x-amzn-RequestId: {time.time_ns():x}", f"Content-Length: {len(answer.body)}", "", ""]
            self.wfile.write("\r\n".join(lines).encode("latin-1"))
            self.wfile.write(answer.body)
            self.wfile.flush()

        def _reset(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.wfile.close()
            self.rfile.close()
            self.wfile, self.rfile = io.BytesIO(), io.BytesIO()
            # The file objects that held the socket are gone, so that this closes it.
            self.connection.close()

        def handle_expect_100(self) -> bool:
            going_on = super().handle_expect_100()
            self.wfile.flush()  # who asked waits for a second before it sends without an answer
            return going_on

        def log_request(self, code: Any = "-", size: Any = "-") -> None:
            """Say nothing."""

    return Handler


def quiet(server: BaseServer) -> None:
    """Let a server say nothing of clients that go away or are killed."""

    def handle_error(request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            BaseServer.handle_error(server, request, client_address)

    server.handle_error = handle_error  # type: ignore[method-assign] # one instance's, not the class's
