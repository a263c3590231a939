"""Compare predictions with recorded answers: `python -m tests.recorded DIR...`.

Prints what differs, and last `exact: A/B plain, C/D with property values`, where B and D count the cases that were
recorded in that mode. A case that raises is missed in every mode that it was recorded in, and says why. Exit code 0
where all are exact.

A case may leave fields out that its source did not publish (`ignore`), or all resources but some (`onlyResources`);
`after.children` are the templates of nested stacks by their TemplateURL, `expected.nested` what those answer, of which
only the fields that stand there are compared.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from smsgen.changes import ChangeSet, predict
from smsgen.changes.describe import parsed
from smsgen.changes.model import Environment
from smsgen.changes.stack import from_data

HEAD = (("Status", "status"), ("StatusReason", "statusReason"), ("Parameters", "parameters"))
"""Fields of the answer beside its changes: their names in DescribeChangeSet and in a case."""


class Verdict(NamedTuple):
    """How a case went: what differs plain, and with values (None: not recorded)."""

    plain: list[str] | None
    valued: list[str] | None


def judge(case: dict[str, Any]) -> Verdict:
    """Predict the case and compare."""
    expected = case["expected"]
    plain, valued = expected.get("changes"), expected.get("changesWithPropertyValues")
    try:
        return _compared(case, plain, valued)
    except Exception as error:  # whatever it is, the case is missed, and the others go on
        missed = [f"raised {type(error).__name__}: {error}"]
        return Verdict(*(None if recorded is None else missed for recorded in (plain, valued)))


def _compared(case: dict[str, Any], plain: list[Any] | None, valued: list[Any] | None) -> Verdict:
    change_set = predicted(case)
    of_plain = (
        None if plain is None else [*_head(case, change_set), *_changes(case, plain, change_set, False)]
    )
    if valued is None:
        return Verdict(of_plain, None)
    head = _head(case, change_set) if plain is None else ()
    return Verdict(of_plain, [*head, *_changes(case, valued, change_set, True), *_nested(case, change_set)])


def predicted(case: dict[str, Any]) -> ChangeSet:
    """Predict what a case was given."""
    environment, after = case["environment"], case["after"]
    return predict(
        from_data(case["before"]) if case["before"] else None,
        after["template"],
        after["parameters"],
        environment=Environment(
            environment["pseudo"], environment.get("ssm", {}), environment.get("exports", {})
        ),
        children=after.get("children") or {},
    )


def _head(case: dict[str, Any], change_set: ChangeSet) -> Iterator[str]:
    answer = change_set.describe(contexts="parsed")
    for key, name in HEAD:
        recorded, got = (_ordered(value) for value in (case["expected"].get(name), answer.get(key)))
        if key not in (case.get("ignore") or ()) and recorded != got:
            yield f"{key}: expected {recorded!r}, got {got!r}"


def _ordered(value: Any) -> Any:
    """Return a list in an order of its own: that of parameters says nothing."""
    return (
        sorted(value, key=lambda item: json.dumps(item, sort_keys=True)) if isinstance(value, list) else value
    )


def _changes(
    case: dict[str, Any], recorded: list[Any], change_set: ChangeSet, with_values: bool
) -> list[str]:
    got = change_set.describe(include_property_values=with_values, contexts="parsed")["Changes"]
    only = case.get("onlyResources")
    if only is not None:
        recorded, got = (
            [c for c in side if c["ResourceChange"]["LogicalResourceId"] in only] for side in (recorded, got)
        )
    return differences(recorded, got, ignore=frozenset(case.get("ignore") or ()))


def _nested(case: dict[str, Any], change_set: ChangeSet) -> Iterator[str]:
    for name, recorded in (case["expected"].get("nested") or {}).items():
        child = change_set.nested.get(name)
        if child is None:
            yield f"{name}: no nested change set"
            continue
        got = child.describe(include_property_values=True, contexts="parsed")["Changes"]
        published = frozenset(key for change in recorded for key in change["ResourceChange"])
        for line in differences(recorded, got, only=published):
            yield f"{name}/{line}"


def differences(
    expected: list[Any],
    got: list[Any],
    *,
    ignore: frozenset[str] = frozenset(),
    only: frozenset[str] | None = None,
) -> list[str]:
    """Say what differs between two lists of Changes: Details in any order, Scope as a set.

    `ignore`: fields of a ResourceChange that are not compared; `only`: those that are compared at all.
    """
    wanted, given = _by_id(expected), _by_id(got)
    found = []
    for name in sorted(wanted.keys() | given.keys()):
        if name not in given or name not in wanted:
            found.append(f"{name}: {'not predicted' if name in wanted else 'predicted, but not recorded'}")
            continue
        recorded = wanted[name]
        keys = (recorded.keys() | given[name].keys()) - ignore
        if only is not None:
            keys &= recorded.keys()
        found += [f"{name}.{line}" for line in _fields(recorded, given[name], keys)]
    return found


def _by_id(changes: list[Any]) -> dict[str, Any]:
    return {change["ResourceChange"]["LogicalResourceId"]: _canonical(change) for change in changes}


def _canonical(change: dict[str, Any]) -> dict[str, Any]:
    record = dict(change["ResourceChange"], Type=change["Type"])
    if "Details" in record:
        # A value is the same, shown parsed or as the JSON text that the API gives.
        details = [
            {**detail, "Target": {key: parsed(value) for key, value in detail["Target"].items()}}
            for detail in record["Details"] or []
        ]
        record["Details"] = sorted(json.dumps(detail, sort_keys=True) for detail in details)
    record["Scope"] = sorted(record.get("Scope") or [])
    return record


def _fields(wanted: dict[str, Any], given: dict[str, Any], keys: set[str]) -> Iterator[str]:
    for key in sorted(keys):
        if wanted.get(key) != given.get(key):
            yield f"{key}: expected {wanted.get(key)!r}, got {given.get(key)!r}"


def main(argv: list[str]) -> int:
    """Judge every case in the directories; give the exit code."""
    if not argv or not all(Path(folder).is_dir() for folder in argv):
        print("usage: python -m tests.recorded DIR...", file=sys.stderr)
        return 64
    verdicts = []
    for path in (path for folder in argv for path in sorted(Path(folder).glob("*.json"))):
        verdict = judge(json.loads(path.read_text(encoding="utf-8")))
        verdicts.append(verdict)
        for mode, lines in (("plain", verdict.plain or []), ("values", verdict.valued or [])):
            for line in lines:
                print(f"{path.stem} [{mode}] {line}")
    plain = [verdict.plain for verdict in verdicts if verdict.plain is not None]
    valued = [verdict.valued for verdict in verdicts if verdict.valued is not None]
    exact = sum(not lines for lines in plain), sum(not lines for lines in valued)
    print(f"exact: {exact[0]}/{len(plain)} plain, {exact[1]}/{len(valued)} with property values")
    return 0 if exact == (len(plain), len(valued)) and verdicts else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
