"""What a launch asks of CloudFormation: a CreateChangeSet request made of the template and the stack.

All names and tokens are derived from the content, so that asking twice is asking once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from smsgen.cfn.document import Template
from smsgen.cfn.nested import NESTED_STACK
from smsgen.changes.identifiers import Identifier, full_identifier, identifier_keys, wrong_keys
from smsgen.changes.values.parameters import HOW_TO_GIVE_VALUES
from smsgen.errors import Diagnostic, InvalidInput
from smsgen.operations.ports.records import ChangeSetRequest, ImportedResource, StackInfo

MARK = "smsgen-"
"""How the names of all our change sets and client tokens begin."""

DESCRIPTION = "Made by smsgen; it may be deleted at any time before it is executed."
"""The description of all our change sets: with `MARK` it says which ones are ours to delete."""

_NAMED = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
"""Type -> the property that gives it a name of its own, which CloudFormation wants acknowledged."""
_PAIRS = re.compile(r"[A-Z]\w+=[^,]+(?:,[A-Z]\w+=[^,]+)*")


class Place(NamedTuple):
    """Where a resource of the template belongs in the application: launch order, group, and which server."""

    order: int
    group: str = ""
    server: str = ""
    server_id: str = ""


class StackLaunch(NamedTuple):
    """A compiled application, ready to launch. Exactly one of `body` and `url` is set.

    `templates` holds the root's template first, then those of nested stacks. `role_name` may be "" (the
    caller's own permissions are used). `values` are those of parameters that the file implies, `places`
    maps the logical id of a server to its place.
    """

    stack_name: str
    templates: tuple[Template, ...]
    body: str = ""
    url: str = ""
    role_name: str = ""
    profile: str = "hardened"
    tags: Mapping[str, str] = {}
    values: Mapping[str, str] = {}
    places: Mapping[str, Place] = {}
    stateful: bool = False


def change_set_request(
    launch: StackLaunch,
    stack: StackInfo | None,
    *,
    parameters: Mapping[str, str],
    imports: Mapping[str, Identifier],
    on_failure: str,
) -> ChangeSetRequest:
    """Return the request for the change set that brings `stack` (None: there is none) to `launch`.

    `parameters`: the user's values, which win over those the file implies. `imports`: logical id ->
    identifier of the existing resource that becomes it. `on_failure`: ROLLBACK, DELETE (creations only; an update is
    rolled back instead) or DO_NOTHING.
    Raises InvalidInput for parameters and imports that the template does not have or lacks.
    """
    exists = stack is not None and stack.status != "REVIEW_IN_PROGRESS"
    kind = "UPDATE" if exists else "CREATE"
    if kind == "UPDATE" and on_failure == "DELETE":
        on_failure = "ROLLBACK"
    deployed = stack.parameters if stack is not None and exists else {}
    values = parameter_values(launch.templates[0], {**launch.values, **parameters}, deployed)
    request = ChangeSetRequest(
        stack_name=launch.stack_name,
        name="",
        type="IMPORT" if imports else kind,
        token="",
        description=DESCRIPTION,
        template_body=launch.body,
        template_url=launch.url,
        parameters=values,
        tags=launch.tags,
        role_name=launch.role_name,
        resource_types=_resource_types(launch),
        capabilities=capabilities(launch.templates),
        nested=len(launch.templates) > 1,
        on_failure=on_failure,
        imports=_imports(launch.templates[0], imports),
    )
    # A stack in review is as good as none: the change set that an interrupted run left there is found again.
    state = (stack.stack_id, stack.last_change) if stack and exists else ("", "")
    name = MARK + digest(request, state)
    return request._replace(name=name, token=name)


def parameter_values(
    template: Template, texts: Mapping[str, str], deployed: Mapping[str, str]
) -> dict[str, str | None]:
    """Return the value of every parameter that has to be said; None stands for "as it is in the stack".

    Raises InvalidInput naming every parameter that is unknown, or that has no value, no default and no past.
    """
    declared = template.parameters
    problems = [
        Diagnostic("UNKNOWN_PARAMETER", f"the template has no parameter {name!r}", _names(declared))
        for name in texts
        if name not in declared
    ]
    values: dict[str, str | None] = {}
    for name, declaration in declared.items():
        if name in texts:
            values[name] = texts[name]
        elif name in deployed:
            values[name] = None
        elif "Default" not in declaration:
            hint = f"{HOW_TO_GIVE_VALUES}; or say it in the application file"
            problems.append(Diagnostic("MISSING_PARAMETER", f"the parameter {name!r} has no value", hint))
    if problems:
        raise InvalidInput(problems)
    return values


def capabilities(templates: Iterable[Template]) -> tuple[str, ...]:
    """Return the capabilities that CloudFormation wants acknowledged for these templates, sorted.

    Source: CreateChangeSet, Capabilities: IAM resources, IAM resources with names of their own, macros.
    """
    found = set()
    for template in templates:
        for resource in template.resources.values():
            if str(resource.get("Type", "")).startswith("AWS::IAM::"):
                found.add(_iam_capability(resource))
        if "Transform" in template.body or "Fn::Transform" in _keys(template.body):
            found.add("CAPABILITY_AUTO_EXPAND")
    if "CAPABILITY_NAMED_IAM" in found:
        found.discard("CAPABILITY_IAM")  # the named one covers it
    return tuple(sorted(found))


def digest(*content: Any) -> str:
    """Return 24 hexadecimal digits, 96 bits of a SHA-256, that depend on nothing but the content."""
    import json

    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:24]


def _iam_capability(resource: Mapping[str, Any]) -> str:
    named = _NAMED.get(resource["Type"], "") in resource.get("Properties", {})
    return "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(_keys, value.values()))
    return set().union(*map(_keys, value)) if isinstance(value, list) else set()


def _resource_types(launch: StackLaunch) -> tuple[str, ...]:
    """Return the types that the profile limits the stack to; () is no limit.

    SMS passed ResourceTypes, and its policies demanded them. The hardened profile passes none: CloudFormation
    would then refuse to remove a resource whose type the new template no longer has.
    """
    if launch.profile != "sms":
        return ()
    nested = (NESTED_STACK,) if len(launch.templates) > 1 else ()
    return (*nested, "AWS::EC2::Instance")


def _imports(template: Template, imports: Mapping[str, Identifier]) -> dict[str, ImportedResource]:
    values, problems = {}, []
    for logical_id, identifier in imports.items():
        kind = template.resources.get(logical_id, {}).get("Type", "")
        keys = full_identifier(kind, _read_identifier(identifier))
        lacking, needless = wrong_keys(kind, keys)
        if keys and not lacking and not needless:
            values[logical_id] = ImportedResource(kind, keys)
        elif kind:
            message = f"{logical_id} is a {kind}, which cannot be imported so"
            problems.append(Diagnostic("IMPORT_TYPE", message, _how_to_import(kind, logical_id)))
        else:
            message = f"the template has no resource {logical_id!r}"
            problems.append(Diagnostic("UNKNOWN_RESOURCE", message, _names(template.resources)))
    if problems:
        raise InvalidInput(problems)
    return values


def _read_identifier(identifier: Identifier) -> Identifier:
    """Return an identifier of several properties that a command line has as a text, `PublicIp=…,AllocationId=…`."""
    if not isinstance(identifier, str) or not _PAIRS.fullmatch(identifier):
        return identifier
    return dict(pair.split("=", 1) for pair in identifier.split(","))


def _how_to_import(kind: str, logical_id: str) -> str:
    keys = identifier_keys(kind)
    if not keys:
        return "CloudFormation imports no resource of this type: leave it out"
    return f"write {logical_id}=" + (",".join(f"{key}=…" for key in keys) if len(keys) > 1 else f"{keys[0]}")


def _names(names: Iterable[str]) -> str:
    listed = ", ".join(sorted(names)[:20])
    return f"it has: {listed}" if listed else "it has none"
