"""smsgen generate-change-set with several applications: one report each, and the worst of the exit codes."""

import json
from pathlib import Path

import pytest

from smsgen.cli import run

APP = """\
name: {name}
launchDefaults: {{subnet: subnet-12345678, securityGroup: sg-12345678, instanceType: m6i.large}}
serverGroups: [{{serverList: [{{serverId: s-12345678, imageId: {image}}}]}}]
"""
BOTH = ("apps/shop.app.yaml", "apps/billing.app.yaml")
DEPLOYED = ("--deployed", "{folder}/{name}.template.yaml")
COMMAND = ("generate-change-set", *BOTH, *DEPLOYED)


@pytest.fixture(autouse=True)
def apps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two applications with their templates: shop as deployed, billing with another image."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "apps"
    folder.mkdir()
    for app in BOTH:
        (tmp_path / app).write_text(APP.format(name=Path(app).stem, image="ami-12345678"))
    assert run(["generate-template", *BOTH, "-o", DEPLOYED[1]]) == 0
    (tmp_path / BOTH[1]).write_text(APP.format(name=Path(BOTH[1]).stem, image="ami-23456789"))
    return folder


def test_each_has_a_report_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*COMMAND, "--exit-code"]) == 2
    text = capsys.readouterr().out
    assert text.count("Change set for ") == 2
    assert "no changes" in text
    assert "1 to replace" in text


def test_each_has_a_report_in_a_file_of_its_own(apps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*COMMAND, "--output", "json", "-o", "{folder}/{name}.json"]) == 0
    counts = {name: json.loads((apps / f"{name}.json").read_text())["counts"] for name in ("shop", "billing")}
    assert counts == {"shop": {}, "billing": {"replace": 1}}
    assert capsys.readouterr().out == ""


def test_a_gate_of_one_does_not_hide_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    reversed_ones = ("generate-change-set", *reversed(BOTH), *DEPLOYED)
    assert run([*reversed_ones, "--fail-on", "replace"]) == 3
    shown = capsys.readouterr()
    assert shown.out.count("Change set for ") == 2
    assert "apps/billing.app.yaml: --fail-on replace" in shown.err


def test_the_errors_of_one_do_not_hide_the_next(apps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (apps / "shop.app.yaml").write_text("name: shop\nserverGroups: [{serverList: [{serverId: s-1}]}]\n")
    assert run([*COMMAND, "--fail-on", "replace"]) == 1
    shown = capsys.readouterr()
    assert "apps/shop.app.yaml:2:41: error[BAD_ID]" in shown.err
    assert "apps/billing.app.yaml: --fail-on replace" in shown.err
    assert "1 to replace" in shown.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--output", "json"), "several reports in json do not fit one output"),
        (("--output", "html"), "several reports in html do not fit one output"),
        (("-o", "one.txt"), "-o names one.txt for several application files"),
        (("--deployed", "one.yaml"), "--deployed names one.yaml for several application files"),
        (("--template", "t.yaml"), "give an application file or --template, one of them"),
    ],
)
def test_several_need_a_place_each(
    options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*COMMAND, *options]) == 64
    assert words in capsys.readouterr().err
    assert not Path("one.txt").exists()
