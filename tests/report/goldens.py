"""`python -m tests.report.goldens` writes the reports' goldens anew; read the difference before you commit it."""

from collections.abc import Callable
from pathlib import Path

from smsgen.changes.change_set import ChangeSet
from smsgen.errors import Location
from smsgen.report import document, html, markdown, sarif, text
from smsgen.report.wording import Provenance
from tests.report.scenarios import SCENARIOS

FOLDER = Path(__file__).parent.parent / "golden" / "reports"

RENDERERS: dict[str, Callable[[ChangeSet], str]] = {
    "txt": text.render,
    "json": lambda change_set: document.render(change_set, "json"),
    "yaml": lambda change_set: document.render(change_set, "yaml"),
    "md": markdown.render,
    "html": lambda change_set: html.render(change_set, made_by=Provenance("1.2.3", "2026-11-24")),
    "sarif": lambda change_set: sarif.render(change_set, lambda name: Location("app.yaml", len(name), 3)),
}
"""Ending -> what renders it."""


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, scenario in SCENARIOS.items():
        for ending, render in RENDERERS.items():
            (FOLDER / f"{name}.{ending}").write_text(render(scenario()))


if __name__ == "__main__":
    main()
