"""smsgen set-image: record the images of servers of the SMS API's applications."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.store_options import add_store_option, store_url
from smsgen.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

EXAMPLES = """\
examples:
  smsgen set-image app-0123456789abcdef0 s-12345678 ami-0123456789abcdef0
  smsgen set-image app-0123456789abcdef0 s-12345678 ami-0123456789abcdef0 s-23456789 ssm:/shop/db01/image
  smsgen set-image app-0123456789abcdef0 --from images.txt         a line each: SERVER_ID AMI
  ./copied-images | smsgen set-image app-0123456789abcdef0 --from -
  smsgen set-image app-0123456789abcdef0 s-12345678 ami-0123456789abcdef0 --store sqlite:////var/lib/smsgen/store.db

All images are recorded, or none. They take effect when the application is launched, or launched again. LaunchApp
refuses an application as long as one of its servers has none.
"""

_LARGEST = 16 * 1_048_576


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app_id", metavar="APP_ID", help="id of the application, as CreateApp gave it")
    parser.add_argument(
        "pairs",
        nargs="*",
        metavar="SERVER_ID AMI",
        help="id of a server in it, and ami-…, or ssm:/path for an SSM parameter; any number of pairs",
    )
    parser.add_argument(
        "--from", dest="file", metavar="FILE", help="pairs, one on a line; - is standard input"
    )
    add_store_option(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.operations.apps.readiness import without_image
    from smsgen.operations.replication.set_images import set_images

    images = _images(args)
    store = wiring.store(store_url(args))
    try:
        managed = set_images(wiring.kept(store), args.app_id, images)
    finally:
        store.close()
    missing = without_image(managed.app)
    says = f"{', '.join(missing)} still without" if missing else "every server has one"
    what = [f"{server_id} is launched from {image_id}" for server_id, image_id in images.items()]
    say(f"{what[0] if len(what) == 1 else f'{len(what)} images are recorded'}; {says}")
    return 0


def _images(args: argparse.Namespace) -> dict[str, str]:
    from smsgen import wiring
    from smsgen.operations.intake.image_list import image_list

    words: list[str] = args.pairs
    if len(words) % 2:
        raise UsageError(f"{words[-1]} stands without the other half of its pair", hint="SERVER_ID AMI")
    images = dict(zip(words[::2], words[1::2], strict=True))
    listed: Mapping[str, str] = {}
    if args.file:
        text = wiring.files().read(args.file, max_bytes=_LARGEST).decode("utf-8-sig", "replace")
        listed = image_list(text, args.file)
    twice = {name for name, times in Counter([*words[::2], *listed]).items() if times > 1}
    if twice:
        raise UsageError(f"named twice: {', '.join(sorted(twice))}", hint="give each server one image")
    images.update(listed)
    if not images:
        raise UsageError("no image is given", hint="SERVER_ID AMI, or --from FILE")
    return images
