"""smsgen validate, init and schema as they are run: reports, exit codes, hostile files in bounded memory."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smsgen.model.schema import schema_text

SAMPLES = Path(__file__).parent.parent.parent / "samples"
MEMORY = 600 * 2**20
"""Address space that a run may take: an interpreter maps 100 MB, the largest file smsgen reads is 32 MiB."""

WRONG = "name: a\nserverGroups: [{serverList: [{serverId: s-1}]}]\n"
WARNED = """\
name: a
serverGroups:
  - serverList:
      - serverId: s-12345678
        launch: {configureScript: {bucket: scripts, key: a}, iamInstanceProfileName: p}
"""


def run(
    *arguments: str, cwd: Path, given: bytes = b"", bounded: bool = False
) -> "subprocess.CompletedProcess[str]":
    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    ended = subprocess.run(
        [sys.executable, "-m", "smsgen", *arguments],
        cwd=cwd,
        input=given,
        capture_output=True,
        timeout=120,
        check=False,
        preexec_fn=bound if bounded else None,
        env={**os.environ, "PYTHONPATH": str(SAMPLES.parent)},
    )
    return subprocess.CompletedProcess(
        ended.args, ended.returncode, ended.stdout.decode(), ended.stderr.decode()
    )


# --- The report -------------------------------------------------------------------------------------------


def test_a_problem_is_reported_on_stdout_and_counted_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(WRONG)
    ended = run("validate", "a.yaml", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.startswith(
        "a.yaml:2:41: error[BAD_ID]: 's-1' is not a server id\n  hint: it looks like"
    )
    assert ended.stderr == "1 error in 1 file\nmore: smsgen explain BAD_ID\n"


def test_every_file_is_checked_though_the_first_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(WRONG)
    ended = run("validate", "gone.yaml", "a.yaml", "a.yaml", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.startswith("gone.yaml:1:1: error[UNREADABLE]: cannot read gone.yaml: no such file")
    assert ended.stdout.count("a.yaml:2:41: error[BAD_ID]") == 2
    assert ended.stderr == "3 errors in 3 files\nmore: smsgen explain UNREADABLE BAD_ID\n"


def test_standard_input_is_read(tmp_path: Path) -> None:
    ended = run("validate", "-", cwd=tmp_path, given=WRONG.encode())
    assert ended.returncode == 1
    assert ended.stdout.startswith("-:2:41: error[BAD_ID]")


def test_a_missing_script_is_named_where_it_is_named(tmp_path: Path) -> None:
    server = "{serverId: s-12345678, launch: {userData: {file: boot.sh}}}"
    text = f"name: a\nserverGroups: [{{serverList: [{server}]}}]\n"
    (tmp_path / "a.yaml").write_text(text)
    ended = run("validate", "a.yaml", cwd=tmp_path)
    assert ended.returncode == 1
    assert "a.yaml:2:79: error[SCRIPT_FILE]: cannot read boot.sh: no such file or directory" in ended.stdout


def test_a_script_over_16_kb_is_refused(tmp_path: Path) -> None:
    server = "{serverId: s-12345678, launch: {userData: {file: boot.sh}}}"
    (tmp_path / "a.yaml").write_text(f"name: a\nserverGroups: [{{serverList: [{server}]}}]\n")
    (tmp_path / "boot.sh").write_text(
        "#!/bin/sh\n" + "".join(f"echo {number:x}\n" for number in range(4_000))
    )
    ended = run("validate", "a.yaml", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.startswith("a.yaml:2:")
    assert "error[USER_DATA_TOO_LONG]" in ended.stdout


def test_the_report_as_json_and_as_sarif(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(WRONG)
    as_json = run("validate", "a.yaml", "--output", "json", cwd=tmp_path)
    assert as_json.returncode == 1
    (found,) = json.loads(as_json.stdout)
    assert (found["file"], found["line"], found["column"], found["code"]) == ("a.yaml", 2, 41, "BAD_ID")
    as_sarif = run("validate", "a.yaml", "--output", "sarif", cwd=tmp_path)
    (result,) = json.loads(as_sarif.stdout)["runs"][0]["results"]
    assert result["ruleId"] == "BAD_ID"


def test_what_was_weakened_is_named_with_its_security_hub_id(tmp_path: Path) -> None:
    text = WARNED.replace("iamInstanceProfileName: p", "metadataOptions: {httpTokens: optional}")
    (tmp_path / "a.yaml").write_text(text)
    ended = run("validate", "a.yaml", cwd=tmp_path)
    assert ended.returncode == 0
    assert "a.yaml:5:" in ended.stdout
    assert "EC2.8" in ended.stdout


def test_warnings_alone_exit_with_0(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(WARNED)
    ended = run("validate", "a.yaml", cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout
    assert "a.yaml:5:44: warning[SMS_BUCKET]" in ended.stdout
    assert "error" not in ended.stderr
    assert run("validate", "a.yaml", "--profile", "sms", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_samples_have_no_errors(sample: Path) -> None:
    ended = run("validate", sample.name, cwd=SAMPLES)
    assert ended.returncode == 0, ended.stdout


def test_help_has_examples(tmp_path: Path) -> None:
    for command in ("validate", "schema", "init"):
        ended = run(command, "--help", cwd=tmp_path)
        assert ended.returncode == 0
        assert f"  smsgen {command}" in ended.stdout


# --- Hostile files ----------------------------------------------------------------------------------------

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + level)}: &{chr(98 + level)} [{','.join([f'*{chr(97 + level)}'] * 10)}]\n"
    for level in range(12)
)
SERVERS = "&s {serverId: s-1, launch: {volumes: [{}, {}, {}]}}" + ", *s" * 399
SHAPED_BOMB = f"name: a\nserverGroups: [&g {{serverList: [{SERVERS}]}}{', *g' * 150}]\n"
HOSTILE: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "an alias bomb": (BOMB.encode(), "ALIAS_BOMB"),
    "a bomb in the shape of an application": (SHAPED_BOMB.encode(), "TOO_LARGE"),
    "an alias in itself": (b"a: &a [*a]\n", "RECURSIVE_ALIAS"),
    "deep nesting in brackets": (b"a: " + b"[" * 100_000, "TOO_DEEP"),
    "deep nesting in braces": (b"{a: " * 100_000, "TOO_DEEP"),
    "deep nesting in JSON": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "TOO_DEEP"),
    "deep nesting in lines": (b"".join(b" " * n + b"- \n" for n in range(2_000)), "TOO_DEEP"),
    "100 MB": (lambda: b"# " + b"x" * (100 * 2**20), "UNREADABLE"),
    "31 MB of one text": (lambda: b"name: " + b"x" * (31 * 2**20), "TOO_LONG"),
    "a NUL": (b"name: a\x00b\n", "CONTROL_CHARACTER"),
    "a NUL by escape": (b'{"name": "a\\u0000b", "serverGroups": []}', "CONTROL_CHARACTER"),
    "half a surrogate pair": (b'{"name": "a\\ud800b", "serverGroups": []}', "CONTROL_CHARACTER"),
    "not UTF-8": (b"name: \xff\xfe\n", "NOT_UTF8"),
    "UTF-16": ("name: a\n".encode("utf-16"), "NOT_UTF8"),
    "tabs": (b"name: a\nserverGroups:\n\t- serverList:\n", "YAML_SYNTAX"),
    "nothing": (b"", "EMPTY"),
    "blanks": (b"  \n\n", "EMPTY"),
    "a comment": (b"# nothing\n", "EMPTY"),
    "two documents": (b"name: a\n---\nname: b\n", "YAML_SYNTAX"),
    "a Python object": (b"!!python/object/apply:os.system ['true']\n", "YAML_TAG"),
    "a number of 5,000 digits": (b"name: " + b"9" * 5_000 + b"\n", "TOO_LONG"),
    "a hexadecimal number of 100,000 digits": (b"name: 0x" + b"f" * 100_000 + b"\n", "TOO_LONG"),
    "a key of 1 MB": (b"name: a\n? " + b"k" * 2**20 + b"\n: b\n", "UNKNOWN_FIELD"),
    "100,000 unknown fields": (b"".join(b"f%d: 1\n" % n for n in range(100_000)), "MORE_PROBLEMS"),
    "a key twice": (b"name: a\nname: b\n", "DUPLICATE_KEY"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_sentence(name: str, tmp_path: Path) -> None:
    content, code = HOSTILE[name]
    (tmp_path / "a.yaml").write_bytes(content if isinstance(content, bytes) else content())
    ended = run("validate", "a.yaml", cwd=tmp_path, bounded=True)
    assert ended.returncode == 1, ended.stderr
    assert f"error[{code}]: " in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "internal error" not in ended.stderr


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    ended = run("validate", ".", cwd=tmp_path, bounded=True)
    assert ended.returncode == 1
    assert (
        ended.stdout
        == ".:1:1: error[UNREADABLE]: cannot read .: is a directory\n  hint: give a file, not a folder\n"
    )


def test_an_endless_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    ended = run("validate", "/dev/zero", cwd=tmp_path, bounded=True)
    assert ended.returncode == 1
    assert "error[UNREADABLE]: /dev/zero is larger than 32 MiB" in ended.stdout


# --- schema and init ----------------------------------------------------------------------------------------


def test_schema_prints_the_schema(tmp_path: Path) -> None:
    ended = run("schema", cwd=tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, schema_text(), "")


def test_init_writes_a_file_that_validates(tmp_path: Path) -> None:
    ended = run("init", "shop", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "wrote shop.yaml; next: smsgen validate shop.yaml\n"
    checked = run("validate", "shop.yaml", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout


def test_init_overwrites_only_by_force(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("mine")
    ended = run("init", "shop", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == (
        "smsgen: error: shop.yaml is there already\n  hint: give another name, or --force to overwrite it\n"
    )
    assert (tmp_path / "shop.yaml").read_text() == "mine"
    assert run("init", "shop", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "shop.yaml").read_text() != "mine"


@pytest.mark.parametrize("name", ["shop", "on", "0815", 'Zürich\'s "best" shop: #1'])
def test_init_prints_a_file_for_any_name(name: str, tmp_path: Path) -> None:
    from smsgen.model.load import load

    ended = run("init", name, "-o", "-", cwd=tmp_path)
    assert ended.returncode == 0
    assert load(ended.stdout.encode(), "a").app.name == name
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\nb"])
def test_init_takes_no_name_that_is_no_file_name(name: str, tmp_path: Path) -> None:
    assert run("init", name, cwd=tmp_path).returncode == 64
    assert list(tmp_path.iterdir()) == []
