"""From an application file to what a launch sends: compiled, and uploaded where it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from smsgen.cfn.text import dump
from smsgen.compiler import Compiled, compile_app
from smsgen.errors import Diagnostic, InvalidInput, Path, errors
from smsgen.model.app import App
from smsgen.model.load import load
from smsgen.operations.launch_request import Launch, Place
from smsgen.operations.ports import Artifacts, Files
from smsgen.operations.scripts import read_scripts
from smsgen.operations.upload import upload_scripts, upload_templates
from smsgen.source import MAX_BYTES

MAX_INLINE = 51_200
"""Bytes of a template that CreateChangeSet takes inline (CloudFormation quotas)."""


class Plan(NamedTuple):
    """An application file, compiled. `places`: logical id of each server -> where it belongs."""

    app: App
    compiled: Compiled
    places: Mapping[str, Place]
    warnings: tuple[Diagnostic, ...]


def plan(file: str, *, files: Files, artifacts: Callable[[], Artifacts] | None = None) -> Plan:
    """Read and compile an application file.

    `artifacts` gives the bucket for boot scripts that are too long for user data; without it they are an
    error.
    Raises InvalidInput with every problem, in the order of the file.
    """
    loaded = load(files.read(file, max_bytes=MAX_BYTES), file)
    scripts = read_scripts(loaded.app, file, files)
    try:
        if errors(scripts.diagnostics):
            raise InvalidInput(scripts.diagnostics)
        app = loaded.app
        if artifacts is not None and _too_long(scripts.content):
            app = upload_scripts(app, scripts.content, artifacts(), every=False)
        compiled = compile_app(app, scripts=scripts.content)
    except InvalidInput as error:
        raise InvalidInput(loaded.source.place(error.diagnostics)) from None
    warnings = loaded.source.place((*loaded.warnings, *scripts.diagnostics, *compiled.diagnostics))
    return Plan(app, compiled, places(app, compiled), warnings)


def launch_of(planned: Plan, artifacts: Callable[[], Artifacts]) -> Launch:
    """Give what a launch sends. Only a template that is nested or over 51,200 bytes is uploaded.

    `artifacts` gives the bucket; it is asked for only then.
    """
    app, compiled = planned.app, planned.compiled
    body, url = dump(compiled.template, "yaml"), ""
    templates = (compiled.template, *(child.template for child in compiled.children))
    if compiled.children or len(body.encode()) > MAX_INLINE:
        uploaded = upload_templates(compiled, artifacts(), format="yaml")
        templates = (uploaded.template, *templates[1:])
        body, url = "", uploaded.url
    return Launch(
        stack_name=app.stack_name,
        templates=templates,
        body=body,
        url=url,
        role_name=app.role_name,
        profile=app.profile,
        tags={tag.key: tag.value for tag in app.tags},
        places=planned.places,
        stateful=is_stateful(app),
    )


def places(app: App, compiled: Compiled) -> dict[str, Place]:
    """Give where each server of the templates belongs, by logical id, in launch order."""
    found = {}
    children = ((child.template, child.origins) for child in compiled.children)
    for template, origins in ((compiled.template, compiled.origins), *children):
        for logical_id, path in origins.items():
            place = _place(app, path)
            kind = template.resources.get(logical_id, {}).get("Type")
            if place is not None and kind == "AWS::EC2::Instance":
                found[logical_id] = place
    return dict(sorted(found.items(), key=lambda one: (one[1], one[0])))


def is_stateful(app: App) -> bool:
    """Whether any server is called stateful, by itself, its group or the application."""
    for group in app.server_groups:
        for server in group.server_list:
            said = (server.launch.stateful, group.launch_defaults.stateful, app.launch_defaults.stateful)
            if next((word for word in said if word is not None), False):
                return True
    return False


def _place(app: App, path: Path) -> Place | None:
    """Give the place of the server at `path` (`serverGroups`, group, `serverList`, server, …), if it is one."""
    if len(path) < 4 or path[0] != "serverGroups" or path[2] != "serverList":
        return None
    group = app.server_groups[int(path[1])]
    server = group.server_list[int(path[3])]
    return Place(
        group.launch_order or 0, group.name, server.vm_server.vm_name or server.server_id, server.server_id
    )


def _too_long(scripts: Mapping[str, bytes]) -> bool:
    from smsgen.operations.upload import MAX_USER_DATA

    return any(len(content) > MAX_USER_DATA for content in scripts.values())
