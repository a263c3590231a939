"""Use cases: an application out of the store into an application file, and files into the store.

store ──export_app──▶ application file (and notes on what it cannot say)
application files, answers of `aws sms` ──read_files──▶ applications ──keep──▶ store, everything or nothing
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from smsgen.cfn.text import dump_json, dump_yaml
from smsgen.compiler.scripts import is_powershell, with_tags
from smsgen.errors import Diagnostic, InvalidInput, SmsgenError, errors
from smsgen.model.app import App, ServerGroup
from smsgen.model.check import check_app, sentence
from smsgen.model.fields import APP
from smsgen.model.launch import Launch, UserData
from smsgen.model.load import load
from smsgen.model.managed import LaunchState, ManagedApp
from smsgen.operations.apps import configure_launch, configure_replication
from smsgen.operations.apps.manage import without_strangers
from smsgen.operations.apps.server_groups import check_identity
from smsgen.operations.apps.world import Settings
from smsgen.operations.files.scripts import read_scripts
from smsgen.operations.intake.join_answers import join
from smsgen.operations.intake.sms_answers import SmsAnswer, read_answer
from smsgen.operations.ports.protocols import Files
from smsgen.operations.ports.store import AppStore, Change
from smsgen.text.source import MAX_BYTES, parse

_NO_LIMITS = Settings(max_groups=2**31, max_servers=2**31)
"""Who keeps the store may put more into it than its API would take."""


class TransferStore(AppStore, Protocol):
    """A store that makes several changes at once."""

    def commit_all(self, changes: Iterable[Change]) -> tuple[ManagedApp | None, ...]:
        """Make several changes, all of them or none; raises as `commit` does."""


# --- Out ----------------------------------------------------------------------------------------------------------


class Exported(NamedTuple):
    """An application file as plain data, and in one sentence each what it does not say, or does not say well."""

    data: dict[str, Any]
    notes: tuple[str, ...]


def export_app(managed: ManagedApp) -> Exported:
    """Return the application file of an application, in the order of the fields' table."""
    groups = tuple(group for group in managed.app.server_groups if group.server_list)
    app = managed.app._replace(server_groups=groups)
    wrong = (f"smsgen generate-template will say: {sentence(one)}" for one in errors(check_app(app)))
    return Exported(APP.write(app), (*_left_out(managed), *wrong))


def text(data: Mapping[str, Any], format: str) -> str:  # noqa: A002 - the option's name
    """Return an application file's data as text in "yaml" or "json", with a newline at the end."""
    return dump_json(data) + "\n" if format == "json" else dump_yaml(data)


def _left_out(managed: ManagedApp) -> Iterator[str]:
    """Say what an application file has no field for."""
    launch, replication, validation = managed.launch, managed.replication, managed.validation
    said: tuple[tuple[object, str], ...] = (
        (managed.role_name, f"the role of its replication, {managed.role_name}"),
        (managed.imported_app_id, f"that it was imported from {managed.imported_app_id}"),
        (replication.parameters, "how its servers are replicated"),
        (launch.auto_launch, "that it is launched as soon as it is replicated"),
        (validation.apps or validation.servers, "what is validated after a launch"),
        (launch.stack_id, f"how its launch stands: {launch.status}"),
    )
    for value, words in said:
        if value:
            yield f"an application file does not say {words}"
    for group in managed.app.server_groups:
        if not group.server_list:
            yield f"left out: the server group {group.name or group.server_group_id}, which has no servers"


# --- In -----------------------------------------------------------------------------------------------------------


class Imported(NamedTuple):
    """Applications as files say them, in their order, and what is worth a warning."""

    apps: tuple[ManagedApp, ...]
    warnings: tuple[Diagnostic, ...]


def read_files(paths: Iterable[str], files: Files, *, in_store: bool) -> Imported:
    """Read application files and answers of `aws sms`, each recognised by its content.

    `in_store`: they are to be kept in a store, where servers have ids and scripts stand with the application. Raises
    InvalidInput with every problem of every file.
    """
    apps: list[ManagedApp] = []
    answers: list[SmsAnswer] = []
    diagnostics: list[Diagnostic] = []
    for path in paths:
        try:
            text = files.read(path, max_bytes=MAX_BYTES)
            answer = read_answer(parse(text, path))
            if answer is None:
                managed, said = _of_file(text, path, files, in_store=in_store)
                apps.append(managed)
                diagnostics += said
            else:
                answers.append(answer[0])
                diagnostics += answer[1].all()
        except InvalidInput as error:
            diagnostics += error.diagnostics
    if not errors(diagnostics):  # how answers belong together is not to be told while ids in them are wrong
        joined = join(answers)
        apps += joined.apps
        diagnostics += (*joined.diagnostics, *_twice(apps))
    if errors(diagnostics):
        raise InvalidInput(diagnostics)
    return Imported(tuple(apps), tuple(diagnostics))


def _of_file(
    text: bytes, path: str, files: Files, *, in_store: bool
) -> tuple[ManagedApp, tuple[Diagnostic, ...]]:
    loaded = load(text, path)
    app, diagnostics = loaded.app, []
    if in_store:
        scripts = read_scripts(app, path, files)
        diagnostics = [*scripts.diagnostics, *_unnamed(app)]
        if not scripts.diagnostics:
            app = _with_scripts(app, scripts.content)
            diagnostics += errors(check_app(app))
    managed = ManagedApp(app, launch=LaunchState(configured=True))
    return managed, (*loaded.warnings, *loaded.source.place(diagnostics))


def _unnamed(app: App) -> Iterator[Diagnostic]:
    for at, group in enumerate(app.server_groups):
        for index, server in enumerate(group.server_list):
            if not server.server_id:
                message = "in a store every server needs a serverId"
                hint = "the API knows servers by it: s-12345678"
                yield Diagnostic(
                    "MISSING_FIELD", message, hint, path=("serverGroups", at, "serverList", index)
                )


def _twice(apps: Iterable[ManagedApp]) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for managed in apps:
        app_id = managed.app.app_id
        if app_id in seen:
            yield Diagnostic(
                "TWICE", f"the application {app_id} is in two of the files", "give each its own appId"
            )
        seen.add(app_id)


def _with_scripts(app: App, content: Mapping[str, bytes]) -> App:
    """Return the app with every script that stands in a file as text of its own; `check` says which are no text."""

    def inline(launch: Launch) -> Launch:
        name = launch.user_data.file if launch.user_data else None
        if name is None:
            return launch
        text = content[name].decode(errors="surrogateescape")
        # What its name says is lost with the name: the tags say it, too.
        return launch._replace(user_data=UserData(inline=with_tags(text) if is_powershell(name) else text))

    def group(one: ServerGroup) -> ServerGroup:
        servers = tuple(server._replace(launch=inline(server.launch)) for server in one.server_list)
        return one._replace(launch_defaults=inline(one.launch_defaults), server_list=servers)

    groups = tuple(map(group, app.server_groups))
    return app._replace(launch_defaults=inline(app.launch_defaults), server_groups=groups)


# --- Keep ---------------------------------------------------------------------------------------------------------


def keep(
    store: TransferStore,
    apps: Iterable[ManagedApp],
    *,
    replace: bool,
    now: float,
    new_id: Callable[[int], str],
) -> tuple[ManagedApp, ...]:
    """Put applications into the store, all or none, and give them as they are now kept.

    `replace`: those that are there already get what the files say, and keep how they stand: their stack, status, and
    validations; without it they are refused. `now`: seconds since the epoch. `new_id`: so many random hexadecimal
    digits, for groups without an id. Raises SmsgenError (Conflict, ServerTaken, IllegalStep …).
    """
    changes = []
    for managed in apps:
        before = store.app(managed.app.app_id)
        if before and not replace:
            message = f"the application {managed.app.app_id} is in the store already"
            raise SmsgenError(message, hint="--replace gives it what the file says, and keeps how it stands")
        _check(managed.app)
        changes.append(Change(before, _to_keep(before, managed, now, new_id)))
    return tuple(kept for kept in store.commit_all(changes) if kept)


def _check(app: App) -> None:
    try:
        check_identity(app, _NO_LIMITS)
    except InvalidInput as error:  # it was joined of several answers: no line of one is wrong by itself
        raise InvalidInput(
            one._replace(message=f"{app.app_id}: {sentence(one)}") for one in error.diagnostics
        ) from None


def _to_keep(
    before: ManagedApp | None, said: ManagedApp, now: float, new_id: Callable[[int], str]
) -> ManagedApp:
    app = said.app._replace(server_groups=_with_ids(before, said.app.server_groups, new_id))
    if before is None:
        made = said._replace(app=app, created=said.created or now, modified=said.modified or now)
        return _judged(made)
    launch, auto_launch = before.launch, said.launch.auto_launch
    merged = before._replace(
        app=app,
        role_name=said.role_name or before.role_name,
        modified=now,
        launch=launch._replace(
            configured=launch.configured or said.launch.configured,
            auto_launch=launch.auto_launch if auto_launch is None else auto_launch,
        ),
    )
    merged = configure_launch.launch_reconsidered(without_strangers(merged))
    if not said.replication.configured:
        return merged
    replication = merged.replication._replace(configured=True, parameters=said.replication.parameters)
    return configure_replication.reconsidered(merged._replace(replication=replication))


def _judged(managed: ManagedApp) -> ManagedApp:
    """Return a new application with the statuses that its configuration deserves; a stack that stands keeps its own."""
    if managed.launch.status == LaunchState().status:
        managed = configure_launch.launch_reconsidered(managed)
    return configure_replication.reconsidered(managed)


def _with_ids(
    before: ManagedApp | None, groups: tuple[ServerGroup, ...], new_id: Callable[[int], str]
) -> tuple[ServerGroup, ...]:
    """Give groups without an id that of the group which had their name, or a new one."""
    known = {group.name: group.server_group_id for group in before.app.server_groups} if before else {}
    return tuple(
        group._replace(
            server_group_id=group.server_group_id or known.get(group.name) or f"group-{new_id(17)}"
        )
        for group in groups
    )
