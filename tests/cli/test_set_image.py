"""set-image as it is run, on a store in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsgen.cli import run
from tests.operations.worlds import Site


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[Site, str]]:
    """A site on a store in a file, and its URL."""
    store = pytest.importorskip("smsgen.store", reason="SQLAlchemy comes with smsgen[server]")
    url = f"sqlite:///{tmp_path}/store.db"
    opened = store.open_store(url)
    yield Site(opened), url
    opened.close()


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
