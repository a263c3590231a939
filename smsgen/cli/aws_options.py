"""The options that say which AWS, and where in S3; shared by the commands that talk to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smsgen.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from smsgen.aws.artifacts import ArtifactSettings
    from smsgen.aws.clients import AwsSettings

DEFAULT_BUCKET = "s3://"
"""What `--s3` means without a value: the default bucket."""


def add_aws_options(parser: argparse.ArgumentParser, *, profile: bool = True) -> None:
    """Add --region, --endpoint-url and, unless the command has a --profile of its own, --profile."""
    group = parser.add_argument_group(
        "AWS", "Without these, boto3 decides: AWS_* variables, ~/.aws/config, roles."
    )
    if profile:
        group.add_argument("--profile", metavar="NAME", help="named profile of the AWS configuration")
    group.add_argument("--region", metavar="REGION", help="AWS Region, for example eu-central-1")
    group.add_argument("--endpoint-url", metavar="URL", help="another endpoint than AWS's own, for tests")


def aws_settings(args: argparse.Namespace) -> AwsSettings:
    """Return the settings that the options of `add_aws_options` say."""
    from smsgen.aws.clients import AwsSettings

    return AwsSettings(profile=args.profile, region=args.region, endpoint_url=args.endpoint_url)


def add_s3_options(parser: argparse.ArgumentParser) -> None:
    """Add --s3 [s3://bucket/prefix] and --s3-kms-key."""
    parser.add_argument(
        "--s3",
        nargs="?",
        const=DEFAULT_BUCKET,
        metavar="s3://BUCKET/PREFIX",
        help="upload instead and print the s3Location; without a value, to the bucket "
        "sms-app-<region>-<account>, made when missing",
    )
    parser.add_argument("--s3-kms-key", metavar="KEY", help="encrypt with this KMS key (id, ARN or alias)")


def add_bucket_options(
    parser: argparse.ArgumentParser | argparse._ArgumentGroup,
    words: str = "where large templates go (default: a bucket of our own)",
) -> None:
    """Add --s3 s3://bucket/prefix, which `words` explain, and --s3-kms-key, for what is uploaded in any case."""
    parser.add_argument("--s3", metavar="s3://BUCKET/PREFIX", help=words)
    parser.add_argument(
        "--s3-kms-key", metavar="KEY", help="encrypt them with this KMS key (id, ARN or alias)"
    )


def artifact_settings(args: argparse.Namespace) -> ArtifactSettings:
    """Return where in S3 documents go (the default bucket without --s3). Raises UsageError."""
    from smsgen.aws.artifacts import ArtifactSettings

    bucket, prefix = bucket_and_prefix(args.s3 or DEFAULT_BUCKET)
    return ArtifactSettings(bucket, prefix, kms_key_id=args.s3_kms_key or "")


def s3_location(location: Any) -> str:
    """Return an S3Location as the SMS API answered it: `{"s3Location": {"bucket": …, "key": …}}`."""
    import json

    return json.dumps({"s3Location": {"bucket": location.bucket, "key": location.key}}, indent=2) + "\n"


def bucket_and_prefix(url: str) -> tuple[str, str]:
    """Return the bucket and the prefix of s3://BUCKET/PREFIX, "" for what is left out; raises UsageError."""
    import re

    # Bucket names: S3 user guide, "General purpose bucket naming rules".
    match = re.fullmatch(r"s3://(?:([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?)?", url)
    if match is None:
        raise UsageError(f"{url!r} is not an S3 location", hint="write s3://BUCKET or s3://BUCKET/PREFIX")
    return match.group(1) or "", match.group(2) or ""
