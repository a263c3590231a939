"""What a parameter's declaration asks of its value, and CloudFormation's words where the value breaks it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smsgen.cfn.limits import MAX_PARAMETER_BYTES
from smsgen.changes.refusals.patterns import TooSlow, matches
from smsgen.changes.values.parameter_types import malformed
from smsgen.changes.values.parameters import is_list, items_of
from smsgen.changes.values.unknown import Unknown, scalar_text
from smsgen.errors import Diagnostic

PATTERN_SECONDS = 2.0
"""How long all patterns of a template may take, in seconds of the processor's time; most take microseconds."""


def broken_constraints(declared: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Yield an error for each parameter whose value breaks its constraints. `texts`: the value of each, as text."""
    patterns = sum("AllowedPattern" in parameter for parameter in declared.values())
    seconds = PATTERN_SECONDS / max(patterns, 1)
    for name, parameter in declared.items():
        # A nested stack's parameter may hang on what is not known yet.
        if name in texts and not isinstance(texts[name], Unknown):
            try:
                yield from _broken(name, parameter, texts[name], seconds)
            except TooSlow:
                yield _slow(name, seconds)


def _broken(name: str, parameter: Mapping[str, Any], value: str, seconds: float) -> Iterator[Diagnostic]:
    worst = _worst(parameter, value, seconds)
    if worst:
        message, described = f"Parameter '{name}' {worst}", parameter.get("ConstraintDescription")
        refusal = f"Parameter {name} failed to satisfy constraint: {described}" if described else message
        hint = message if described else ""
        yield Diagnostic("PARAMETER_VALUE", refusal, hint, path=("Parameters", name))
    elif wrong := malformed(str(parameter.get("Type")), value):
        hint = "CloudFormation looks it up in the account before it changes anything"
        yield Diagnostic("PARAMETER_VALUE", f"Parameter {name} {wrong}", hint, path=("Parameters", name))


def _slow(name: str, seconds: float) -> Diagnostic:
    message = (
        f"the AllowedPattern of parameter {name} is not matched within {seconds:.2g} s, and may never be"
    )
    hint = "write it without a repeat inside of a repeat: `[a-z]+` in place of `([a-z]+)+`"
    return Diagnostic("SLOW_PATTERN", message, hint, path=("Parameters", name, "AllowedPattern"))


def _worst(parameter: Mapping[str, Any], value: str, seconds: float) -> str | None:
    """Say which constraint the value breaks; each element of a list is held against it on its own."""
    type_name = str(parameter.get("Type", ""))
    if len(value) > MAX_PARAMETER_BYTES or len(value.encode("utf-8", "replace")) > MAX_PARAMETER_BYTES:
        return f"must contain at most {MAX_PARAMETER_BYTES} bytes"
    if type_name.startswith("AWS::SSM::Parameter::"):
        return None  # constraints are on what is stored, which CloudFormation reads
    parts = items_of(value) if is_list(type_name) else [value]
    complaints = (check(parameter, part) for part in parts for check in _CHECKS)
    worst, pattern = (
        next((complaint for complaint in complaints if complaint), None),
        parameter.get("AllowedPattern"),
    )
    if worst or not isinstance(pattern, str):
        return worst
    fits = (matches(pattern, part, seconds=seconds / len(parts)) for part in parts)
    return f"must match pattern {pattern}" if any(fit is False for fit in fits) else None


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
    texts = [scalar_text(item) for item in allowed]
    return None if value in texts else f"must be one of AllowedValues: {', '.join(texts)}"


def _too_short(parameter: Mapping[str, Any], value: str) -> str | None:
    least = _number(parameter.get("MinLength"))
    return f"must contain at least {least:g} characters" if least is not None and len(value) < least else None


def _too_long(parameter: Mapping[str, Any], value: str) -> str | None:
    most = _number(parameter.get("MaxLength"))
    return f"must contain at most {most:g} characters" if most is not None and len(value) > most else None


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


_CHECKS = (_not_a_number, _not_allowed, _too_short, _too_long, _too_small, _too_large)
