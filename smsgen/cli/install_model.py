"""smsgen install-model: let the AWS CLI and boto3 of today know the SMS API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.server import PORT

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen install-model                  then `aws sms` and boto3.client("sms") work again
  smsgen install-model --path models    for AWS_DATA_PATH=models, in a container say
  smsgen install-model --uninstall

The endpoint of `smsgen serve` is given as --endpoint-url, endpoint_url or AWS_ENDPOINT_URL_SMS.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--path", metavar="DIR", help="folder of models (default: ~/.aws/models)")
    parser.add_argument("--uninstall", action="store_true", help="take the model away again")


def run(args: argparse.Namespace) -> int:
    from pathlib import Path

    from smsgen import wiring
    from smsgen.aws import model_files

    folder = Path(args.path).absolute() if args.path else model_files.default_folder()
    files = wiring.service_model()
    if args.uninstall:
        removed = model_files.uninstall(files, folder)
        say(f"removed the model of sms from {folder}" if removed else f"there is no model of sms in {folder}")
        return 0
    installed = model_files.install(files, folder)
    say(f"the model of sms is {'' if installed else 'already '}in {folder}")
    if not model_files.is_looked_into(folder):
        say(f"the AWS CLI and boto3 look there with AWS_DATA_PATH={folder}")
    say(f"now: aws sms list-apps --endpoint-url http://127.0.0.1:{PORT}")
    return 0
