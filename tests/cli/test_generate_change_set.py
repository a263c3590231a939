"""smsgen generate-change-set as it is run: what is written where, and the exit codes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "samples" / "three-tier.yaml"
OLD, NEW = "ami-011a1b2c3d4e5f601", "ami-0aaaaaaaaaaaaaaaa"


def smsgen(*words: str | Path, cwd: Path, stdin: str = "", **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "smsgen", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    return subprocess.run(
        command,
        cwd=cwd,
        input=stdin,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the sample, what it compiles to, and the sample with another image."""
    text = SAMPLE.read_text()
    (tmp_path / "app.yaml").write_text(text)
    (tmp_path / "new.yaml").write_text(text.replace(OLD, NEW))
    made = smsgen("generate-template", "app.yaml", "-o", "deployed.yaml", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    return tmp_path


def test_nothing_changed_is_fine(place: Path) -> None:
    ended = smsgen("generate-change-set", "app.yaml", "--deployed", "deployed.yaml", "--exit-code", cwd=place)
    assert ended.returncode == 0
    assert "no changes" in ended.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--exit-code"], 2),
        (["--fail-on", "replace"], 3),
        (["--fail-on", "remove,iam,network"], 0),
        (["--fail-on", "stateful", "--exit-code"], 3),
        (["--fail-on", "nonsense"], 64),
        (["--base-ref", "main"], 64),
        (["--output", "html", "--format", "json"], 64),
    ],
)
def test_the_exit_code_says_what_happened(place: Path, options: list[str], code: int) -> None:
    ended = smsgen("generate-change-set", "new.yaml", "--deployed", "deployed.yaml", *options, cwd=place)
    assert ended.returncode == code, ended.stderr
    assert bool(ended.stdout) == (code != 64)


@pytest.mark.parametrize("output", ["text", "markdown", "html"])
def test_new_resources_show_their_properties_when_asked(place: Path, output: str) -> None:
    options = ["generate-change-set", "app.yaml", "--offline", "--output", output]
    brief, whole = (smsgen(*options, *more, cwd=place).stdout for more in ([], ["--show-added"]))
    assert "MetadataOptions" not in brief
    assert "MetadataOptions" in whole


def test_a_gate_names_what_trips_it_and_the_change_set_is_still_shown(place: Path) -> None:
    ended = smsgen(
        "generate-change-set", "new.yaml", "--deployed", "deployed.yaml", "--fail-on", "replace", cwd=place
    )
    assert "replace: Database01" in ended.stderr
    assert "NEW IMAGE" in ended.stdout


def test_without_a_deployed_side_it_is_a_create_change_set(place: Path) -> None:
    ended = smsgen("generate-change-set", "app.yaml", "--format", "json", cwd=place)
    document = json.loads(ended.stdout)
    assert document["counts"] == {"add": 15}
    assert {change["ResourceChange"]["Action"] for change in document["changeSet"]["Changes"]} == {"Add"}


@pytest.mark.parametrize("output", ["text", "json", "yaml", "markdown", "html", "sarif"])
def test_every_format_goes_to_a_file_whole(place: Path, output: str) -> None:
    options = ["--deployed", "deployed.yaml", "--output", output, "-o", "out/report"]
    ended = smsgen("generate-change-set", "new.yaml", *options, cwd=place)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "Database01" in (place / "out" / "report").read_text()
    assert [path.name for path in (place / "out").iterdir()] == ["report"]


def test_sarif_points_into_the_application_file(place: Path) -> None:
    ended = smsgen(
        "generate-change-set", "new.yaml", "--deployed", "deployed.yaml", "--output", "sarif", cwd=place
    )
    result = json.loads(ended.stdout)["runs"][0]["results"][0]
    at = result["locations"][0]["physicalLocation"]
    assert at["artifactLocation"]["uri"] == "new.yaml"
    line = (place / "new.yaml").read_text().splitlines()[at["region"]["startLine"] - 1]
    assert "s-1a2b3c11" in line


def test_sarif_has_a_place_for_every_result(place: Path) -> None:
    """GitHub refuses the whole log for one without: what is removed has only the file."""
    text = (place / "new.yaml").read_text()
    (place / "less.yaml").write_text(text[: text.rindex("      - serverId:")])
    ended = smsgen(
        "generate-change-set", "less.yaml", "--deployed", "deployed.yaml", "--output", "sarif", cwd=place
    )
    results = json.loads(ended.stdout)["runs"][0]["results"]
    removed = next(one for one in results if one["ruleId"] == "CHANGE_REMOVE")
    assert removed["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "less.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1, "startColumn": 1},
    }
    assert all(one["locations"] for one in results)


def test_any_template_can_be_compared(place: Path) -> None:
    topic = "{Type: AWS::SNS::Topic, Properties: {TopicName: !Ref N}}"
    template = f"Parameters: {{N: {{Type: String}}}}\nResources: {{T: {topic}}}\n"
    (place / "t.yaml").write_text(template)
    (place / "snapshot.json").write_text(
        json.dumps(
            {
                "stackName": "s",
                "stackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/s/1",
                "template": {
                    "Parameters": {"N": {"Type": "String"}},
                    "Resources": {
                        "T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "N"}}}
                    },
                },
                "parameters": {"N": "before"},
                "resources": {"T": {"type": "AWS::SNS::Topic", "physicalId": "arn:t"}},
            }
        )
    )
    base = ["generate-change-set", "--template", "t.yaml", "--deployed", "snapshot.json"]
    kept = smsgen(*base, "--exit-code", cwd=place)
    assert kept.returncode == 0, "a parameter that is not given keeps its value"
    (place / "values.json").write_text('[{"ParameterKey": "N", "ParameterValue": "after"}]')
    changed = smsgen(*base, "--parameters", "values.json", cwd=place)
    assert "because parameter N changed" in " ".join(changed.stdout.split())  # wrapped where COLUMNS is set
    assert "TopicName: before -> after  # forces replacement" in changed.stdout


def test_an_invalid_template_is_said_with_its_line(place: Path) -> None:
    (place / "bad.yaml").write_text(
        "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: !Ref Nobody}\n"
    )
    ended = smsgen("generate-change-set", "--template", "bad.yaml", cwd=place)
    assert ended.returncode == 1
    assert ended.stderr.startswith("bad.yaml:")
    assert "Nobody" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_volatile_value_can_be_ignored(place: Path) -> None:
    options = ["--deployed", "deployed.yaml", "--exit-code", "--ignore", "Resources.*.Properties.ImageId"]
    assert smsgen("generate-change-set", "new.yaml", *options, cwd=place).returncode == 0


def test_the_base_branch_is_compared_with_the_head(place: Path) -> None:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *identity, *words], cwd=place, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", "app.yaml")
    git("commit", "-m", "base")
    (place / "app.yaml").write_text((place / "new.yaml").read_text())
    ended = smsgen("generate-change-set", "app.yaml", "--base-ref", "main", "--exit-code", cwd=place)
    assert ended.returncode == 2, ended.stderr
    assert f"{OLD} -> {NEW}" in ended.stdout
    missing = smsgen("generate-change-set", "app.yaml", "--base-ref", "nowhere", cwd=place)
    assert missing.returncode == 1
    assert "nowhere" in missing.stderr


def test_colours_never_reach_a_pipe(place: Path) -> None:
    ended = smsgen("generate-change-set", "new.yaml", "--deployed", "deployed.yaml", cwd=place)
    assert "\x1b" not in ended.stdout


def test_a_reader_that_goes_early_is_no_error(place: Path) -> None:
    command = f"{sys.executable} -m smsgen generate-change-set app.yaml --format json | head -c 10"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stderr == ""


def test_standard_input_is_read_once_where_the_live_stack_is_asked_for(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stack's name is in the file, which a pipe gives only once."""
    import io
    from types import SimpleNamespace

    from smsgen import wiring
    from smsgen.cli import run
    from smsgen.local import disk

    asked: list[str] = []
    monkeypatch.setattr(disk.DiskFiles, "_stdin", None)
    monkeypatch.setattr(disk.sys, "stdin", io.TextIOWrapper(io.BytesIO((place / "app.yaml").read_bytes())))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setattr(wiring, "clients", lambda _: SimpleNamespace(available=lambda: True))
    monkeypatch.setattr(wiring, "stacks", lambda _: SimpleNamespace(find=asked.append))
    nothing = SimpleNamespace(root_devices=lambda _: {}, vpcs=lambda _: {})
    monkeypatch.setattr(wiring, "lookups", lambda _: nothing)
    assert run(["generate-change-set", "-"]) == 0, capsys.readouterr().err
    assert "to add" in capsys.readouterr().out
    assert len(asked) == 1


def test_a_page_has_the_date_that_it_is_given(place: Path) -> None:
    command = ("generate-change-set", "new.yaml", "--deployed", "deployed.yaml", "--output", "html")
    dated = smsgen(*command, "--date", "2026-11-24", cwd=place)
    assert dated.returncode == 0
    assert ", of new.yaml against deployed.yaml, 2026-11-24." in dated.stdout
    again = [smsgen(*command, cwd=place).stdout for _ in range(2)]
    assert again[0] == again[1]
    assert re.search(r"Made by smsgen [0-9.]+\w*, of new.yaml against deployed.yaml\.", again[0])


@pytest.mark.parametrize("options", [("--date", "yesterday", "--output", "html"), ("--date", "2026-11-24")])
def test_a_date_is_one_and_stands_in_a_page(place: Path, options: tuple[str, ...]) -> None:
    ended = smsgen("generate-change-set", "new.yaml", "--deployed", "deployed.yaml", *options, cwd=place)
    assert ended.returncode == 64
    assert "--date" in ended.stderr


def test_text_is_as_wide_as_it_is_told(place: Path) -> None:
    command = ("generate-change-set", "new.yaml", "--deployed", "deployed.yaml")
    assert max(map(len, smsgen(*command, cwd=place, COLUMNS="60").stdout.splitlines())) <= 60
    assert max(map(len, smsgen(*command, cwd=place, COLUMNS="").stdout.splitlines())) > 60
