"""smsgen iam-policy: print the least IAM policy for a use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.aws.iam.policy import USES, policy
from smsgen.cli import put

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen iam-policy launch                      for those who launch
  smsgen iam-policy read > read.json            for pipelines that only compare
  smsgen iam-policy replicate --image-bucket exports    for a server that replicates images in s3://exports
  smsgen iam-policy vmimport > vmimport.json    for the role of imports
  smsgen iam-policy service --stack 'shop-*'    for the role that CloudFormation assumes
"""


def configure(parser: argparse.ArgumentParser) -> None:
    uses = "; ".join(f"{use}: {text}" for use, text in USES.items())
    parser.add_argument(
        "use", nargs="?", choices=tuple(USES), default="launch", help=f"{uses} (default: launch)"
    )
    parser.add_argument("--stack", default="sms-app-*", help="names of the stacks (default: %(default)s)")
    parser.add_argument("--bucket", default="sms-app-*", help="names of the buckets (default: %(default)s)")
    parser.add_argument("--role", default="sms-launch", help="roleName of the apps (default: %(default)s)")
    parser.add_argument(
        "--image-bucket", default="sms-app-*", help="buckets of connected images (default: %(default)s)"
    )
    parser.add_argument("--import-role", default="vmimport", help="role of imports (default: %(default)s)")
    parser.add_argument("--partition", default="aws", help="aws, aws-cn, aws-us-gov … (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    import json

    document = policy(
        args.use,
        partition=args.partition,
        stack=args.stack,
        bucket=args.bucket,
        role=args.role,
        images=args.image_bucket,
        import_role=args.import_role,
    )
    put(json.dumps(document, indent=2) + "\n")
    return 0
