"""smsgen set-image: record the image of a server of the SMS API's applications."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from smsgen.cli.store_options import add_store_option, store_url

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen set-image app-0123456789abcdef0 s-12345678 ami-0123456789abcdef0
  smsgen set-image app-0123456789abcdef0 s-12345678 ssm:/shop/db01/image --store sqlite:////var/lib/smsgen/store.db

The image takes effect when the application is launched, or launched again. LaunchApp refuses an application as long
as one of its servers has none.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app_id", metavar="APP_ID", help="id of the application, as CreateApp gave it")
    parser.add_argument("server_id", metavar="SERVER_ID", help="id of the server in it")
    parser.add_argument("image", metavar="AMI", help="ami-…, or ssm:/path for an SSM parameter")
    add_store_option(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.aws.clients import AwsSettings
    from smsgen.operations.apps.configure_launch import set_image
    from smsgen.operations.apps.readiness import without_image

    store = wiring.store(store_url(args))
    try:
        world = wiring.world(store, wiring.clients(AwsSettings()))
        managed = set_image(world, args.app_id, args.server_id, args.image)
    finally:
        store.close()
    missing = without_image(managed.app)
    says = f"{', '.join(missing)} still without" if missing else "every server has one"
    sys.stderr.write(f"{args.server_id} is launched from {args.image}; {says}\n")
    return 0
