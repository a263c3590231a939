from __future__ import annotations

from typing import Any

import pytest

from smsgen.errors import InvalidInput, SmsgenError
from smsgen.operations.files.parameter_values import read_assignments, read_parameters


class Files:
    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, path: str, *, max_bytes: int) -> bytes:
        return self.text.encode()

    def write(self, path: str, content: bytes) -> None:
        raise AssertionError

    def read_within(self, path: str, document: str, *, max_bytes: int) -> bytes:
        raise AssertionError

    def beside(self, path: str, name: str) -> str:
        raise AssertionError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Subnet: subnet-1\nCount: 2\nOn: true\n", {"Subnet": "subnet-1", "Count": "2", "On": "true"}),
        ('[{"ParameterKey": "Subnet", "ParameterValue": "subnet-1"}]', {"Subnet": "subnet-1"}),
        ('{"Parameters": {"Subnet": "subnet-1"}}', {"Subnet": "subnet-1"}),
        ("Groups: [sg-1, sg-2]", {"Groups": "sg-1,sg-2"}),
    ],
)
def test_every_usual_shape_of_a_parameter_file_is_read(text: str, expected: dict[str, str]) -> None:
    assert read_parameters("p.yaml", [], files=Files(text)) == expected


def test_a_single_value_wins_over_the_file_and_may_hold_equals_signs() -> None:
    given = read_parameters("p.yaml", ["A=x=y", "C="], files=Files("A: 1\nB: 2\n"))
    assert given == {"A": "x=y", "B": "2", "C": ""}


def test_without_a_file_nothing_is_read() -> None:
    assert read_parameters(None, ["A=1"], files=Files("")) == {"A": "1"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [("A: {b: 1}\nB: ok\nC: null\n", [1, 3]), ("- {ParameterKey: A}\n- 7\n", [1, 2]), ("just text", [1])],
)
def test_every_wrong_value_is_told_with_its_line(text: str, lines: list[int]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_parameters("p.yaml", [], files=Files(text))
    assert [d.location.line for d in caught.value.diagnostics if d.location] == lines


@pytest.mark.parametrize("pairs", [["A"], ["=x"], ["A=1", "A=2"]])
def test_pairs_that_are_none_are_refused(pairs: list[Any]) -> None:
    with pytest.raises(SmsgenError, match="--parameter"):
        read_assignments(pairs, "--parameter")
