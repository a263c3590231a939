"""The user's values for a template's parameters: a file, and single values that win over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from smsgen.errors import Diagnostic, InvalidInput, Path, SmsgenError
from smsgen.operations.ports.revisions import NotAtRevision
from smsgen.text.source import Source, parse

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.operations.ports.protocols import Files, Revisions

_MAX_BYTES = 1_048_576
_HINT = 'write `NAME: value`, or the CLI\'s [{"ParameterKey": "NAME", "ParameterValue": "value"}]'


def read_parameters(file: str | None, pairs: Iterable[str], *, files: Files) -> dict[str, str]:
    """Return the values of `file` (None: no file), replaced and added to by `NAME=VALUE` pairs.

    The file is YAML or JSON: a map, the AWS CLI's list, or CodePipeline's `{"Parameters": {…}}`. Raises
    InvalidInput with every value that is no text, number or boolean; SmsgenError for a pair without `=`.
    """
    values = _of_file(parse(files.read(file, max_bytes=_MAX_BYTES), file)) if file else {}
    return values | read_assignments(pairs, "--parameter")


def parameters_at(
    file: str | None,
    pairs: Iterable[str],
    ref: str,
    *,
    given: Mapping[str, str],
    revisions: Revisions,
) -> dict[str, str]:
    """Return the values of the parameters at a git revision: those of the same file there, in place of `given`.

    `given`: what `read_parameters` gives of the same `file` and `pairs`; it stands where the revision has no such file,
    or the file no such parameter. Raises as `read_parameters` does.
    """
    if not file or file == "-":
        return dict(given)
    try:
        text = revisions.read(ref, file, max_bytes=_MAX_BYTES)
    except NotAtRevision:
        return dict(given)
    return {**given, **_of_file(parse(text, f"{file} at {ref}")), **read_assignments(pairs, "--parameter")}


def read_assignments(pairs: Iterable[str], what: str) -> dict[str, str]:
    """Return a dict of `NAME=VALUE` texts; raises SmsgenError for one without `=`, or a name given twice."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise SmsgenError(f"{what} {pair!r} is not NAME=VALUE", hint=f"write {what} NAME=VALUE")
        if name in values:
            raise SmsgenError(f"{what} gives {name!r} twice", hint="give it once")
        values[name] = value
    return values


def _of_file(source: Source) -> dict[str, str]:
    data = source.data
    if isinstance(data, dict) and isinstance(data.get("Parameters"), dict):
        entries: list[tuple[Path, Any, Any]] = [
            (("Parameters", name), name, value) for name, value in data["Parameters"].items()
        ]
    elif isinstance(data, dict):
        entries = [((name,), name, value) for name, value in data.items()]
    elif isinstance(data, list):
        entries = [((at,), *_key_and_value(one)) for at, one in enumerate(data)]
    else:
        entries = [((), None, None)]
    problems = [_problem(path, name) for path, name, value in entries if not _fits(name, value)]
    if problems:
        raise InvalidInput(source.place(problems))
    return {name: _text(value) for _, name, value in entries}


def _key_and_value(entry: Any) -> tuple[Any, Any]:
    if not isinstance(entry, dict):
        return None, None
    return entry.get("ParameterKey"), entry.get("ParameterValue")


def _fits(name: Any, value: Any) -> bool:
    return isinstance(name, str) and (
        isinstance(value, (str, int, float))
        or (isinstance(value, list) and all(isinstance(v, str) for v in value))
    )


def _problem(path: Path, name: Any) -> Diagnostic:
    problem = (
        f"the parameter {name!r} has no text as its value"
        if name
        else "this is not a parameter and its value"
    )
    return Diagnostic("PARAMETER_VALUE", problem, _HINT, path=path)


def _text(value: Any) -> str:
    """Return a value as CloudFormation takes it: text, lists joined with commas."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, list) else str(value)
