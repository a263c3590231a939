"""App -> Template(s).

    App ──resolve──▶ servers ──check──▶ ──build──▶ parts ──fits?──▶ one Template
                                                      └──split──▶ a root and its children

In: an App as `model.load` gives it, and the bytes of the scripts it names. Out: `Compiled`, the same for equal
apps whatever the order of servers in a group or of groups in the file. A stage sees only what the one before it
gives; none of them reads a file, a clock or the environment, and none edits its argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from smsgen.cfn.document import Template
from smsgen.compiler.build import build, root_template
from smsgen.compiler.checks import check_early, check_servers
from smsgen.compiler.resolve import ResolvedServer, Validation, resolve
from smsgen.compiler.split import Child, check_groups, fits, split
from smsgen.compiler.target_groups import check_target_groups
from smsgen.compiler.weight import refuse_heavy
from smsgen.errors import Diagnostic, InvalidInput, Path, errors
from smsgen.model.app import App
from smsgen.model.launch import S3Location
from smsgen.model.name_rules import logical_ids_differ, server_ids_differ, vm_ids_differ
from smsgen.model.problems import Problems
from smsgen.model.view import view

__all__ = ["Child", "Compiled", "Validation", "check_early", "compile_app"]


class Compiled(NamedTuple):
    """A template, the children it names, and what its resources come from.

    `servers`: what was compiled, each with its whole launch configuration, in launch order. `origins`: logical id in
    `template` -> the place in the application file of the server it belongs to; a child has its own. `values`:
    parameter -> the value the file implies ("" where the user must give one). `diagnostics`: warnings, with paths.
    """

    template: Template
    children: tuple[Child, ...]
    origins: Mapping[str, Path]
    values: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]
    servers: tuple[ResolvedServer, ...] = ()


def compile_app(
    app: App,
    *,
    scripts: Mapping[str, bytes] | None = None,
    validations: Mapping[str, Validation] | None = None,
    objects: Mapping[S3Location, str] | None = None,
    format: str = "yaml",  # noqa: A002 - the option's name
) -> Compiled:
    """Compile an application to CloudFormation.

    `scripts`: name in `userData.file` -> its bytes. `validations`: server id -> the script with which it validates
    itself, and where it reports. `objects`: the texts of scripts in S3 that have been read; they stand in the user
    data, where they would be fetched at boot. `format`: how the files of children end ("yaml" or "json").
    Raises InvalidInput with every problem, by path; `Source.place` gives them their lines.
    """
    servers = resolve(app, validations, objects)
    refuse_heavy(servers, len(app.tags), scripts or {})
    _check_names(app, servers)
    check_groups(servers, app.profile)
    built = build(app, servers, scripts or {})
    diagnostics = (*check_servers(servers, app), *check_target_groups(app, servers), *built.problems)
    if errors(diagnostics):
        raise InvalidInput(diagnostics)
    whole = root_template(built)
    children: tuple[Child, ...] = ()
    if not fits(built, whole):
        whole, children = split(built, format)
    origins = {name: built.servers[key].path for key in built.servers for name in built.parts[key].resources}
    values = {declared.name: declared.value for declared in built.parameters}
    return Compiled(whole, children, origins if not children else {}, values, diagnostics, servers)


def _check_names(app: App, servers: tuple[ResolvedServer, ...]) -> None:
    """Raise InvalidInput where two servers have one name: no server is lost, though nobody had the app checked."""
    if len({server.logical_id for server in servers}) == len(servers):
        return
    problems, places = Problems(None), view(app)
    for rule in (server_ids_differ, vm_ids_differ, logical_ids_differ):
        rule(places, problems)
    raise InvalidInput(problems.all())
