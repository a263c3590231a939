"""What a parameter's declaration asks of its value, and CloudFormation's words where the value breaks it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smsgen.changes.parameters import is_list, listed
from smsgen.changes.unknown import text


def broken(name: str, parameter: Mapping[str, Any], value: str) -> str | None:
    """Say which constraint the value breaks; each element of a list is held against it on its own."""
    type_name = str(parameter.get("Type", ""))
    if type_name.startswith("AWS::SSM::Parameter::"):
        return None  # constraints are on what is stored, which CloudFormation reads
    parts = listed(value) if is_list(type_name) else [value]
    checks = (_not_a_number, _not_allowed, _too_short, _too_long, _unmatched, _too_small, _too_large)
    found = (check(parameter, part) for part in parts for check in checks)
    worst = next((said for said in found if said), None)
    return f"Parameter '{name}' {worst}" if worst else None


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _not_a_number(parameter: Mapping[str, Any], value: str) -> str | None:
    numeric = parameter.get("Type") in ("Number", "List<Number>")
    return "must be a number" if numeric and _number(value) is None else None


def _not_allowed(parameter: Mapping[str, Any], value: str) -> str | None:
    allowed = parameter.get("AllowedValues")
    if not isinstance(allowed, list):
        return None
    texts = [text(item) for item in allowed]
    return None if value in texts else f"must be one of AllowedValues: {', '.join(texts)}"


def _too_short(parameter: Mapping[str, Any], value: str) -> str | None:
    least = _number(parameter.get("MinLength"))
    return f"must contain at least {least:g} characters" if least is not None and len(value) < least else None


def _too_long(parameter: Mapping[str, Any], value: str) -> str | None:
    most = _number(parameter.get("MaxLength"))
    return f"must contain at most {most:g} characters" if most is not None and len(value) > most else None


def _unmatched(parameter: Mapping[str, Any], value: str) -> str | None:
    pattern = parameter.get("AllowedPattern")
    if not isinstance(pattern, str):
        return None
    try:
        return None if re.fullmatch(pattern, value) else f"must match pattern {pattern}"
    except re.error:
        return None  # CloudFormation's patterns are Java's; what Python cannot read is not judged


def _too_small(parameter: Mapping[str, Any], value: str) -> str | None:
    least, number = _number(parameter.get("MinValue")), _number(value)
    if least is None or number is None or number >= least:
        return None
    return f"must be a number not less than {least:g}"


def _too_large(parameter: Mapping[str, Any], value: str) -> str | None:
    most, number = _number(parameter.get("MaxValue")), _number(value)
    if most is None or number is None or number <= most:
        return None
    return f"must be a number not greater than {most:g}"
