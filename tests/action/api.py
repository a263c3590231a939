"""A stand-in for the part of GitHub's REST API that comments need, on loopback: pages, faults, and what was asked."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_ThisTokenMayStandNowhereButInAHeader00"
BOT = "github-actions[bot]"
PAGE = 2
"""Comments a page: fewer than are asked for, so that pages are followed."""


class Api:
    """The comments of octo-org/shop#7. `faults`: (method, status) answered in turn in place of what was asked."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.faults: list[tuple[str, int]] = []
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, body: str, login: str) -> dict[str, Any]:
        number = 1000 + len(self.comments)
        made = {
            "id": number,
            "html_url": f"https://github.com/octo-org/shop/pull/7#issuecomment-{number}",
            "user": {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"},
            "body": body,
        }
        self.comments.append(made)
        return made

    def answer(self, method: str, path: str, headers: Any, body: Any) -> tuple[int, Any, dict[str, str]]:
        self.asked.append(f"{method} {path}")
        fault = next((one for one in self.faults if one[0] == method), None)
        if fault:
            self.faults.remove(fault)
            return fault[1], {"message": "Resource not accessible by integration"}, {}
        if headers["Authorization"] != f"Bearer {TOKEN}" or headers["X-GitHub-Api-Version"] != "2022-11-28":
            return 401, {"message": "Bad credentials"}, {}
        if body is not None and not 0 < len(body["body"]) <= 65_536:
            return 422, {"message": "Body is too long (maximum is 65536 characters)"}, {}
        url = urlsplit(path)
        if url.path == "/repos/octo-org/shop/issues/7/comments":
            return self._list(url.query) if method == "GET" else (201, self.add(body["body"], BOT), {})
        one = re.fullmatch(r"/repos/octo-org/shop/issues/comments/(\d+)", url.path)
        for comment in self.comments:
            if one and method == "PATCH" and comment["id"] == int(one[1]):
                comment["body"] = body["body"]
                return 200, comment, {}
        return 404, {"message": "Not Found"}, {}

    def _list(self, query: str) -> tuple[int, Any, dict[str, str]]:
        page = int(parse_qs(query)["page"][0])
        shown = self.comments[(page - 1) * PAGE : page * PAGE]
        more = page * PAGE < len(self.comments)
        return 200, shown, {"Link": f'<{self.url}/next?page={page + 1}>; rel="next"'} if more else {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                status, said, more = api.answer(self.command, self.path, self.headers, body)
                text = json.dumps(said).encode()
                self.send_response(status)
                for name, value in {**more, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler
