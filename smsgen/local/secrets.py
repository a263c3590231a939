"""Secrets by reference: what is kept says where a secret is, and never what it is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

from smsgen.errors import SmsgenError
from smsgen.local.disk import DiskFiles

_LONGEST = 65_536

HINT = "write env:NAME, file:PATH or secretsmanager:ID"


def check_reference(reference: str) -> None:
    """Raise SmsgenError where a text names no place of a secret; the text itself is not said: it may be one."""
    scheme, _, rest = reference.partition(":")
    if scheme not in ("env", "file", "secretsmanager") or not rest:
        raise SmsgenError("the secret is not given as a reference", hint=HINT)


def read_secret(reference: str, from_secrets_manager: Callable[[str], str]) -> str:
    """Return the secret that a reference names; raises SmsgenError, which names the place and not the secret.

    `from_secrets_manager` gives the value of a secret in AWS Secrets Manager by its id. A value there that is JSON has
    the secret as its member `password`, as RDS and vSphere's own rotation write it.
    """
    check_reference(reference)
    scheme, _, rest = reference.partition(":")
    if scheme == "env":
        secret = os.environ.get(rest, "")
    elif scheme == "file":
        secret = DiskFiles().read(rest, max_bytes=_LONGEST).decode("utf-8", "replace").rstrip("\r\n")
    else:
        secret = _password(from_secrets_manager(rest))
    if not secret:
        raise SmsgenError(f"there is no secret at {reference}", hint="set it where the server runs")
    return secret


def _password(value: str) -> str:
    try:
        data = json.loads(value)
    except ValueError:
        return value
    return str(data.get("password", "")) if isinstance(data, dict) else value
