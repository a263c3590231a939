"""From an application to what a launch sends: compiled, and uploaded where it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from smsgen.cfn.limits import MAX_INLINE_BYTES
from smsgen.cfn.text import dump
from smsgen.compiler import Compiled
from smsgen.compiler.resolve import ResolvedServer, resolve
from smsgen.errors import Diagnostic
from smsgen.model.app import App
from smsgen.model.launch_fields import MAX_USER_DATA
from smsgen.operations.files.generate_template import Generated, generate_template
from smsgen.operations.files.looked_up import looked_up, with_asked_root_devices
from smsgen.operations.files.scripts import Scripts
from smsgen.operations.ports.protocols import Artifacts, Files, Lookups
from smsgen.operations.stacks.request import Place, StackLaunch
from smsgen.operations.stacks.upload import upload_scripts, upload_templates


class Plan(NamedTuple):
    """An application, compiled. `places`: logical id of each server -> where it belongs."""

    app: App
    compiled: Compiled
    places: Mapping[str, Place]
    warnings: tuple[Diagnostic, ...]


def plan(
    file: str,
    *,
    files: Files,
    artifacts: Callable[[], Artifacts] | None = None,
    lookups: Lookups | None = None,
    check_subnets: bool = True,
) -> Plan:
    """Read and compile an application file.

    `artifacts` gives the bucket for boot scripts that are too long for user data; without it they are an
    error. `lookups`: whom to ask for the root devices of the images and, where it is to be
    launched (`check_subnets`), the VPCs of the subnets.
    Raises InvalidInput with every problem, in the order of the file.
    """

    def rewrite(app: App, scripts: Scripts) -> App:
        if lookups and check_subnets:
            app = looked_up(app, resolve(app), lookups)
        elif lookups:
            app = with_asked_root_devices(app, lookups)
        if artifacts is None or all(len(one) <= MAX_USER_DATA for one in scripts.content.values()):
            return app
        return upload_scripts(app, scripts.content, artifacts(), every=False)

    return plan_of(generate_template(file, files=files, rewrite=rewrite))


def plan_of(generated: Generated) -> Plan:
    """Return the plan of an application that is compiled already."""
    app, compiled = generated.app, generated.compiled
    return Plan(app, compiled, places(compiled), generated.warnings)


def launch_of(planned: Plan, artifacts: Callable[[], Artifacts]) -> StackLaunch:
    """Return what a launch sends. Only a template that is nested or over 51,200 bytes is uploaded.

    `artifacts` gives the bucket; it is asked for only then.
    """
    app, compiled = planned.app, planned.compiled
    body, url = dump(compiled.template, "yaml"), ""
    templates = (compiled.template, *(child.template for child in compiled.children))
    if compiled.children or len(body.encode()) > MAX_INLINE_BYTES:
        uploaded = upload_templates(compiled, artifacts(), format="yaml")
        templates = (uploaded.template, *templates[1:])
        body, url = "", uploaded.url
    return StackLaunch(
        stack_name=app.stack_name,
        templates=templates,
        body=body,
        url=url,
        role_name=app.role_name,
        profile=app.profile,
        tags={tag.key: tag.value for tag in app.tags},
        places=planned.places,
        values={name: value for name, value in compiled.values.items() if value},
        stateful=any(server.launch.stateful for server in compiled.servers),
    )


def places(compiled: Compiled) -> dict[str, Place]:
    """Return where each server of the templates belongs, by logical id, in launch order."""
    servers = {server.path: server for server in compiled.servers}
    found = {}
    children = ((child.template, child.origins) for child in compiled.children)
    for template, origins in ((compiled.template, compiled.origins), *children):
        for logical_id, path in origins.items():
            server = servers.get(path)
            kind = template.resources.get(logical_id, {}).get("Type")
            if server is not None and kind == "AWS::EC2::Instance":
                found[logical_id] = _place(server)
    return dict(sorted(found.items(), key=lambda one: (one[1], one[0])))


def _place(server: ResolvedServer) -> Place:
    return Place(server.launch_order, server.group.name, server.title, server.server.server_id)
