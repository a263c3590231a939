"""Use case: write a deployed stack down as a snapshot, so that what follows needs no credentials.

In: a stack's name or id, and the StackReader port. Out: plain data, the shape that
`smsgen.changes.stack.read_snapshot` reads, in one order whatever AWS's was. Only what a change set needs is
asked for: attributes that a template reads with GetAtt, exports that it imports, values of SSM-typed
parameters. Values that CloudFormation masks (NoEcho) stay masked, and presigned URLs (wait condition handles)
lose their signature.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.intrinsics import call, references
from smsgen.cfn.nested import NESTED_STACK
from smsgen.cfn.partitions import url_suffix
from smsgen.cfn.text import parse_template
from smsgen.changes.model import MASK
from smsgen.errors import Diagnostic, Severity, SmsgenError
from smsgen.operations.ports.protocols import Files, StackReader

_SSM_VALUE = "AWS::SSM::Parameter::Value<"


class Pulled(NamedTuple):
    """A snapshot, and what in it could not be known."""

    snapshot: dict[str, Any]
    warnings: tuple[Diagnostic, ...]


class _Needs(NamedTuple):
    """What templates read: logical id -> attributes; whether exports; whether Availability Zones."""

    attributes: Mapping[str, frozenset[str]]
    imports: bool
    zones: bool


class ReadStack(NamedTuple):
    """A deployed stack: its description, templates, living resources, and nested stacks by logical id."""

    described: Mapping[str, Any]
    templates: Mapping[str, Any]
    listed: tuple[Mapping[str, Any], ...]
    children: Mapping[str, ReadStack]

    def bodies(self) -> Iterator[Mapping[str, Any]]:
        """Yield the bodies of the nested templates, then its own."""
        for child in self.children.values():
            yield from child.bodies()
        yield self.templates.get("processedTemplate") or self.templates["template"]


def pull(reader: StackReader, stack: str, *, after: Iterable[Mapping[str, Any]] = ()) -> Pulled:
    """Read the deployed stack `stack` (name or id), nested stacks included.

    `after`: bodies of templates that will be compared with it; what they read is read too. Raises SmsgenError
    where there is no such stack or it was never deployed, ServiceError where AWS refuses.
    """
    return snapshot_of(reader, read_stack(reader, stack), after=after)


def read_stack(reader: StackReader, stack: str) -> ReadStack:
    """Read what a stack consists of, and no values yet: which ones matter, the templates compared with it say.

    Raises as `pull`.
    """
    described = reader.stack(stack)
    if described is None:
        hint = "check --region and --profile; `smsgen launch-app` launches it"
        raise SmsgenError(f"there is no stack {stack}", hint=hint)
    if described["StackStatus"] == "REVIEW_IN_PROGRESS":
        hint = "a stack that is not deployed needs no snapshot: leave --deployed out"
        raise SmsgenError(f"the stack {stack} is in review and was never deployed", hint=hint)
    return _read(reader, described)


def snapshot_of(reader: StackReader, stack: ReadStack, *, after: Iterable[Mapping[str, Any]] = ()) -> Pulled:
    """Read the values of a stack that its templates and those of `after` need; raises as `pull`."""
    warnings: list[Diagnostic] = []
    snapshot = _snapshot(reader, stack, tuple(after), warnings)
    return Pulled(snapshot, tuple(warnings))


def stack_name(name_or_file: str, files: Files) -> str:
    """Return the stack that the user means: a name, an id (ARN), or an application file, whose stack it is.

    Raises InvalidInput or SmsgenError where the file is not one.
    """
    # Stack names: CreateStack, API reference. A file name has a dot or a slash, which a stack name has not.
    if name_or_file.startswith("arn:") or re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name_or_file):
        return name_or_file
    from smsgen.model.load import load
    from smsgen.text.source import MAX_BYTES

    return load(files.read(name_or_file, max_bytes=MAX_BYTES), name_or_file).app.stack_name


def dump_snapshot(snapshot: Mapping[str, Any], format: str) -> str:  # noqa: A002 - the option's name
    """Return the snapshot as text in "json" or "yaml": the same bytes for the same stack, one newline at the
    end.
    """
    import json

    if format == "json":
        return json.dumps(snapshot, indent=2, ensure_ascii=False) + "\n"
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc] # whichever PyYAML has
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    # Long intrinsics and no tags: whatever reads YAML reads a snapshot.
    dumped: str = yaml.dump(snapshot, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
    return dumped


def _read(reader: StackReader, described: Mapping[str, Any]) -> ReadStack:
    templates = _templates(reader, described)
    listed = tuple(_living(reader.resources(described["StackId"])))
    return ReadStack(described, templates, listed, _children(reader, listed))


def _snapshot(
    reader: StackReader,
    stack: ReadStack,
    after: tuple[Mapping[str, Any], ...],
    warnings: list[Diagnostic],
) -> dict[str, Any]:
    described, templates, listed, _ = stack
    needs = _needs((*templates.values(), *after))
    children = {name: _snapshot(reader, child, (), warnings) for name, child in stack.children.items()}
    parameters = _given(described, templates["template"])
    return {
        "stackName": described["StackName"],
        "stackId": described["StackId"],
        **templates,
        "parameters": parameters,
        "ssm": _deployed_ssm(described),
        "resources": _resources(
            reader, described["StackName"], listed, needs=needs, children=children, warnings=warnings
        ),
        "outputs": _pairs(described.get("Outputs", ()), "OutputKey", "OutputValue"),
        "tags": _pairs(described.get("Tags", ()), "Key", "Value"),
        "children": children,
        "environment": {
            "pseudo": _pseudo(described),
            "ssm": _current_ssm(reader, (*templates.values(), *after), parameters),
            **_exports(reader, needs),
            **_zones(reader, described, needs),
        },
    }


def _templates(reader: StackReader, described: Mapping[str, Any]) -> dict[str, Any]:
    """Return `template` as submitted, and `processedTemplate` where a macro made another one of it."""
    name, stack_id = described["StackName"], described["StackId"]
    original = reader.template(stack_id, "Original")
    bodies = {"template": _body(original, name)}
    if "Transform" in original:
        bodies["processedTemplate"] = _body(reader.template(stack_id, "Processed"), name)
    return bodies


def _body(text: str, stack: str) -> dict[str, Any]:
    body = parse_template(text.encode("utf-8"), f"template of stack {stack}").template.body
    declared = body.get("Parameters")
    return body | {"Parameters": _masked(declared)} if isinstance(declared, dict) else body


def _masked(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters without defaults of NoEcho ones: GetTemplate shows what DescribeStacks masks."""
    return {
        name: parameter | {"Default": MASK} if _is_masked(parameter) and "Default" in parameter else parameter
        for name, parameter in declared.items()
    }


def _is_masked(parameter: Any) -> bool:
    return isinstance(parameter, dict) and str(parameter.get("NoEcho", "")).lower() == "true"


def _given(described: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters' values; what the template calls NoEcho is masked even if the answer is not."""
    declared = body.get("Parameters") or {}
    texts = {p["ParameterKey"]: p.get("ParameterValue", "") for p in described.get("Parameters", ())}
    return {name: MASK if _is_masked(declared.get(name)) else texts[name] for name in sorted(texts)}


def _living(listed: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the resources that exist: CloudFormation lists deleted and never created ones too."""
    for resource in sorted(listed, key=lambda r: str(r["LogicalResourceId"])):
        if resource.get("PhysicalResourceId") and resource["ResourceStatus"] != "DELETE_COMPLETE":
            yield resource


def _children(reader: StackReader, listed: Iterable[Mapping[str, Any]]) -> dict[str, ReadStack]:
    children = {}
    for resource in listed:
        if resource["ResourceType"] == NESTED_STACK:
            described = reader.stack(resource["PhysicalResourceId"])
            if described is not None:
                children[resource["LogicalResourceId"]] = _read(reader, described)
    return children


def _resources(
    reader: StackReader,
    stack: str,
    listed: Iterable[Mapping[str, Any]],
    *,
    needs: _Needs,
    children: Mapping[str, Any],
    warnings: list[Diagnostic],
) -> dict[str, Any]:
    values = _attributes(reader, listed, needs)
    resources = {}
    for entry in listed:
        name, type_name = entry["LogicalResourceId"], entry["ResourceType"]
        known = dict(values.get(name, {}))
        if name in children:
            known = {f"Outputs.{key}": value for key, value in children[name]["outputs"].items()}
        missing = needs.attributes.get(name, frozenset()) - known.keys()
        warnings.extend(_unknown(stack, name, type_name, attribute) for attribute in sorted(missing))
        resources[name] = {"type": type_name, "physicalId": _unsigned(entry["PhysicalResourceId"])}
        if known:
            resources[name]["attributes"] = known
    return resources


def _attributes(
    reader: StackReader, listed: Iterable[Mapping[str, Any]], needs: _Needs
) -> dict[str, Mapping[str, Any]]:
    """Return the attributes that are read, by logical id; one question a type."""
    by_type: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in listed:
        name = entry["LogicalResourceId"]
        if needs.attributes.get(name) and entry["ResourceType"] != NESTED_STACK:
            by_type[entry["ResourceType"]][entry["PhysicalResourceId"]] = name
    attributes: dict[str, Mapping[str, Any]] = {}
    for type_name, names in sorted(by_type.items()):
        answer = reader.attributes(type_name, {i: needs.attributes[name] for i, name in names.items()})
        attributes |= {names[identifier]: values for identifier, values in answer.items()}
    return attributes


def _unknown(stack: str, name: str, type_name: str, attribute: str) -> Diagnostic:
    return Diagnostic(
        "UNKNOWN_ATTRIBUTE",
        f"the attribute {attribute} of {name} ({type_name}) in stack {stack} cannot be read",
        "what refers to it shows as known after apply",
        Severity.WARNING,
    )


def _unsigned(physical_id: str) -> str:
    """Return a physical id without the signature that makes a wait condition handle's URL a credential."""
    return physical_id.partition("?")[0] if physical_id.startswith("https://") else physical_id


def _pairs(items: Iterable[Mapping[str, str]], key: str, value: str) -> dict[str, str]:
    return dict(sorted((item[key], item[value]) for item in items))


# --- What the account answers
# ------------------------------------------------------------------------------------


def _pseudo(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pseudo parameters; Region, account and partition are in the stack's id (an ARN)."""
    _, partition, _, region, account, _ = described["StackId"].split(":", 5)
    pseudo: dict[str, Any] = {
        "AWS::AccountId": account,
        "AWS::Partition": partition,
        "AWS::Region": region,
        "AWS::StackId": described["StackId"],
        "AWS::StackName": described["StackName"],
        "AWS::URLSuffix": url_suffix(partition),
    }
    if described.get("NotificationARNs"):
        pseudo["AWS::NotificationARNs"] = list(described["NotificationARNs"])
    return pseudo


def _deployed_ssm(described: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of SSM parameters as they were when the stack was deployed (ResolvedValue)."""
    parameters = described.get("Parameters", ())
    return dict(sorted((p["ParameterValue"], p["ResolvedValue"]) for p in parameters if "ResolvedValue" in p))


def _current_ssm(
    reader: StackReader, bodies: Iterable[Mapping[str, Any]], texts: Mapping[str, str]
) -> dict[str, str]:
    names = {
        str(texts.get(name, declared.get("Default", "")))
        for body in bodies
        for name, declared in (body.get("Parameters") or {}).items()
        if str(declared.get("Type", "")).startswith(_SSM_VALUE)
    }
    names.discard("")
    return dict(sorted(reader.ssm_values(names).items())) if names else {}


def _exports(reader: StackReader, needs: _Needs) -> dict[str, Any]:
    """Return `exports`: all of them, as another template may import others; nothing where none is imported."""
    return {"exports": dict(sorted(reader.exports().items()))} if needs.imports else {}


def _zones(reader: StackReader, described: Mapping[str, Any], needs: _Needs) -> dict[str, Any]:
    """Return `zones`: Region -> what Fn::GetAZs gives there; nothing where no template asks."""
    if not needs.zones:
        return {}
    region = described["StackId"].split(":")[3]
    return {"zones": {region: list(reader.zones())}}


# --- What templates read
# -----------------------------------------------------------------------------------------


def _needs(bodies: Iterable[Mapping[str, Any]]) -> _Needs:
    attributes: dict[str, set[str]] = defaultdict(set)
    functions: set[str] = set()
    for body in bodies:
        functions.update(_functions(body))
        for reference in references(body):
            if reference.attribute:
                attributes[reference.target].add(reference.attribute)
    read = {name: frozenset(found) for name, found in attributes.items()}
    return _Needs(read, "Fn::ImportValue" in functions, "Fn::GetAZs" in functions)


def _functions(value: Any) -> Iterator[str]:
    """Yield the name of every function that is called in a template."""
    called = call(value)
    if called:
        yield called[0]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _functions(each)
