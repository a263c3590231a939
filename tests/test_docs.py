"""The pages of docs/: their examples run, their links lead somewhere, and Sphinx has nothing to say against them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted(ROOT.glob("docs/*.md"))
TEXTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *PAGES, *sorted(ROOT.glob("samples/*/README.md"))]


def examples(page: Path) -> str:
    """Return the Python of a page, as one script whose lines are the page's; ```py is for what needs AWS or more."""
    text = page.read_text()
    lines = [""] * text.count("\n")
    for block in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        first = text[: block.start(1)].count("\n")
        lines[first : first + block[1].count("\n")] = block[1].splitlines()
    return "\n".join(lines)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if examples(page).strip()], ids=lambda page: page.stem
)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path) -> None:
    if "aws_cdk" in examples(page):
        pytest.importorskip("aws_cdk", reason="aws-cdk-lib comes with smsgen[cdk]")
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    script = tmp_path / f"{page.stem}.py"
    script.write_text(examples(page))
    command = [sys.executable, script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_the_python_page_says_what_comes_out(tmp_path: Path) -> None:
    """Of each `print(…)  # text` on a line of its own, the text is printed."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    script = examples(ROOT / "docs" / "python.md")
    said = re.findall(r"^print\(.*\)  # ([A-Z][\w ]*|r6i\.xlarge)$", script, re.MULTILINE)
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert said == ["r6i.xlarge", "Modify True", "Always", "CREATE_COMPLETE 1"]
    assert set(said) <= set(done.stdout.splitlines())


def test_every_block_of_json_and_yaml_is_well_formed() -> None:
    yaml = pytest.importorskip("yaml")
    read = {"json": json.loads, "yaml": lambda text: list(yaml.compose_all(text))}
    # Those of diagnostics.md are examples of what is wrong.
    for page in (one for one in TEXTS if one.stem != "diagnostics"):
        for language, block in re.findall(
            r"^```(json|yaml)\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE
        ):
            read[language](block)


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    for link in links:
        path = link.partition("#")[0]
        if path and "://" not in path:
            assert (page.parent / path).exists(), link


def test_sphinx_builds_the_pages_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="Sphinx comes with smsgen[docs]")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        ROOT / "docs",
        tmp_path,
    ]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    reference = (tmp_path / "api.html").read_text()
    import smsgen

    assert [name for name in smsgen.__all__ if f'id="smsgen.{name}"' not in reference] == []
