"""Template parameters: what was given, what Ref gives, and what the answer shows.

Types: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smsgen.changes.model import MASK, ParameterAnswer
from smsgen.changes.values.unknown import Unknown, scalar_text

HOW_TO_GIVE_VALUES = (
    "give each with --parameters FILE or --parameter NAME=VALUE; `smsgen generate-template APP --parameters-file FILE`"
    " writes a file to fill in"
)
"""The hint where parameters have no values."""

_SSM_VALUE = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")


def given(declared: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the text of each declared parameter: as given, else its default, else it is not there."""
    texts = {}
    for name, declaration in declared.items():
        if name in parameters:
            texts[name] = parameters[name]
        elif isinstance(declaration, dict) and "Default" in declaration:
            texts[name] = _default(declaration["Default"])
    return texts


def _default(value: Any) -> str:
    return ",".join(scalar_text(item) for item in value) if isinstance(value, list) else scalar_text(value)


def is_ssm(declaration: Any) -> bool:
    """Return whether the value of the parameter is the name of an SSM parameter, whose value Ref gives."""
    return _SSM_VALUE.fullmatch(_type(declaration)) is not None


def is_hidden(declaration: Any) -> bool:
    """Return whether the parameter is declared NoEcho."""
    return isinstance(declaration, dict) and scalar_text(declaration.get("NoEcho", "")).lower() == "true"


def _type(declaration: Any) -> str:
    return str(declaration.get("Type", "String")) if isinstance(declaration, dict) else "String"


def values(
    declared: Mapping[str, Any], texts: Mapping[str, str], ssm: Mapping[str, str], *, masked: bool = False
) -> dict[str, Any]:
    """Return what Ref gives for each declared parameter: text, or a list of texts for list types.

    `ssm`: SSM parameter name -> value; a value that is not there is Unknown. `masked`: NoEcho values as
    `****`.
    """
    return {
        name: MASK if masked and is_hidden(declaration) else _value(name, declaration, texts, ssm)
        for name, declaration in declared.items()
    }


def _value(name: str, declaration: Any, texts: Mapping[str, str], ssm: Mapping[str, str]) -> Any:
    if name not in texts:
        return Unknown(f"parameter {name}")
    type_name, value = _type(declaration), texts[name]
    stored = _SSM_VALUE.fullmatch(type_name)
    if stored:
        type_name = stored.group(1)
        if value not in ssm:
            return Unknown(f"SSM parameter {value}")
        value = ssm[value]
    if is_list(type_name):
        return items_of(value) if value else []
    return value


def is_list(type_name: str) -> bool:
    """Return whether Ref of a parameter of the type gives a list."""
    return type_name == "CommaDelimitedList" or type_name.startswith("List<")


def items_of(value: str) -> list[str]:
    """Return the items of the text that is given for a list."""
    return [item.strip() for item in value.split(",")]


def changed_parameters(
    before: Mapping[str, str],
    after: Mapping[str, str],
    values_before: Mapping[str, Any],
    values_after: Mapping[str, Any],
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names whose text changed or that are new, and the names for which Ref gives something else."""
    texts = {name for name, value in after.items() if before.get(name) != value}
    refs = {
        name for name, value in values_after.items() if name not in before or values_before[name] != value
    }
    return frozenset(texts), frozenset(refs | texts)


def answers(
    declared: Mapping[str, Any], texts: Mapping[str, str], ssm: Mapping[str, str]
) -> tuple[ParameterAnswer, ...]:
    """Return the parameters as DescribeChangeSet shows them: NoEcho masked, SSM values beside their names."""
    parameters = []
    for name, declaration in declared.items():
        if name in texts:
            hidden = is_hidden(declaration)
            resolved = ssm.get(texts[name]) if is_ssm(declaration) and not hidden else None
            parameters.append(ParameterAnswer(name, MASK if hidden else texts[name], resolved))
    return tuple(parameters)
