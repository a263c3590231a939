"""Use case: an application to a CloudFormation template.

In: the path of an application file and the Files port, or an App that stands in no file. Out: a value (`Generated`);
what becomes of it as files is told by `template_files.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from smsgen.cfn.limits import check_nested
from smsgen.compiler import Compiled, Validation, check_early, compile_app
from smsgen.errors import Diagnostic, InvalidInput, SmsgenError, errors
from smsgen.model.app import PROFILES, App
from smsgen.model.launch import S3Location
from smsgen.model.load import Loaded, accepted, read_app
from smsgen.operations.files.acceptance import unaccepted, with_reasons, wrong_codes
from smsgen.operations.files.scripts import Scripts, no_scripts, read_scripts
from smsgen.text.source import MAX_BYTES, Source

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.operations.ports.protocols import Files


class AppFile(NamedTuple):
    """An application file as it was read, and the scripts that it names."""

    loaded: Loaded
    scripts: Scripts


class Generated(NamedTuple):
    """An application file, compiled: the file as it was read, and the app that was compiled.

    `warnings`: what is worth a look; `accepted`: the warnings that the file accepts.
    """

    loaded: Loaded
    app: App
    compiled: Compiled
    warnings: tuple[Diagnostic, ...]
    accepted: tuple[Diagnostic, ...] = ()


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
    app_file = read_app_file(path, files=files, profile=profile, text=text)
    return compile_app_file(app_file, format=format, rewrite=rewrite)


def read_app_file(
    path: str, *, files: Files, profile: str | None = None, text: bytes | None = None
) -> AppFile:
    """Read an application file and the scripts that it names; parameters as those of `generate_template`.

    Raises InvalidInput where the file by itself is wrong, with all that can be said before it is compiled.
    """
    content = files.read(path, max_bytes=MAX_BYTES) if text is None else text
    reading = read_app(content, path, profile=profile)
    refused = {one.path for one in errors(reading.problems)}
    scripts = read_scripts(reading.app, path, files, refused)
    if refused:
        early = [one for one in check_early(reading.app, scripts.content) if one.path not in refused]
        more = (*scripts.diagnostics, *early) if reading.complete else ()
        every = with_reasons(reading.app, (*reading.problems, *more, *wrong_codes(reading.app)))
        raise InvalidInput(reading.source.place(unaccepted(every)))
    return AppFile(accepted(reading), scripts)


def compile_app_file(
    app_file: AppFile,
    *,
    format: str = "yaml",  # noqa: A002 - the option's name
    rewrite: Callable[[App, Scripts], App] | None = None,
) -> Generated:
    """Compile an application file that was read; parameters as those of `generate_template`.

    Raises InvalidInput with every problem in its place.
    """
    loaded, scripts = app_file
    return _generate(loaded, scripts, lambda app: Inputs(rewrite(app, scripts) if rewrite else app), format)


class Inputs(NamedTuple):
    """What is compiled: an application, and what stands in no file of it.

    `validations`: server id -> what it validates itself with, once it is launched. `objects`: the scripts in S3 that
    stand in user data, read.
    """

    app: App
    validations: Mapping[str, Validation] = {}
    objects: Mapping[S3Location, str] = {}


def generate_from(
    app: App,
    *,
    format: str = "yaml",  # noqa: A002 - the option's name
    prepare: Callable[[App], Inputs] = Inputs,
) -> Generated:
    """Compile an application that stands in no file; places are paths in it.

    `prepare`: asked, once the application by itself is found right, for what is compiled in its place.
    Raises InvalidInput with every problem; a script that it names by `userData.file` is one.
    """
    from smsgen.model.check import check_app

    diagnostics = tuple(one for one in check_app(app) if not (one.code == "EMPTY_LIST" and _has_servers(app)))
    if refused := {one.path for one in errors(diagnostics)}:
        raise InvalidInput((*diagnostics, *(one for one in check_early(app, {}) if one.path not in refused)))
    loaded = Loaded(app, Source(None, app.app_id, ""), diagnostics)
    return _generate(loaded, no_scripts(app), prepare, format)


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
    prepare: Callable[[App], Inputs],
    format: str,  # noqa: A002 - as above
) -> Generated:
    wrong = tuple(wrong_codes(loaded.app))
    try:
        inputs = prepare(loaded.app)
        compiled = _compile(inputs, scripts, format)
        if wrong:
            raise InvalidInput(compiled.diagnostics)
    except InvalidInput as error:
        every = with_reasons(loaded.app, (*loaded.warnings, *error.diagnostics, *wrong))
        raise InvalidInput(loaded.source.place(unaccepted(every))) from None
    over = check_nested((compiled.template, *(child.template for child in compiled.children)))
    diagnostics = (*loaded.warnings, *scripts.diagnostics, *compiled.diagnostics, *over)
    placed = loaded.source.place(with_reasons(loaded.app, diagnostics))
    accepted_ones = tuple(one for one in placed if one.accepted)
    return Generated(loaded, inputs.app, compiled, unaccepted(placed), accepted_ones)


def _compile(inputs: Inputs, scripts: Scripts, format: str) -> Compiled:  # noqa: A002 - as above
    try:
        compiled = compile_app(
            inputs.app,
            scripts=scripts.content,
            validations=inputs.validations,
            objects=inputs.objects,
            format=format,
        )
    except InvalidInput as error:
        raise InvalidInput((*scripts.diagnostics, *error.diagnostics)) from None
    if errors(scripts.diagnostics):
        raise InvalidInput((*scripts.diagnostics, *compiled.diagnostics))
    return compiled
