"""What is compiled once is passed on: no command, and no work on a kept application, compiles an application again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import smsgen
from smsgen.cli import run
from smsgen.model.launch import Launch, S3Location, UserData
from smsgen.operations.apps import launching
from tests.operations.worlds import GOOD, Site

ROOT = Path(__file__).resolve().parents[2]
BOOT = S3Location("sms-app-scripts", "boot.sh")


def test_one_function_compiles() -> None:
    callers = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "smsgen").rglob("*.py"))
        if "compile_app(" in path.read_text().replace("def compile_app(", "")
    ]
    assert callers == ["smsgen/operations/files/generate_template.py"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with an application and the template of it."""
    (tmp_path / "shop.yaml").write_text((ROOT / "samples/three-tier.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    for words in ("init -q", "add .", "-c user.name=x -c user.email=x@example.org commit -qm x"):
        subprocess.run(["git", *words.split()], check=True)
    assert run(["generate-template", "shop.yaml", "-o", "shop.template.yaml"]) == 0
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("generate-template shop.yaml", 1),
        ("generate-template shop.yaml --check shop.template.yaml --parameters-file values.json", 1),
        ("generate-change-set shop.yaml --deployed shop.template.yaml", 1),
        ("generate-change-set shop.yaml --offline --output html", 1),
        ("generate-change-set shop.yaml --base-ref HEAD --output sarif", 2),
        ("generate-change-set --template shop.template.yaml --deployed shop.template.yaml", 0),
        ("validate shop.yaml", 1),
        ("graph shop.yaml", 1),
    ],
)
def test_a_command_compiles_each_file_once(
    compilations: list[str], capsys: pytest.CaptureFixture[str], words: str, times: int
) -> None:
    del compilations[:]
    assert run(words.split()) == 0, capsys.readouterr().err
    assert len(compilations) == times


@pytest.mark.usefixtures("folder")
def test_so_does_the_library(compilations: list[str]) -> None:
    del compilations[:]
    smsgen.generate_template("shop.yaml")
    smsgen.generate_change_set("shop.yaml", deployed="shop.template.yaml")
    assert len(compilations) == 2


def test_so_does_what_is_kept(compilations: list[str]) -> None:
    """With a script in S3 and a root device of the image's own, which are asked for before it is compiled."""
    site = Site()
    site.lookups.devices["ami-12345678"] = "/dev/xvda"
    site.artifacts.documents[BOOT] = b"#!/bin/sh\necho boot\n"
    launch: Launch = GOOD._replace(user_data=UserData(s3_location=BOOT))
    app_id = site.create().app.app_id
    site.configure(app_id, launch=launch)
    site.images(app_id)
    del compilations[:]
    launching.generate_app_template(site.world, app_id)
    assert len(compilations) == 1
    launching.launch_app(site.world, app_id)
    assert len(compilations) == 1
    site.work()
    assert site.app(app_id).launch.status == "LAUNCHED"
    assert len(compilations) == 2
    launching.generate_change_set(site.world, app_id)
    assert len(compilations) == 3
