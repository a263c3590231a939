"""Templates as the files that a pipeline keeps: their texts, where they stand, how they differ, what cfn-lint finds.

In: what `generate_template.py` compiled, and the Files port where files are read or written. Out: texts and findings;
what is printed and which exit code it gives is the command's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from smsgen.cfn.limits import check_limits
from smsgen.cfn.text import dump
from smsgen.compiler import Compiled
from smsgen.errors import Diagnostic, InvalidInput, Location, NoSuchFile, Path, Severity, UsageError, errors
from smsgen.operations.files.generate_template import Generated
from smsgen.text.source import MAX_BYTES

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.operations.ports.protocols import Files

ROOT = "template"
"""Name, without its ending, of the root template in a folder of nested stacks."""


def texts(generated: Generated, format: str) -> dict[str, str]:  # noqa: A002 - the option's name
    """Return file -> text: `template.FORMAT` and, with nested stacks, their files beside it.

    Raises InvalidInput where a text passes a quota of CloudFormation.
    """
    compiled = generated.compiled
    made = {f"{ROOT}.{format}": dump(compiled.template, format)}
    made.update((child.file, dump(child.template, format)) for child in compiled.children)
    templates = (compiled.template, *(child.template for child in compiled.children))
    over = [
        Diagnostic(
            found.code,
            f"{file}: {found.message}",
            found.hint,
            location=Location(generated.loaded.source.file, 1, 1),
        )
        for (file, text), template in zip(made.items(), templates, strict=True)
        for found in check_limits(template, text)
    ]
    if over:
        raise InvalidInput(over)
    return made


def place_for(app: str, pattern: str | None) -> str | None:
    """Return the path that `pattern` names for the application file `app`; what is no pattern stays as it is.

    `{name}` is the file's name without its ending (`shop` of apps/shop.yaml and apps/shop.app.yaml), `{folder}` where
    it stands (`apps`).
    """
    import re

    if not pattern or "{" not in pattern:
        return pattern
    folder, _, file = app.replace("\\", "/").rpartition("/")
    name = (file.rpartition(".")[0] or file).removesuffix(".app") or file
    parts = {"folder": folder or ("/" if app.startswith("/") else "."), "name": name}
    return re.sub(r"\{(folder|name)\}", lambda match: parts[match[1]], pattern)


def check_places(apps: Iterable[str], patterns: Mapping[str, str | None]) -> None:
    """Raise UsageError where a pattern names one place for two application files. `patterns`: by option."""
    for option, pattern in patterns.items():
        places = [place_for(app, pattern) for app in apps] if pattern else []
        twice = next((place for at, place in enumerate(places) if place in places[:at]), None)
        if twice:
            hint = "write {name}, and {folder} where names are not unique: '{folder}/{name}.template.yaml'"
            raise UsageError(f"{option} names {twice} for several application files", hint=hint)


def write(texts: Mapping[str, str], out: str, *, files: Files) -> None:
    """Write what was made: one template to the file `out`, several into the folder `out`, the root last."""
    if len(texts) == 1:
        files.write(out, next(iter(texts.values())).encode())
        return
    for name in reversed(list(texts)):
        files.write(f"{out.rstrip('/')}/{name}", texts[name].encode())


def only_text(texts: Mapping[str, str]) -> str:
    """Return the one text; raises UsageError where there are several, which only a folder can hold."""
    if len(texts) > 1:
        message = f"the application needs {len(texts) - 1} nested stacks, which do not fit one output"
        raise UsageError(message, hint="give a folder with -o DIR")
    return next(iter(texts.values()))


def difference(texts: Mapping[str, str], committed: str, *, files: Files) -> str:
    """Return the unified diff from what is committed at `committed` (a file; a folder for nested stacks), or "".

    Of a file that is not there every line is new.
    """
    from difflib import unified_diff

    stale: list[str] = []
    for name, text in texts.items():
        path = committed if len(texts) == 1 else f"{committed.rstrip('/')}/{name}"
        before = _committed(path, files)
        lines = before.splitlines(keepends=True), text.splitlines(keepends=True)
        stale.extend(unified_diff(*lines, path, "generated"))
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in stale
    )


def _committed(path: str, files: Files) -> str:
    """Return the text of a committed template, "" where it is not there yet."""
    try:
        return files.read(path, max_bytes=MAX_BYTES).decode("utf-8", "replace")
    except NoSuchFile:
        return ""


def parameters_file(compiled: Compiled) -> str:
    """Return a parameter file for `aws cloudformation deploy --parameter-overrides file://…`.

    A list of ParameterKey and ParameterValue; a value that the file does not imply is empty, to be filled in.
    """
    import json

    entries = [{"ParameterKey": key, "ParameterValue": value} for key, value in compiled.values.items()]
    return json.dumps(entries, indent=2) + "\n"


def lint(generated: Generated, texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Run cfn-lint on each text and give its findings, at the line of the application file that caused them.

    Raises SmsgenError where cfn-lint is not installed.
    """
    from smsgen.cfn.lint import LintFinding, lint_text

    compiled, source = generated.compiled, generated.loaded.source
    origins = [compiled.origins, *(child.origins for child in compiled.children)]

    def diagnostic(file: str, finding: LintFinding, names: Mapping[str, Path]) -> Diagnostic:
        path = finding.path
        cause = names.get(str(path[1]), ()) if len(path) > 1 and path[0] == "Resources" else ()
        where = "/".join(map(str, path)) or file
        message = f"{finding.message} ({where} in {file}, line {finding.line})"
        hint = f"cfn-lint {finding.rule}: {finding.url}" if finding.url else ""
        return Diagnostic(finding.rule, message, hint, _LEVELS[finding.level], cause, source.locate(cause))

    return tuple(
        diagnostic(file, finding, names)
        for (file, text), names in zip(texts.items(), origins, strict=True)
        for finding in lint_text(text)
    )


_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "informational": Severity.INFO}


def worst(diagnostics: Iterable[Diagnostic]) -> int:
    """Return the exit code that findings make: 1 with an error among them, else 0."""
    return 1 if errors(diagnostics) else 0
