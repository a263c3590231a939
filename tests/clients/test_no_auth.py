"""A server for this machine only, without keys: whoever calls is answered, signed or not."""

from __future__ import annotations

from pathlib import Path

from botocore import UNSIGNED
from botocore.config import Config

import smsgen
from tests.clients.serving import KEYS, environment, serving


def test_anybody_on_this_machine_may_call(tmp_path: Path) -> None:
    keyless = {name: value for name, value in environment(tmp_path).items() if "_KEY" not in name}
    with serving(tmp_path, "--no-auth", env=keyless) as server:
        unsigned = {"config": Config(signature_version=UNSIGNED), "region_name": "eu-central-1"}
        signed = {**KEYS, "aws_secret_access_key": "whatever"}
        for arguments in (unsigned, signed):
            sms = smsgen.client("sms", endpoint_url=server.url, **arguments)
            made = sms.create_app(name="shop")["appSummary"]
            assert sms.get_app(appId=made["appId"])["appSummary"] == made
