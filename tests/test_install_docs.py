"""How smsgen is installed: from a clone or a tag, for it is on no package index, and by the extras that there are."""

import re
import tomllib
from pathlib import Path

import pytest

from smsgen.errors import install_hint

ROOT = Path(__file__).parent.parent
TEXTS = [
    ROOT / "README.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("samples/**/*.md")),
    *sorted(ROOT.glob("smsgen/**/*.py")),
    *sorted(ROOT.glob("action/*")),
    ROOT / "action.yml",
]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
FOR_DEVELOPERS = {"dev", "docs", "bench", "mutants"}


def from_an_index(text: str) -> list[str]:
    """Give what would ask a package index for smsgen."""
    found = re.findall(r"(?:pip|pipx|uv tool) install(?:\s+-\S+)*\s+['\"]?smsgen\b(?![/-])[^\n]*", text)
    return [line for line in found if "git+https" not in line]


@pytest.mark.parametrize("path", [path for path in TEXTS if path.is_file()], ids=lambda path: path.name)
def test_nothing_asks_an_index_for_it(path: Path) -> None:
    if path.name == "install.md":  # says that there is none
        return
    assert from_an_index(path.read_text()) == []


@pytest.mark.parametrize(
    "text", ["pip install smsgen", "pip install -q 'smsgen[aws]'", "pipx install smsgen\n"]
)
def test_what_would_is_seen(text: str) -> None:
    assert from_an_index(text)
    assert not from_an_index("pip install 'smsgen[aws] @ git+https://github.com/OWNER/smsgen@v0.1.0'")
    assert not from_an_index("pip install '.[aws]' in smsgen")


def test_the_page_knows_every_extra() -> None:
    told = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "install.md").read_text(), re.MULTILINE)
    assert set(told) == EXTRAS.keys() - FOR_DEVELOPERS


def test_the_code_names_extras_that_there_are() -> None:
    named = {
        name
        for path in ROOT.glob("smsgen/**/*.py")
        for name in re.findall(r"install_hint\([\"'](\w+)[\"']\)", path.read_text())
    }
    assert len(named) >= 5
    assert named <= EXTRAS.keys()
    assert "pip install '.[aws]'" in install_hint("aws")
