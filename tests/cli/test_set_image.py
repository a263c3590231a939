"""set-image as it is run, on a store in a file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from smsgen.cli import run
from smsgen.model.app import App
from smsgen.operations.apps import configure_launch
from tests.operations.worlds import Site


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[Site, str]]:
    """A site on a store in a file, and its URL."""
    store = pytest.importorskip("smsgen.store", reason="SQLAlchemy comes with smsgen[server]")
    url = f"sqlite:///{tmp_path}/store.db"
    site = Site(lambda now: store.open_store(url, clock=now))
    yield site, url
    site.store.close()


def test_an_image_is_recorded_and_what_is_missing_named(
    kept: tuple[Site, str], capsys: pytest.CaptureFixture[str]
) -> None:
    site, url = kept
    app_id = site.create(groups=(("web", 0, ("s-00000001", "s-00000002")),)).app.app_id
    assert run(["set-image", app_id, "s-00000001", "ami-12345678", "--store", url]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "s-00000002 still without" in said.err
    assert run(["set-image", app_id, "s-00000002", "ssm:/shop/web", "--store", url]) == 0
    assert "every server has one" in capsys.readouterr().err
    (group,) = site.app(app_id).app.server_groups
    assert [server.image_id for server in group.server_list] == ["ami-12345678", "ssm:/shop/web"]


NO_CLOUD = """
import sys
from importlib.abc import MetaPathFinder

class NoCloud(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("boto3", "botocore") or name.startswith("smsgen.aws"):
            raise ImportError(name)

sys.meta_path.insert(0, NoCloud())
from smsgen.cli import run
sys.exit(run(sys.argv[1:]))
"""


def test_recording_an_image_needs_no_cloud(kept: tuple[Site, str]) -> None:
    site, url = kept
    app_id = site.create().app.app_id
    command = ["set-image", app_id, "s-00000001", "ami-12345678", "--store", url]
    done = subprocess.run(
        [sys.executable, "-c", NO_CLOUD, *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert site.app(app_id).app.server_groups[0].server_list[0].image_id == "ami-12345678"


@pytest.mark.parametrize(
    ("server", "image", "said"),
    [
        ("s-0000000f", "ami-12345678", "the server s-0000000f is not in the application"),
        ("s-00000001", "image", "'image' is not an image id"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    kept: tuple[Site, str], server: str, image: str, said: str, capsys: pytest.CaptureFixture[Any]
) -> None:
    site, url = kept
    app_id = site.create().app.app_id
    assert run(["set-image", app_id, server, image, "--store", url]) == 1
    assert said in capsys.readouterr().err


def test_an_application_that_is_not_there_is_named(
    kept: tuple[Site, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["set-image", "app-none", "s-00000001", "ami-12345678", "--store", kept[1]]) == 1
    assert "there is no application app-none" in capsys.readouterr().err


def test_many_images_are_recorded_at_once_and_diagnosed_once(
    kept: tuple[Site, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site, url = kept
    ids = tuple(f"s-{number:08}" for number in range(40))
    app_id = site.create(groups=(("web", 0, ids),)).app.app_id
    site.configure(app_id, groups=(("web", 0, ids),))
    diagnosed: list[App] = []
    monkeypatch.setattr(configure_launch, "diagnose", lambda app: diagnosed.append(app) or ())
    listed = tmp_path / "images.txt"
    lines = [
        f"{one}{between}ami-{at:08}"
        for at, (one, between) in enumerate(zip(ids[2:], " ,\t" * 13, strict=False))
    ]
    listed.write_text("\ufeff# copied last night\n\n" + "\r\n".join(lines) + "  # the last one\n")
    words = [ids[0], "ami-12345678", ids[1], "ssm:/shop/web", "--from", str(listed)]
    assert run(["set-image", app_id, *words, "--store", url]) == 0
    assert "40 images are recorded; every server has one" in capsys.readouterr().err
    (group,) = site.app(app_id).app.server_groups
    images = [server.image_id for server in group.server_list]
    assert images == ["ami-12345678", "ssm:/shop/web", *(f"ami-{at:08}" for at in range(38))]
    assert len(diagnosed) == 1


def test_images_come_from_standard_input_too(
    kept: tuple[Site, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, url = kept
    app_id = site.create(groups=(("web", 0, ("s-00000001",)),)).app.app_id
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"s-00000001 ami-12345678\n")))
    assert run(["set-image", app_id, "--from", "-", "--store", url]) == 0
    assert "s-00000001 is launched from ami-12345678" in capsys.readouterr().err


def test_everything_that_is_wrong_with_a_list_is_said_and_nothing_recorded(
    kept: tuple[Site, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, url = kept
    app_id = site.create(groups=(("web", 0, ("s-00000001",)),)).app.app_id
    listed = tmp_path / "images.txt"
    listed.write_text(
        "s-00000001 ami-12345678\ns-00000001\ns-00000002 image\ns-00000001 ami-23456789\na b c\n"
    )
    assert run(["set-image", app_id, "--from", str(listed), "--store", url]) == 1
    said = capsys.readouterr().err
    for place in ("2:1", "3:12", "4:12", "5:5"):
        assert f"{listed}:{place}: error[" in said
    assert said.count("error[NOT_AN_IMAGE]") == 3
    listed.write_text("s-00000001 ami-12345678\ns-0000000a ami-12345678\ns-0000000b ami-12345678\n")
    assert run(["set-image", app_id, "--from", str(listed), "--store", url]) == 1
    assert "the servers s-0000000a, s-0000000b are not in the application" in capsys.readouterr().err
    assert site.app(app_id).app.server_groups[0].server_list[0].image_id == ""


@pytest.mark.parametrize(
    "words", [[], ["s-00000001"], ["s-00000001", "ami-12345678"] * 2, ["s-1", "ami-12345678", "s-2"]]
)
def test_pairs_that_are_none_are_a_wrong_command(
    words: list[str], kept: tuple[Site, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["set-image", "app-none", *words, "--store", kept[1]]) == 64
    assert "hint: " in capsys.readouterr().err


def test_servers_that_are_named_twice_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [word for server in "cabac" for word in (f"s-0000000{server}", "ami-12345678")]
    assert run(["set-image", "app-0123456789abcdef0", *pairs]) == 64
    assert "named twice: s-0000000a, s-0000000c" in capsys.readouterr().err
