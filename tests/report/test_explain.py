"""What `smsgen explain` says, and the page that is made from the same table."""

from pathlib import Path

import pytest

from smsgen.report.codes import CODES, Code
from smsgen.report.explain import every, nearest, one, page, several
from tools import diagnostics

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_all_that_is_known_of_a_code_is_said(code: Code) -> None:
    text = one(code)
    words = " ".join(text.split())
    assert text.startswith(f"{code.code} ({code.severity}): {code.title}\n")
    assert " ".join(code.means.split()) in words
    assert " ".join(code.mend.split()) in words
    assert code.url in text
    for line in code.example.text.splitlines() if code.example.kind != "words" else ():
        assert f"  {line}\n" in text
        assert len(line) <= 110


def test_both_sides_of_a_change_are_shown_with_the_command() -> None:
    text = one(CODES["TYPE_CHANGED"])
    assert "`smsgen generate-change-set --template template.yaml --deployed deployed.yaml`" in text
    assert text.index("# deployed.yaml") < text.index("# template.yaml")


def test_every_code_has_a_line() -> None:
    lines = every().splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(CODES)
    assert max(map(len, lines)) <= 110


def test_several_codes_stand_one_below_the_other() -> None:
    codes = [CODES["BAD_ID"], CODES["EC2.8"]]
    assert several(codes) == f"{one(codes[0])}\n{one(codes[1])}"


@pytest.mark.parametrize(
    ("word", "code"),
    [("BAD_IDD", "BAD_ID"), ("ec2.33", "EC2.3"), ("duplicate_tags", "DUPLICATE_TAG"), ("xyzzy", "")],
)
def test_the_nearest_code_is_found(word: str, code: str) -> None:
    assert nearest(word) == code


def test_the_page_has_every_code_as_a_heading() -> None:
    headings = [line[4:] for line in page().splitlines() if line.startswith("### ")]
    assert headings == list(CODES)


def test_the_page_is_the_table_of_today() -> None:
    assert (ROOT / diagnostics.FILE).read_text() == page(), "`python -m tools diagnostics`"
