"""Documents in S3, end to end over HTTP against moto; what moto does not do, against botocore's service
model.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from smsgen.aws.artifacts import ArtifactSettings, S3Artifacts
from smsgen.aws.clients import AwsSettings, Clients
from smsgen.errors import ServiceError
from smsgen.model.launch import S3Location
from tests.aws.conftest import ACCOUNT, REGION
from tests.aws.faults import KINDS, FaultProxy

BUCKET = f"sms-app-{REGION}-{ACCOUNT}"
CONTENT = "Resources: {Größe: 1}\n".encode()
YAML = "application/yaml"


def put(clients: Clients, content: bytes = CONTENT, settings: ArtifactSettings | None = None) -> S3Location:
    return S3Artifacts(clients, settings).put(content, content_type=YAML, folder="templates")


def protections(clients: Clients, bucket: str = BUCKET) -> dict[str, Any]:
    """What S3 says about the bucket, in the words of its API."""
    s3 = clients.client("s3")
    lifecycle = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    return {
        "public": s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
        "policy": json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]),
        "encryption": encryption["ApplyServerSideEncryptionByDefault"],
        "versioning": s3.get_bucket_versioning(Bucket=bucket)["Status"],
        "lifecycle": {
            rule["ID"]: rule["Filter"]["Prefix"] for rule in lifecycle if rule["Status"] == "Enabled"
        },
        "ownership": s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"],
        "tags": s3.get_bucket_tagging(Bucket=bucket)["TagSet"],
    }


def test_the_default_bucket_is_made_with_every_protection(clients: Clients) -> None:
    assert put(clients).bucket == BUCKET
    found = protections(clients)
    assert set(found["public"].values()) == {True}
    (statement,) = found["policy"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert found["encryption"] == {"SSEAlgorithm": "AES256"}
    assert found["versioning"] == "Enabled"
    assert found["lifecycle"] == {
        "smsgen-change-sets": "change-sets/",
        "smsgen-imports": "imports/",
        "smsgen-old-versions": "",
    }
    assert found["ownership"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert found["tags"] == [{"Key": "smsgen:setup", "Value": "done"}]


def test_the_bucket_stands_in_the_sessions_region(clients: Clients) -> None:
    put(clients)
    assert clients.client("s3").get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == REGION


def test_us_east_1_is_not_named_as_a_location(proxy: FaultProxy) -> None:
    clients = Clients(AwsSettings(region="us-east-1", endpoint_url=proxy.url))
    location = put(clients)
    assert location.bucket == f"sms-app-us-east-1-{ACCOUNT}"
    (made,) = (call for call in proxy.calls if call.name == "s3:CreateBucket")
    assert b"LocationConstraint" not in made.body


def test_with_a_kms_key_bucket_and_document_are_encrypted_with_it(clients: Clients) -> None:
    location = put(clients, settings=ArtifactSettings(kms_key_id="alias/docs"))
    assert protections(clients)["encryption"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/docs"}
    head = clients.client("s3").head_object(Bucket=location.bucket, Key=location.key)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/docs")


def test_documents_are_read_back_byte_for_byte_with_their_type(clients: Clients) -> None:
    artifacts = S3Artifacts(clients, ArtifactSettings(prefix="/team a/"))
    for content, kind, end in (
        (CONTENT, YAML, "yaml"),
        (b'{"a": 1}', "application/json", "json"),
        (b"#!/bin/sh\r\n\x00", "text/x-shellscript", "sh"),
        (b"", "text/x-powershell", "ps1"),
    ):
        location = artifacts.put(content, content_type=kind, folder="templates")
        assert location.key == f"team a/templates/{sha256(content).hexdigest()}.{end}"
        assert artifacts.get(location, max_bytes=100) == content
        assert (
            clients.client("s3").head_object(Bucket=location.bucket, Key=location.key)["ContentType"] == kind
        )


def test_an_unchanged_document_is_not_uploaded_twice(clients: Clients, proxy: FaultProxy) -> None:
    artifacts = S3Artifacts(clients)
    first = artifacts.put(CONTENT, content_type=YAML, folder="templates")
    again = artifacts.put(CONTENT, content_type=YAML, folder="templates")
    put(Clients(clients.settings))
    assert first == again
    assert proxy.count("s3:PutObject") == 1
    assert proxy.count("s3:CreateBucket") == 1
    assert proxy.count("s3:PutBucket*") == 6  # tags twice, policy, encryption, versioning, lifecycle


def test_what_somebody_put_under_the_documents_name_is_replaced(clients: Clients) -> None:
    location = put(clients)
    clients.client("s3").put_object(
        Bucket=location.bucket, Key=location.key, Body=b"x" * len(CONTENT), ChecksumAlgorithm="SHA256"
    )
    assert put(clients) == location
    assert S3Artifacts(clients).get(location, max_bytes=100) == CONTENT


def test_every_s3_call_says_whose_bucket_it_must_be(clients: Clients, proxy: FaultProxy) -> None:
    artifacts = S3Artifacts(clients)
    location = artifacts.put(CONTENT, content_type=YAML, folder="templates")
    artifacts.get(location, max_bytes=100)
    put(Clients(clients.settings))
    calls = [call for call in proxy.calls if call.name.startswith("s3:")]
    assert len(calls) > 10
    for call in calls:
        # CreateBucket has no such parameter: it makes the bucket ours or fails.
        if call.name != "s3:CreateBucket":
            assert call.headers.get("x-amz-expected-bucket-owner") == ACCOUNT, call.name


def test_a_bucket_that_was_there_is_left_as_it_is(clients: Clients, proxy: FaultProxy) -> None:
    s3 = clients.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    put(clients)
    s3.create_bucket(Bucket="own-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert put(clients, settings=ArtifactSettings("own-bucket", "p")).bucket == "own-bucket"
    assert proxy.count("s3:PutBucket*") == proxy.count("s3:PutPublicAccessBlock") == 0


def test_a_named_bucket_is_never_made(clients: Clients, proxy: FaultProxy) -> None:
    with pytest.raises(ServiceError, match="there is no bucket not-there"):
        put(clients, settings=ArtifactSettings("not-there"))
    assert proxy.count("s3:CreateBucket") == 0


def test_another_run_made_the_bucket_in_between(clients: Clients, proxy: FaultProxy) -> None:
    s3 = clients.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    artifacts = S3Artifacts(clients)
    artifacts._exists = lambda bucket: False  # type: ignore[method-assign] # what HeadBucket said a moment ago
    artifacts.put(CONTENT, content_type=YAML, folder="templates")
    assert s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] == [{"Key": "smsgen:setup", "Value": "done"}]


@pytest.mark.parametrize(
    ("operation", "code"), [("head_bucket", "403"), ("create_bucket", "BucketAlreadyExists")]
)
def test_a_bucket_of_somebody_else_is_refused(clients: Clients, operation: str, code: str) -> None:
    from botocore.stub import Stubber

    clients.identity()
    with Stubber(clients.client("s3")) as stub:
        if operation == "create_bucket":
            stub.add_client_error("head_bucket", "404", http_status_code=404)
        stub.add_client_error(operation, code, http_status_code=403)
        with pytest.raises(ServiceError, match="belongs to another account") as raised:
            put(clients)
    assert "--s3" in raised.value.hint


def test_the_url_is_what_cloudformation_takes(clients: Clients) -> None:
    artifacts = S3Artifacts(clients)
    assert artifacts.url(S3Location("b", "k.yaml")) == f"https://b.s3.{REGION}.amazonaws.com/k.yaml"


def test_a_document_that_is_too_large_is_not_read(clients: Clients) -> None:
    location = put(clients)
    with pytest.raises(ServiceError, match="larger than 3 bytes"):
        S3Artifacts(clients).get(location, max_bytes=3)


def refusal(act: Callable[[], object]) -> ServiceError | None:
    try:
        act()
    except ServiceError as error:
        return error
    return None


CALLS = (
    "sts:GetCallerIdentity",
    "s3:HeadBucket",
    "s3:CreateBucket",
    "s3:PutBucketTagging",
    "s3:PutPublicAccessBlock",
    "s3:PutBucketPolicy",
    "s3:PutBucketEncryption",
    "s3:PutBucketVersioning",
    "s3:PutBucketLifecycleConfiguration",
    "s3:HeadObject",
    "s3:PutObject",
)


UNMARKED = {("s3:PutBucketTagging", kind) for kind in ("expired", "denied", "skew")}
"""Between CreateBucket and the mark that says "begun" the bucket looks like one that its owner made: it keeps
S3's own protections (private, AES256, no ACLs), and smsgen does not touch it again.
"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", CALLS)
def test_one_call_failing_once(call: str, kind: str, clients: Clients, proxy: FaultProxy) -> None:
    """The outcome is as without the fault, or a sentence; then the same command makes it whole."""
    proxy.fail(call, kind)
    error = refusal(lambda: put(clients))
    if error:
        assert kind in ("expired", "denied", "skew", "truncated"), error
        assert "cannot" in str(error) or "belongs to another" in str(error)
        assert error.hint
    location = put(Clients(clients.settings))
    assert S3Artifacts(clients).get(location, max_bytes=100) == CONTENT
    if (call, kind) not in UNMARKED:
        found = protections(clients)
        assert [tag["Value"] for tag in found["tags"]] == ["done"]
        assert sorted(found["lifecycle"]) == ["smsgen-change-sets", "smsgen-imports", "smsgen-old-versions"]
        assert found["versioning"] == "Enabled"


def test_what_another_writes_is_found_once_it_is_there(clients: Clients) -> None:
    artifacts = S3Artifacts(clients, ArtifactSettings(prefix="/mine/"))
    place = artifacts.place("validation/val-1/1.txt")
    assert place == S3Location(BUCKET, "mine/validation/val-1/1.txt")
    assert artifacts.find(place, max_bytes=10) is None
    clients.client("s3").put_object(Bucket=place.bucket, Key=place.key, Body=b"0\nall is well")
    assert artifacts.find(place, max_bytes=10) == b"0\nall is w"
    with pytest.raises(ServiceError, match="cannot read s3://nowhere-at-all"):
        artifacts.find(S3Location("nowhere-at-all", "a"), max_bytes=10)
