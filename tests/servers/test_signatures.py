"""A client that signs by itself has to sign as AWS wants it, where the stand-in knows its secret."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.servers.aws import Aws
from tests.servers.aws.fixtures import REGION, Clients, block, checksum, clients_of, stored
from tests.servers.aws.signatures import SECRETS

KEY_ID, SECRET = next(iter(SECRETS.items()))
DATA = block(1)
HEADERS = {
    "x-amz-Data-Length": str(len(DATA)),
    "x-amz-Checksum": checksum(DATA),
    "x-amz-Checksum-Algorithm": "SHA256",
}


def put(
    aws: Aws, snapshot_id: str, secret: str, change: Callable[[dict[str, str]], Any], *, tls: bool
) -> int:
    """Put a block as a client of its own would, after a change of its signed headers, and give the status.

    Over TLS botocore leaves the data out of the signature; this client says so and talks to the stand-in all the same.
    """
    target = f"/snapshots/{snapshot_id}/blocks/0"
    address = urlsplit(aws.url).netloc
    request = AWSRequest("PUT", f"{'https' if tls else 'http'}://{address}{target}", dict(HEADERS), DATA)
    request.context["payload_signing_enabled"] = False
    SigV4Auth(Credentials(KEY_ID, secret), "ebs", REGION).add_auth(request)
    headers = dict(request.headers.items())
    change(headers)
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("PUT", target, DATA, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _dated(headers: dict[str, str]) -> None:
    at = datetime.now(UTC) - timedelta(minutes=6)
    headers["X-Amz-Date"] = at.strftime("%Y%m%dT%H%M%SZ")


CHANGES: dict[str, Callable[[dict[str, str]], Any]] = {
    "another checksum": lambda headers: headers.update({"x-amz-Checksum": checksum(block(2))}),
    "a header that was not signed": lambda headers: headers.update({"x-amz-Progress": "50"}),
    "an old date": _dated,
    "no date": lambda headers: headers.pop("X-Amz-Date"),
}


@pytest.mark.parametrize("tls", [True, False])
def test_a_put_signed_with_botocores_signer_is_taken(tls: bool, aws: Aws, clients: Clients) -> None:
    snapshot_id = stored(clients("ebs"), {}, complete=False)
    assert put(aws, snapshot_id, SECRET, lambda _: None, tls=tls) == 201


@pytest.mark.parametrize("case", CHANGES)
def test_what_was_not_signed_so_is_refused(case: str, aws: Aws, clients: Clients) -> None:
    snapshot_id = stored(clients("ebs"), {}, complete=False)
    assert put(aws, snapshot_id, SECRET, CHANGES[case], tls=True) == 403
    assert aws.control.writes(snapshot_id) == {}


def test_another_secret_is_refused(aws: Aws, clients: Clients) -> None:
    snapshot_id = stored(clients("ebs"), {}, complete=False)
    assert put(aws, snapshot_id, "another", lambda _: None, tls=True) == 403
    assert clients_of(aws.url)("ebs").complete_snapshot(SnapshotId=snapshot_id, ChangedBlocksCount=0)
