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
    content = files.read(path, max_bytes=MAX_BYTES) if text is None else text
    reading = read_app(content, path, profile=profile)
    refused = {one.path for one in errors(reading.problems)}
    scripts = read_scripts(reading.app, path, files, refused)
    if refused:
        early = [one for one in check_early(reading.app, scripts.content) if one.path not in refused]
        more = (*scripts.diagnostics, *early) if reading.complete else ()
        every = with_reasons(reading.app, (*reading.problems, *more, *wrong_codes(reading.app)))
        raise InvalidInput(reading.source.place(unaccepted(every)))
    return _generate(accepted(reading), scripts, format, rewrite)


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
    from smsgen.model.check import check_app

    diagnostics = tuple(one for one in check_app(app) if not (one.code == "EMPTY_LIST" and _has_servers(app)))
    if refused := {one.path for one in errors(diagnostics)}:
        raise InvalidInput((*diagnostics, *(one for one in check_early(app, {}) if one.path not in refused)))
    loaded = Loaded(app, Source(None, app.app_id, ""), diagnostics)
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
    wrong = tuple(wrong_codes(loaded.app))
    try:
        app = rewrite(loaded.app, scripts) if rewrite else loaded.app
        compiled = _compile(app, scripts, format, validations, objects)
        if wrong:
            raise InvalidInput(compiled.diagnostics)
    except InvalidInput as error:
        every = with_reasons(loaded.app, (*loaded.warnings, *error.diagnostics, *wrong))
        raise InvalidInput(loaded.source.place(unaccepted(every))) from None
    over = check_nested((compiled.template, *(child.template for child in compiled.children)))
    diagnostics = (*loaded.warnings, *scripts.diagnostics, *compiled.diagnostics, *over)
    placed = loaded.source.place(with_reasons(loaded.app, diagnostics))
    accepted_ones = tuple(one for one in placed if one.accepted)
    return Generated(loaded, app, compiled, unaccepted(placed), accepted_ones)


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
