"""smsgen generate-template as it is run: one application, several, and what is committed of them."""

import re
import shlex
from pathlib import Path

import pytest

from smsgen.cli import run
from smsgen.operations.files.template_files import place_for

APP = "name: {name}\nserverGroups: [{{serverList: [{{serverId: s-12345678}}]}}]\n"


@pytest.fixture
def apps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two applications in a folder `apps`, which is in the current one."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "apps"
    folder.mkdir()
    for name in ("shop", "billing"):
        (folder / f"{name}.yaml").write_text(APP.format(name=name))
    return folder


BOTH = ("apps/shop.yaml", "apps/billing.yaml")
PATTERN = "{folder}/templates/{name}.json"


@pytest.mark.parametrize(
    ("app", "pattern", "place"),
    [
        ("apps/shop.yaml", "{folder}/{name}.template.yaml", "apps/shop.template.yaml"),
        ("shop.app.yml", "{folder}/{name}.json", "./shop.json"),
        (".app.yaml", "{name}.json", ".app.yaml.json"),
        ("/shop.yaml", "{folder}{name}", "/shop"),
        ("a/{folder}.yaml", "{name}", "{folder}"),
        ("a/b.yaml", "{other}/{}.yaml", "{other}/{}.yaml"),
        ("noending", "t/{name}", "t/noending"),
        ("a.yaml", None, None),
    ],
)
def test_a_pattern_names_a_place(app: str, pattern: str | None, place: str | None) -> None:
    assert place_for(app, pattern) == place


def test_several_are_written_and_checked_by_one_pattern(
    apps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["generate-template", *BOTH, "--format", "json", "-o", PATTERN]) == 0
    assert sorted(path.name for path in (apps / "templates").iterdir()) == ["billing.json", "shop.json"]
    assert run(["generate-template", *BOTH, "--format", "json", "--check", PATTERN]) == 0
    assert capsys.readouterr().out == ""


def test_every_stale_template_is_shown(apps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate-template", *BOTH, "-o", "{folder}/{name}.template.yaml"]) == 0
    for name in ("shop", "billing"):
        (apps / f"{name}.yaml").write_text(APP.format(name=name).replace("12345678", "23456789"))
    assert run(["generate-template", *BOTH, "--check", "{folder}/{name}.template.yaml"]) == 2
    shown = capsys.readouterr()
    assert "--- apps/shop.template.yaml" in shown.out
    assert "--- apps/billing.template.yaml" in shown.out
    assert "apps/billing.template.yaml is stale: it is not what apps/billing.yaml makes" in shown.err


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--template-profile", "hardened")])
def test_what_is_stale_or_missing_says_the_command_that_mends_it(
    apps: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    check = ["generate-template", "apps/shop.yaml", *options, "--check", "apps/the template.yaml"]
    for words in ("is not there: nothing is committed of apps/shop.yaml", "is stale: it is not what"):
        assert run(check) == 2
        shown = capsys.readouterr()
        assert f"apps/the template.yaml {words}" in shown.err
        assert "\n+" in shown.out
        command = shlex.split(re.findall("hint: `(.*)` writes it\n", shown.err)[0])
        assert command[0] == "smsgen"
        assert run(command[1:]) == 0
        assert run(check) == 0
        (apps / "shop.yaml").write_text(APP.format(name="changed"))
        capsys.readouterr()


def test_one_that_is_missing_does_not_hide_the_next(apps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate-template", *BOTH, "--check", "{folder}/{name}.template.yaml"]) == 2
    shown = capsys.readouterr().err
    assert "`smsgen generate-template apps/shop.yaml -o apps/shop.template.yaml`" in shown
    assert "`smsgen generate-template apps/billing.yaml -o apps/billing.template.yaml`" in shown


def test_the_errors_of_one_do_not_hide_the_next(apps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate-template", *BOTH, "-o", "{folder}/{name}.template.yaml"]) == 0
    (apps / "shop.yaml").write_text("name: shop\nserverGroups: [{serverList: [{serverId: s-1}]}]\n")
    (apps / "billing.yaml").write_text(APP.format(name="changed"))
    assert run(["generate-template", *BOTH, "--check", "{folder}/{name}.template.yaml"]) == 1
    shown = capsys.readouterr()
    assert "apps/shop.yaml:2:41: error[BAD_ID]" in shown.err
    assert "--- apps/billing.template.yaml" in shown.out


@pytest.mark.parametrize(
    "options",
    [(), ("-o", "one.yaml"), ("--check", "{folder}/one.yaml"), ("-o", "{name}", "--parameters-file", "p")],
)
@pytest.mark.usefixtures("apps")
def test_several_need_a_place_each(options: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate-template", *BOTH, *options]) == 64
    assert "{name}" in capsys.readouterr().err
    assert not Path("one.yaml").exists()
    assert not Path("p").exists()
