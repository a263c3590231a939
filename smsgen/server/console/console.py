"""The console as an ASGI application: who may in, what a browser may do with a page, and then the table of pages.

Limits are those of the API where a request is read; beside them, few pages are made at a time. A form is taken only
from a page of ours: its Origin is ours, its cookie is SameSite=Strict, and it holds the session's token.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from smsgen.server.api.protocol import Call, Fault
from smsgen.server.console import visit as v
from smsgen.server.console.caller import Caller
from smsgen.server.console.live import Streams, sum_of
from smsgen.server.console.pages import PAGES, Handler
from smsgen.server.console.pages_apps import server_rows
from smsgen.server.console.reading import Reading
from smsgen.server.console.sessions import SESSION_SECONDS, Failures, Links, Session, Sessions
from smsgen.server.console.visit import ROOT, Form, Visit
from smsgen.server.http.answer import Gate
from smsgen.server.http.auth import Received

_log = logging.getLogger("smsgen.console")

MOST_BODY = 1_048_576
"""Bytes of a form."""

BODY_SECONDS = 20.0
MOST_AT_ONCE = 32
"""Pages that are made at a time."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""What a browser is told of every page."""

STATIC = {"console.css": "text/css; charset=utf-8", "console.js": "text/javascript; charset=utf-8"}

Serve = Callable[[Request], Awaitable[Response]]


class Console:
    """The console. `perform` carries calls out. `show_link` is told of a path to enter by, where no keys are asked for.

    `url`: what browsers reach it by (https://sms.example.com), where that is not what a request says.
    """

    def __init__(
        self,
        perform: Callable[[Call], Any],
        reading: Reading,
        gate: Gate,
        sessions: Sessions,
        failures: Failures,
        *,
        new_id: Callable[[int], str],
        show_link: Callable[[str], None] | None = None,
        url: str = "",
    ) -> None:
        self._perform = perform
        self._reading = reading
        self._gate = gate
        self._sessions = sessions
        self._failures = failures
        self._new_id = new_id
        self._links = None
        if show_link is not None:
            tell = show_link
            self._links = Links(lambda token: tell(f"{ROOT}/enter?token={token}"), monotonic)
        self._url = url.rstrip("/")
        self._streams = Streams()
        self._busy = 0
        self._app = Starlette(routes=[*self._own_routes(), *self._page_routes()])

    def serves(self, method: str, path: str) -> bool:
        """Return whether a request is for the console: all below its root, and whoever looks at the server's own."""
        return path == ROOT or path.startswith(f"{ROOT}/") or (path == "/" and method in ("GET", "HEAD"))

    def start(self) -> None:
        """Show the first link to enter by, where there are any: requests are answered now."""
        if self._links is not None:
            self._links.announce()

    def stop(self) -> None:
        """End what would go on for ever: the server stops."""
        self._streams.stop()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, as ASGI has it."""

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                has = {name for name, _ in message["headers"]}
                more = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {
                    **message,
                    "headers": [*message["headers"], *(one for one in more if one[0] not in has)],
                }
            await send(message)

        await self._app(scope, receive, send_with_headers)

    # --- What comes before the pages ---

    def _own_routes(self) -> list[Route]:
        return [
            Route("/", self._home),
            Route(ROOT, self._home),
            Route(f"{ROOT}/", self._home),
            Route(f"{ROOT}/static/{{name}}", self._static),
            Route(f"{ROOT}/sign-in", self._guarded(self._sign_in_page)),
            Route(f"{ROOT}/sign-in", self._guarded(self._sign_in), methods=["POST"]),
            Route(f"{ROOT}/sign-out", self._guarded(self._sign_out), methods=["POST"]),
            Route(f"{ROOT}/enter", self._guarded(self._enter)),
            Route(f"{ROOT}/live/{{kind}}/{{subject}}", self._guarded(self._live)),
        ]

    def _page_routes(self) -> list[Route]:
        routes = [
            Route(f"{ROOT}{one.path}", self._guarded(self._page(one.handler)), methods=[one.method])
            for one in PAGES
        ]
        return [*routes, Route(f"{ROOT}/{{rest:path}}", self._guarded(self._nothing))]

    def _guarded(self, serve: Serve) -> Serve:
        """Return what serves a request that may come from where it does, and turns what goes wrong into a page."""

        async def served(request: Request) -> Response:
            try:
                self._gate_host(request)
                if request.method == "POST":
                    self._check_origin(request)
                return await serve(request)
            except Fault as fault:
                session = self._session(request)
                return v.fault_page(fault, session=session, readonly=False, done="")
            except Exception:
                number = self._new_id(12)
                _log.exception("a page failed (%s)", number)
                internal = Fault("InternalError", f"internal error; the server's log tells of {number}")
                return v.fault_page(internal, session=None, readonly=False, done="")

        return served

    def _gate_host(self, request: Request) -> None:
        """Raise Fault where a page of another name has this machine's address (DNS rebinding)."""
        if self._links is not None:
            self._gate.admit(Received("GET", "/", {"host": request.headers.get("host", "")}, b""))

    def _check_origin(self, request: Request) -> None:
        """Raise Fault for a form of another site: browsers say where a form comes from (Fetch standard, Origin)."""
        origin = request.headers.get("origin", "")
        ours = self._url or f"{request.url.scheme}://{request.headers.get('host', '')}"
        if origin != ours:
            raise Fault("UnauthorizedOperationException", "the form does not come from this console")

    def _session(self, request: Request) -> Session | None:
        cookie = request.cookies.get(self._cookie(request), "")
        return self._sessions.read(cookie) if cookie else None

    def _cookie(self, request: Request) -> str:
        # Cookies do not tell ports apart: two servers on one machine must not sign each other's users out.
        return "__Host-smsgen" if self._is_secure(request) else f"smsgen-{request.url.port or 80}"

    def _is_secure(self, request: Request) -> bool:
        return (self._url or request.url.scheme).startswith("https")

    # --- Signing in and out ---

    async def _home(self, _: Request) -> Response:
        return RedirectResponse(f"{ROOT}/apps", status_code=303)

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in STATIC:
            return Response(status_code=404)
        headers = {"Cache-Control": "max-age=300"}
        return Response(v.static(name), media_type=STATIC[name], headers=headers)

    async def _sign_in_page(self, request: Request) -> Response:
        if self._session(request) is not None:
            return RedirectResponse(f"{ROOT}/apps", status_code=303)
        return self._sign_in_form()

    def _sign_in_form(self, problem: str = "", status: int = 200) -> Response:
        by_link = self._links is not None
        return v.rendered(
            "sign_in.html.j2",
            status=status,
            problem=problem,
            by_link=by_link,
            session=None,
            readonly=False,
            done="",
        )

    async def _sign_in(self, request: Request) -> Response:
        address = request.client.host if request.client else ""
        wait = self._failures.wait(address)
        if wait:
            response = self._sign_in_form(f"Too many failures; try again in {int(wait) + 1} seconds.", 429)
            response.headers["Retry-After"] = str(int(wait) + 1)
            return response
        form = Form(await _body(request))
        key_id, secret = form.get("keyId")[:128], form.get("secretKey")
        if self._links is not None or not self._sessions.knows(key_id, secret):
            self._failures.note(address)
            _log.warning("signing in to the console failed: %s from %s", ascii(key_id)[1:-1], address)
            return self._sign_in_form("This access key and secret are not accepted.", 403)
        return self._begun(request, key_id)

    async def _enter(self, request: Request) -> Response:
        if self._links is None or not self._links.use(request.query_params.get("token", "")):
            return self._sign_in_form(
                "This link does not hold any more; the server shows the one that does.", 403
            )
        return self._begun(request, "")

    def _begun(self, request: Request, key_id: str) -> Response:
        # No redirect by status: a cookie that is SameSite=Strict would not come along from another site's link.
        response = v.rendered("entered.html.j2", session=None, readonly=False, done="")
        response.headers["Refresh"] = f"0; url={ROOT}/apps"
        response.set_cookie(
            self._cookie(request),
            self._sessions.begin(key_id),
            max_age=SESSION_SECONDS,
            path="/",
            secure=self._is_secure(request),
            httponly=True,
            samesite="strict",
        )
        return response

    async def _sign_out(self, request: Request) -> Response:
        self._check_token(self._session(request), Form(await _body(request)))
        response = RedirectResponse(f"{ROOT}/sign-in", status_code=303)
        response.delete_cookie(
            self._cookie(request), path="/", secure=self._is_secure(request), httponly=True
        )
        return response

    def _check_token(self, session: Session | None, form: Form) -> None:
        if session is None or not hmac.compare_digest(session.token, form.get("token")):
            raise Fault(
                "UnauthorizedOperationException", "the form is of another session; load the page again"
            )

    # --- The pages ---

    def _page(self, handler: Handler) -> Serve:
        async def serve(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return RedirectResponse(f"{ROOT}/sign-in", status_code=303)
            form = Form()
            if request.method == "POST":
                form = Form(await _body(request))
                self._check_token(session, form)
            return await self._made(handler, self._visit(request, session, form))

        return serve

    async def _made(self, handler: Handler, visit: Visit) -> Response:
        if self._busy >= MOST_AT_ONCE:
            raise Fault("ServiceUnavailableException", "too many pages are being made; try again")
        self._busy += 1
        try:
            return await asyncio.to_thread(handler, visit)
        finally:
            self._busy -= 1

    def _visit(self, request: Request, session: Session, form: Form) -> Visit:
        return Visit(
            session=session,
            caller=Caller(self._perform, self._new_id, self._gate.key(session.key_id)),
            reading=self._reading,
            sessions=self._sessions,
            path=request.path_params,
            query=request.query_params,
            form=form,
        )

    async def _nothing(self, _: Request) -> Response:
        raise Fault("UnknownOperationException", "there is no such page")

    # --- What changes by itself ---

    async def _live(self, request: Request) -> Response:
        session = self._session(request)
        if session is None or self._streams.is_full:
            return Response(status_code=204)  # a browser then does not come again
        visit = self._visit(request, session, Form())
        kind, subject = request.path_params["kind"], request.path_params["subject"]
        sum_up = {"app": _app_sum, "job": _job_sum}.get(kind)
        if sum_up is None:
            return Response(status_code=204)
        what = f"{kind} {subject}"
        return StreamingResponse(
            self._events(what, lambda: sum_up(visit, subject)), media_type="text/event-stream"
        )

    async def _events(self, what: str, sum_up: Callable[[], str]) -> AsyncIterator[bytes]:
        async for event in self._streams.events(what, sum_up):
            yield event


def _app_sum(visit: Visit, app_id: str) -> str:
    try:
        answer = visit.caller.call("GetApp", appId=app_id)
        stack_id = answer["appSummary"].get("launchDetails", {}).get("stackId", "")
        events = visit.reading.events(stack_id).events[:1] if stack_id else ()
        return sum_of(answer, events, server_rows(visit, answer))
    except Fault as fault:
        return sum_of(fault.code, fault.message)


def _job_sum(visit: Visit, job_id: str) -> str:
    try:
        return sum_of(visit.caller.call("GetReplicationRuns", replicationJobId=job_id))
    except Fault as fault:
        return sum_of(fault.code, fault.message)


async def _body(request: Request) -> bytes:
    """Read a form; raises Fault where it is too large, or takes too long."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BODY:
                    raise Fault(
                        "RequestEntityTooLargeException", f"the form is larger than {MOST_BODY:,} bytes"
                    )
    except TimeoutError:
        raise Fault("RequestTimeoutException", "the form took too long to arrive") from None
    return bytes(body)
