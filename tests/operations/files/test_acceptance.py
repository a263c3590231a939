"""Warnings that a file accepts, each with a reason; warnings as errors; the line that says what explains an error."""

import json
from pathlib import Path

import pytest

import smsgen
from smsgen.cli import run
from smsgen.errors import InvalidInput

WEAK = """\
name: a
launchDefaults: {volumes: [], metadataOptions: {httpTokens: optional}}
serverGroups:
  - serverList:
      - {vmServer: {vmName: db01}}
      - {vmServer: {vmName: web01}}
      - {vmServer: {vmName: web02}}
"""
ACCEPTING = WEAK + "accept: [{code: EC2.8, reason: 'the agent needs it until March'}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weak.yaml").write_text(WEAK)
    (tmp_path / "a.yaml").write_text(ACCEPTING)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_what_is_accepted_is_not_said_by_any_command(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("validate", "generate-template", "graph"):
        assert run([command, "weak.yaml"]) == 0
        before = "".join(capsys.readouterr())
        assert "warning[EC2.8]" in before
        assert run([command, "a.yaml"]) == 0
        after = "".join(capsys.readouterr())
        assert "EC2.8" not in after
        assert "warning[EC2.3]" in after
    assert [one.code for one in smsgen.validate("a.yaml")] == ["EC2.3"]
    assert [one.code for one in smsgen.generate_template("a.yaml").warnings] == ["EC2.3"]


@pytest.mark.usefixtures("folder")
def test_what_is_accepted_is_shown_with_its_reason_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "a.yaml", "--show-accepted"]) == 0
    text, count = capsys.readouterr()
    assert "a.yaml:2:48: accepted[EC2.8]: EC2.8: db01 answers IMDSv1" in text
    assert "\n  reason: the agent needs it until March\n" in text
    assert count == "1 warning, 1 accepted in 1 file\n"
    run(["validate", "a.yaml", "--show-accepted", "--output", "json"])
    accepted = {one["code"]: one.get("accepted") for one in json.loads(capsys.readouterr().out)}
    assert accepted == {"EC2.3": None, "EC2.8": "the agent needs it until March"}
    run(["validate", "a.yaml", "--show-accepted", "--output", "sarif"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    suppressed = {one["ruleId"]: one.get("suppressions") for one in results}
    assert suppressed["EC2.8"] == [{"kind": "inSource", "justification": "the agent needs it until March"}]
    assert suppressed["EC2.3"] is None


@pytest.mark.usefixtures("folder")
def test_strict_makes_errors_of_what_nobody_accepts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "a.yaml", "--strict"]) == 1
    text, count = capsys.readouterr()
    assert "error[EC2.3]" in text
    assert "EC2.8" not in text
    assert count == "1 error, 1 accepted in 1 file\nmore: smsgen explain EC2.3\n"
    assert run(["generate-template", "a.yaml", "--strict", "-o", "out.yaml"]) == 1
    assert "error[EC2.3]" in capsys.readouterr().err
    assert not Path("out.yaml").exists()


def test_strict_lets_pass_what_accepts_all_of_it(folder: Path) -> None:
    (folder / "all.yaml").write_text(ACCEPTING.replace("}]\n", "}, {code: EC2.3, reason: images are}]\n"))
    assert run(["validate", "all.yaml", "--strict"]) == 0
    assert run(["generate-template", "all.yaml", "--strict", "-o", "out.yaml"]) == 0
    assert (folder / "out.yaml").exists()


def test_the_template_does_not_depend_on_what_is_accepted(folder: Path) -> None:
    texts = [smsgen.generate_template(folder / name).text for name in ("weak.yaml", "a.yaml")]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("BAD_ID", "BAD_ID is an error, and only warnings can be accepted"),
        ("EC2.33", "no warning has the code 'EC2.33'"),
        ("REVIEW_IAM", "REVIEW_IAM is said of a change set"),
        ("E3012", "no warning has the code 'E3012'"),
    ],
)
def test_only_codes_of_warnings_can_be_accepted(folder: Path, code: str, words: str) -> None:
    (folder / "b.yaml").write_text(f"{WEAK}accept: [{{code: {code}, reason: r}}]\n")
    with pytest.raises(InvalidInput) as caught:
        smsgen.generate_template(folder / "b.yaml")
    wrong = [one for one in caught.value.diagnostics if one.code == "NOT_A_WARNING"]
    assert [words in one.message for one in wrong] == [True]
    assert wrong[0].location is not None
    assert wrong[0].location.line == 8
    assert "NOT_A_WARNING" in {one.code for one in smsgen.validate(folder / "b.yaml")}


def test_a_wrong_code_is_said_beside_other_errors(folder: Path) -> None:
    (folder / "b.yaml").write_text(
        f"{WEAK}accept: [{{code: BAD_ID, reason: r}}, {{code: EC2.3, reason: r}}]\nnope: 1\n"
    )
    assert {one.code for one in smsgen.validate(folder / "b.yaml")} == {"NOT_A_WARNING", "UNKNOWN_FIELD"}


def test_what_is_accepted_in_vain_is_a_note(folder: Path) -> None:
    (folder / "b.yaml").write_text(ACCEPTING.replace("EC2.8", "EC2.9"))
    (note,) = [one for one in smsgen.validate(folder / "b.yaml") if one.code == "ACCEPTED_IN_VAIN"]
    assert (note.severity.value, note.location and note.location.line) == ("info", 8)
    assert run(["validate", "b.yaml"]) == 0


def test_a_default_that_weakens_three_servers_names_three() -> None:
    (found,) = [one for one in smsgen.validate(smsgen.load(WEAK.encode(), "w").app) if one.code == "EC2.3"]
    assert "on db01: the root volume" in found.message
    assert found.message.endswith("; the same holds for web01, web02")


def test_a_default_that_weakens_many_stays_short() -> None:
    servers = "".join(f"      - {{vmServer: {{vmName: web{number:03}}}}}\n" for number in range(30))
    app = smsgen.load((WEAK + servers).encode(), "w").app
    (found,) = [one for one in smsgen.validate(app) if one.code == "EC2.3"]
    assert found.message.endswith(" and 27 more")
    assert len(found.message) < 300


@pytest.mark.usefixtures("folder")
def test_after_errors_a_line_says_what_explains_them(capsys: pytest.CaptureFixture[str]) -> None:
    Path("c.yaml").write_text("nope: 1\nserverGroups: [{serverList: [{serverId: s-1}, {serverId: s-2}]}]\n")
    assert run(["generate-template", "c.yaml"]) == 1
    assert capsys.readouterr().err.endswith("\nmore: smsgen explain MISSING_FIELD UNKNOWN_FIELD BAD_ID\n")
    assert run(["explain", "MISSING_FIELD", "UNKNOWN_FIELD", "BAD_ID"]) == 0
    capsys.readouterr()
    assert run(["validate", "weak.yaml"]) == 0
    assert "more:" not in capsys.readouterr().err
