"""Compare predictions with recorded answers: `python -m tests.recorded DIR`.

Prints what differs, and last `exact: A/B plain, C/D with property values`, where D counts the cases that were
recorded with property values. Exit code 0 where all are exact.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from smsgen.changes import predict
from smsgen.changes.describe import parsed
from smsgen.changes.model import Environment
from smsgen.changes.stack import from_data


class Verdict(NamedTuple):
    """How a case went: what differs plain, and with values (None: not recorded)."""

    plain: list[str]
    valued: list[str] | None


def judge(case: dict[str, Any]) -> Verdict:
    """Predict the case and compare."""
    environment = case["environment"]
    change_set = predict(
        from_data(case["before"]) if case["before"] else None,
        case["after"]["template"],
        case["after"]["parameters"],
        environment=Environment(
            environment["pseudo"], environment.get("ssm", {}), environment.get("exports", {})
        ),
    )
    expected = case["expected"]
    answer = change_set.describe(contexts="parsed")
    plain = [
        f"{key}: expected {expected[name]!r}, got {answer.get(key)!r}"
        for key, name in (
            ("Status", "status"),
            ("StatusReason", "statusReason"),
            ("Parameters", "parameters"),
        )
        if expected[name] != answer.get(key)
    ]
    plain += differences(expected["changes"], answer["Changes"])
    recorded = expected["changesWithPropertyValues"]
    if recorded is None:
        return Verdict(plain, None)
    valued = change_set.describe(include_property_values=True, contexts="parsed")["Changes"]
    return Verdict(plain, differences(recorded, valued))


def differences(expected: list[Any], got: list[Any]) -> list[str]:
    """Say what differs between two lists of Changes: Details in any order, Scope as a set."""
    wanted, given = _by_id(expected), _by_id(got)
    found = []
    for name in sorted(wanted.keys() | given.keys()):
        if name not in given or name not in wanted:
            found.append(f"{name}: {'not predicted' if name in wanted else 'predicted, but not recorded'}")
            continue
        found += [f"{name}.{line}" for line in _fields(wanted[name], given[name])]
    return found


def _by_id(changes: list[Any]) -> dict[str, Any]:
    return {change["ResourceChange"]["LogicalResourceId"]: _canonical(change) for change in changes}


def _canonical(change: dict[str, Any]) -> dict[str, Any]:
    record = dict(change["ResourceChange"], Type=change["Type"])
    # A value is the same, shown parsed or as the JSON text that the API gives.
    details = [
        {**detail, "Target": {key: parsed(value) for key, value in detail["Target"].items()}}
        for detail in record.get("Details") or []
    ]
    record["Details"] = sorted(json.dumps(detail, sort_keys=True) for detail in details)
    record["Scope"] = sorted(record.get("Scope") or [])
    return record


def _fields(wanted: dict[str, Any], given: dict[str, Any]) -> Iterator[str]:
    for key in sorted(wanted.keys() | given.keys()):
        if wanted.get(key) != given.get(key):
            yield f"{key}: expected {wanted.get(key)!r}, got {given.get(key)!r}"


def main(argv: list[str]) -> int:
    """Judge every case in the directory; give the exit code."""
    if len(argv) != 1 or not Path(argv[0]).is_dir():
        print("usage: python -m tests.recorded DIR", file=sys.stderr)
        return 64
    verdicts = []
    for path in sorted(Path(argv[0]).glob("*.json")):
        verdict = judge(json.loads(path.read_text(encoding="utf-8")))
        verdicts.append(verdict)
        for mode, lines in (("plain", verdict.plain), ("values", verdict.valued or [])):
            for line in lines:
                print(f"{path.stem} [{mode}] {line}")
    plain = sum(not verdict.plain for verdict in verdicts)
    valued = [verdict.valued for verdict in verdicts if verdict.valued is not None]
    exact = sum(not lines for lines in valued)
    print(f"exact: {plain}/{len(verdicts)} plain, {exact}/{len(valued)} with property values")
    return 0 if plain == len(verdicts) and exact == len(valued) and verdicts else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
