"""userData.base64: what EC2 is given, as it is."""

from __future__ import annotations

import base64
import gzip

import pytest

from smsgen.errors import InvalidInput
from smsgen.model.load import load
from smsgen.operations.files.generate_template import generate_from

FILE = """\
name: app
serverGroups:
  - name: web
    serverList:
      - {{serverId: s-12345678, imageId: ami-0123456789abcdef0, launch: {{userData: {{base64: "{0}"}}{1}}}}}
"""
DATA = base64.b64encode(gzip.compress(b"#cloud-config\n", mtime=0)).decode()


def test_it_stands_in_the_template_as_it_is() -> None:
    [resource] = generate_from(
        load(FILE.format(DATA, "").encode(), "x").app
    ).compiled.template.resources.values()
    assert resource["Properties"]["UserData"] == DATA


@pytest.mark.parametrize(
    ("data", "more", "code"),
    [
        ("#!/bin/sh", "", "BAD_BASE64"),
        ("AAA", "", "BAD_BASE64"),
        (base64.b64encode(b"x" * 16_385).decode(), "", "USER_DATA_TOO_LONG"),
        (DATA, ", readiness: {timeout: PT15M}", "USER_DATA_NOT_A_SCRIPT"),
    ],
)
def test_what_cannot_be_given_to_ec2_so_is_refused(data: str, more: str, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        generate_from(load(FILE.format(data, more).encode(), "x").app)
    assert [one.code for one in raised.value.diagnostics if one.severity.value == "error"] == [code]
