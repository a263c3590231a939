"""What each intrinsic function gives: one function each, and the tables in which they are found.

A function over an unknown value is unknown as a whole; a broken call is unknown, too, never a guess.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from smsgen.cfn.intrinsics import get_att_parts
from smsgen.changes.model import MISSING, Environment
from smsgen.changes.values.growth import bounded, joined, size_of
from smsgen.changes.values.unknown import Unknown, has_unknown, scalar_text


class EvaluationScope(Protocol):
    """What a function may ask of the side of the comparison that it stands in."""

    @property
    def template(self) -> Mapping[str, Any]:
        """The whole template, in the long form."""

    @property
    def environment(self) -> Environment:
        """What the account answers."""

    @property
    def complaints(self) -> list[str]:
        """What CloudFormation warns of, collected."""

    @property
    def failures(self) -> list[tuple[str, Any]]:
        """What CloudFormation refuses, collected: its words, and the argument of the function."""

    def evaluate(self, value: Any) -> Any:
        """Return a value with all its functions evaluated."""

    def ref(self, name: Any) -> Any:
        """Return what Ref gives."""

    def attribute(self, target: str, attribute: Any) -> Any:
        """Return what Fn::GetAtt gives."""

    def condition(self, name: str) -> bool | None:
        """Return the value of a condition; None where it is not known."""

    def truth(self, value: Any) -> bool | None:
        """Return the value of a condition function; None where it is not known."""


NOT_A_LIST = (
    "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of"
    " strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
)
"""CloudFormation's complaint about a Fn::Join whose list is not known yet (recorded)."""

MAX_SUBNETS = 256
"""The largest count that Fn::Cidr takes."""

_MOST_DIGITS = 10
"""Of an index; Python refuses to read numbers of thousands of digits."""

_PLACEHOLDER = re.compile(r"\$\{(!?)([^{}]*)\}")


def _unknown(name: str, *arguments: Any) -> Unknown:
    return Unknown(f"{name}{arguments!r}")


def _arguments(scope: EvaluationScope, argument: Any, count: int) -> list[Any]:
    """Evaluate the arguments of a function; what is missing is Unknown, so that broken calls are never a
    guess.
    """
    expressions = argument if isinstance(argument, list) else [argument]
    values = [scope.evaluate(item) for item in expressions]
    return values + [Unknown("missing argument")] * (count - len(values))


# --- Text and lists
# -----------------------------------------------------------------------------------------------


def _get_att(scope: EvaluationScope, argument: Any) -> Any:
    parts = get_att_parts(argument)
    return scope.attribute(*parts) if parts else _unknown("GetAtt", argument)


def _sub(scope: EvaluationScope, argument: Any) -> Any:
    pattern, local = (argument, {}) if isinstance(argument, str) else _sub_list(argument)
    if not isinstance(pattern, str):
        return _unknown("Sub", argument)
    values = {name: scope.evaluate(value) for name, value in local.items()}
    parts: list[Any] = []
    size = len(pattern)

    def replace(match: re.Match[str]) -> str:
        nonlocal size
        literal, name = match.group(1), match.group(2).strip()
        if literal:
            return "${" + match.group(2) + "}"
        value = values[name] if name in values else _placeholder(scope, name)
        parts.append(value)
        replaced = (
            joined(",", [scalar_text(item) for item in value])
            if isinstance(value, list)
            else scalar_text(value)
        )
        size = bounded(size + len(replaced))
        return replaced

    replaced = _PLACEHOLDER.sub(replace, pattern)
    return _unknown("Sub", pattern, parts) if has_unknown(parts) else replaced


def _sub_list(argument: Any) -> tuple[Any, dict[str, Any]]:
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
        return argument[0], argument[1]
    return (argument[0], {}) if isinstance(argument, list) and len(argument) == 1 else (None, {})


def _placeholder(scope: EvaluationScope, name: str) -> Any:
    target, dot, attribute = name.partition(".")
    value = scope.attribute(target, attribute) if dot else scope.ref(name)
    return "" if value is MISSING else value


def _join(scope: EvaluationScope, argument: Any) -> Any:
    delimiter, items = _arguments(scope, argument, 2)[:2]
    if isinstance(items, Unknown):
        scope.complaints.append(NOT_A_LIST)
    if not isinstance(items, list) or has_unknown([delimiter, items]):
        return _unknown("Join", delimiter, items)
    return joined(scalar_text(delimiter), [scalar_text(item) for item in items])


def _split(scope: EvaluationScope, argument: Any) -> Any:
    delimiter, whole = _arguments(scope, argument, 2)[:2]
    if not isinstance(whole, str) or not delimiter or has_unknown([delimiter, whole]):
        return _unknown("Split", delimiter, whole)
    bounded(len(whole))
    return whole.split(scalar_text(delimiter))


def _select(scope: EvaluationScope, argument: Any) -> Any:
    index, items = _arguments(scope, argument, 2)[:2]
    if not isinstance(items, list) or has_unknown([index, items]):
        return _unknown("Select", index, items)
    position = int(index) if str(index).isdecimal() and len(str(index)) < _MOST_DIGITS else len(items)
    if position >= len(items):
        message = f"Template error: Fn::Select cannot select nonexistent value at index {index}"
        scope.failures.append((message, argument))
        return _unknown("Select", index, items)
    return items[position]


def _base64(scope: EvaluationScope, argument: Any) -> Any:
    from base64 import b64encode

    value = scope.evaluate(argument)
    if not isinstance(value, str) or isinstance(value, Unknown):
        return _unknown("Base64", value)
    bounded(len(value))
    return b64encode(value.encode()).decode("ascii")


def _length(scope: EvaluationScope, argument: Any) -> Any:
    items = scope.evaluate(argument)
    return str(len(items)) if isinstance(items, list) else _unknown("Length", items)


def _to_json(scope: EvaluationScope, argument: Any) -> Any:
    import json

    value = _native(scope, argument)
    if has_unknown(value):
        return _unknown("ToJsonString", value)
    bounded(size_of(value))
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _native(scope: EvaluationScope, value: Any) -> Any:
    """Evaluate functions but leave numbers and booleans what they are: Fn::ToJsonString writes them so."""
    if isinstance(value, list):
        return [native for item in value if (native := _native(scope, item)) is not MISSING]
    if isinstance(value, dict) and not (len(value) == 1 and next(iter(value)) in FUNCTIONS):
        return {k: native for k, item in value.items() if (native := _native(scope, item)) is not MISSING}
    return scope.evaluate(value) if isinstance(value, dict) else value


# --- Mappings, networks, the account
# ------------------------------------------------------------------------------


def _find_in_map(scope: EvaluationScope, argument: Any) -> Any:
    default = argument[3].get("DefaultValue", MISSING) if _has_default(argument) else MISSING
    keys = _arguments(scope, argument[:3] if isinstance(argument, list) else argument, 3)[:3]
    if has_unknown(keys):
        return _unknown("FindInMap", *keys)
    entry: Any = scope.template.get("Mappings")
    for key in keys:
        entry = entry.get(key, MISSING) if isinstance(entry, dict) and isinstance(key, str) else MISSING
    if entry is MISSING and default is not MISSING:
        return scope.evaluate(default)
    if entry is MISSING:
        message = f"Template error: Unable to get mapping for {'::'.join(map(scalar_text, keys))}"
        scope.failures.append((message, argument))
        return _unknown("FindInMap", *keys)
    return scope.evaluate(entry)


def _has_default(argument: Any) -> bool:
    return isinstance(argument, list) and len(argument) == 4 and isinstance(argument[3], dict)


def _cidr(scope: EvaluationScope, argument: Any) -> Any:
    from ipaddress import ip_network
    from itertools import islice

    block, count, *bits = _arguments(scope, argument, 2)
    if has_unknown([block, count, bits]):
        return _unknown("Cidr", block, count, bits)
    try:
        network = ip_network(block)
        prefix = network.max_prefixlen - int(bits[0] if bits else 8)
        wanted = min(int(count), MAX_SUBNETS)
        subnets = [str(subnet) for subnet in islice(network.subnets(new_prefix=prefix), wanted)]
    except (ValueError, TypeError):
        return _unknown("Cidr", block, count, bits)
    return subnets if len(subnets) == int(count) else _unknown("Cidr", block, count, bits)


def _get_azs(scope: EvaluationScope, argument: Any) -> Any:
    region = scope.evaluate(argument) or scope.ref("AWS::Region")
    zones = scope.environment.zones.get(region) if isinstance(region, str) else None
    return list(zones) if zones else _unknown("GetAZs", region)


def _import_value(scope: EvaluationScope, argument: Any) -> Any:
    name, exports = scope.evaluate(argument), scope.environment.exports
    if not isinstance(name, str) or isinstance(name, Unknown) or exports is None:
        return _unknown("ImportValue", name)
    if name not in exports:
        scope.complaints.append(f"No export named {name}")
        return _unknown("ImportValue", name)
    return exports[name]


# --- Conditions
# ---------------------------------------------------------------------------------------------------


def _if(scope: EvaluationScope, argument: Any) -> Any:
    chosen = branch(scope, argument)
    return chosen if isinstance(chosen, Unknown) else scope.evaluate(chosen)


def branch(scope: EvaluationScope, argument: Any) -> Any:
    """Return what an Fn::If chooses, not evaluated; Unknown where its condition is not known, or the call is broken."""
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        return _unknown("If", argument)
    value = scope.condition(argument[0])
    if value is None:
        return _unknown("If", argument)
    return argument[1] if value else argument[2]


def _equals(scope: EvaluationScope, argument: Any) -> bool | None:
    left, right = _arguments(scope, argument, 2)[:2]
    if left != right and has_unknown([left, right]):
        return None
    return bool(left == right)


def _and(scope: EvaluationScope, argument: Any) -> bool | None:
    operands = [scope.truth(item) for item in argument] if isinstance(argument, list) else [None]
    return False if False in operands else None if None in operands else True


def _or(scope: EvaluationScope, argument: Any) -> bool | None:
    operands = [scope.truth(item) for item in argument] if isinstance(argument, list) else [None]
    return True if True in operands else None if None in operands else False


def _not(scope: EvaluationScope, argument: Any) -> bool | None:
    operand = scope.truth(argument[0] if isinstance(argument, list) and argument else argument)
    return None if operand is None else not operand


def _named(scope: EvaluationScope, argument: Any) -> bool | None:
    return scope.condition(argument) if isinstance(argument, str) else None


def _as_text(truth: Callable[[EvaluationScope, Any], bool | None]) -> Callable[[EvaluationScope, Any], Any]:
    def evaluate(scope: EvaluationScope, argument: Any) -> Any:
        value = truth(scope, argument)
        return _unknown("condition", argument) if value is None else scalar_text(value)

    return evaluate


TRUTHS: dict[str, Callable[[EvaluationScope, Any], bool | None]] = {
    "Condition": _named,
    "Fn::And": _and,
    "Fn::Equals": _equals,
    "Fn::Not": _not,
    "Fn::Or": _or,
}

FUNCTIONS: dict[str, Callable[[EvaluationScope, Any], Any]] = {
    "Ref": lambda scope, argument: scope.ref(argument),
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _get_azs,
    "Fn::GetAtt": _get_att,
    # A newer function that reads other stacks' outputs: https://docs.aws.amazon.com/AWSCloudFormation/latest/
    # TemplateReference/intrinsic-function-reference-getstackoutput.html; what they hold is not known here.
    "Fn::GetStackOutput": lambda _, argument: _unknown("GetStackOutput", argument),
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json,
    **{name: _as_text(truth) for name, truth in TRUTHS.items() if name != "Condition"},
}
