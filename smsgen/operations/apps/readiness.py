"""Whether an application that is kept can be launched: its configuration, and its images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smsgen.compiler.resolve import ResolvedServer
from smsgen.errors import Diagnostic, InvalidInput, errors
from smsgen.model.app import App
from smsgen.model.check import sentence
from smsgen.operations.files.generate_template import generate_from

MAX_MESSAGE = 2_000
"""Characters of a status message; SMS gave its own 2,500 (ValidationStatusMessage)."""

_ANY_IMAGE = "ami-00000000000000000"

_NEEDED = (("subnet", "subnet"), ("security_group", "security group"), ("instance_type", "instance type"))
"""Field of the launch configuration, and how it is called: what SMS's console asked for, and EC2 cannot guess."""


def diagnose(app: App) -> tuple[Diagnostic, ...]:
    """Return what keeps an application from being launched, its images apart: nothing means that it is ready.

    Each server counts as if it had its image: one that has none is waited for, and takes no parameter of a template.
    """
    try:
        generated = generate_from(_with_images(app))
    except InvalidInput as error:
        return errors(error.diagnostics)
    return incomplete(generated.compiled.servers)


def _with_images(app: App) -> App:
    groups = tuple(
        group._replace(
            server_list=tuple(one._replace(image_id=one.image_id or _ANY_IMAGE) for one in group.server_list)
        )
        for group in app.server_groups
    )
    return app._replace(server_groups=groups)


def incomplete(servers: Iterable[ResolvedServer]) -> tuple[Diagnostic, ...]:
    """Return what is missing of the launch configurations of servers that compile."""
    return tuple(_incomplete(servers))


def without_image(app: App) -> tuple[str, ...]:
    """Return the ids of the servers that have no image, sorted."""
    servers = (server for group in app.server_groups for server in group.server_list)
    return tuple(sorted(server.server_id for server in servers if not server.image_id))


def told(diagnostics: Iterable[Diagnostic]) -> str:
    """Return diagnostics as one status message."""
    return cut("; ".join(sentence(one) for one in diagnostics))


def cut(text: str) -> str:
    """Return a text as a status message: on one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_MESSAGE else line[: MAX_MESSAGE - 1] + "…"


def _incomplete(servers: Iterable[ResolvedServer]) -> Iterator[Diagnostic]:
    for one in servers:
        for field, words in _NEEDED:
            said = getattr(one.launch, field) or (field == "security_group" and one.launch.security_groups)
            if not said:
                hint = "put it with PutAppLaunchConfiguration"
                yield Diagnostic("INCOMPLETE", f"{one.title} has no {words}", hint, path=one.path_of(field))
