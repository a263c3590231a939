"""A kept application as it is launched: compiled, with what AWS knows of what it names."""

from __future__ import annotations

from smsgen.compiler.resolve import resolve
from smsgen.model.app import App
from smsgen.model.managed import ManagedApp
from smsgen.operations.apps.scripts_in_s3 import read_scripts_in_s3
from smsgen.operations.apps.server_reports import validations_of
from smsgen.operations.apps.world import World
from smsgen.operations.files.generate_template import Generated, Inputs, generate_from
from smsgen.operations.files.looked_up import looked_up


def prepared(world: World, managed: ManagedApp, *, format: str = "yaml") -> Generated:  # noqa: A002 - the API's word
    """Compile the application as LaunchApp launches it; `format` ("json" or "yaml") is that of its children.

    Raises InvalidInput with what is wrong with its launch configuration, ServiceError where AWS cannot be asked.
    """

    def asked(app: App) -> Inputs:
        servers = resolve(app)
        return Inputs(
            looked_up(app, servers, world.lookups),
            objects=read_scripts_in_s3(servers, world.artifacts),
            validations=validations_of(managed, world.artifacts),
        )

    return generate_from(managed.app, format=format, prepare=asked)
