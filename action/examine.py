"""One application: validated, compiled, held against what is committed, predicted; all of it by smsgen's commands.

They are run in this process, which has neither the token nor AWS credentials: a process each would take longer.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from applications import Application
from pages import Page, alert, code, fence

from smsgen.cli import run
from smsgen.operations.files.template_files import place_for

_PLACED = re.compile(r"^(.+?):(\d+):(\d+): (error|warning|info)\[([\w.-]{1,60})\]: (.*)$", re.MULTILINE)
_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
_NOTHING = ("--offline",)
"""To compare with nothing: the application is new."""

_ENDINGS = {"markdown": "md"}


class Inputs(NamedTuple):
    """What the action is given, "" where nothing is. `base`: the commit to compare with."""

    base: str = ""
    deployed: str = ""
    templates: str = ""
    parameters: str = ""
    profile: str = ""
    region: str = ""
    account: str = ""
    fail_on: str = ""
    ignore: tuple[str, ...] = ()


class Note(NamedTuple):
    """An annotation."""

    level: str
    title: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0


class Checked(NamedTuple):
    """What there is to say of one application. `status`: 0, 1, 3 or 64; `logs`: SARIF."""

    status: int
    page: Page
    log: str = ""
    notes: tuple[Note, ...] = ()
    logs: tuple[str, ...] = ()
    counts: Mapping[str, int] = MappingProxyType({})
    template: str = ""
    worth_saying: bool = True


class Done(NamedTuple):
    """A command that ended."""

    status: int
    out: str
    said: str


def smsgen(*arguments: str) -> Done:
    """Run one of smsgen's commands."""
    out, said = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(said):
        status = run(list(arguments))
    return Done(status, out.getvalue(), said.getvalue())


def examine(app: Application, inputs: Inputs, folder: Path) -> Checked:
    """Check one application; what is written on it goes into `folder`."""
    folder.mkdir()
    profile = (f"--template-profile={inputs.profile}",) if inputs.profile else ()
    validated = _validated(app, inputs)
    if validated.status:
        return validated
    template = str(folder / "template.yaml")
    made = smsgen("generate-template", app.path, "-o", template, *profile)
    if made.status:
        return _failed(validated, app, "It cannot be compiled.", made)
    done = validated._replace(template=template)
    stale = _stale(app, inputs, profile)
    return _predicted(_with(done, stale), app, inputs, folder, profile)


def _validated(app: Application, inputs: Inputs) -> Checked:
    options = (f"--profile={inputs.profile}",) if inputs.profile else ()
    found = smsgen("validate", app.path, *options, "--output", "json")
    empty = Checked(0, Page(app.path, "", ""))
    try:
        entries: list[dict[str, Any]] = json.loads(found.out)
    except ValueError:
        return _failed(empty, app, "It cannot be read.", found)
    log = smsgen("validate", app.path, *options, "--output", "sarif").out
    text = smsgen("validate", app.path, *options)
    notes = tuple(map(_note, entries))
    done = empty._replace(status=found.status, log=text.out + text.said, notes=notes, logs=(log,))
    if not found.status:
        return done
    page = alert("CAUTION", f"{code(app.path)} has errors.", text.out)
    return done._replace(page=Page(app.path, "**errors**", page))


def _note(entry: dict[str, Any]) -> Note:
    message = "\n".join(filter(None, (entry["message"], entry["hint"])))
    level, file = _LEVELS.get(entry["severity"], "notice"), entry["file"] or ""
    return Note(level, entry["code"], message, file, entry["line"] or 0, entry["column"] or 0)


def _failed(done: Checked, app: Application, title: str, command: Done) -> Checked:
    """Return an application that a command had errors for: at their places, where they have some."""
    placed = tuple(
        Note(_LEVELS[level], name, message, file, int(line), int(column))
        for file, line, column, level, name, message in _PLACED.findall(command.said)
    )
    notes = placed or (Note("error", "smsgen", command.said.strip(), app.path, 1),)
    status = 64 if command.status == 64 else 1
    page = Page(app.path, "**errors**", alert("CAUTION", f"{code(app.path)}: {title}", command.said))
    seen = {(note.message.partition("\n")[0], note.line) for note in done.notes}
    new = tuple(note for note in notes if (note.message, note.line) not in seen)
    return done._replace(status=status, page=page, log=done.log + command.said, notes=(*done.notes, *new))


def _stale(app: Application, inputs: Inputs, profile: tuple[str, ...]) -> Checked | None:
    """Hold the committed template against the application; None where it is what the application makes."""
    if not inputs.templates:
        return None
    committed = place_for(app.path, inputs.templates) or ""
    output = ("--format", "json") if committed.endswith(".json") else ()
    found = smsgen("generate-template", app.path, f"--check={committed}", *output, *profile)
    if not found.status:
        return None
    command = shlex.join(("smsgen", "generate-template", app.path, "-o", committed, *output, *profile))
    if not Path(committed).exists():
        message = f"{committed} is not there; `{command}` writes it"
        page = alert("CAUTION", f"{code(committed)} is not there: {code(command)} writes it.")
        note = Note("error", "no template", message, app.path, 1)
        return Checked(1, Page(app.path, "no template", page), f"{message}\n", (note,))
    message = f"{committed} is not what {app.path} makes; `{command}` writes it again"
    page = alert("CAUTION", f"{code(committed)} is stale: {code(command)} writes it again.")
    shown = found.out if found.status == 2 else found.said
    details = f"<details><summary>What differs</summary>\n\n{fence(shown, 'diff')}\n</details>\n\n"
    note = Note("error", "stale template", message, committed, 1)
    return Checked(1, Page(app.path, "stale template", page + details), f"{message}\n{shown}", (note,))


def _with(done: Checked, more: Checked | None) -> Checked:
    if more is None:
        return done
    page = Page(done.page.app, more.page.result, done.page.text + more.page.text)
    return done._replace(
        status=max(done.status, more.status),
        page=page,
        log=done.log + more.log,
        notes=(*done.notes, *more.notes),
    )


def _predicted(
    done: Checked, app: Application, inputs: Inputs, folder: Path, profile: tuple[str, ...]
) -> Checked:
    def predict(side: tuple[str, ...], kind: str, *more: str) -> Done:
        file = f"{folder}/change-set.{_ENDINGS.get(kind, kind)}"
        options = (*side, *_options(app, inputs), *profile, *more)
        return smsgen("generate-change-set", app.path, "--output", kind, "-o", file, *options)

    gates = f"--fail-on={inputs.fail_on}"
    against, said = _against(app, inputs)
    found = predict(against, "markdown", gates)
    if found.status == 1 and against[0].startswith("--base-ref="):
        # What is wrong may be the base's, which this pull request may well repair.
        alone = predict(_NOTHING, "markdown", gates)
        if alone.status in (0, 3):
            done = _with(done, _base_has_errors(app, inputs, found))
            found, against = alone, _NOTHING
    if found.status not in (0, 3):
        return _failed(done, app, "What it changes cannot be said.", found)
    for kind in ("json", "html", "sarif"):
        predict(against, kind)
    return _reported(done, app, folder, said, _gate(found))


def _base_has_errors(app: Application, inputs: Inputs, found: Done) -> Checked:
    why = f"The base has errors, so all of it is shown as new ({code(inputs.base[:12])})."
    page = Page(app.path, "base has errors", alert("WARNING", why, found.said))
    note = Note("warning", "the base has errors", found.said.strip(), app.path, 1)
    return Checked(0, page, found.said, (note,))


def _gate(found: Done) -> str:
    """Return what trips a gate, "" where none is."""
    if found.status != 3:
        return ""
    line = next((line for line in found.said.splitlines() if "--fail-on" in line), found.said.strip())
    return line.partition("--fail-on ")[2] or line


def _reported(done: Checked, app: Application, folder: Path, said: str, gate: str) -> Checked:
    def written(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    report = written("change-set.md")
    counts = json.loads(written("change-set.json"))["counts"]
    heading = next((line for line in report.splitlines() if line.startswith("### ")), "")
    headline = heading.partition(": ")[2]
    results = ("**gate**" if gate else "", done.page.result, headline)
    tripped = alert("CAUTION", "A gate is tripped.", gate) if gate else ""
    status = done.status or (3 if gate else 0)
    return done._replace(
        status=status,
        page=Page(app.path, " · ".join(filter(None, results)), f"{tripped}{done.page.text}{said}{report}"),
        log=f"{done.log}{gate}",
        notes=(*done.notes, *([Note("error", "gate", gate, app.path, 1)] if gate else [])),
        logs=(*done.logs, written("change-set.sarif")),
        counts=counts,
        worth_saying=status > 0 or headline != "no changes",
    )


def _options(app: Application, inputs: Inputs) -> tuple[str, ...]:
    given = (
        ("--region", inputs.region),
        ("--account", inputs.account),
        ("--parameters", place_for(app.path, inputs.parameters)),
        *(("--ignore", path) for path in inputs.ignore),
    )
    return tuple(f"{option}={value}" for option, value in given if value)


def _against(app: Application, inputs: Inputs) -> tuple[tuple[str, ...], str]:
    """Return the options that say what to compare with, and what is to be said of that."""
    snapshot = place_for(app.path, inputs.deployed)
    if snapshot and (snapshot == inputs.deployed or Path(snapshot).is_file()):
        return (f"--deployed={snapshot}",), ""
    if not inputs.base:
        return _NOTHING, ""
    there = subprocess.run(
        ["git", "cat-file", "-e", f"{inputs.base}:./{os.path.relpath(app.path)}"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    if there.returncode == 0:
        return (f"--base-ref={inputs.base}",), ""
    return _NOTHING, f"_New: {code(app.path)} is not in {code(inputs.base[:12])}._\n\n"
