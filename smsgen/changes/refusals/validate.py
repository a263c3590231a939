"""What CloudFormation says no to before it makes a change set, in its own words.

Each check takes what is submitted and yields diagnostics; CHECKS is the table of them, after the macros. Only what
CloudFormation itself refuses is refused: what cfn-lint would advise against is no business of a change set.

Sections: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html; attributes of resources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smsgen.cfn.intrinsics import Reference, references
from smsgen.changes.refusals.constraints import broken_constraints
from smsgen.changes.values.evaluate import section_of
from smsgen.changes.values.foreach import LANGUAGE_EXTENSIONS, transforms
from smsgen.changes.values.parameters import HOW_TO_GIVE_VALUES, given
from smsgen.errors import Diagnostic, InvalidInput, Path

SECTIONS = frozenset(
    (
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Globals",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    )
)
RESOURCE_ATTRIBUTES = frozenset(
    (
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Description",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
        "Version",
    )
)
SAM = "AWS::Serverless-2016-10-31"
PROCESSED = (
    "deploy it once and get the processed template: aws cloudformation get-template --stack-name NAME"
    " --template-stage Processed"
)


class Submission:
    """What is checked: the template, loops written out, the parameters given, and the resources deployed
    (logical id -> resource).

    `resources` and `declared` are the resources and parameters that are maps; `named` what each resource refers
    to; `new` the resources that are not word for word deployed already, and so accepted.
    """

    __slots__ = ("declared", "deployed", "named", "new", "parameters", "resources", "template")

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        deployed: Mapping[str, Any] | None = None,
    ) -> None:
        self.template = template
        self.parameters = parameters
        self.deployed = deployed or {}
        self.resources = _maps(section_of(template, "Resources"))
        self.declared = _maps(section_of(template, "Parameters"))
        self.named = {name: tuple(_named_by(resource)) for name, resource in self.resources.items()}
        self.new = {
            name: resource for name, resource in self.resources.items() if self.deployed.get(name) != resource
        }


def _maps(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member for name, member in members.items() if isinstance(member, dict)}


def refuse_invalid(submitted: Submission) -> None:
    """Raise InvalidInput with everything that CloudFormation would refuse.

    Where a macro is called nothing else is judged: CloudFormation judges what the macros make.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-overview.html
    """
    problems = list(_macros(submitted)) or [problem for check in CHECKS for problem in check(submitted)]
    if problems:
        raise InvalidInput(problems)


def _error(code: str, message: str, path: Path, hint: str = "") -> Diagnostic:
    return Diagnostic(code, message, hint, path=path)


# --- Shape
# -----------------------------------------------------------------------------------------------------------


def _macros(submitted: Submission) -> Iterator[Diagnostic]:
    serverless = any(str(r.get("Type", "")).startswith("AWS::Serverless::") for r in submitted.new.values())
    for name in transforms(submitted.template):
        if name == LANGUAGE_EXTENSIONS or (name == SAM and not serverless):
            continue  # a processed template may still name the macro that made it
        yield _error(
            "MACRO", f"the template needs the macro {name}, which runs in AWS only", ("Transform",), PROCESSED
        )
    rest = {name: value for name, value in submitted.template.items() if name != "Resources"}
    for path in _paths_of("Fn::Transform", rest | {"Resources": submitted.new}, ()):
        yield _error("MACRO", "Fn::Transform calls a macro, which runs in AWS only", path, PROCESSED)


def _paths_of(key: str, value: Any, path: Path) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        if name == key:
            yield (*path, name)
        elif isinstance(item, (dict, list)):
            yield from _paths_of(key, item, (*path, name))


def _sections(submitted: Submission) -> Iterator[Diagnostic]:
    unknown = sorted(set(submitted.template) - SECTIONS)
    if unknown:
        message = f"Invalid template property or properties [{', '.join(unknown)}]"
        yield _error("UNKNOWN_SECTION", message, (unknown[0],), f"sections are {', '.join(sorted(SECTIONS))}")
    for name in sorted(SECTIONS - {"AWSTemplateFormatVersion", "Description", "Transform"}):
        if not isinstance(submitted.template.get(name, {}), dict):
            yield _error("BAD_SECTION", f"Template format error: {name} must be an object.", (name,))
    if not section_of(submitted.template, "Resources"):
        message = "Template format error: At least one Resources member must be defined."
        yield _error("NO_RESOURCES", message, ("Resources",))


def _resources(submitted: Submission) -> Iterator[Diagnostic]:
    for name, resource in section_of(submitted.template, "Resources").items():
        path: Path = ("Resources", name)
        if not name.isascii() or not name.isalnum():
            message = f"Template format error: Resource name {name} is non alphanumeric."
            yield _error("BAD_LOGICAL_ID", message, path, "logical ids have letters and digits only")
        if not isinstance(resource, dict):
            yield _error(
                "BAD_RESOURCE", f"Template format error: [/Resources/{name}] must be an object.", path
            )
            continue
        if "Fn::Transform" in resource:
            continue  # deployed so, word for word; a new one is refused
        if not isinstance(resource.get("Type"), str):
            message = f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
            yield _error("NO_TYPE", message, path)
        for key in sorted(resource.keys() - RESOURCE_ATTRIBUTES):
            message = f"Invalid template resource property '{key}'"
            yield _error("UNKNOWN_ATTRIBUTE", message, (*path, key), "put it under Properties")


def _nulls(submitted: Submission) -> Iterator[Diagnostic]:
    for path in _null_paths(submitted.new, ("Resources",)):
        where = "/".join(str(step) for step in path)
        yield _error(
            "NULL", f"[/{where}] 'null' values are not allowed in templates", path, "leave the key out"
        )


def _null_paths(value: Any, path: Path) -> Iterator[Path]:
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            if item is None or isinstance(item, (dict, list)):
                yield from _null_paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if item is None or isinstance(item, (dict, list)):
                yield from _null_paths(item, (*path, index))


def _types(submitted: Submission) -> Iterator[Diagnostic]:
    """Refuse a resource that becomes one of another type under the same logical id."""
    for name, resource in submitted.resources.items():
        deployed = submitted.deployed.get(name)
        if isinstance(deployed, dict) and deployed.get("Type") != resource.get("Type"):
            message = (
                "Update of resource type is not permitted. The new template modifies resource type of the"
                f" following resources: [{name}]"
            )
            yield _error("TYPE_CHANGED", message, ("Resources", name, "Type"), "give it another logical id")


# --- References
# ------------------------------------------------------------------------------------------------------


def _unresolved(submitted: Submission) -> Iterator[Diagnostic]:
    known = submitted.declared.keys() | submitted.resources.keys()
    outputs = {name: _named_by(output) for name, output in section_of(submitted.template, "Outputs").items()}
    for block, members in (("Resources", submitted.named), ("Outputs", outputs)):
        for name, named in members.items():
            missing = [r.target for r in named if not _resolves(r, known, submitted.resources)]
            if missing:
                listed = ", ".join(dict.fromkeys(missing))
                message = (
                    f"Template format error: Unresolved resource dependencies [{listed}] in the {block} block of"
                    " the template"
                )
                yield _error("UNRESOLVED", message, (block, name), "declare them, or mend the spelling")


def _named_by(member: Any) -> Iterator[Reference]:
    if not isinstance(member, dict):
        return
    for key in ("Properties", "Metadata", "Value", "Export"):
        if key in member:
            yield from references(member[key])
    for name in _depends_on(member):
        yield Reference(name, "")


def _depends_on(member: Any) -> list[str]:
    names = member.get("DependsOn", []) if isinstance(member, dict) else []
    return [name for name in (names if isinstance(names, list) else [names]) if isinstance(name, str)]


def _resolves(reference: Reference, known: set[str], resources: Mapping[str, Any]) -> bool:
    if reference.attribute is not None:
        return reference.target in resources
    return reference.target in known or reference.target.startswith("AWS::")


def _conditions(submitted: Submission) -> Iterator[Diagnostic]:
    declared = section_of(submitted.template, "Conditions")
    for block in ("Resources", "Outputs", "Conditions"):
        for name, member in section_of(submitted.template, block).items():
            for condition in _conditions_of(member):
                if condition not in declared:
                    message = (
                        f"Template format error: Unresolved condition dependency {condition} in the {block} block"
                        " of the template"
                    )
                    yield _error(
                        "UNRESOLVED_CONDITION", message, (block, name), "declare it under Conditions"
                    )
    for cycle in _cycles({name: list(_conditions_of(value)) for name, value in declared.items()}):
        message = (
            f"Template format error: Circular dependencies in the Conditions block: [{', '.join(cycle)}]"
        )
        yield _error("CIRCULAR", message, ("Conditions", cycle[0]), "break the circle")


def _conditions_of(member: Any) -> Iterator[str]:
    """Yield the conditions that a resource, an output or a condition names: Condition and Fn::If."""
    if not isinstance(member, dict):
        return
    if isinstance(member.get("Condition"), str):
        yield member["Condition"]
    for key, item in member.items():
        if key == "Fn::If" and isinstance(item, list) and item and isinstance(item[0], str):
            yield item[0]
        if key in ("Fn::And", "Fn::Or", "Fn::Not") and isinstance(item, list):
            for part in item:
                yield from _conditions_of(part)


def _circles(submitted: Submission) -> Iterator[Diagnostic]:
    edges = {
        name: [r.target for r in named if r.target in submitted.resources]
        for name, named in submitted.named.items()
    }
    for cycle in _cycles(edges):
        message = f"Circular dependency between resources: [{', '.join(cycle)}]"
        hint = "let one of them be referred to by name, or move the reference into a resource of its own"
        yield _error("CIRCULAR", message, ("Resources", cycle[0]), hint)


def _cycles(edges: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the nodes that stand in or between circles, all at once, as CloudFormation lists them.

    Whatever depends on nothing left, and whatever nothing left depends on, is taken away until nothing goes.
    """
    inside = set(_peeled(edges))
    backwards: dict[str, list[str]] = {name: [] for name in inside}
    for name in inside:
        for target in edges[name]:
            if target in inside:
                backwards[target].append(name)
    left = sorted(_peeled(backwards))
    if left:
        yield tuple(left)


def _peeled(edges: Mapping[str, list[str]]) -> set[str]:
    """Take away, again and again, the nodes that point at nothing left; give what stays."""
    readers: dict[str, list[str]] = {}
    waits = {}
    for name, targets in edges.items():
        unique = {target for target in targets if target in edges}
        waits[name] = len(unique)
        for target in unique:
            readers.setdefault(target, []).append(name)
    free = [name for name, count in waits.items() if not count]
    while free:
        for reader in readers.get(free.pop(), ()):
            waits[reader] -= 1
            if not waits[reader]:
                free.append(reader)
    return {name for name, count in waits.items() if count}


# --- Parameters
# ------------------------------------------------------------------------------------------------------


def _parameters(submitted: Submission) -> Iterator[Diagnostic]:
    declared = section_of(submitted.template, "Parameters")
    for name, parameter in declared.items():
        if not isinstance(parameter, dict) or not isinstance(parameter.get("Type"), str):
            message = "Template format error: Every Parameters object must contain a Type member."
            yield _error("NO_TYPE", message, ("Parameters", name))
    unknown = [name for name in submitted.parameters if name not in declared]
    if unknown:
        message = f"Parameters: [{', '.join(unknown)}] do not exist in the template"
        yield _error("UNKNOWN_PARAMETER", message, ("Parameters",), "leave them out, or mend the spelling")
    texts = given(declared, submitted.parameters)
    missing = [name for name in declared if name not in texts]
    if missing:
        message = f"Parameters: [{', '.join(missing)}] must have values"
        yield _error("MISSING_PARAMETER", message, ("Parameters", missing[0]), HOW_TO_GIVE_VALUES)


def _constraints(submitted: Submission) -> Iterator[Diagnostic]:
    yield from broken_constraints(submitted.declared, given(submitted.declared, submitted.parameters))


CHECKS: tuple[Callable[[Submission], Iterator[Diagnostic]], ...] = (
    _sections,
    _resources,
    _nulls,
    _types,
    _unresolved,
    _conditions,
    _circles,
    _parameters,
    _constraints,
)
