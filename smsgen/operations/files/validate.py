"""Check application files: the file, its scripts, what is made of it; with AWS, what they name there as well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from smsgen.errors import Diagnostic, InvalidInput, Location, SmsgenError
from smsgen.operations.files.acceptance import idle, unaccepted, with_reasons
from smsgen.operations.files.generate_template import Generated, generate_template

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.operations.ports.protocols import Files, Lookups


def validate(
    paths: Iterable[str],
    *,
    files: Files,
    profile: str | None = None,
    lookups: Lookups | None = None,
    show_accepted: bool = False,
) -> tuple[Diagnostic, ...]:
    """Return every problem of every file, in the order given; without an ERROR among them, all compile.

    `paths`: application files, `-` for standard input. `profile`: in place of the files' own. `lookups`: whom to ask
    about the images and subnets that the files name; nobody is asked without it. Raises ServiceError where AWS does not
    answer. `show_accepted`: warnings that a file accepts are among them, with the reason.
    """
    every = (problem for path in paths for problem in _check(path, files, profile, lookups))
    return tuple(every) if show_accepted else unaccepted(every)


def _check(path: str, files: Files, profile: str | None, lookups: Lookups | None) -> tuple[Diagnostic, ...]:
    """Return what reading and compiling show: missing scripts, values that do not fit together, weakened defaults."""
    try:
        generated = generate_template(path, files=files, profile=profile)
    except InvalidInput as error:
        return error.diagnostics
    except SmsgenError as error:
        return (Diagnostic("UNREADABLE", str(error), error.hint, location=Location(path, 1, 1)),)
    app, source = generated.app, generated.loaded.source
    of_names = with_reasons(app, _of_names(generated, lookups))
    every = (*generated.warnings, *generated.accepted, *of_names)
    return source.place((*every, *idle(app, every)))


def _of_names(generated: Generated, lookups: Lookups | None) -> tuple[Diagnostic, ...]:
    """Return what is to be said of the images and subnets that the file names."""
    from smsgen.operations.files.looked_up import look_up, root_device_findings, subnet_problems

    app, servers = generated.app, generated.compiled.servers
    known = look_up(app, servers, lookups) if lookups else None
    return (*root_device_findings(app, servers, known), *(subnet_problems(servers, known) if known else ()))
