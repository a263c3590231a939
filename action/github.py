"""The few calls of GitHub's REST API that a comment needs, with the standard library.

Source: https://docs.github.com/en/rest/issues/comments
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

TRIES = 4
_SECONDS = 30


class Refused(Exception):
    """GitHub does not let this token do that (401, 403, 404), or the request is wrong (422 …)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Unavailable(Exception):
    """GitHub does not answer, or with a 5xx: the same may work later."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: urllib would take the token along to another host."""

    def redirect_request(self, *_: Any) -> None:
        """Follow no redirect."""


_OPENER = urllib.request.build_opener(_NoRedirect)


class Comments:
    """The comments of one pull request. The token stands in a header, and nowhere else."""

    def __init__(self, api: str, repository: str, number: int, token: str) -> None:
        self._base = f"{api.rstrip('/')}/repos/{repository}/issues"
        self._number = number
        self._token = token

    def all(self) -> Iterator[dict[str, Any]]:
        """Yield every comment, the oldest first."""
        page: int | None = 1
        while page:
            found, more = self._call("GET", f"/{self._number}/comments?per_page=100&page={page}")
            yield from found
            page = page + 1 if more else None

    def create(self, body: str) -> str:
        """Write a new comment; give its page."""
        return str(self._call("POST", f"/{self._number}/comments", {"body": body})[0].get("html_url", ""))

    def update(self, comment: int, body: str) -> str:
        """Put a text in place of a comment's; give its page."""
        return str(self._call("PATCH", f"/comments/{comment}", {"body": body})[0].get("html_url", ""))

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> tuple[Any, bool]:
        request = urllib.request.Request(
            f"{self._base}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "User-Agent": "smsgen",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with _OPENER.open(request, timeout=_SECONDS) as answer:
                return json.load(answer), 'rel="next"' in (answer.headers.get("Link") or "")
        except urllib.error.HTTPError as error:
            if error.code >= 500 or error.code == 429:
                raise Unavailable(f"{method}: {error.code}") from None
            raise Refused(error.code, f"{method}: {error.code} {_message(error)}") from None
        except (OSError, ValueError) as error:
            raise Unavailable(f"{method}: {type(error).__name__}") from None


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["message"])[:200]
    except (OSError, ValueError, KeyError, TypeError):
        return str(error.reason)[:200]


def wait(tries: int) -> None:
    """Wait before the next try: 1, 2, 4 … times $SMSGEN_RETRY_SECONDS, one second by default."""
    time.sleep(2**tries * float(os.environ.get("SMSGEN_RETRY_SECONDS") or 1))
