"""A token opens what it was sealed for, and nothing else."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.operations.apps.world import BadParameter
from smsgen.server.actions.tokens import opened, sealed


def secret() -> bytes:
    return b"k" * 32


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=5))
def test_a_token_opens_for_the_list_it_was_made_for(position: str, arguments: list[str]) -> None:
    token = sealed(position, "ListApps", arguments, secret)
    assert token.isascii()
    assert opened(token, "ListApps", arguments, secret) == position


TOKEN = sealed("app-0123456789abcdef0", "ListApps", ["a", "b"], secret)


@pytest.mark.parametrize(
    ("operation", "arguments", "key"),
    [
        ("GetServers", ["a", "b"], b"k" * 32),
        ("ListApps", ["a"], b"k" * 32),
        ("ListApps", ["a,b"], b"k" * 32),
        ("ListApps", ["b", "a"], b"k" * 32),
        ("ListApps", [], b"k" * 32),
        ("ListApps", ["a", "b"], b"l" * 32),
    ],
)
def test_it_does_not_open_for_another_list(operation: str, arguments: list[str], key: bytes) -> None:
    with pytest.raises(BadParameter, match="nextToken"):
        opened(TOKEN, operation, arguments, lambda: key)


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_it_does_not_open_with_one_letter_changed(at: int, letter: str) -> None:
    changed = TOKEN[:at] + letter + TOKEN[at + 1 :]
    if changed != TOKEN:
        with pytest.raises(BadParameter):
            opened(changed, "ListApps", ["a", "b"], secret)


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda made: urlsafe_b64encode(made).decode()))
def test_what_is_no_token_is_a_bad_parameter(made_up: str) -> None:
    with pytest.raises(BadParameter, match="ListApps gave for these parameters"):
        opened(made_up, "ListApps", [], secret)


def test_a_token_of_any_length_is_refused_quickly() -> None:
    with pytest.raises(BadParameter):
        opened("A" * 1_000_000, "ListApps", [], secret)
