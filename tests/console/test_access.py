"""Who may look at the console, and what a browser may be made to do with it."""

from __future__ import annotations

import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import botocore.exceptions
import pytest

import smsgen
from tests.clients.serving import REGION, Server, environment, run, run_smsgen, serving, start
from tests.console.browsing import entrance
from tests.console.surfing import Surfer

FULL, FULL_SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
READER, READER_SECRET = "AKIAI44QH8DHBREADER0", "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"
KEYS = f"""\
[ann]
aws_access_key_id = {FULL}
aws_secret_access_key = {FULL_SECRET}

[auditor]
aws_access_key_id = {READER}
aws_secret_access_key = {READER_SECRET}
readonly = true
"""
PAGES = ("/console/apps", "/console/apps/new", "/console/catalog", "/console/connectors", "/console/jobs")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keys.ini").write_text(KEYS)
    (tmp_path / "keys.ini").chmod(0o600)
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with serving(
        folder, "--console", "--credentials", folder / "keys.ini", env=environment(folder)
    ) as running:
        yield running


def test_nobody_sees_a_page_without_signing_in(server: Server) -> None:
    surfer = Surfer(server.url)
    for path in (*PAGES, "/console/apps/app-1", "/console/jobs/sms-job-1"):
        answer = surfer.get(path)
        assert (answer.status, answer.headers["location"]) == (303, "/console/sign-in")
    assert surfer.get("/console/live/app/app-1").status == 204
    assert surfer.post("/console/catalog/delete", {"token": ""}).status == 303
    assert surfer.get("/").headers["location"] == "/console/apps"


def test_signing_in_and_out(server: Server) -> None:
    surfer = Surfer(server.url)
    assert surfer.sign_in(FULL, "wrong").status == 403
    assert surfer.sign_in("AKIAUNKNOWN", FULL_SECRET).status == 403
    answer = surfer.sign_in(FULL, FULL_SECRET)
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert FULL_SECRET not in cookie
    for path in PAGES:
        assert surfer.get(path).status == 200, path
    left = Surfer(server.url)
    left.cookies = dict(surfer.cookies)
    assert surfer.post("/console/sign-out", {"token": surfer.token()}).status == 303
    assert surfer.get("/console/apps").status == 303
    assert not surfer.cookies


def test_who_guesses_has_to_wait(server: Server) -> None:
    surfer = Surfer(server.url)
    assert [surfer.sign_in(FULL, f"guess {number}").status for number in range(6)] == [403] * 5 + [429]
    answer = surfer.sign_in(FULL, FULL_SECRET)
    assert (answer.status, 0 < int(answer.headers["retry-after"]) <= 61) == (429, True)


def test_a_session_ends_with_its_key_and_outlives_the_server(folder: Path) -> None:
    env, keys = environment(folder), folder / "keys.ini"
    first = start(folder, "--console", "--credentials", keys, env=env)
    surfer = Surfer(first.url)
    surfer.sign_in(READER, READER_SECRET)
    surfer.sign_in(FULL, FULL_SECRET)
    first.kill()
    port = first.url.rpartition(":")[2]
    with serving(folder, "--console", "--credentials", keys, "--port", port, env=env) as server:
        assert surfer.get("/console/apps").status == 200
        keys.write_text(KEYS.replace(FULL_SECRET, "another"))
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while surfer.get("/console/apps").status == 200:
            assert time.monotonic() < deadline, "the key is another, and the session goes on"
            time.sleep(0.05)


@pytest.mark.parametrize("changed", ["", "x", "eyJrZXkiOiIifQ.aaaa.bbbb", "\u00e9", "a" * 5000])
def test_a_cookie_of_somebody_else_is_none(changed: str, server: Server) -> None:
    surfer = Surfer(server.url)
    surfer.sign_in(FULL, FULL_SECRET)
    (name, cookie), *_ = surfer.cookies.items()
    surfer.cookies[name] = changed or cookie[:-9] + ("A" if cookie[-9] != "A" else "B") + cookie[-8:]
    assert surfer.get("/console/apps").status in (303, 400)


@pytest.mark.parametrize(
    "path", [*PAGES, "/console/sign-in", "/console/nothing", "/console/static/console.js"]
)
def test_what_a_browser_may_do_with_a_page(path: str, server: Server) -> None:
    surfer = Surfer(server.url)
    surfer.sign_in(FULL, FULL_SECRET)
    answer = surfer.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answer.headers
    if not path.startswith("/console/static"):
        assert answer.headers["cache-control"] == "no-store"
        assert "<script>" not in answer.text
        assert " style=" not in answer.text.partition("<svg")[0]


def test_forms_of_other_sites_are_refused(server: Server) -> None:
    surfer = Surfer(server.url)
    surfer.sign_in(FULL, FULL_SECRET)
    token = surfer.token()
    form = {"token": token, "name": "shop"}
    for origin in (
        "https://evil.example",
        "null",
        server.url.replace("127.0.0.1", "localhost"),
        f"{server.url}.evil",
    ):
        assert surfer.post("/console/apps", form, Origin=origin).status == 400
    for wrong in ({"name": "shop"}, {**form, "token": ""}, {**form, "token": token[:-1]}):
        assert surfer.post("/console/apps", wrong).status == 400
    assert "There is no application yet" in surfer.get("/console/apps").text
    assert surfer.post("/console/apps", form).status == 303


def test_a_form_that_is_sent_twice_makes_one_application(server: Server) -> None:
    surfer = Surfer(server.url)
    surfer.sign_in(FULL, FULL_SECRET)
    shown = surfer.get("/console/apps/new").text
    once = re.search(r'name="clientToken" value="([0-9a-f]{32})"', shown)
    assert once
    form = {"token": surfer.token(), "name": "shop", "clientToken": once[1]}
    first, second = (surfer.post("/console/apps", form).headers["location"] for _ in range(2))
    assert first == second
    assert once[1] not in surfer.get("/console/apps/new").text


def test_the_api_takes_no_cookie(server: Server) -> None:
    surfer = Surfer(server.url)
    surfer.sign_in(FULL, FULL_SECRET)
    headers = {
        "X-Amz-Target": "AWSServerMigrationService_V2016_10_24.ListApps",
        "Content-Type": "application/x-amz-json-1.1",
    }
    answer = surfer.post("/", {}, **headers)
    assert answer.status == 400
    assert "MissingAuthenticationTokenException" in answer.text
    assert surfer._send("OPTIONS", "/", b"", {"Origin": "https://evil.example"}).status == 400


def test_a_key_that_only_reads(server: Server, folder: Path) -> None:
    env = environment(folder)
    run_smsgen("install-model", env=env)
    writer, reader = Surfer(server.url), Surfer(server.url)
    writer.sign_in(FULL, FULL_SECRET)
    reader.sign_in(READER, READER_SECRET)
    made = writer.post("/console/apps", {"token": writer.token(), "name": "shop"})
    page = made.headers["location"].partition("?")[0]
    shown = reader.get(page)
    assert shown.status == 200
    assert "(read only)" in shown.text
    assert "disabled" in shown.text
    review = reader.post(f"{page}/review", {"token": reader.token()}).text
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', review)
    assert digest
    for path, form in (
        ("/console/apps", {"name": "other"}),
        (f"{page}/edit", {"name": "other"}),
        (f"{page}/delete", {"confirm": "shop"}),
        (f"{page}/start-replication", {}),
        (f"{page}/launch", {"digest": digest[1]}),
        (f"{page}/documents", {"which": "template"}),
        ("/console/catalog/import", {}),
    ):
        answer = reader.post(path, {"token": reader.token(), **form})
        assert (answer.status, "this access key may only read" in answer.text) == (400, True), path
    assert "other" not in reader.get("/console/apps").text
    assert "shop" in reader.get("/console/apps").text


def test_a_key_that_only_reads_through_the_api(server: Server) -> None:
    keys = {"region_name": REGION, "aws_access_key_id": READER, "aws_secret_access_key": READER_SECRET}
    sms = smsgen.client("sms", endpoint_url=server.url, **keys)
    assert sms.list_apps()["apps"] == []
    for act in (
        lambda: sms.create_app(name="shop"),
        lambda: sms.generate_template(appId="app-1"),
        sms.import_server_catalog,
    ):
        with pytest.raises(botocore.exceptions.ClientError) as refused:
            act()
        assert refused.value.response["Error"]["Code"] == "UnauthorizedOperationException"
    assert sms.list_apps()["apps"] == []


def test_hostile_words_are_words(server: Server) -> None:
    surfer = Surfer(server.url)
    surfer.sign_in(FULL, FULL_SECRET)
    name = '"><script>alert(1)</script>{{ 7 * 7 }}'
    made = surfer.post("/console/apps", {"token": surfer.token(), "name": name})
    assert made.status == 303
    for path in (
        "/console/apps",
        made.headers["location"],
        "/console/apps?search=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/console/apps?after=%22%3E%3Cscript%3E",
        "/console/apps?done=%3Cscript%3E",
        "/console/apps/%3Cscript%3E",
        "/console/jobs/%3Cscript%3E",
    ):
        text = surfer.get(path).text
        assert "<script>alert" not in text
        assert "<script>" not in text
    assert "{{ 7 * 7 }}" in surfer.get("/console/apps").text


def test_a_document_is_read_only_where_the_api_has_put_it(server: Server) -> None:
    surfer = Surfer(server.url)
    surfer.sign_in(FULL, FULL_SECRET)
    made = surfer.post("/console/apps", {"token": surfer.token(), "name": "shop"})
    page = made.headers["location"].partition("?")[0]
    session = next(iter(surfer.cookies.values()))  # sealed for another purpose
    for token in ("x", session, '["other-bucket", "secret"]'):
        answer = surfer.get(f"{page}/documents?template={quote(token)}")
        assert answer.status == 200
        assert 'aria-label="Template"' not in answer.text


def test_large_forms(server: Server) -> None:
    surfer = Surfer(server.url)
    surfer.sign_in(FULL, FULL_SECRET)
    token = surfer.token()
    assert surfer.post("/console/apps", {"token": token, "name": "x" * 1_100_000}).status == 413
    many = {"token": token, **{f"f{number}": "" for number in range(20_001)}}
    assert surfer.post("/console/apps", many).status == 400
    assert surfer.post("/console/apps", {"token": token, "name": "x" * 5_000}).status == 400
    assert surfer.get("/console/apps").status == 200


def test_a_server_with_streams_stops_at_once(server: Server) -> None:
    surfer = Surfer(server.url)
    surfer.sign_in(FULL, FULL_SECRET)
    made = surfer.post("/console/apps", {"token": surfer.token(), "name": "shop"})
    app_id = made.headers["location"].partition("?")[0].rpartition("/")[2]
    host, port = server.url.removeprefix("http://").split(":")
    cookies = "; ".join(f"{name}={value}" for name, value in surfer.cookies.items())
    with socket.create_connection((host, int(port)), timeout=30) as stream:
        head = f"GET /console/live/app/{app_id} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\n\r\n"
        stream.sendall(head.encode())
        received = stream.recv(65_536)
        while b"retry" not in received:
            received += stream.recv(65_536)
        assert b"text/event-stream" in received
        surfer.post(f"/console/apps/{app_id}/edit", {"token": surfer.token(), "name": "shop 2"})
        while b"event: change" not in received:
            received += stream.recv(65_536)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 15


# --- Without keys ---------------------------------------------------------------------------------------------------


def test_a_link_lets_in_once(folder: Path) -> None:
    with serving(folder, "--console", "--no-auth", env=environment(folder)) as server:
        link = entrance(server).removeprefix(server.url)
        first, second = Surfer(server.url), Surfer(server.url)
        assert first.get("/console/apps").status == 303
        assert first.sign_in("", "").status == 403
        assert first.get(link).status == 200
        assert first.get("/console/apps").status == 200
        assert second.get(link).status == 403
        assert second.get("/console/enter?token=").status == 403
        assert second.get("/console/apps").status == 303
        deadline = time.monotonic() + 30
        while entrance(server).endswith(link):
            assert time.monotonic() < deadline, "the server shows no other link"
            time.sleep(0.05)
        assert second.get(entrance(server).removeprefix(server.url)).status == 200
        assert second.get("/console/apps").status == 200


def test_a_page_of_another_name_with_this_address_is_refused(folder: Path) -> None:
    with serving(folder, "--console", "--no-auth", env=environment(folder)) as server:
        surfer = Surfer(server.url)
        surfer.get(entrance(server).removeprefix(server.url))
        assert surfer.get("/console/apps").status == 200
        assert surfer.get("/console/apps", Host="rebound.example").status == 400
        link = entrance(server).removeprefix(server.url)
        assert Surfer(server.url).get(link, Host="rebound.example").status == 400


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--host", "0.0.0.0", "--console"), "in plain text"),
        (("--console-url", "https://sms.example.com"), "is not served"),
        (("--console", "--console-url", "sms.example.com"), "is no URL"),
        (("--console", "--console-url", "https://["), "is no URL"),
        (("--console", "--console-url", "https://x y"), "is no URL"),
        (("--console", "--console-url", "https://x:99999"), "is no URL"),
        (("--console", "--console-url", "https://x/path"), "is no URL"),
    ],
)
def test_consoles_that_must_not_be(options: tuple[str, ...], words: str, folder: Path) -> None:
    done = run(
        sys.executable, "-m", "smsgen", "serve", "--port", "0", *options, env=environment(folder), timeout=60
    )
    assert (done.returncode, words in done.stderr) == (64, True), done.stderr


def test_without_console_there_is_none(folder: Path) -> None:
    with serving(folder, "--no-auth", env=environment(folder)) as server:
        for path in ("/", "/console", "/console/apps"):
            answer = Surfer(server.url).get(path)
            assert (answer.status, "UnknownOperationException" in answer.text) == (400, True)
