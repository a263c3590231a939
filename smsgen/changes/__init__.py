"""Stack x Stack -> ChangeSet, in CloudFormation's own words.

In: a deployed stack (or none), the template and parameters that would be submitted, and what the account
answers. Out: what DescribeChangeSet would say, plain and with property values. Nothing is looked up: what
cannot be known is KNOWN_AFTER_APPLY, never a guess and never "no change".

    sides        evaluate both templates                     (values/)
    refusals/    what CloudFormation refuses
    compare      match resources, find what differs
    replacement  ripple to a fixed point, once for each mode (details, leaves, tags, recreation)
    assemble     actions, policies, contexts
    uncertain    what stands beside the answer
    describe     the API's shape                             (truncated)
    findings/    what the API does not say
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from smsgen.cfn.nested import NESTED_STACK
from smsgen.changes.assemble import Assembled, assemble
from smsgen.changes.change_set import ChangeSet
from smsgen.changes.compare import Comparison, Impact, compare
from smsgen.changes.identifiers import Identifier, physical_id
from smsgen.changes.model import FROM_ROOT, NO_CHANGES, Environment, Stack
from smsgen.changes.recreation import requires_recreation
from smsgen.changes.refusals.importing import allow_imports_alone, refuse_imports
from smsgen.changes.refusals.rules import broken_rules
from smsgen.changes.refusals.validate import Submission, refuse_invalid
from smsgen.changes.replacement import Rippled, ripple
from smsgen.changes.sides import After, Before, outputs_of
from smsgen.changes.tags import stack_tags
from smsgen.changes.uncertain import uncertain
from smsgen.changes.values.evaluate import path_to
from smsgen.changes.values.parameters import answers
from smsgen.errors import Diagnostic, InvalidInput

MAX_NESTING = 10
"""How deep nested stacks are followed; a template that nests itself ends here."""

__all__ = ["ChangeSet", "Environment", "Stack", "predict", "requires_recreation"]


def predict(
    before: Stack | None,
    template: Mapping[str, Any],
    parameters: Mapping[str, str | None],
    *,
    environment: Environment,
    children: Mapping[str, Mapping[str, Any]] | None = None,
    imports: Mapping[str, Identifier] | None = None,
    tags: Mapping[str, str] | None = None,
) -> ChangeSet:
    """Predict the change set that submitting `template` and `parameters` makes.

    `before`: the deployed stack; None predicts a CREATE change set. `parameters`: the text of each; None
    uses the deployed value. `children`: templates of nested stacks by their TemplateURL as it is written,
    or its file name. `imports`: logical id -> identifier of each resource to import (`changes.identifiers`): a text, or
    property -> value. `tags`: those that the stack itself is given, which CloudFormation passes on; None leaves
    them as they are. Raises InvalidInput with CloudFormation's own complaints where the template or the
    parameters are invalid.
    """
    try:
        request = _Request(before, template, parameters, environment, children or {}, imports or {}, tags)
        return _predict(request)
    except RecursionError:
        hint = "CloudFormation takes no template that is nested so deep either"
        raise InvalidInput([Diagnostic("TOO_DEEP", "the template is nested too deep", hint)]) from None


class _Request(NamedTuple):
    """What predict was asked, for a stack and for each stack nested in it."""

    before: Stack | None
    template: Mapping[str, Any]
    parameters: Mapping[str, str | None]
    environment: Environment
    children: Mapping[str, Mapping[str, Any]]
    imports: Mapping[str, Identifier]
    tags: Mapping[str, str] | None
    depth: int = 0


def _predict(request: _Request) -> ChangeSet:
    environment = request.environment
    deployed = request.before or Stack(str(environment.pseudo.get("AWS::StackName", "")), {})
    texts = _given(request.parameters, deployed)
    before = Before(deployed, environment)
    after = After(request.template, texts, environment, before)
    before.stack_tags, after.stack_tags = stack_tags(deployed.tags, request.tags) or (None, None)
    refuse_invalid(Submission(after.template, texts, before.resources))
    if request.imports:
        refuse_imports(request.imports, after.resources, before.resources)
    broken = list(broken_rules(after.exact))
    if broken:
        raise InvalidInput(broken)
    comparison, valued, nested = _rippled(request, compare(before, after))
    plain = ripple(comparison, with_values=False)
    assembled = [
        assemble(comparison, rippled, imports=_physical_ids(request, after), with_values=mode)
        for mode, rippled in ((False, plain), (True, valued))
    ]
    if after.exact.failures:
        failures = ((message, path_to(part, after.template)) for message, part in after.exact.failures)
        raise InvalidInput(
            Diagnostic("TEMPLATE_ERROR", message, path=path) for message, path in dict.fromkeys(failures)
        )
    if request.imports:
        allow_imports_alone(comparison, assembled[1].changes, request.tags)
    return _change_set(request, comparison, *assembled, nested=nested)


def _physical_ids(request: _Request, after: After) -> dict[str, str]:
    return {
        name: physical_id(str(after.resources.get(name, {}).get("Type")), identifier)
        for name, identifier in request.imports.items()
    }


def _rippled(request: _Request, comparison: Comparison) -> tuple[Comparison, Rippled, dict[str, ChangeSet]]:
    """Follow what happens to resources into nested stacks, and out of them again, until nothing more changes.

    What a nested stack changes makes its outputs unknown to the others, which change in turn. That set only grows.
    """
    predicted = dict[tuple[Any, ...], ChangeSet]()
    while True:
        rippled = ripple(comparison, with_values=True)
        nested = _nested(request, comparison, rippled.impacts, predicted)
        same = frozenset(name for name, child in nested.items() if child.status == "FAILED")
        changed = frozenset(nested) - same
        if same == comparison.same_children and changed == comparison.changed_children:
            return comparison, rippled, nested
        comparison = comparison._replace(same_children=same, changed_children=changed)


def _given(parameters: Mapping[str, str | None], deployed: Stack) -> dict[str, str]:
    """Fill in deployed values where None says so (UsePreviousValue of the API)."""
    filled = {
        name: deployed.parameters.get(name) if text is None else text for name, text in parameters.items()
    }
    return {name: text for name, text in filled.items() if text is not None}


def _nested(
    request: _Request,
    comparison: Comparison,
    impacts: Mapping[str, Impact],
    predicted: dict[tuple[Any, ...], ChangeSet],
) -> dict[str, ChangeSet]:
    """Predict the nested stacks whose templates are known, with the parameters that this stack gives them.

    `predicted` holds the change sets that are known already, by what each stack was given. Of a stack that turns out
    to change, the outputs are unknown to those behind it at once, so that a chain of stacks is followed in one go.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
    """
    if not request.children or request.depth >= MAX_NESTING:
        return {}
    after, nested = comparison.after, {}
    pending = set(comparison.pending(impacts))
    for name, resource in after.resources.items():
        if resource.get("Type") != NESTED_STACK:
            continue
        properties = after.settled(resource.get("Properties", {}), pending)
        template = _child_template(request.children, properties)
        if template is not None:
            child = _child(request, name, template, properties, comparison.before)
            key = name, id(template), tuple(child.parameters.items())
            predicted[key] = nested[name] = predicted.get(key) or _predict(child)
            if nested[name].status != "FAILED":
                pending.add(outputs_of(name))
    return nested


def _child_template(children: Mapping[str, Mapping[str, Any]], properties: Any) -> Mapping[str, Any] | None:
    url = properties.get("TemplateURL") if isinstance(properties, dict) else None
    if not isinstance(url, str):
        return None
    return children.get(url) or children.get(url.rpartition("/")[2])


def _child(
    request: _Request, name: str, template: Mapping[str, Any], properties: dict[str, Any], parent: Before
) -> _Request:
    before = request.before.children.get(name) if request.before else None
    if before:  # of a snapshot its own values are known; of a template, what the one above it gives
        deployed = parent.exact.evaluate(parent.resources.get(name, {}).get("Properties", {}))
        before = before._replace(parameters={**_child_parameters(deployed), **before.parameters})
    pseudo = {
        key: value for key, value in request.environment.pseudo.items() if not key.startswith("AWS::Stack")
    }
    if before:
        pseudo |= {"AWS::StackName": before.stack_name, "AWS::StackId": before.stack_id}
    values = properties.get("Parameters", {})
    return request._replace(
        before=before,
        template=template,
        parameters={
            key: ",".join(value) if isinstance(value, list) else value
            for key, value in (values.items() if isinstance(values, dict) else ())
        },
        environment=request.environment._replace(pseudo=pseudo),
        imports={},
        tags=_child_tags(request, before),
        depth=request.depth + 1,
    )


def _child_parameters(properties: Any) -> dict[str, str]:
    """Return the values that the properties of a nested stack give to its parameters."""
    given = properties.get("Parameters") if isinstance(properties, dict) else None
    values = given.items() if isinstance(given, dict) else ()
    return {key: ",".join(value) if isinstance(value, list) else value for key, value in values}


def _child_tags(request: _Request, before: Stack | None) -> Mapping[str, str] | None:
    """Return the tags that a nested stack will have: its own, with what changes in those of its parent."""
    parent = request.before.tags if request.before else None
    if parent is None or request.tags is None or before is None or before.tags is None:
        return None
    kept = {key: value for key, value in before.tags.items() if key not in parent or key in request.tags}
    return kept | {key: value for key, value in request.tags.items() if parent.get(key) != value}


def _change_set(
    request: _Request,
    comparison: Comparison,
    plain: Assembled,
    valued: Assembled,
    *,
    nested: Mapping[str, ChangeSet],
) -> ChangeSet:
    before, after = comparison.before, comparison.after
    # An update of Outputs alone is a change set without changes, and complete; so is a stack that is created with every
    # resource off (both recorded [2]).
    changed = bool(plain.changes or valued.changes) or before.outputs() != after.outputs()
    changed = changed or not request.before or after.stack_tags is not None
    return ChangeSet(
        stack_name=before.stack.stack_name,
        stack_id=before.stack.stack_id,
        change_set_type="IMPORT" if request.imports else "UPDATE" if request.before else "CREATE",
        status="CREATE_COMPLETE" if changed else "FAILED",
        execution_status="AVAILABLE" if changed and not request.depth else "UNAVAILABLE",
        status_reason=NO_CHANGES if not changed else FROM_ROOT if request.depth else _warning(valued),
        parameters=answers(after.declared, after.texts, after.environment.ssm),
        changes=plain.changes,
        changes_with_property_values=valued.changes,
        nested=nested,
        before=before.summary(),
        after=after.summary(),
        uncertain=uncertain(comparison, valued.changes),
    )


def _warning(valued: Assembled) -> str | None:
    """Return what CloudFormation says where it cannot work out the values of a resource (recorded)."""
    for name, complaint in valued.complaints[:1]:
        return (
            "[WARN] --include-property-values option can return incomplete ChangeSet data because: "
            f"ChangeSet creation failed for resource [{name}] because: {complaint}"
        )
    return None
