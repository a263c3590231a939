"""One request of somebody who is signed in, as pages see it; and what they answer with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import HTMLResponse, RedirectResponse, Response

from smsgen.server.api.protocol import Fault
from smsgen.server.console import words
from smsgen.server.console.caller import Caller
from smsgen.server.console.reading import Reading
from smsgen.server.console.sessions import Session, Sessions
from smsgen.templates import folder

if TYPE_CHECKING:
    from jinja2 import Environment

ROOT = "/console"

MOST_FIELDS = 20_000
"""Fields of a form: a group of a thousand servers has about as many."""


class Form:
    """The fields of a form, as urlencoded bytes; a field may be there more than once. Raises Fault for too many."""

    def __init__(self, body: bytes = b"") -> None:
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except (UnicodeDecodeError, ValueError):
            raise Fault("SerializationException", "the form cannot be read") from None
        self._fields: dict[str, list[str]] = {}
        for name, value in pairs:
            self._fields.setdefault(name, []).append(value)

    def get(self, name: str, default: str = "") -> str:
        """Return a field's last value, without spaces around it."""
        return self._fields.get(name, [default])[-1].strip()

    def all(self, name: str) -> Sequence[str]:
        """Return all values of a field."""
        return self._fields.get(name, ())

    def __contains__(self, name: str) -> bool:
        return name in self._fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A request. `path` are the parameters of its path, `query` those of its query, `form` what was sent along.

    `permitted` says whether an application takes an operation now; `signed_in` is the key's id, "" where none is.
    """

    session: Session
    caller: Caller
    reading: Reading
    sessions: Sessions
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Form = field(default_factory=Form)

    def render(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """Return a page."""
        more = {
            "session": self.session,
            "readonly": self.caller.readonly,
            "done": words.DONE.get(self.query.get("done", ""), ""),
        }
        return rendered(template, status=status, **more, **context)

    def go(self, where: str, done: str = "") -> Response:
        """Return the way to another page, which says what was done (`words.DONE`)."""
        return see_other(f"{ROOT}{where}", done)


def see_other(url: str, done: str = "") -> Response:
    """Return the way to another page of ours."""
    mark = "&" if "?" in url else "?"
    return RedirectResponse(f"{url}{mark}done={done}" if done else url, status_code=303)


def rendered(template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a page by its template."""
    return HTMLResponse(_templates().get_template(template).render(root=ROOT, **context), status_code=status)


def fault_page(fault: Fault, **context: Any) -> Response:
    """Return the page that says what went wrong."""
    return rendered("problem.html.j2", status=fault.status, fault=fault, **context)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader

    # Not StrictUndefined: answers of the API leave out what there is nothing to say of.
    environment = Environment(
        loader=FileSystemLoader(folder("console")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, Callable[..., Any]] = {
        "words": words.in_words,
        "tone": words.tone,
        "time": words.moment,
        "iso": words.iso,
        "percent": words.percent,
        "server": words.server_name,
    }
    environment.filters.update(filters)
    return environment


@cache
def static(name: str) -> bytes:
    """Return a file that pages need: the style sheet or the script."""
    content = (Path(folder("console")) / "static" / name).read_bytes()
    if name == "console.css":
        from smsgen.report.graph.style import STYLE

        return content + STYLE.encode()
    return content
