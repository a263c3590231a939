"""The keys that callers sign with: from a credentials file, or from the environment. What is secret is not shown.

The file is as the AWS CLI has it (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html): each profile is a
key that is accepted.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from configparser import Error, RawConfigParser

from smsgen.errors import SmsgenError


class Key:
    """The secret of an access key, named as botocore's signer asks for it; `token` goes with temporary credentials.

    Who has a key that is `readonly` may only look.
    """

    __slots__ = ("readonly", "secret_key", "token")

    def __init__(self, secret_key: str, token: str = "", *, readonly: bool = False) -> None:
        self.secret_key = secret_key
        self.token = token
        self.readonly = readonly

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self._all() == other._all()

    def __hash__(self) -> int:
        return hash(self._all())

    def _all(self) -> tuple[str, str, bool]:
        return self.secret_key, self.token, self.readonly

    def __repr__(self) -> str:
        return "Key(…)"


Keys = Mapping[str, Key]
"""Access key id -> its secret."""

ENVIRONMENT = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
FILE = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
READONLY = "readonly"
"""A line of ours in a profile: `readonly = true` lets its key look, and change nothing."""


def keys_of_file(text: str, name: str) -> Keys:
    """Return the keys of a credentials file; `name` is said where it is wrong. Raises SmsgenError."""
    parser = RawConfigParser(default_section="\0")  # [default] is a profile like another
    try:
        parser.read_string(text, name)
    except Error as error:
        # The parser's own words quote the line, and with it perhaps a secret.
        line = getattr(error, "lineno", None)
        where = f"{name}:{line}" if line else name
        raise SmsgenError(f"{where} is not a credentials file", hint=_HINT) from None
    keys: dict[str, Key] = {}
    for profile in parser.sections():
        settings = {one: parser[profile].get(one, "") for one in FILE}
        readonly = _readonly(parser[profile].get(READONLY, "false"), f"{name} [{profile}]")
        for key_id, key in _pair(settings, FILE, f"{name} [{profile}]", readonly):
            if keys.get(key_id, key) != key:
                raise SmsgenError(
                    f"{name} has two secrets for the access key of [{profile}], or two answers to {READONLY}",
                    hint="keep one",
                )
            keys[key_id] = key
    if not keys:
        raise SmsgenError(f"{name} has no access key", hint=_HINT)
    return keys


def check_private(path: str) -> None:
    """Raise SmsgenError for a file that every user of the machine can read or write."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - through links: what they lead to is read
    except OSError:  # whoever reads it says why it cannot be read
        return
    if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IROTH | stat.S_IWOTH):
        raise SmsgenError(
            f"{path} holds secrets, and every user of this machine can read or write it",
            hint=f"chmod 600 {shlex.quote(path)}",
        )


def keys_of_environment(environment: Mapping[str, str]) -> Keys:
    """Return the key of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or none. Raises SmsgenError."""
    return dict(_pair({one: environment.get(one, "") for one in ENVIRONMENT}, ENVIRONMENT, "the environment"))


_HINT = "each profile needs the lines aws_access_key_id = … and aws_secret_access_key = …"


def _readonly(text: str, where: str) -> bool:
    words = {
        "true": True,
        "yes": True,
        "on": True,
        "1": True,
        "false": False,
        "no": False,
        "off": False,
        "0": False,
    }
    if text.strip().lower() not in words:
        # Who misspells it means it: a key that may do everything is not what is meant.
        raise SmsgenError(f"{where} has {READONLY} = {text.strip()[:40]!r}", hint="it is true or false")
    return words[text.strip().lower()]


def _pair(
    settings: Mapping[str, str], names: tuple[str, str, str], where: str, readonly: bool = False
) -> Iterator[tuple[str, Key]]:
    key_id, secret, token = (settings[name].strip() for name in names)
    if bool(key_id) != bool(secret):
        there = names[0] if key_id else names[1]
        raise SmsgenError(f"{where} has {there} without the other", hint=f"set {names[0]} and {names[1]}")
    if key_id:
        yield key_id, Key(secret, token, readonly=readonly)
