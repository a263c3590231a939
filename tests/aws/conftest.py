"""A moto server over real HTTP on loopback, once a session; before each test it forgets everything."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.aws.faults import FaultProxy

if TYPE_CHECKING:
    from pathlib import Path

    from smsgen.aws.clients import AwsSettings, Clients
    from tests.aws.site import Site

REGION = "eu-central-1"
ACCOUNT = "123456789012"


@pytest.fixture(scope="session")
def moto_address() -> Iterator[tuple[str, int]]:
    """Host and port of the moto server, on a free port."""
    server_module = pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


@pytest.fixture
def proxy(moto_address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    """A fault proxy in front of an empty moto, with credentials in the environment and no configuration
    files.
    """
    connection = http.client.HTTPConnection(*moto_address, timeout=60)
    connection.request("POST", "/moto-api/reset")
    connection.getresponse().read()
    connection.close()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # moto reads no conditions: to it our policy "deny all that is not TLS" denies all. Loopback stands for
    # TLS.
    from moto.iam.access_control import PermissionResult

    monkeypatch.setattr("moto.s3.models.FakeBucket.get_permission", lambda *_: PermissionResult.NEUTRAL)
    monkeypatch.setattr("moto.ec2.models.instances.Instance.add_block_device", _as_ec2_does())
    # Retries wait seconds, with jitter; a test waits not at all.
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
    with FaultProxy(*moto_address) as running:
        yield running


def _as_ec2_does() -> Any:
    """moto refuses every mapping without size and snapshot; EC2 takes those of the image for its root device."""
    from moto.ec2.models.instances import Instance

    moto = Instance.add_block_device

    def add_block_device(
        self: Any, size: Any, device_path: str, snapshot_id: Any, *more: Any, **named: Any
    ) -> Any:
        image = self.ec2_backend.amis.get(self.image_id)
        if not (size or snapshot_id) and device_path == (image.root_device_name if image else "/dev/sda1"):
            size = 8
        return moto(self, size, device_path, snapshot_id, *more, **named)

    return add_block_device


@pytest.fixture
def settings(proxy: FaultProxy) -> AwsSettings:
    """Settings that lead through the proxy."""
    from smsgen.aws.clients import AwsSettings

    return AwsSettings(region=REGION, endpoint_url=proxy.url)


@pytest.fixture
def clients(settings: AwsSettings) -> Clients:
    """Clients that talk to moto through the proxy; they back off for milliseconds only."""
    from smsgen.aws.clients import Clients

    return Clients(settings)


@pytest.fixture
def site(tmp_path: Path, proxy: FaultProxy, capsys: pytest.CaptureFixture[str]) -> Site:
    """An application file and the command line, in front of the proxy."""
    from tests.aws.site import Site

    return Site(tmp_path, proxy, capsys)


@pytest.fixture
def quick(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose commands share their AWS clients: making them takes longer than all the calls."""
    monkeypatch.setattr("smsgen.wiring.clients", lambda settings: site.clients)
    return site
