"""A browser without a screen: what a page, a form and a cookie are to a server, byte by byte."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(r'name="token" value="([^"]+)"')


class Shown(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str


class Surfer:
    """Keeps cookies as a browser does, and says where it comes from."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Shown:
        """Load a page, without following where it leads."""
        return self._send("GET", path, b"", headers)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> Shown:
        """Send a form from a page of this server."""
        more = {"Origin": self.url, "Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._send("POST", path, urlencode(form).encode(), more)

    def token(self, path: str = "/console/apps") -> str:
        """Return what forms on a page hold."""
        found = HIDDEN.search(self.get(path).text)
        assert found, path
        return found[1]

    def sign_in(self, key_id: str, secret: str) -> Shown:
        """Sign in with an access key."""
        return self.post("/console/sign-in", {"keyId": key_id, "secretKey": secret})

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Shown:
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=60)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent = {
                **({"Cookie": cookies} if cookies else {}),
                **{k.replace("_", "-"): v for k, v in headers.items()},
            }
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    cookie, _, rest = value.partition(";")
                    key, _, content = cookie.partition("=")
                    self.cookies[key] = content
                    if "Max-Age=0" in rest:
                        del self.cookies[key]
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Shown(answer.status, told, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()
