"""A deployed stack as data: read from a snapshot file (JSON or YAML), so that no credentials are needed.

A snapshot has the keys `stackName`, `stackId`, `template` (as submitted), `processedTemplate` (where a
macro made another one of it), `parameters`, `ssm`, `resources` (logical id -> `type`, `physicalId`, `ref`,
`attributes`), `outputs`, `tags`, `children` (logical id -> snapshot of a nested stack) and `environment`
(`pseudo`, `ssm`, `exports`). A bare template is a stack of which no physical ids and no live values are
known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsgen.changes.model import Environment, Stack, StackResource
from smsgen.errors import Diagnostic, InvalidInput, Path


def read_snapshot(text: bytes, file: str) -> Stack:
    """Read a snapshot, or a bare template in JSON or YAML, short intrinsics allowed.

    Raises InvalidInput with every problem of the text or of its shape, located in `file`.
    """
    from smsgen.cfn.text import parse_template

    source = parse_template(text, file).source
    data: Mapping[str, Any] = source.data
    if "Resources" in data and "template" not in data:
        return Stack("", data)
    problems = list(problems_of(data))
    if problems:
        raise InvalidInput(source.place(problems))
    return from_data(data)


def from_data(data: Mapping[str, Any]) -> Stack:
    """Make the stack of a snapshot's data, whose shape has been checked."""
    environment = data.get("environment")
    return Stack(
        stack_name=str(data.get("stackName", "")),
        stack_id=data.get("stackId"),
        template=data.get("processedTemplate") or data["template"],
        parameters={name: str(value) for name, value in (data.get("parameters") or {}).items()},
        ssm={name: str(value) for name, value in (data.get("ssm") or {}).items()},
        resources={name: _resource(value) for name, value in (data.get("resources") or {}).items()},
        outputs=data.get("outputs") or {},
        tags=data.get("tags"),
        children={name: from_data(child) for name, child in (data.get("children") or {}).items()},
        environment=_environment(environment) if environment else None,
    )


_STATED = ("template", "tags")
"""Of these, empty is not the same as unknown."""


def to_data(stack: Stack) -> dict[str, Any]:
    """Return a stack as the data of a snapshot, without what is not known; `from_data` gives the stack again."""
    data: dict[str, Any] = {
        "stackName": stack.stack_name,
        "stackId": stack.stack_id,
        "template": stack.template,
    }
    data |= {name: getattr(stack, name) for name in ("parameters", "ssm", "outputs", "tags")}
    data["resources"] = {
        name: _known(
            type=resource.type,
            physicalId=resource.physical_id,
            ref=resource.ref,
            attributes=dict(resource.attributes) or None,
        )
        for name, resource in stack.resources.items()
    }
    data["children"] = {name: to_data(child) for name, child in stack.children.items()}
    if stack.environment:
        environment = stack.environment._asdict()
        zones = {region: list(names) for region, names in stack.environment.zones.items()}
        data["environment"] = _known(**{**environment, "zones": zones})
    return {name: value for name, value in data.items() if value or (name in _STATED and value is not None)}


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _resource(data: Mapping[str, Any]) -> StackResource:
    return StackResource(
        str(data.get("type", "")), data.get("physicalId"), data.get("ref"), data.get("attributes") or {}
    )


def _environment(data: Mapping[str, Any]) -> Environment:
    zones = {region: tuple(names) for region, names in (data.get("zones") or {}).items()}
    return Environment(data.get("pseudo") or {}, data.get("ssm") or {}, data.get("exports"), zones)


_MAPS = ("template", "processedTemplate", "parameters", "ssm", "resources", "outputs", "tags", "children")
_TEXTS = ("stackName", "stackId")


def problems_of(data: Any, path: Path = ()) -> list[Diagnostic]:
    """Return what is wrong with the shape of a snapshot, nested stacks included."""
    if not isinstance(data, dict):
        return [_problem("a snapshot is a map", path)]
    if not isinstance(data.get("template"), dict):
        return [_problem("a snapshot has a `template`, which is a map", path)]
    problems = [
        _problem(f"`{name}` is a map", (*path, name))
        for name in (*_MAPS, "environment")
        if not isinstance(data.get(name) or {}, dict)
    ]
    problems += [
        _problem(f"`{name}` is text", (*path, name))
        for name in _TEXTS
        if not isinstance(data.get(name) or "", str)
    ]
    if problems:
        return problems
    for name, resource in (data.get("resources") or {}).items():
        if not isinstance(resource, dict) or not isinstance(resource.get("attributes") or {}, dict):
            problems.append(
                _problem("a resource is a map, and so are its attributes", (*path, "resources", name))
            )
    for name, child in (data.get("children") or {}).items():
        problems += problems_of(child, (*path, "children", name))
    return problems


def _problem(message: str, path: Path) -> Diagnostic:
    hint = "`smsgen pull STACK` writes a snapshot; a bare template does too, without physical ids"
    return Diagnostic("BAD_SNAPSHOT", message, hint, path=path)
