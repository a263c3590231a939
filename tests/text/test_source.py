"""Text that somebody wrote -> plain data with places; every bad text ends in sentences, with its place."""

import json
import resource
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.errors import Diagnostic, InvalidInput, Location
from smsgen.text.bounds import MAX_DEPTH
from smsgen.text.source import parse


def refused(text: bytes | str, **options: Any) -> list[tuple[str, int, int]]:
    """Return (code, line, column) of what is wrong with a text."""
    with pytest.raises(InvalidInput) as error:
        parse(text if isinstance(text, bytes) else text.encode(), "app.yaml", **options)
    assert all(d.message and d.hint for d in error.value.diagnostics)
    return [(d.code, d.location.line, d.location.column) for d in error.value.diagnostics if d.location]


# --- What is read ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1\nb: [x, 2.5, true, null, ~]", {"a": 1, "b": ["x", 2.5, True, None, None]}),
        ("a: 2024-01-01", {"a": "2024-01-01"}),
        ("a: 2001-12-14t21:59:43.10-05:00", {"a": "2001-12-14t21:59:43.10-05:00"}),
        ("1: x\ntrue: y", {"1": "x", "true": "y"}),
        ("a: 0o8\nb: 1__0\nc: 012", {"a": "0o8", "b": 10, "c": 10}),
        ("a: !!str 5", {"a": "5"}),
        ("\ufeffa: 1", {"a": 1}),
        ('{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}),
        ("{a: 1, b: [2]}", {"a": 1, "b": [2]}),
        ("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3", {"base": {"x": 1, "y": 2}, "use": {"x": 1, "y": 3}}),
        ("a: &x {k: 1}\nc: {<<: [*x, {k: 2, l: 3}]}", {"a": {"k": 1}, "c": {"k": 1, "l": 3}}),
    ],
)  # fmt: skip
def test_a_document_is_plain_data(text: str, data: Any) -> None:
    assert parse(text.encode(), "f").data == data


def test_custom_tags_are_read_by_the_reader_that_knows_them() -> None:
    made = parse(b"a: !Ref x\nb: !Join [',', [!Ref y]]", "f", read_tag=lambda tag, value: {tag: value})
    assert made.data == {"a": {"!Ref": "x"}, "b": {"!Join": [",", [{"!Ref": "y"}]]}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_json_is_read_as_json_reads_it(data: Any) -> None:
    wrapped = {"data": data}
    text = json.dumps(wrapped).encode()
    if b"\\u0000" in text or b"\\ud" in text:
        return  # the escape of what no file may hold is still JSON, and judged by the fields
    assert parse(text, "f").data == wrapped


# --- Where it stood -------------------------------------------------------------------------------------------------

TEXT = b"name: shop\ngroups:\n  - name: db\n    list: [1, {id: 7}]\nmerged:\n  <<: {deep: 1}\n"


@pytest.mark.parametrize(
    ("path", "key", "line", "column"),
    [
        ((), False, 1, 1),
        (("name",), False, 1, 7),
        (("name",), True, 1, 1),
        (("groups", 0, "name"), False, 3, 11),
        (("groups", 0, "list", 1, "id"), False, 4, 20),
        (("groups", 0, "list", 1, "id"), True, 4, 16),
        (("groups", 0, "missing"), False, 3, 5),
        (("groups", 5), False, 3, 3),
        (("name", "below"), False, 1, 7),
        (("merged", "deep"), False, 6, 14),
    ],
)
def test_each_value_has_its_place(path: tuple[str | int, ...], key: bool, line: int, column: int) -> None:
    assert parse(TEXT, "f").locate(path, key=key) == Location("f", line, column)


def test_a_value_that_is_merged_in_stands_where_it_is_written() -> None:
    text = b"a: &a {k: 1}\nb: &b\n  l: 2\nc:\n  <<: [*a, *b]\n  m: 3\nd:\n  <<: *b\n"
    source = parse(text, "f")
    found = [source.locate(path) for path in (("c", "k"), ("c", "l"), ("c", "m"), ("d", "l"))]
    assert [(one.line, one.column) for one in found] == [(1, 11), (3, 6), (6, 6), (3, 6)]
    assert source.written(("c", "l")) == "2"


def test_a_key_is_found_where_one_that_is_merged_in_has_the_same_name() -> None:
    source = parse(b"a: &a {k: 1}\nc:\n  <<: *a\n  k: 2\n", "f")
    assert source.locate(("c", "k")) == Location("f", 4, 6)


def test_json_that_no_yaml_reader_reads_is_one_place() -> None:
    source = parse(b'{"a":\t"\\/",\n "b": {"c": "\\ud83d\\ude00"}}', "f")
    assert source.data == {"a": "/", "b": {"c": "😀"}}
    assert source.locate(("b", "c")) == Location("f", 1, 1)


def test_places_in_json_are_found_too() -> None:
    assert parse(b'{"a": 1,\n "b": [1, 2]}', "f").locate(("b", 1)) == Location("f", 2, 11)


def test_a_scalar_can_be_had_as_it_is_written() -> None:
    source = parse(b"a: 012\nb: yes\nc: []", "f")
    assert [source.written((key,)) for key in "abc"] == ["012", "yes", None]
    assert source.written(("d", "e")) is None


def test_diagnostics_are_placed_in_the_order_of_the_text() -> None:
    placed = parse(TEXT, "f").place(
        [Diagnostic("B", "b", path=("groups",)), Diagnostic("A", "a", path=("name",))]
    )
    assert [(d.code, d.location and d.location.line) for d in placed] == [("A", 1), ("B", 3)]


# --- What is refused ------------------------------------------------------------------------------------------------

LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        (b"", "EMPTY", 1, 1),
        (b" \n\n", "EMPTY", 1, 1),
        (b"# only a comment\n", "EMPTY", 1, 1),
        (b"a: 1\nb: \xff\n", "NOT_UTF8", 2, 4),
        (b"\n\xff", "NOT_UTF8", 2, 1),
        (b"a\xff", "NOT_UTF8", 1, 2),
        (b"\na\x00", "CONTROL_CHARACTER", 2, 2),
        (b"\x00", "CONTROL_CHARACTER", 1, 1),
        ("a: 1\n".encode("utf-16"), "NOT_UTF8", 1, 1),
        (b"a: 1\nb: x\x00y", "CONTROL_CHARACTER", 2, 5),
        (b"a:\n\t- 1\n", "YAML_SYNTAX", 2, 1),
        ("a: \ufffe".encode(), "YAML_SYNTAX", 1, 1),
        (b"a: [1, 2\nb: 3", "YAML_SYNTAX", 2, 2),
        (b"a: *nobody", "YAML_SYNTAX", 1, 4),
        (b"a: 1\n---\nb: 2", "YAML_SYNTAX", 2, 1),
        (b"a: 1\nb: 2\na: 3", "DUPLICATE_KEY", 3, 1),
        (b'{"a": 1, "a": 2}', "DUPLICATE_KEY", 1, 10),
        (b"? [1, 2]\n: x", "BAD_KEY", 1, 3),
        (b"a: {<<: 5}", "BAD_MERGE", 1, 9),
        (b"a: !Ref x", "YAML_TAG", 1, 4),
        (b"a: !!python/object/apply:os.system [ls]", "YAML_TAG", 1, 4),
        (b"a: !!binary aGk=", "YAML_TAG", 1, 4),
        (b"a: 1\nb: .inf", "NOT_FINITE", 2, 4),
        (b"a: [1, -.INF]", "NOT_FINITE", 1, 8),
        (b"a: .nan", "NOT_FINITE", 1, 4),
        (b"a: 1.0e+400", "NOT_FINITE", 1, 4),
        (b'{"a": "NaN",\n "b": NaN}', "NOT_FINITE", 2, 7),
        (b'{"a": [1, -Infinity]}', "NOT_FINITE", 1, 11),
        (b'{"a": 1, "b": 1e400}', "NOT_FINITE", 1, 15),
        (b'{"a": "\\ud83d\\ude00", "b": "\\ud83d"}', "CONTROL_CHARACTER", 1, 29),
        (b"a: &a [*a]", "RECURSIVE_ALIAS", 1, 4),
        (LAUGHS.encode(), "ALIAS_BOMB", None, None),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "TOO_DEEP", 1, MAX_DEPTH + 1),
        (b'{"a":' * 600 + b"1" + b"}" * 600, "TOO_DEEP", None, None),
        (b"[" * 200_000, "TOO_DEEP", None, None),  # libyaml of today says it at its own limit
        (b"- " * 5_000 + b"x", "TOO_DEEP", 1, 2 * MAX_DEPTH + 1),
        ("".join(" " * 2 * n + f"k{n}:\n" for n in range(300)).encode(), "TOO_DEEP", None, None),
    ],
)
def test_a_bad_text_ends_in_a_sentence_with_its_place(
    text: bytes, code: str, line: int | None, column: int | None
) -> None:
    ((found, at_line, at_column), *_) = refused(text)
    assert found == code
    if line is not None:
        assert (at_line, at_column) == (line, column)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a:\n\t- 1\n", "never tabs"),
        ("a: |\n\tx", "never tabs"),
        ("- a\n\t- b", "never tabs"),
        ("a: @x", "special character"),
        ("a: 1\n---\nb: 2", "remove the `---`"),
        ("a: *nobody", "define it with `&name`"),
        ("a: [1, 2\nb: 3", "check the indentation"),
    ],
)
def test_a_text_that_is_no_yaml_comes_with_what_to_do(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse(text.encode(), "f")
    assert [words in d.hint for d in error.value.diagnostics] == [True]


def test_what_the_reader_of_yaml_says_is_passed_on() -> None:
    with pytest.raises(InvalidInput) as error:
        parse(b"a: [1, 2\nb: 3", "f")
    assert error.value.diagnostics[0].message.startswith(
        "while parsing a flow sequence did not find expected"
    )


def test_as_many_values_as_are_allowed_are_read_and_one_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A map of two names and twice the same list of two: nine values, however often one is written."""
    text = "a: &a [1, 2]\nb: *a\n"
    monkeypatch.setattr("smsgen.text.bounds.MAX_VALUES", 9)
    assert parse(text.encode(), "f").data == {"a": [1, 2], "b": [1, 2]}
    monkeypatch.setattr("smsgen.text.bounds.MAX_VALUES", 8)
    assert refused(text) == [("ALIAS_BOMB", 1, 1)]
    monkeypatch.setattr("smsgen.text.bounds.MAX_VALUES", 2)
    assert refused("a: 1\nb: &b [1, 2]\nc: *b\n") == [("ALIAS_BOMB", 2, 4)]


def test_every_problem_is_said_at_once() -> None:
    assert refused("a: 1\na: 2\nb: !No 1\n? [1]\n: 2\n") == [
        ("DUPLICATE_KEY", 2, 1),
        ("YAML_TAG", 3, 4),
        ("BAD_KEY", 4, 3),
    ]


def test_an_unknown_tag_is_refused_by_the_reader_that_does_not_know_it() -> None:
    assert refused("a: !Nope x", read_tag=lambda tag, _: {}[tag]) == [("YAML_TAG", 1, 4)]


def test_a_large_file_is_refused_before_it_is_read() -> None:
    assert refused(b"a: 1\n" * 1000, max_bytes=100) == [("TOO_LARGE", 1, 1)]


def test_a_bomb_costs_neither_time_nor_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    assert refused(LAUGHS)[0][0] == "ALIAS_BOMB"
    assert time.perf_counter() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!<>|'\"#, \n\t?", max_size=80).map(str.encode))
def test_any_bytes_end_in_data_or_in_diagnostics(text: bytes) -> None:
    found: tuple[Diagnostic, ...] | None = None
    try:
        parse(text, "f")
    except InvalidInput as error:
        found = error.diagnostics
    assert found is None or (found and all(d.location for d in found))


# --- PyYAML, loaded lazily ------------------------------------------------------------------------------------------


def test_pyyaml_works_as_ever_after_its_patterns_were_put_off() -> None:
    code = (
        "import re; compiled = re.compile\n"
        "from smsgen.text.pyyaml import yaml\n"
        "assert re.compile is compiled\n"
        "text = 'a: [1, 2.5, 2024-01-01, yes, ~, 0x1F]'\n"
        "slow, fast = (yaml.load(text, Loader=each) for each in (yaml.SafeLoader, yaml.CSafeLoader))\n"
        "assert slow == fast and len(slow['a']) == 6 and slow['a'][1:2] == [2.5], slow\n"
        "assert yaml.safe_load(yaml.safe_dump(slow)) == slow\n"
        "try: yaml.load('a: \\x01', Loader=yaml.SafeLoader)\n"
        "except yaml.YAMLError as error: assert 'special characters' in str(error)\n"
        "else: raise AssertionError('the reader looked at nothing')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "number", ["1" * 5_000, "1" + ":1" * 200_000, "1" * 5_000 + ".5", "0x" + "f" * 5_000]
)
def test_a_number_of_thousands_of_digits_is_text_and_read_at_once(number: str) -> None:
    """YAML's numbers of base 60 were multiplied out, which took longer than anybody waits."""
    assert parse(f"a: {number}\n".encode(), "f").data == {"a": number}
