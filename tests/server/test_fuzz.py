"""Whatever is sent, what comes back is an answer of the API: never a 500, never a traceback.

The operations are the real ones, on a site in memory; so nothing is injected, and nothing may fail.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsgen.server.actions.table import perform
from smsgen.server.api.operations import OPERATIONS, TARGET
from smsgen.server.api.protocol import CODES, CONTENT_TYPE
from smsgen.server.api.schema import MemberKind, members
from smsgen.server.http.asgi import Endpoint, Limits
from smsgen.server.http.auth import Loopback, Verifier
from smsgen.server.http.credentials import Key
from tests.operations.worlds import Site
from tests.server.http.asgi_client import Response, exchange, scope_of, whole
from tests.server.http.signing import KEY_ID, NOW, SECRET, signed

VALIDATION = "val-00000000000000000"
APP_IDS = ["app-00000000000000000", "app-1", "", "app-ffffffffffffffff\n"]
WORDS = [
    "s-12345678",
    "g-1",
    "default",
    "web",
    "i-12345678",
    "val-00000000000000000",
    "x" * 300,
    "\x00",
    "ü",
    "",
    "💥",
]

KNOWN = {
    "ServerId": "s-12345678",
    "ServerGroupId": "g-1",
    "S3BucketName": "sms-app-scripts",
    "ValidationId": VALIDATION,
}
"""Shape -> a value of it that the operations take."""

OFTEN = [one for one in OPERATIONS if one.startswith(("Put", "UpdateApp", "Notify", "Generate", "LaunchApp"))]

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def values(kind: MemberKind) -> st.SearchStrategy[Any]:
    """Return values for a member: mostly of its type, now and then anything."""
    if kind.message is not None:
        fields = {one.name: values(one.kind) for one in members(kind.message)}
        right: st.SearchStrategy[Any] = st.fixed_dictionaries({}, optional=fields) | st.fixed_dictionaries(
            fields
        )
    elif kind.item is not None:
        right = st.lists(values(kind.item), max_size=3)
    elif kind.shape.enum:
        right = st.sampled_from(kind.shape.enum)
    else:
        right = {
            "string": st.sampled_from(WORDS + APP_IDS) | st.text(max_size=10),
            "integer": st.integers(-2, 300) | st.integers(),
            "boolean": st.booleans(),
            "timestamp": st.floats(0, 2e9) | st.floats(allow_nan=False) | st.integers(),
        }[kind.is_a]
    known = KNOWN.get(kind.shape.name)
    if known:
        right = st.sampled_from([known] * 9) | right
    return right | right | right | right | right | right | right | right | st.none() | ANYTHING


def bodies(name: str, known: str) -> st.SearchStrategy[dict[str, Any]]:
    fields = {one.name: values(one.kind) for one in members(OPERATIONS[name].request)}
    if "appId" in fields:
        fields["appId"] = st.sampled_from([*[known] * 12, *APP_IDS])
    return st.fixed_dictionaries(fields) | st.fixed_dictionaries({}, optional=fields)


def fits(made: Response | None) -> None:
    """Check that an answer is one of the API."""
    assert made is not None
    assert made.status < 500, made
    assert b"Traceback" not in made.body
    assert made.headers["x-amzn-requestid"]
    if made.status == 200:
        assert not made.body or isinstance(made.json, dict)
    else:
        assert made.status == CODES[made.error]
        assert set(made.json) == {"__type", "message"}
        assert len(made.body) < 5000


class Server:
    """A site with one application, and an endpoint for it."""

    def __init__(self) -> None:
        self.site = Site()
        self.endpoint = Endpoint(
            lambda call: perform(call, self.site.world), Loopback(), limits=Limits(threads=1)
        )
        group = {"name": "web", "serverGroupId": "g-1", "serverList": [{"serverId": "s-12345678"}]}
        self.app_id = self.post("CreateApp", {"name": "shop", "serverGroups": [group]}).json["appSummary"][
            "appId"
        ]

    def post(self, operation: str, body: Any) -> Response:
        return self.send(
            [
                (b"host", b"localhost"),
                (b"x-amz-target", f"{TARGET}.{operation}".encode()),
                (b"content-type", CONTENT_TYPE.encode()),
            ],
            body if isinstance(body, bytes) else json.dumps(body).encode(),
        )

    def send(self, headers: list[tuple[bytes, bytes]], body: bytes) -> Response:
        made = asyncio.run(exchange(self.endpoint, scope_of("POST", "/", headers), whole(body)))
        fits(made)
        assert made is not None
        return made


@given(st.data())
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_any_request_of_any_operation_is_answered(data: st.DataObject) -> None:
    server = Server()
    try:
        for _ in range(data.draw(st.integers(1, 4))):
            operation = data.draw(st.sampled_from([*sorted(OPERATIONS), *OFTEN * 4]))
            server.post(operation, data.draw(bodies(operation, server.app_id)))
        # Whatever was put can be shown again.
        for operation in ("GetApp", "ListApps", *(one for one in OPERATIONS if one.startswith("GetApp"))):
            server.post(operation, {} if operation == "ListApps" else {"appId": server.app_id})
    finally:
        server.endpoint.close()


SERVER = Server()


@given(
    st.sampled_from(sorted(OPERATIONS)),
    st.binary(max_size=200) | ANYTHING.map(lambda one: json.dumps(one).encode()),
)
@settings(max_examples=300)
def test_any_bytes_are_answered(operation: str, body: bytes) -> None:
    SERVER.post(operation, body)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    b"host",
                    b"x-amz-target",
                    b"content-type",
                    b"content-length",
                    b"authorization",
                    b"x-amz-date",
                ]
            )
            | st.binary(min_size=1, max_size=20),
            st.sampled_from([f"{TARGET}.ListApps".encode(), CONTENT_TYPE.encode(), b"localhost"])
            | st.binary(max_size=60),
        ),
        max_size=8,
    )
)
@settings(max_examples=300)
def test_any_headers_are_answered(headers: list[tuple[bytes, bytes]]) -> None:
    SERVER.send(headers, b"{}")


GUARDED = Endpoint(lambda _: None, Verifier({KEY_ID: Key(SECRET)}, lambda: NOW), limits=Limits(threads=1))
SIGNED = signed()
PIECES = st.sampled_from(
    [
        "AWS4-HMAC-SHA256 ",
        "Credential=",
        f"{KEY_ID}/20181126/us-east-1/sms/aws4_request",
        "SignedHeaders=",
        "host",
        "x-amz-date",
        "x-amz-target",
        "Signature=",
        "0" * 64,
        *";, =/",
        "\xff",
        "\x00",
    ]
)


@given(
    st.lists(PIECES, max_size=12).map("".join),
    st.sampled_from(["20181126T120000Z", "99999999T999999Z", "\xb2" * 8]),
)
@settings(max_examples=400)
def test_no_made_up_signature_is_let_in(authorization: str, date: str) -> None:
    headers = {**SIGNED.headers, "authorization": authorization, "x-amz-date": date}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    made = asyncio.run(exchange(GUARDED, scope_of("POST", "/", raw), whole(b"{}")))
    fits(made)
    assert made is not None
    assert made.status == 400


@given(st.data())
@settings(max_examples=300)
def test_no_change_of_a_signed_request_is_let_in(data: st.DataObject) -> None:
    """One letter of what is signed, or of the signature, is another: the request is not."""
    names = [name for name in SIGNED.headers if name != "user-agent"]
    name = data.draw(st.sampled_from(names))
    value = SIGNED.headers[name]
    at = data.draw(st.integers(0, len(value) - 1))
    letter = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    other = value[:at] + letter + value[at + 1 :]
    raw = [(one.encode(), (other if one == name else said).encode()) for one, said in SIGNED.headers.items()]
    made = asyncio.run(exchange(GUARDED, scope_of("POST", "/", raw), whole(b"{}")))
    fits(made)
    assert made is not None
    if made.status == 200:
        # Names of signed headers may be written in capitals, a Region is anybody's; the rest may not be touched.
        assert other.lower() == value.lower() or other == value
