"""Two spellings, one value: what CloudFormation takes to be equal though it is written differently.

10 and "10" · true and "true" · DependsOn as text or as a list · `Fn::GetAtt: A.B.C` and [A, B.C] ·
lists that are sets (tags by key, security groups, their rules) in any order
"""

from __future__ import annotations

from typing import Any

SETS = frozenset(
    (
        "DependsOn",
        "ManagedPolicyArns",
        "SecurityGroupEgress",
        "SecurityGroupIds",
        "SecurityGroupIngress",
        "SecurityGroups",
        "Tags",
    )
)
"""Keys whose lists have no order: `insertionOrder: false` or `uniqueItems` in the resource schemas of AWS."""


def same(a: Any, b: Any) -> bool:
    """Whether CloudFormation takes two values, of JSON's kinds, to be the same."""
    return bool(normal(a) == normal(b))


def normal(value: Any, key: str = "") -> Any:
    """Give the one spelling of a value; `key` is the key it stands under. Normal values stay as they are."""
    if isinstance(value, dict):
        return {name: normal(inner, name) for name, inner in value.items()}
    if key == "Fn::GetAtt" and isinstance(value, str):
        # At the first dot only: the attribute of a nested stack is Outputs.Name.
        return list(value.partition(".")[::2])
    if key == "DependsOn" and isinstance(value, str):
        return [value]
    if isinstance(value, list):
        items = [normal(item) for item in value]
        return sorted(items, key=_rank) if key in SETS else items
    return _text(value)


def _rank(value: Any) -> str:
    """Give a text to sort by that does not depend on the order of keys."""
    if isinstance(value, dict):
        return repr(sorted((name, _rank(inner)) for name, inner in value.items()))
    return repr([_rank(item) for item in value]) if isinstance(value, list) else repr(value)


def _text(value: Any) -> Any:
    """Give a scalar as the text that CloudFormation makes of it; null stays null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else value
