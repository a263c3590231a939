"""An application file in an editor, with the settings that docs/editors.md shows: underlined, completed, described."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.installs import node_clients
from tests.clients.language_server import LanguageServer
from tests.clients.serving import ROOT

SAMPLES = sorted((ROOT / "samples").glob("*.yaml"))
MODELINE = "# yaml-language-server: $schema=smsgen.schema.json\n"
BAD = "name: a\nserverGroups: [{serverList: [{serverId: s-1}]}]\ncolour: red\n"


def documented_settings() -> dict[str, Any]:
    """Return what docs/editors.md shows for VS Code's settings.json."""
    page = (ROOT / "docs" / "editors.md").read_text()
    (block,) = re.findall(r"^```json\n(.*?yaml\.schemas.*?)^```", page, re.DOTALL | re.MULTILINE)
    settings = json.loads(block)
    return {name.removeprefix("yaml."): value for name, value in settings.items() if name.startswith("yaml.")}


@pytest.fixture(scope="module")
def editor(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """An editor in a folder with the schema at its top."""
    folder = tmp_path_factory.mktemp("editor")
    shutil.copy(ROOT / "samples" / "smsgen.schema.json", folder)
    made = LanguageServer(node_clients(cache, "yaml-language-server@1.19.2"), folder, documented_settings())
    yield made
    made.close()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_nothing_is_underlined_in_a_sample(editor: LanguageServer, sample: Path) -> None:
    assert editor.open(f"apps/{sample.name}", sample.read_text().partition("\n")[2]) == []


@pytest.mark.parametrize(("name", "text"), [("apps/bad.yaml", BAD), ("elsewhere.yaml", MODELINE + BAD)])
def test_what_is_wrong_is_underlined_in_its_place(editor: LanguageServer, name: str, text: str) -> None:
    """By the pattern of the settings, and by the line in the file."""
    found = {
        one["range"]["start"]["line"] - text.count("#"): one["message"] for one in editor.open(name, text)
    }
    assert set(found) == {1, 2}
    assert "does not match the pattern" in found[1]
    assert "colour is not allowed" in found[2]


def test_another_file_is_none_of_its_business(editor: LanguageServer) -> None:
    assert editor.open("other.yaml", BAD) == []


def test_fields_are_completed_and_described(editor: LanguageServer) -> None:
    text = "name: a\nserverGroups:\n  - serverList:\n      - serverId: s-12345678\n        \n"
    editor.open("apps/shop.yaml", text)
    offered = editor.at("completion", "apps/shop.yaml", 4, 8)["items"]
    assert {"imageId", "launch", "vmServer"} <= {one["label"] for one in offered}
    said = editor.at("hover", "apps/shop.yaml", 3, 10)
    assert "The server's id in SMS" in said["contents"]["value"]
