"""Keys are read from a file or the environment, and shown nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smsgen.errors import SmsgenError
from smsgen.server.http.credentials import Key, check_private, keys_of_environment, keys_of_file

FILE = """
[default]
aws_access_key_id = AKIAONE
aws_secret_access_key = secret/one

[profile two]
AWS_ACCESS_KEY_ID=AKIATWO
aws_secret_access_key=secret=two%(x)s
aws_session_token=token
region = eu-central-1

[empty]
region = eu-central-1
"""


def test_every_profile_of_a_file_is_a_key() -> None:
    keys = keys_of_file(FILE, "keys.ini")
    assert keys == {"AKIAONE": Key("secret/one"), "AKIATWO": Key("secret=two%(x)s", "token")}


def test_the_environment_has_one_key_or_none() -> None:
    pair = {"AWS_ACCESS_KEY_ID": "AKIAONE", "AWS_SECRET_ACCESS_KEY": "s"}
    assert keys_of_environment(pair) == {"AKIAONE": Key("s")}
    assert keys_of_environment({**pair, "AWS_SESSION_TOKEN": "t"}) == {"AKIAONE": Key("s", "t")}
    assert keys_of_environment({"HOME": "/root"}) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no access key"),
        ("[default]\nregion = x", "has no access key"),
        ("[a]\naws_access_key_id = AKIA", r"\[a\] has aws_access_key_id without the other"),
        ("[a]\naws_secret_access_key = hush", r"\[a\] has aws_secret_access_key without the other"),
        ("aws_secret_access_key = hush", "is not a credentials file"),
        ("[a]\nhush", "is not a credentials file"),
        ("[a]\n[a]", "is not a credentials file"),
        (
            (
                "[a]\naws_access_key_id=K\naws_secret_access_key=hush\n"
                "[b]\naws_access_key_id=K\naws_secret_access_key=hush2"
            ),
            r"two secrets for the access key of \[b\]",
        ),
    ],
)
def test_a_file_that_is_none_is_refused_without_its_secrets(text: str, words: str) -> None:
    with pytest.raises(SmsgenError, match=words) as caught:
        keys_of_file(text, "keys.ini")
    assert "hush" not in str(caught.value) + caught.value.hint
    assert "keys.ini" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_a_pair_in_the_environment_is_refused(name: str) -> None:
    with pytest.raises(SmsgenError, match=f"the environment has {name} without the other"):
        keys_of_environment({name: "hush"})


def test_a_key_does_not_show_itself() -> None:
    key = Key("hush", "token")
    assert "hush" not in f"{key} {key!r} {[key]}"
    assert "token" not in repr(key)


@pytest.mark.skipif(os.name != "posix", reason="others are known by a file's mode")
@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o666])
def test_a_file_that_others_can_read_is_refused_with_what_to_run(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "my keys.ini"
    path.touch()
    path.chmod(mode)
    link = tmp_path / "link"
    link.symlink_to(path)
    for named in (path, link):
        with pytest.raises(SmsgenError, match=named.name) as caught:
            check_private(str(named))
        assert caught.value.hint == (f"chmod 600 '{path}'" if named is path else f"chmod 600 {link}")
    path.chmod(0o640)  # a group, or what an access list shows as one
    check_private(str(path))


def test_what_is_no_file_of_ones_own_has_no_mode_to_look_at(tmp_path: Path) -> None:
    check_private(os.devnull)
    check_private(str(tmp_path / "none"))
