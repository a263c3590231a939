"""Strict JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.text.json_text import Refused, loads

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON, st.booleans())
def test_what_json_writes_is_read(data: Any, ascii_only: bool) -> None:
    assert loads(json.dumps(data, ensure_ascii=ascii_only)) == data


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("[NaN]", "NOT_FINITE", 1),
        ('["Infinity", Infinity]', "NOT_FINITE", 13),
        ("[1.5, -1e999]", "NOT_FINITE", 6),
        ("[1, " + "9" * 400 + ".0]", "NOT_FINITE", 4),
        (r'["\\ud800", "\ud800"]', "CONTROL_CHARACTER", 1 + 12),
        (r'["\udc00\ud800"]', "CONTROL_CHARACTER", 2),
    ],
)
def test_what_no_file_can_hold_is_refused_with_its_place(text: str, code: str, offset: int) -> None:
    with pytest.raises(Refused) as refused:
        loads(text)
    assert (refused.value.code, refused.value.hint != "") == (code, True)
    if code == "NOT_FINITE":
        assert refused.value.offset == offset


@pytest.mark.parametrize("text", ["{", "{'a': 1}", '{"a": 1, "a": 2}', "[01]"])
def test_what_is_no_json_is_left_to_others(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)


@pytest.mark.parametrize("text", [r'["\ud83d\ude00"]', r'["\\ud800"]'])
def test_whole_characters_are_read(text: str) -> None:
    assert loads(text) == json.loads(text)
