"""The application file as text -> App, with every problem at once.

    text ──parse──▶ plain data ──APP.read──▶ App ──RULES──▶ Loaded
                       │            │          │
                       └────────────┴──────────┴──▶ Diagnostics, each with its place in the text

`source.parse` says what is no YAML, the field table (`fields.py`) what is no application file, the rules
(`rules.py`) what contradicts itself. Any text ends in a Loaded or in InvalidInput.
"""

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from smsgen.errors import Diagnostic, InvalidInput, errors
from smsgen.model.app import App
from smsgen.model.fields import APP
from smsgen.model.problems import Problems
from smsgen.model.rules import RULES
from smsgen.model.view import view
from smsgen.text.source import Source, parse

if TYPE_CHECKING:
    from smsgen.model.hints import Foreign

MAX_SERVERS = 50_000
"""Of a file; CloudFormation takes 2,500 resources in one operation."""


class Loaded(NamedTuple):
    """An application, the text it came from, and what is worth a warning in it, in the order of the text."""

    app: App
    source: Source
    warnings: tuple[Diagnostic, ...]


class Read(NamedTuple):
    """A text as far as it could be read: what is wrong in it is left out of `app`, and among `problems`.

    `complete`: whether there may be more to say of it.
    """

    app: App
    source: Source
    problems: tuple[Diagnostic, ...]
    complete: bool


def load(text: bytes, file: str, *, profile: str | None = None) -> Loaded:
    """Read an application file.

    `text`: YAML or JSON in UTF-8. `file`: its name in messages. `profile`: used in place of the file's own,
    one of `app.PROFILES`. Raises InvalidInput with every problem found, warnings included.
    """
    return accepted(read_app(text, file, profile=profile))


def read_app(text: bytes, file: str, *, profile: str | None = None) -> Read:
    """Read an application file as far as that can be done; raises InvalidInput for what is no YAML."""
    source = _application(text, file)
    _refuse_many(source)
    problems = Problems(source)
    app = APP.read(source.data, (), problems)
    if profile is not None:
        app = app._replace(profile=profile)
    if not problems.full():  # with so much to mend in single fields, how they fit together can wait
        _check_rules(app, problems)
    return Read(_with_names(app), source, problems.all(), complete=not problems.full())


def _application(text: bytes, file: str) -> Source:
    """Return the document; raises InvalidInput for what is none, and for one of another kind with what takes that."""
    try:
        source = parse(text, file)
    except InvalidInput as error:
        if any(problem.code == "YAML_TAG" for problem in error.diagnostics):
            from smsgen.model.hints import foreign_text

            _refuse_foreign(foreign_text(text), Source(None, file, ""))
        raise
    if not (
        isinstance(source.data, dict) and "name" in source.data
    ):  # an application; the tables take time to load
        from smsgen.model.hints import foreign

        _refuse_foreign(foreign(source.data), source)
    return source


def _refuse_foreign(kind: "Foreign | None", source: Source) -> None:
    if kind is not None:
        message = f"this is {kind.what}, and no application file"
        raise InvalidInput(source.place([Diagnostic("NOT_AN_APPLICATION", message, kind.hint)]))


def _refuse_many(source: Source) -> None:
    """Raise InvalidInput where a file has more servers than are read: what is made of each takes 10 KB and more."""
    groups = source.data.get("serverGroups") if isinstance(source.data, dict) else None
    lists = [group.get("serverList") for group in _maps(groups)]
    count = max(sum(len(one) for one in lists if isinstance(one, list)), len(lists))
    if count > MAX_SERVERS:
        message = f"the file has {count:,} servers or groups; smsgen reads {MAX_SERVERS:,}"
        hint = "make several applications of it, each with a file of its own"
        raise InvalidInput(source.place([Diagnostic("TOO_LARGE", message, hint, path=("serverGroups",))]))


def _maps(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def accepted(reading: Read) -> Loaded:
    """Return what was read; raises InvalidInput with all that was found where something is wrong."""
    if errors(reading.problems):
        raise InvalidInput(reading.problems)
    return Loaded(reading.app, reading.source, reading.problems)


def _check_rules(app: App, problems: Problems) -> None:
    problems.end_of_fields()
    places = view(app)
    for rule in RULES:
        rule(places, problems)


def _with_names(app: App) -> App:
    app_id = app.app_id or app_id_of(app.name)
    return app._replace(app_id=app_id, stack_name=app.stack_name or f"sms-{app_id}")


def app_id_of(name: str) -> str:
    """Return the id of an application of this name: `app-` and 17 hexadecimal digits of the name's SHA-256."""
    return f"app-{sha256(name.encode()).hexdigest()[:17]}"
