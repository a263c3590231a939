"""`generate-template --s3` from the command line against moto over HTTP: what is in S3 is what is made
offline.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from smsgen.aws.clients import Clients
from smsgen.cli import run
from tests.aws.conftest import ACCOUNT, REGION
from tests.aws.faults import FaultProxy

ROOT = Path(__file__).parents[2]
BUCKET = f"sms-app-{REGION}-{ACCOUNT}"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def options(proxy: FaultProxy) -> list[str]:
    return ["--region", REGION, "--endpoint-url", proxy.url]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The sample with a boot script beside it, one that is too long for user data."""
    file = tmp_path / "shop.yaml"
    said = yaml.safe_load((ROOT / "samples" / "single.yaml").read_text())
    launch = said["serverGroups"][0]["serverList"][0].setdefault("launch", {})
    launch["userData"] = {"file": "boot.sh"}
    launch["iamInstanceProfileName"] = "servers"
    file.write_text(yaml.safe_dump(said))
    (tmp_path / "boot.sh").write_text("#!/bin/sh\n" + "# a long script\n" * 2_000)
    return file


def read(clients: Clients, location: dict[str, Any]) -> bytes:
    got = clients.client("s3").get_object(Bucket=location["bucket"], Key=location["key"])
    content: bytes = got["Body"].read()
    return content


@pytest.mark.parametrize(
    ("kind", "content_type"), [("yaml", "application/yaml"), ("json", "application/json")]
)
def test_the_document_is_the_local_one_byte_for_byte(
    kind: str, content_type: str, options: list[str], clients: Clients, capsys: Captured
) -> None:
    sample = str(ROOT / "samples" / "three-tier.yaml")
    assert run(["generate-template", sample, "--format", kind]) == 0
    local = capsys.readouterr().out
    assert run(["generate-template", sample, "--format", kind, "--s3", *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["s3Location"]
    location = answer["s3Location"]
    assert location["bucket"] == BUCKET
    assert read(clients, location) == local.encode()
    head = clients.client("s3").head_object(Bucket=location["bucket"], Key=location["key"])
    assert head["ContentType"] == content_type


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_a_change_set_is_uploaded_in_smss_own_formats(
    kind: str, options: list[str], clients: Clients, capsys: Captured
) -> None:
    sample = str(ROOT / "samples" / "single.yaml")
    command = ["generate-change-set", sample, "--offline", "--format", kind, "--region", REGION]
    assert run(command) == 0
    local = capsys.readouterr().out
    assert run([*command, "--s3", *options[2:]]) == 0
    location = json.loads(capsys.readouterr().out)["s3Location"]
    assert location["bucket"] == BUCKET
    assert location["key"].startswith("change-sets/")
    assert read(clients, location) == local.encode()


def test_only_the_document_of_a_change_set_is_uploaded(options: list[str], capsys: Captured) -> None:
    sample = str(ROOT / "samples" / "single.yaml")
    assert run(["generate-change-set", sample, "--offline", "--output", "html", "--s3", *options]) == 64
    assert capsys.readouterr().out == ""


def test_a_bucket_and_prefix_of_ones_own(options: list[str], clients: Clients, capsys: Captured) -> None:
    place = {"LocationConstraint": REGION}
    clients.client("s3").create_bucket(Bucket="team-documents", CreateBucketConfiguration=place)
    sample = str(ROOT / "samples" / "single.yaml")
    assert run(["generate-template", sample, "--s3", "s3://team-documents/a/b", *options]) == 0
    location = json.loads(capsys.readouterr().out)["s3Location"]
    assert location["bucket"] == "team-documents"
    assert location["key"].startswith("a/b/templates/")


@pytest.mark.parametrize("where", ["team-documents", "s3://UPPER", "s3://x", "https://b/k"])
def test_what_is_no_s3_location_is_a_usage_error(where: str, options: list[str], capsys: Captured) -> None:
    sample = str(ROOT / "samples" / "single.yaml")
    assert run(["generate-template", sample, "--s3", where, *options]) == 64
    assert "not an S3 location" in capsys.readouterr().err


def test_nested_stacks_go_first_and_the_root_names_their_urls(
    options: list[str], clients: Clients, proxy: FaultProxy, tmp_path: Path, capsys: Captured
) -> None:
    large = subprocess.run(
        [sys.executable, "-m", "samples.large", "600", "3"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    file = tmp_path / "large.yaml"
    file.write_bytes(large.stdout)
    assert run(["generate-template", str(file), "-o", str(tmp_path / "local")]) == 0
    assert run(["generate-template", str(file), "--s3", *options]) == 0
    location = json.loads(capsys.readouterr().out)["s3Location"]
    children = sorted(path.read_bytes() for path in (tmp_path / "local" / "nested").iterdir())
    assert len(children) > 1
    put = [call for call in proxy.calls if call.name == "s3:PutObject"]
    assert sorted(call.body for call in put[:-1]) == children
    assert put[-1].body == read(clients, location)
    prefix = f"https://{BUCKET}.s3.{REGION}.amazonaws.com/"
    urls = [
        resource["Properties"]["TemplateURL"]
        for resource in yaml.load(put[-1].body, _AnyTag)["Resources"].values()
        if resource["Type"] == "AWS::CloudFormation::Stack"
    ]
    assert len(urls) == len(children)
    keys = [url.removeprefix(prefix) for url in urls]
    assert sorted(read(clients, {"bucket": BUCKET, "key": key}) for key in keys) == children
    proxy.heal()
    assert run(["generate-template", str(file), "--s3", *options]) == 0
    assert json.loads(capsys.readouterr().out)["s3Location"] == location
    assert proxy.count("s3:PutObject") == 0


class _AnyTag(yaml.SafeLoader):
    """Reads short intrinsics as text: only TemplateURLs are looked at."""


_AnyTag.add_multi_constructor("!", lambda loader, suffix, node: suffix)


def test_a_script_over_16_kb_goes_to_the_bucket(
    app: Path, options: list[str], clients: Clients, proxy: FaultProxy, capsys: Captured
) -> None:
    assert run(["generate-template", str(app)]) == 1
    assert "16" in capsys.readouterr().err
    assert run(["generate-template", str(app), "--s3", *options]) == 0
    script, template = (call for call in proxy.calls if call.name == "s3:PutObject")
    assert script.body == (app.parent / "boot.sh").read_bytes()
    assert script.headers["Content-Type"] == "text/x-shellscript"
    key = next(path for path in _keys(clients) if path.startswith("scripts/"))
    assert key.encode() in template.body
    assert template.body == read(clients, json.loads(capsys.readouterr().out)["s3Location"])


def test_every_script_goes_to_the_bucket_with_upload_scripts(
    app: Path, options: list[str], clients: Clients, capsys: Captured
) -> None:
    (app.parent / "boot.sh").write_text("#!/bin/sh\necho short\n")
    assert run(["generate-template", str(app), "--s3", *options]) == 0
    assert not [key for key in _keys(clients) if key.startswith("scripts/")]
    assert run(["generate-template", str(app), "--s3", "--upload-scripts", *options]) == 0
    (key,) = (key for key in _keys(clients) if key.startswith("scripts/"))
    assert read(clients, {"bucket": BUCKET, "key": key}) == b"#!/bin/sh\necho short\n"
    capsys.readouterr()


def _keys(clients: Clients) -> list[str]:
    return [found["Key"] for found in clients.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]


def test_a_refusal_is_one_sentence_and_nothing_is_printed(
    options: list[str], proxy: FaultProxy, capsys: Captured
) -> None:
    proxy.fail("s3:PutObject", "denied")
    assert run(["generate-template", str(ROOT / "samples" / "single.yaml"), "--s3", *options]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "may not s3:PutObject" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("at", ["s3:PutBucketPolicy", "s3:PutBucketLifecycleConfiguration", "s3:PutObject"])
def test_killed_in_the_middle_and_run_again_ends_as_without(
    at: str, sent: signal.Signals, options: list[str], clients: Clients, proxy: FaultProxy
) -> None:
    command = [sys.executable, "-m", "smsgen", "generate-template", "samples/single.yaml", "--s3", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    proxy.on_kill = lambda: os.kill(process.pid, sent)
    proxy.fail(at, "kill")
    out, err = process.communicate(timeout=60)
    assert process.returncode == (-sent if sent == signal.SIGKILL else 130), err
    assert out == b""
    again = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=True)
    local = subprocess.run(command[:5], cwd=ROOT, capture_output=True, timeout=60, check=True)
    assert read(clients, json.loads(again.stdout)["s3Location"]) == local.stdout
    s3 = clients.client("s3")
    assert s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] == [{"Key": "smsgen:setup", "Value": "done"}]
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert len(s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]) == 3
