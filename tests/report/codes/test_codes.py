"""The table of codes holds every code of the source tree and no other, and its examples bring their codes about."""

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from smsgen.changes import predict
from smsgen.changes.model import Environment, Stack
from smsgen.errors import Diagnostic, InvalidInput
from smsgen.local.disk import DiskFiles
from smsgen.model.load import load
from smsgen.operations.apps.readiness import diagnose
from smsgen.operations.files.generate_change_set import from_template, predict_change_set, read_deployed
from smsgen.operations.files.parameter_values import read_parameters
from smsgen.operations.files.validate import validate
from smsgen.report.codes import CODES, PARTS, Code, is_cfn_lint
from smsgen.text.source import MAX_BYTES, parse
from tests.report.codes.emitted import CODE, ROOT, emitted, in_trees

all_emitted = cache(emitted)
SERVER = "      - serverId: s-{0:08x}\n"
GROUP = "name: shop\nserverGroups:\n  - serverList:\n"


def servers(count: int, more: str = "") -> str:
    return GROUP + "".join(SERVER.format(at) + more for at in range(count))


def launched(said: str) -> str:
    return f"{GROUP}      - serverId: s-12345678\n        launch: {{{said}}}\n"


LARGE: dict[str, Callable[[], str | bytes]] = {
    "MORE_PROBLEMS": lambda: GROUP + "      - serverId: s-1\n" * 1001,
    "NOT_UTF8": lambda: "name: Zürich\n".encode("latin-1"),
    "SMS_LIMIT": lambda: servers(51),
    "TOO_DEEP": lambda: "[" * 101,
    "TOO_LONG": lambda: f"tags: [{{key: a, value: {'x' * 257}}}]\n{GROUP}{SERVER.format(1)}",
    "TOO_MANY": lambda: launched(f"securityGroups: [{', '.join(f'sg-{at:08x}' for at in range(17))}]"),
    "TOO_MANY_PARAMETERS": lambda: servers(300),
    "TOO_MANY_TAGS": lambda: (
        "tags:\n" + "".join(f"  - {{key: k{at}, value: v}}\n" for at in range(46)) + servers(1)
    ),
    "USER_DATA_TOO_LONG": lambda: launched(f"userData: {{inline: '#!/bin/sh {'x' * 17_000}'}}"),
}
"""What is told in words in the table, of those codes that `validate` says: too long to be shown."""

TOLD = {
    "BAD_TEXT": "",  # every field of today has a code of its own
    "CLOUDFORMATION_QUOTA": "tests/cfn/test_limits.py",
    "NOT_AN_IMAGE": "tests/cli/test_set_image.py",
    "IMPORT": "",  # below
    "IMPORT_TYPE": "tests/operations/stacks/test_launch.py",
    "INCOMPLETE": "",  # below
    "TOO_LARGE": "",  # below
    "ROOT_DEVICE": "tests/operations/files/test_looked_up.py",
    "SCRIPT_OBJECT": "tests/operations/apps/test_scripts_in_s3.py",
    "SUBNET_NOT_IN_VPC": "tests/operations/files/test_looked_up.py",
    "UNKNOWN_RESOURCE": "tests/operations/stacks/test_launch.py",
    "UNREADABLE": "",  # below
    **dict.fromkeys(
        ("NOT_CARRIED_ON", "NOT_LISTED", "NO_APP", "NO_GET_APP", "TWICE"),
        "tests/operations/intake/test_join_answers.py",
    ),
    **dict.fromkeys(
        ("CELL_LEFT_OUT", "COLUMNS_NOT_READ", "NOT_A_LIST", "ROW_LEFT_OUT", "SHEET_NOT_READ"),
        "tests/operations/intake/lists/test_reading.py",
    ),
    **dict.fromkeys(
        ("MERGE_CONFLICT", "SERVER_GONE"), "tests/operations/intake/inventory/test_import_inventory.py"
    ),
    "CDK_BINDING": "tests/cdk/test_construct.py",
    **dict.fromkeys([code for code in CODES if code.startswith(("CHANGE_", "REVIEW_"))], ""),  # test_sarif
}
"""What is told in words because it is no file, and the test that brings it about."""


# --- Both ways ------------------------------------------------------------------------------------------------------


def test_no_code_is_without_an_entry() -> None:
    found = all_emitted()
    assert len(found) > 80
    assert {code: files for code, files in found.items() if code not in CODES} == {}


def test_no_entry_is_without_a_code() -> None:
    assert CODES.keys() - all_emitted().keys() == set()


@pytest.mark.parametrize(
    "text",
    [
        "Diagnostic('NEW_CODE', 'message')",
        "x = Diagnostic(code='NEW_CODE', message='m')",
        "problems.add('NEW_CODE', path, 'message')",
        "Text(3, code='NEW_CODE')",
        "Text(3, too_long='NEW_CODE')",
        "def f(code='NEW_CODE'): pass",
        "def f():\n    yield 'NEW_CODE', 'field', 'message', 'hint'",
        "def own(code, message): pass\nown('NEW_CODE' if x else 'OTHER_CODE', 'm')",
    ],
)
def test_a_new_code_is_found(text: str) -> None:
    known = "class Diagnostic:\n  code: str\n  message: str\ndef add(self, code, path, message): pass\n"
    found = in_trees({"known.py": ast.parse(known), "new.py": ast.parse(text)})
    assert "NEW_CODE" in found


def test_what_is_no_code_is_not_found() -> None:
    known = "def add(self, code, path, message): pass\n"
    text = "found.add('CAPABILITY_IAM')\nChoice('VSPHERE')\nServiceError('m', code='NoSuchBucket')\n"
    assert in_trees({"known.py": ast.parse(known), "new.py": ast.parse(text)}) == {}


# --- The entries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_an_entry_says_everything(code: Code) -> None:
    assert CODE.fullmatch(code.code)
    assert code.severity in ("error", "warning", "info")
    assert code.title
    assert not code.title.endswith(".")
    assert len(code.title) <= 80
    assert code.means.endswith((".", ".)"))
    assert code.mend.endswith(".")
    assert code.example.text.strip()
    assert not code.url or code.url.startswith("https://docs.aws.amazon.com/")


def test_each_part_is_sorted_and_no_code_stands_twice() -> None:
    for _, codes in PARTS:
        assert [code.code for code in codes] == sorted(code.code for code in codes)
    assert sum(len(codes) for _, codes in PARTS) == len(CODES)


def test_codes_of_cfn_lint_are_told_apart() -> None:
    assert [code for code in ("E3012", "W2001", "EC2.8", "E30123", "X3012") if is_cfn_lint(code)] == [
        "E3012",
        "W2001",
    ]


# --- The examples bring their codes about ---------------------------------------------------------------------------


def by_validate(content: str | bytes, folder: Path) -> tuple[Diagnostic, ...]:
    file = folder / "app.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return validate([str(file)], files=DiskFiles())


def by_change_set(code: Code, folder: Path) -> tuple[Diagnostic, ...]:
    example = code.example
    files = DiskFiles()
    for name, text in (("a.yaml", example.text), ("b.yaml", example.deployed)):
        (folder / name).write_text(text)
    deployed: Stack | None = None
    values: dict[str, str] = {}
    try:
        if example.kind == "snapshot":
            read_deployed(str(folder / "a.yaml"), files=files)
        submitted = from_template(
            str(folder / ("b.yaml" if example.kind == "parameters" else "a.yaml")), files=files
        )
        if example.kind == "parameters":
            values = read_parameters(str(folder / "a.yaml"), (), files=files)
        elif example.deployed:
            deployed = read_deployed(str(folder / "b.yaml"), files=files)
        predict_change_set(submitted, deployed, parameters=values, pseudo={})
    except InvalidInput as error:
        return error.diagnostics
    return ()


def of_kind(*kinds: str) -> list[Code]:
    return [code for code in CODES.values() if code.example.kind in kinds]


@pytest.mark.parametrize("code", of_kind("app"), ids=lambda code: code.code)
def test_validate_says_the_code_of_an_application_file(code: Code, tmp_path: Path) -> None:
    found = by_validate(code.example.text, tmp_path)
    assert [one.severity.value for one in found if one.code == code.code] != [], found
    assert {one.severity.value for one in found if one.code == code.code} == {code.severity}
    # An example shows its own mistake, and not several at once.
    errors = {one.code for one in found if one.severity.value == "error"} - {code.code}
    assert errors <= {"EMPTY_LIST", "MISSING_FIELD", "UNKNOWN_FIELD"}, found


@pytest.mark.parametrize("code", of_kind("template", "snapshot", "parameters"), ids=lambda code: code.code)
def test_a_change_set_says_the_code_of_a_template(code: Code, tmp_path: Path) -> None:
    found = by_change_set(code, tmp_path)
    assert {(one.code, one.severity.value) for one in found} == {(code.code, code.severity)}


@pytest.mark.parametrize("code", LARGE)
def test_validate_says_the_code_of_what_is_too_large_to_show(code: str, tmp_path: Path) -> None:
    found = by_validate(LARGE[code](), tmp_path)
    assert (code, CODES[code].severity) in {(one.code, one.severity.value) for one in found}


def test_validate_says_what_it_cannot_open() -> None:
    (found,) = validate(["no-such-file.yaml"], files=DiskFiles())
    assert (found.code, found.severity.value) == ("UNREADABLE", CODES["UNREADABLE"].severity)


def test_what_is_given_as_a_text_has_a_limit_too() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(b" " * (MAX_BYTES + 1), "app.yaml")
    assert [one.code for one in caught.value.diagnostics] == ["TOO_LARGE"]


def test_every_other_example_is_brought_about_here_or_tested_elsewhere() -> None:
    told = {code.code for code in of_kind("words")}
    assert told == LARGE.keys() | TOLD.keys()
    for code, file in TOLD.items():
        assert not file or re.search(rf"\b{code}\b", (ROOT / file).read_text()), code


def test_a_change_set_says_what_cannot_be_imported() -> None:
    body = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    with pytest.raises(InvalidInput) as caught:
        predict(None, body, {}, environment=Environment(), imports={"Topic": "news"})
    assert [one.code for one in caught.value.diagnostics] == ["IMPORT"]


def test_a_kept_application_says_what_it_lacks() -> None:
    app = load(servers(1).encode(), "app.yaml").app
    assert {one.code for one in diagnose(app)} == {"INCOMPLETE"}
