"""Stack x Stack -> ChangeSet, in CloudFormation's own words.

In: a deployed stack (or none), the template and parameters that would be submitted, and what the account
answers. Out: what DescribeChangeSet would say, plain and with property values. Nothing is looked up: what
cannot be known is KNOWN_AFTER_APPLY, never a guess and never "no change".

    sides        evaluate both templates                     (parameters, evaluate, unknown)
    compare      match resources, find what differs
    replacement  ripple to a fixed point, once for each mode (details, recreation)
    assemble     actions, policies, contexts
    describe     the API's shape
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsgen.changes.assemble import Assembled, assemble
from smsgen.changes.compare import Comparison, compare
from smsgen.changes.model import NO_CHANGES, ChangeSet, Environment, Stack
from smsgen.changes.parameters import answers
from smsgen.changes.recreation import requires_recreation
from smsgen.changes.replacement import ripple
from smsgen.changes.sides import After, Before

__all__ = ["ChangeSet", "Environment", "Stack", "predict", "requires_recreation"]


def predict(
    before: Stack | None,
    template: Mapping[str, Any],
    parameters: Mapping[str, str | None],
    *,
    environment: Environment,
    imports: Mapping[str, str] | None = None,
) -> ChangeSet:
    """Predict the change set that submitting `template` and `parameters` makes.

    `before`: the deployed stack; None, or one without a template, predicts a CREATE change set.
    `parameters`: the text of each; None uses the deployed value. `imports`: logical id -> physical id of
    resources to import. Raises InvalidInput with CloudFormation's own complaints where the template or the
    parameters are invalid.
    """
    deployed = before or Stack(str(environment.pseudo.get("AWS::StackName", "")), {})
    texts = _given(parameters, deployed)
    was = Before(deployed, environment)
    comparison = compare(was, After(template, texts, environment, was))
    plain = assemble(
        comparison, ripple(comparison, with_values=False), imports=imports or {}, with_values=False
    )
    valued = assemble(
        comparison, ripple(comparison, with_values=True), imports=imports or {}, with_values=True
    )
    return _change_set(comparison, plain, valued, created=before is None, imported=bool(imports))


def _given(parameters: Mapping[str, str | None], deployed: Stack) -> dict[str, str]:
    """Fill in deployed values where None says so (UsePreviousValue of the API)."""
    filled = {
        name: deployed.parameters.get(name) if text is None else text for name, text in parameters.items()
    }
    return {name: text for name, text in filled.items() if text is not None}


def _change_set(
    comparison: Comparison, plain: Assembled, valued: Assembled, *, created: bool, imported: bool
) -> ChangeSet:
    before, after = comparison.before, comparison.after
    # An update of Outputs alone is a change set without changes, and complete.
    changed = bool(plain.changes or valued.changes) or before.outputs() != after.outputs()
    return ChangeSet(
        stack_name=before.stack.stack_name,
        stack_id=before.stack.stack_id,
        change_set_type="IMPORT" if imported else "CREATE" if created else "UPDATE",
        status="CREATE_COMPLETE" if changed else "FAILED",
        execution_status="AVAILABLE" if changed else "UNAVAILABLE",
        status_reason=_warning(valued) if changed else NO_CHANGES,
        parameters=answers(after.declared, after.texts, after.environment.ssm),
        changes=plain.changes,
        changes_with_property_values=valued.changes,
        nested={},
        before=before.summary(),
        after=after.summary(),
    )


def _warning(valued: Assembled) -> str | None:
    """Give what CloudFormation says where it cannot work out the values of a resource (recorded)."""
    for name, complaint in valued.complaints[:1]:
        return (
            "[WARN] --include-property-values option can return incomplete ChangeSet data because: "
            f"ChangeSet creation failed for resource [{name}] because: {complaint}"
        )
    return None
