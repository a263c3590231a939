"""The Artifacts port on S3: templates and scripts, each under the hash of its content, so that none is stored twice.

The bucket that smsgen makes for them is closed to the public before anything is put into it.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any, NamedTuple

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.cfn.partitions import url_suffix
from smsgen.errors import ServiceError
from smsgen.model.launch import S3Location
from smsgen.operations.stacks.upload import CHANGE_SETS

KEEP_DAYS = 90
"""How long an old version of a document, and a change set's document, is kept. What a stack may refer to
stays.
"""

IMPORTS = "imports"
"""Where images are uploaded to for imports."""

IMPORT_DAYS = 30
"""How long one stays that its run did not delete, because it was killed and never taken up again."""

_SETUP_TAG = "smsgen:setup"
_EXTENSIONS = {
    "application/json": "json",
    "application/yaml": "yaml",
    "text/x-shellscript": "sh",
    "text/x-powershell": "ps1",
}


class ArtifactSettings(NamedTuple):
    """Where documents go. `bucket` "" is the default bucket; `kms_key_id` "" is S3's own key (AES256)."""

    bucket: str = ""
    prefix: str = ""
    kms_key_id: str = ""


class S3Artifacts:
    """Documents in one bucket; see `operations.ports.Artifacts`.

    The default bucket, `sms-app-<region>-<account>`, is made when missing. Its name can be guessed, so
    somebody else may own it: every call says whose bucket it must be (ExpectedBucketOwner).
    """

    def __init__(self, clients: Clients, settings: ArtifactSettings | None = None) -> None:
        self._clients = clients
        self._settings = settings or ArtifactSettings()
        self._ready = ""

    def put(self, content: bytes, *, content_type: str, folder: str) -> S3Location:
        """Store a document unless it is there already; see the port."""
        bucket = self._bucket()
        key = self._key(content, content_type, folder)
        if not self._holds(bucket, key, content):
            with service_errors(f"cannot upload to s3://{bucket}/{key}"):
                self._s3.put_object(
                    Bucket=bucket,
                    Key=key,
                    Body=content,
                    ContentType=content_type,
                    ChecksumSHA256=_checksum(content),
                    **self._encryption(),
                    **self._owner(),
                )
        return S3Location(bucket, key)

    def get(self, location: S3Location, *, max_bytes: int) -> bytes:
        """Return a document's bytes; see the port."""
        with service_errors(f"cannot read s3://{location.bucket}/{location.key}"):
            answer = self._s3.get_object(Bucket=location.bucket, Key=location.key, **self._owner())
            content: bytes = answer["Body"].read(max_bytes + 1)
        if len(content) > max_bytes:
            message = f"s3://{location.bucket}/{location.key} is larger than {max_bytes:,} bytes"
            raise ServiceError(message, code="EntityTooLarge")
        return content

    def place(self, key: str) -> S3Location:
        """Return where a document of this key stands; see the port."""
        return S3Location(
            self._bucket(), "/".join(part for part in (self._settings.prefix.strip("/"), key) if part)
        )

    def find(self, location: S3Location, *, max_bytes: int) -> bytes | None:
        """Return the beginning of a document, None where there is none; see the port."""
        try:
            answer = self._s3.get_object(Bucket=location.bucket, Key=location.key, **self._owner())
            content: bytes = answer["Body"].read(max_bytes)
        except Exception as error:
            # Without s3:ListBucket a missing key is 403, not 404.
            if error_code(error) in ("404", "NoSuchKey", "403", "AccessDenied"):
                return None
            with service_errors(f"cannot read s3://{location.bucket}/{location.key}"):
                raise
        return content

    def url(self, location: S3Location) -> str:
        """Return the https URL that CloudFormation takes as a TemplateURL; it holds no credential."""
        suffix = url_suffix(self._clients.identity().partition)
        return f"https://{location.bucket}.s3.{self._clients.region}.{suffix}/{location.key}"

    @property
    def _s3(self) -> Any:
        return self._clients.client("s3")

    def _owner(self) -> dict[str, str]:
        return {"ExpectedBucketOwner": self._clients.identity().account}

    def _encryption(self) -> dict[str, str]:
        """Return the encryption of one document: the bucket's own, unless a key is asked for."""
        if not self._settings.kms_key_id:
            return {}
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._settings.kms_key_id}

    def _key(self, content: bytes, content_type: str, folder: str) -> str:
        name = f"{sha256(content).hexdigest()}.{_EXTENSIONS[content_type]}"
        return "/".join(part for part in (self._settings.prefix.strip("/"), folder.strip("/"), name) if part)

    def _holds(self, bucket: str, key: str, content: bytes) -> bool:
        """Return whether the bucket holds exactly this content under the key; somebody may have put another
        there.
        """
        try:
            head = self._s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED", **self._owner())
        except Exception as error:
            # Without s3:ListBucket a missing key is 403, not 404. If access is what lacks, PutObject says so.
            if error_code(error) in ("404", "NoSuchKey", "403"):
                return False
            with service_errors(f"cannot look for s3://{bucket}/{key}"):
                raise
        checksum = head.get("ChecksumSHA256")
        return bool(checksum == _checksum(content) if checksum else head["ContentLength"] == len(content))

    # --- The bucket
    # -------------------------------------------------------------------------------------------

    def _bucket(self) -> str:
        if not self._ready:
            self._ready = self._named() if self._settings.bucket else self._default()
        return self._ready

    def _named(self) -> str:
        bucket = self._settings.bucket
        if not self._exists(bucket):
            hint = "make it, or leave the bucket out: smsgen then makes one of its own"
            raise ServiceError(f"there is no bucket {bucket}", code="NoSuchBucket", hint=hint)
        return bucket

    def _default(self) -> str:
        """Return the default bucket. One that was there is left as it is, except where our own setup was
        interrupted.
        """
        bucket = f"sms-app-{self._clients.region}-{self._clients.identity().account}"
        if not self._exists(bucket):
            self._create(bucket)
            self._set_up(bucket)
        elif self._setup_state(bucket) == "begun":
            self._set_up(bucket)
        return bucket

    def _exists(self, bucket: str) -> bool:
        try:
            self._s3.head_bucket(Bucket=bucket, **self._owner())
        except Exception as error:
            if error_code(error) in ("404", "NoSuchBucket"):
                return False
            if error_code(error) in ("403", "AccessDenied"):
                raise _not_ours(bucket) from None
            with service_errors(f"cannot look at bucket {bucket}"):
                raise
        return True

    def _create(self, bucket: str) -> None:
        place = {"LocationConstraint": self._clients.region}
        # us-east-1 is what leaving the constraint out means, and naming it is an error.
        where = {} if self._clients.region == "us-east-1" else {"CreateBucketConfiguration": place}
        try:
            self._s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **where)
        except Exception as error:
            if error_code(error) == "BucketAlreadyExists":
                raise _not_ours(bucket) from None
            # Another run of ours made it a moment ago, or is making it now, or our first try's answer was
            # lost.
            if error_code(error) not in ("BucketAlreadyOwnedByYou", "OperationAborted"):
                with service_errors(f"cannot make bucket {bucket}"):
                    raise
        with service_errors(f"cannot see the new bucket {bucket}"):
            self._s3.get_waiter("bucket_exists").wait(Bucket=bucket, **self._owner())

    def _set_up(self, bucket: str) -> None:
        """Protect the new bucket. The tag says `begun` until all is done, so that a killed run is finished by
        the next.
        """
        owner = {"Bucket": bucket, **self._owner()}
        policy = json.dumps(_policy(bucket, self._clients.identity().partition))
        with service_errors(f"cannot protect the new bucket {bucket}"):
            self._s3.put_bucket_tagging(Tagging=_setup_tags("begun"), **owner)
            self._s3.put_public_access_block(PublicAccessBlockConfiguration=_NOT_PUBLIC, **owner)
            self._s3.put_bucket_policy(Policy=policy, **owner)
            self._s3.put_bucket_encryption(
                ServerSideEncryptionConfiguration=_encryption(self._settings.kms_key_id), **owner
            )
            self._s3.put_bucket_versioning(VersioningConfiguration={"Status": "Enabled"}, **owner)
            self._s3.put_bucket_lifecycle_configuration(LifecycleConfiguration=_LIFECYCLE, **owner)
            self._s3.put_bucket_tagging(Tagging=_setup_tags("done"), **owner)

    def _setup_state(self, bucket: str) -> str:
        try:
            answer = self._s3.get_bucket_tagging(Bucket=bucket, **self._owner())
        except Exception as error:
            # No tags: somebody else made it. No permission to look: nor may we set it up.
            if error_code(error) in ("NoSuchTagSet", "AccessDenied"):
                return ""
            with service_errors(f"cannot read the tags of bucket {bucket}"):
                raise
        return next((str(tag["Value"]) for tag in answer["TagSet"] if tag["Key"] == _SETUP_TAG), "")


_NOT_PUBLIC = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_LIFECYCLE = {
    "Rules": [
        {
            "ID": "smsgen-old-versions",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": KEEP_DAYS},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        {
            "ID": "smsgen-change-sets",
            "Status": "Enabled",
            "Filter": {"Prefix": f"{CHANGE_SETS}/"},
            "Expiration": {"Days": KEEP_DAYS},
        },
        {
            "ID": "smsgen-imports",
            "Status": "Enabled",
            "Filter": {"Prefix": f"{IMPORTS}/"},
            "Expiration": {"Days": IMPORT_DAYS},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        },
    ]
}


def _setup_tags(state: str) -> dict[str, Any]:
    return {"TagSet": [{"Key": _SETUP_TAG, "Value": state}]}


def _encryption(kms_key_id: str) -> dict[str, Any]:
    if not kms_key_id:
        return {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms_key_id}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]}


def _policy(bucket: str, partition: str) -> dict[str, Any]:
    """Return the policy that refuses what does not come over TLS (Security Hub S3.5)."""
    arn = f"arn:{partition}:s3:::{bucket}"
    deny = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [deny]}


def _checksum(content: bytes) -> str:
    return b64encode(sha256(content).digest()).decode("ascii")


def _not_ours(bucket: str) -> ServiceError:
    return ServiceError(
        f"bucket {bucket} belongs to another account, or these credentials may not s3:ListBucket it",
        code="AccessDenied",
        hint="name a bucket of your own: --s3 s3://BUCKET/PREFIX",
    )
