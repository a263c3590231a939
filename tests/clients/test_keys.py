"""The keys of callers, on a server that runs: read again when it is told to, refused where others can read them."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from tests.clients.serving import KEY_ID, SECRET, Server, environment, run, serving
from tests.clients.wire import Wire

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")


def of(key_id: str, secret: str = SECRET) -> str:
    return f"[{key_id}]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"


def error(server: Server) -> str:
    wire = Wire(server.url)
    try:
        return wire.call("ListApps").error
    finally:
        wire.close()


def logged(server: Server, words: str) -> None:
    deadline = time.monotonic() + 30
    while words not in server.log.read_text():
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.05)


def test_keys_are_read_again_at_a_hangup(tmp_path: Path) -> None:
    keys = tmp_path / "keys.ini"
    keys.touch(0o600)
    keys.write_text(of(KEY_ID))
    with serving(tmp_path, "--credentials", keys, "--workers", "0", env=environment(tmp_path)) as server:
        assert error(server) == ""
        keys.write_text(of("AKIAI44QH8DHBEXAMPLE"))
        server.process.send_signal(signal.SIGHUP)
        logged(server, "are read again")
        assert error(server) == "UnrecognizedClientException"
        keys.write_text(of(KEY_ID))
        keys.chmod(0o644)
        server.process.send_signal(signal.SIGHUP)
        logged(server, "chmod 600")
        assert error(server) == "UnrecognizedClientException"  # as before
        keys.chmod(0o600)
        keys.write_text("[nothing]\n")
        server.process.send_signal(signal.SIGHUP)
        logged(server, "has no access key")
        assert error(server) == "UnrecognizedClientException"
        keys.write_text(of(KEY_ID))
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while error(server):
            assert time.monotonic() < deadline
        assert f'"claimedKeyId": "{KEY_ID}"' in server.log.read_text()


def test_keys_that_others_can_read_are_refused_with_what_to_run(tmp_path: Path) -> None:
    keys = tmp_path / "keys.ini"
    keys.write_text(of(KEY_ID))
    keys.chmod(0o644)
    env = environment(tmp_path)
    done = run(sys.executable, "-m", "smsgen", "serve", "--credentials", keys, "--port", "0", env=env)
    assert done.returncode == 1
    assert f"chmod 600 {keys}" in done.stderr
    assert SECRET not in done.stderr
