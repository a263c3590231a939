"""Connectors to prefixes of S3: what they find, whose credentials they use, what they say of what is not read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from smsgen import wiring
from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.stored_objects import S3Object, folder_at
from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.disks import SourceChanged
from smsgen.operations.ports.inventories import ConnectorUnreadable, Inventories

pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")
from tests.servers.aws import Aws, running

REGION = "eu-central-1"
MIB = 1 << 20
HALF = MIB // 2
KEY = "AKIAIOSFODNN7EXAMPLE"


@pytest.fixture(scope="module")
def server() -> Iterator[Aws]:
    with running() as aws:
        yield aws


@pytest.fixture
def aws(server: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    server.control.begin_anew()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    return server


@pytest.fixture
def settings(aws: Aws) -> AwsSettings:
    return AwsSettings(region=REGION, endpoint_url=aws.url)


@pytest.fixture
def put(settings: AwsSettings) -> Callable[[str, bytes], None]:
    s3 = Clients(settings).client("s3")
    s3.create_bucket(Bucket="exports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return lambda key, content: s3.put_object(Bucket="exports", Key=key, Body=content)


def connector(location: str = "s3://exports/vms", **more: str) -> Connector:
    return Connector("c-1", "images", location, "vc-1", **more)


def inventories(settings: AwsSettings) -> Inventories:
    return wiring.inventories(settings)


def test_thousands_of_images_are_found_by_pages_and_one_is_read(
    aws: Aws, settings: AwsSettings, put: Callable[[str, bytes], None]
) -> None:
    for number in range(1100):
        put(f"vms/web{number:04}.raw", bytes([number % 255 + 1]) * 512)
    put("vms/db01/disk-2.raw", b"2" * 1024)
    put("vms/db01/disk-10.raw", b"10" * 512)
    put("vms/notes/readme.txt", b"no image")
    aws.control.heal()
    calls = 0

    def between() -> None:
        nonlocal calls
        calls += 1

    servers = inventories(settings).servers(connector(), between=between)
    assert [server.vm_id for server in servers] == ["db01", *(f"web{number:04}" for number in range(1100))]
    assert all(server.readable and not server.refused for server in servers)
    assert aws.control.count("s3:ListObjectsV2") == 2 + 2  # two pages, and two folders
    assert calls >= 1100
    disks = inventories(settings).disks(connector(), "db01")
    assert [disk.name for disk in disks] == ["disk-2.raw", "disk-10.raw"]
    source = disks[1].open()
    assert (source.size, source.read(0, 4)) == (1024, b"1010")
    source.release()


def test_what_was_raised_between_servers_ends_the_reading(
    settings: AwsSettings, put: Callable[[str, bytes], None]
) -> None:
    for number in range(40):
        put(f"vms/web{number}.raw", b"x" * 512)

    def lost() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inventories(settings).servers(connector(), between=lost)


def test_hostile_and_broken_images_are_refused_as_they_are_on_a_disk(
    settings: AwsSettings, put: Callable[[str, bytes], None]
) -> None:
    put("vms/cut.vmdk", b"KDMV" + b"\1\0\0\0" + bytes(100))
    put(
        "vms/evil/disk.vmdk",
        b'# Disk DescriptorFile\nversion=1\ncreateType="monolithicFlat"\n'
        b'RW 2048 FLAT "../../../etc/passwd" 0\n',
    )
    put("vms/evil.ova", b"no archive")
    put("vms/img.img", b"QFI\xfb" + bytes(508))
    put("vms/good.raw", b"x" * 512)
    found = {one.vm_id: one.refused for one in inventories(settings).servers(connector())}
    assert found.pop("good") == ""
    assert set(found) == {"cut", "evil", "img"}
    assert all(found.values()), found


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("s3://exports/none", "neither images nor folders"),
        ("s3://nobody-has-this", "cannot list s3://nobody-has-this/"),
    ],
)
def test_a_prefix_or_bucket_that_is_not_there_is_told(
    location: str, words: str, settings: AwsSettings, put: Callable[[str, bytes], None]
) -> None:
    with pytest.raises(ConnectorUnreadable, match=words):
        inventories(settings).servers(connector(location))


def test_a_bucket_without_rights_says_which_right_lacks(
    aws: Aws, settings: AwsSettings, put: Callable[[str, bytes], None]
) -> None:
    aws.control.fail("s3:ListObjectsV2", "denied")
    with pytest.raises(ConnectorUnreadable, match="may not s3:ListBucket") as raised:
        inventories(settings).servers(connector())
    assert "iam-policy" in raised.value.hint


def test_an_object_without_rights_is_one_server_that_is_refused(
    aws: Aws, settings: AwsSettings, put: Callable[[str, bytes], None]
) -> None:
    put("vms/a.raw", b"x" * 512)
    put("vms/b.raw", b"x" * 512)
    aws.control.fail("s3:HeadObject", "denied")
    refused = [one.refused for one in inventories(settings).servers(connector()) if one.refused]
    assert len(refused) == 1
    assert "s3:GetObject" in refused[0]


def test_s3_that_is_away_refuses_no_server_for_good(
    aws: Aws, settings: AwsSettings, put: Callable[[str, bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smsgen.aws.clients.MAX_ATTEMPTS", 2)
    put("vms/a.raw", b"x" * 512)
    aws.control.fail("s3:HeadObject", "error", times=0)
    with pytest.raises(ConnectorUnreadable, match="an error of its own"):
        inventories(settings).servers(connector())


def test_a_role_reads_for_the_connector_and_its_credentials_are_kept_nowhere(
    settings: AwsSettings, put: Callable[[str, bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("vms/a.raw", b"x" * 512)
    keys = signing_keys(monkeypatch)
    arn = "arn:aws:iam::123456789012:role/reads-exports"
    there = connector(role_arn=arn)
    assert len(inventories(settings).servers(there)) == 1
    assert keys.pop("sts") == {KEY}
    assert keys["s3"]
    assert KEY not in keys["s3"]
    assert "role/reads-exports" in repr(there)
    assert not any(key in repr(there) for key in (*keys["s3"], KEY))


def signing_keys(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Which keys requests are signed with from now on, by service."""
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    keys: dict[str, set[str]] = {}
    send = URLLib3Session.send

    def noted(self: Any, request: AWSRequest) -> Any:
        header = request.headers["Authorization"]
        words = (
            (header.decode() if isinstance(header, bytes) else header).partition("Credential=")[2].split("/")
        )
        keys.setdefault(words[3], set()).add(words[0])
        return send(self, request)

    monkeypatch.setattr(URLLib3Session, "send", noted)
    return keys


# --- Reading ----------------------------------------------------------------------------------------------------


def fetched(clients: Clients) -> list[int]:
    """How many bytes each GetObject asks for, from now on."""
    lengths: list[int] = []

    def asked(params: Any, **_: Any) -> None:
        first, last = params["headers"]["Range"].removeprefix("bytes=").split("-")
        lengths.append(int(last) - int(first) + 1)

    clients.client("s3").meta.events.register("before-call.s3.GetObject", asked)
    return lengths


def test_many_threads_read_no_byte_twice(settings: AwsSettings, put: Callable[[str, bytes], None]) -> None:
    content = random.Random(1).randbytes(24 * MIB)
    put("disk.raw", content)
    clients = Clients(settings)
    lengths = fetched(clients)
    stored = S3Object(clients, "exports", "disk.raw")
    with ThreadPoolExecutor(32) as pool:
        blocks = list(pool.map(lambda at: stored.read(at, HALF), range(0, len(content), HALF)))
        assert b"".join(blocks) == content
        assert sum(lengths) <= 1.05 * len(content)
        lengths.clear()
        pieces = list(pool.map(lambda at: stored.read(at, 12), range(0, len(content), 60_000)))
    assert pieces == [content[at : at + 12] for at in range(0, len(content), 60_000)]
    assert sum(lengths) <= 1.05 * len(content)


def test_an_answer_that_breaks_off_is_asked_for_again(
    aws: Aws, settings: AwsSettings, put: Callable[[str, bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.response import StreamingBody

    content = random.Random(1).randbytes(MIB)
    put("disk.raw", content)
    stored = S3Object(Clients(settings), "exports", "disk.raw")
    read, broken = StreamingBody.read, iter(range(2))

    def breaks(self: Any, amt: int | None = None) -> Any:
        if next(broken, None) is not None:
            raise ConnectionBroken
        return read(self, amt)

    from urllib3.exceptions import ProtocolError as ConnectionBroken

    monkeypatch.setattr(StreamingBody, "read", breaks)
    assert stored.read(0, MIB) == content


def test_an_object_that_is_written_anew_between_two_blocks_is_noticed(
    settings: AwsSettings, put: Callable[[str, bytes], None]
) -> None:
    put("disk.raw", b"1" * (3 * HALF))
    stored = S3Object(Clients(settings), "exports", "disk.raw")
    assert stored.read(0, HALF) == b"1" * HALF
    put("disk.raw", b"2" * (3 * HALF))
    with pytest.raises(SourceChanged):
        stored.read(HALF, HALF)
    with pytest.raises(SourceChanged):
        stored.read(5, 10)


def test_a_bucket_in_another_region_is_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 answers 301 with the Region; what the bucket's own Region answers is stood in for."""
    from botocore.awsrequest import AWSResponse
    from botocore.httpsession import URLLib3Session

    hosts: list[str] = []

    def send(_: Any, request: Any) -> AWSResponse:
        hosts.append(request.url.partition("//")[2].partition("/")[0])
        there = "us-west-2" in hosts[-1]
        headers = {"x-amz-bucket-region": "us-west-2"}
        body = PAGE if there else b"<Error><Code>PermanentRedirect</Code></Error>"
        return AWSResponse(request.url, 200 if there else 301, headers, Body(body))

    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    monkeypatch.setattr(URLLib3Session, "send", send)
    folder = folder_at(Clients(AwsSettings(region=REGION)), "s3://exports/vms")
    assert folder.files() == ("a.raw",)
    assert hosts == [f"exports.s3.{REGION}.amazonaws.com", "exports.s3.us-west-2.amazonaws.com"]


PAGE = b"<ListBucketResult><Contents><Key>vms/a.raw</Key></Contents></ListBucketResult>"


class Body:
    """The rest of an answer."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content
