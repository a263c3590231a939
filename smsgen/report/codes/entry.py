"""What is said of a diagnostic's code, and the short ways to write an example of it."""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    """What causes a code. `kind` says what the text is, and so how a test brings it about:

    `app`: an application file, for `smsgen validate`; `template`: a template, for `smsgen generate-change-set
    --template`, against the template `deployed` where there is one; `snapshot`: what `--deployed` names; `parameters`:
    a parameter file of the template `deployed`; `words`: a description, of what would be too long or is no file.
    """

    text: str
    kind: str = "words"
    deployed: str = ""


class Code(NamedTuple):
    """One code: `title` in a line, what it `means`, how to `mend` it; `severity` as in `errors.Severity`.

    `url`: who says so, where that is not smsgen.
    """

    code: str
    severity: str
    title: str
    means: str
    mend: str
    example: Example
    url: str = ""


def app(text: str) -> Example:
    """Return an application file."""
    return Example(text.strip() + "\n", "app")


def fields(text: str) -> Example:
    """Return an application file with these lines at its top."""
    return app(f"name: shop\n{text}\nserverGroups:\n  - serverList:\n      - serverId: s-12345678")


def server(text: str, *more: str) -> Example:
    """Return an application file with these servers, in the braces of YAML."""
    entries = "\n".join(f"      - {{{one}}}" for one in (text, *more))
    return app(f"name: shop\nserverGroups:\n  - serverList:\n{entries}")


def launch(text: str) -> Example:
    """Return an application file with one server that is launched so."""
    return app(
        "name: shop\nserverGroups:\n  - serverList:\n      - serverId: s-12345678\n"
        f"        launch: {{{text}}}"
    )


def template(text: str, deployed: str = "") -> Example:
    """Return a template, and the one that is deployed."""
    return Example(text.strip() + "\n", "template", deployed.strip() and deployed.strip() + "\n")


def words(text: str) -> Example:
    """Return an example that is told."""
    return Example(text)
