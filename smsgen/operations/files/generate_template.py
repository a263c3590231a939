"""Use case: an application to a CloudFormation template, and what a pipeline does with it.

In: the path of an application file and the Files port, or an App that stands in no file. Out: values (`Generated`,
texts, findings); what is printed and which exit code it gives is the command's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from smsgen.cfn.limits import check as check_limits
from smsgen.cfn.limits import check_nested
from smsgen.cfn.text import dump
from smsgen.compiler import Compiled, Validation, check_early, compile_app
from smsgen.errors import Diagnostic, InvalidInput, Location, Path, Severity, SmsgenError, UsageError, errors
from smsgen.model.app import PROFILES, App
from smsgen.model.launch import S3Location
from smsgen.model.load import Loaded, accepted, read
from smsgen.operations.files.scripts import Scripts, no_scripts, read_scripts
from smsgen.text.source import MAX_BYTES, Source

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.operations.ports.protocols import Files

ROOT = "template"
"""Name, without its ending, of the root template in a folder of nested stacks."""


class Generated(NamedTuple):
    """An application file, compiled: the file as it was read, the app that was compiled, and the warnings."""

    loaded: Loaded
    app: App
    compiled: Compiled
    warnings: tuple[Diagnostic, ...]


def generate_template(
    path: str,
    *,
    files: Files,
    profile: str | None = None,
    format: str = "yaml",  # noqa: A002 - the option's name
    rewrite: Callable[[App, Scripts], App] | None = None,
    text: bytes | None = None,
) -> Generated:
    """Read and compile an application file.

    `path`: the file, `-` for standard input. `profile`: in place of the file's own. `format`: "yaml" or "json".
    `rewrite`: what becomes of the app before it is compiled, given the scripts it names (uploading them, for one).
    `text`: the file's content, where it is not to be read from `path` (a git revision's, for one).
    Raises InvalidInput with every problem in its place, in the order of the file.
    """
    content = files.read(path, max_bytes=MAX_BYTES) if text is None else text
    found = read(content, path, profile=profile)
    refused = {one.path for one in errors(found.problems)}
    scripts = read_scripts(found.app, path, files, refused)
    if refused:
        early = [one for one in check_early(found.app, scripts.content) if one.path not in refused]
        more = (*scripts.diagnostics, *early) if found.complete else ()
        raise InvalidInput(found.source.place((*found.problems, *more)))
    return _generate(accepted(found), scripts, format, rewrite)


def generate_from(
    app: App,
    *,
    format: str = "yaml",  # noqa: A002 - the option's name
    validations: Mapping[str, Validation] | None = None,
    objects: Mapping[S3Location, str] | None = None,
) -> Generated:
    """Compile an application that stands in no file; places are paths in it.

    `validations`: server id -> what it validates itself with, once it is launched. `objects`: the scripts in S3 that
    stand in user data, read.
    Raises InvalidInput with every problem; a script that it names by `userData.file` is one.
    """
    from smsgen.model.check import check

    found = tuple(one for one in check(app) if not (one.code == "EMPTY_LIST" and _has_servers(app)))
    if refused := {one.path for one in errors(found)}:
        raise InvalidInput((*found, *(one for one in check_early(app, {}) if one.path not in refused)))
    loaded = Loaded(app, Source(None, app.app_id, ""), found)
    return _generate(loaded, no_scripts(app), format, None, validations, objects)


def _has_servers(app: App) -> bool:
    """Whether a list that is empty is that of one group: in a file it is a slip, what is kept may be filled later."""
    return any(group.server_list for group in app.server_groups)


def generate(
    app: str | App,
    *,
    files: Files,
    profile: str | None = None,
    format: str = "yaml",  # noqa: A002 - as above
) -> Generated:
    """Compile an application file by its path, or an App; `profile` in place of its own.

    Raises InvalidInput with every problem, SmsgenError where the file cannot be read or there is no such profile.
    """
    check_profile(profile)
    if isinstance(app, str):
        return generate_template(app, files=files, profile=profile, format=format)
    return generate_from(app._replace(profile=profile or app.profile), format=format)


def check_profile(profile: str | None) -> None:
    """Raise SmsgenError where there is no profile of that name; None is the application's own."""
    if profile is not None and profile not in PROFILES:
        raise SmsgenError(f"there is no profile {profile!r}", hint=f"it is one of {', '.join(PROFILES)}")


def _generate(
    loaded: Loaded,
    scripts: Scripts,
    format: str,  # noqa: A002 - as above
    rewrite: Callable[[App, Scripts], App] | None,
    validations: Mapping[str, Validation] | None = None,
    objects: Mapping[S3Location, str] | None = None,
) -> Generated:
    try:
        app = rewrite(loaded.app, scripts) if rewrite else loaded.app
        compiled = _compile(app, scripts, format, validations, objects)
    except InvalidInput as error:
        raise InvalidInput(loaded.source.place((*loaded.warnings, *error.diagnostics))) from None
    over = check_nested((compiled.template, *(child.template for child in compiled.children)))
    found = (*scripts.diagnostics, *compiled.diagnostics, *over)
    return Generated(loaded, app, compiled, loaded.source.place((*loaded.warnings, *found)))


def _compile(
    app: App,
    scripts: Scripts,
    format: str,  # noqa: A002 - as above
    validations: Mapping[str, Validation] | None,
    objects: Mapping[S3Location, str] | None,
) -> Compiled:
    try:
        compiled = compile_app(
            app, scripts=scripts.content, validations=validations, objects=objects, format=format
        )
    except InvalidInput as error:
        raise InvalidInput((*scripts.diagnostics, *error.diagnostics)) from None
    if errors(scripts.diagnostics):
        raise InvalidInput((*scripts.diagnostics, *compiled.diagnostics))
    return compiled


def texts(generated: Generated, format: str) -> dict[str, str]:  # noqa: A002 - as above
    """Give file -> text: `template.FORMAT` and, with nested stacks, their files beside it.

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
    """Give the path that `pattern` names for the application file `app`; what is no pattern stays as it is.

    `{name}` is the file's name without its ending (`shop` of apps/shop.yaml and apps/shop.app.yaml), `{folder}` where
    it stands (`apps`).
    """
    import re

    if not pattern or "{" not in pattern:
        return pattern
    folder, _, file = app.replace("\\", "/").rpartition("/")
    name = (file.rpartition(".")[0] or file).removesuffix(".app") or file
    parts = {"folder": folder or ("/" if app.startswith("/") else "."), "name": name}
    return re.sub(r"\{(folder|name)\}", lambda found: parts[found[1]], pattern)


def check_places(apps: Iterable[str], patterns: Mapping[str, str | None]) -> None:
    """Raise UsageError where a pattern names one place for two application files. `patterns`: by option."""
    for option, pattern in patterns.items():
        places = [place_for(app, pattern) for app in apps] if pattern else []
        twice = next((place for at, place in enumerate(places) if place in places[:at]), None)
        if twice:
            hint = "write {name}, and {folder} where names are not unique: '{folder}/{name}.template.yaml'"
            raise UsageError(f"{option} names {twice} for several application files", hint=hint)


def write(made: Mapping[str, str], out: str, *, files: Files) -> None:
    """Write what was made: one template to the file `out`, several into the folder `out`, the root last."""
    if len(made) == 1:
        files.write(out, next(iter(made.values())).encode())
        return
    for name in reversed(list(made)):
        files.write(f"{out.rstrip('/')}/{name}", made[name].encode())


def only_text(made: Mapping[str, str]) -> str:
    """Give the one text; raises UsageError where there are several, which only a folder can hold."""
    if len(made) > 1:
        message = f"the application needs {len(made) - 1} nested stacks, which do not fit one output"
        raise UsageError(message, hint="give a folder with -o DIR")
    return next(iter(made.values()))


def difference(made: Mapping[str, str], committed: str, *, files: Files) -> str:
    """Give the unified diff from what is committed at `committed` (a file; a folder for nested stacks), or ""."""
    from difflib import unified_diff

    found: list[str] = []
    for name, text in made.items():
        path = committed if len(made) == 1 else f"{committed.rstrip('/')}/{name}"
        before = files.read(path, max_bytes=MAX_BYTES).decode("utf-8", "replace")
        lines = before.splitlines(keepends=True), text.splitlines(keepends=True)
        found.extend(unified_diff(*lines, path, "generated"))
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in found
    )


def parameters_file(compiled: Compiled) -> str:
    """Give a parameter file for `aws cloudformation deploy --parameter-overrides file://…`.

    A list of ParameterKey and ParameterValue; a value that the file does not imply is empty, to be filled in.
    """
    import json

    entries = [{"ParameterKey": key, "ParameterValue": value} for key, value in compiled.values.items()]
    return json.dumps(entries, indent=2) + "\n"


def lint(generated: Generated, made: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Run cfn-lint on each text and give its findings, at the line of the application file that caused them.

    Raises SmsgenError where cfn-lint is not installed.
    """
    from smsgen.cfn.lint import Finding, lint_text

    compiled, source = generated.compiled, generated.loaded.source
    origins = [compiled.origins, *(child.origins for child in compiled.children)]

    def diagnostic(file: str, finding: Finding, names: Mapping[str, Path]) -> Diagnostic:
        path = finding.path
        cause = names.get(str(path[1]), ()) if len(path) > 1 and path[0] == "Resources" else ()
        where = "/".join(map(str, path)) or file
        message = f"{finding.message} ({where} in {file}, line {finding.line})"
        hint = f"cfn-lint {finding.rule}: {finding.url}" if finding.url else ""
        return Diagnostic(finding.rule, message, hint, _LEVELS[finding.level], cause, source.locate(cause))

    return tuple(
        diagnostic(file, finding, names)
        for (file, text), names in zip(made.items(), origins, strict=True)
        for finding in lint_text(text)
    )


_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "informational": Severity.INFO}


def worst(found: Iterable[Diagnostic]) -> int:
    """Give the exit code that findings make: 1 with an error among them, else 0."""
    return 1 if errors(found) else 0
