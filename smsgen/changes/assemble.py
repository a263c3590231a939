"""A fixed point -> the changes as the API lists them: actions, policies, contexts, values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from smsgen.changes.compare import Comparison
from smsgen.changes.details import replacement_of
from smsgen.changes.model import MASK, MISSING, Detail, ResourceChange
from smsgen.changes.pointers import at, steps_of
from smsgen.changes.replacement import Rippled
from smsgen.changes.sides import Before, ResourceField, fields_of
from smsgen.changes.tags import TAGS
from smsgen.changes.values.evaluate import Evaluator, section_of
from smsgen.changes.values.unknown import Unknown, shown, value_text

Values = Mapping[ResourceField, Any]


class Assembled(NamedTuple):
    """The changes, and what CloudFormation complains of while it works out values: (logical id, complaint)."""

    changes: tuple[ResourceChange, ...]
    complaints: tuple[tuple[str, str], ...] = ()


def assemble(
    comparison: Comparison, rippled: Rippled, *, imports: Mapping[str, str], with_values: bool
) -> Assembled:
    """Return the changes in the order of their logical ids. `imports`: logical id -> physical id of what
    exists.
    """
    builder = _Builder(comparison, rippled, imports, with_values)
    names = (
        comparison.added
        | rippled.details.keys()
        | (builder.before.resources.keys() - builder.after.resources)
    )
    changes = tuple(builder.change(name) for name in sorted(names))
    return Assembled(changes, tuple(builder.complaints))


class _Builder:
    """Makes one ResourceChange at a time."""

    def __init__(
        self, comparison: Comparison, rippled: Rippled, imports: Mapping[str, str], with_values: bool
    ) -> None:
        self.before, self.after = comparison.before, comparison.after
        self.undecided = comparison.undecided
        self.details = rippled.details
        self.pending = comparison.pending(rippled.impacts)
        self.imports = imports
        self.with_values = with_values
        self.complaints: list[tuple[str, str]] = []

    def change(self, name: str) -> ResourceChange:
        if name not in self.after.resources:
            return self._removed(name, self.before.resources[name])
        if name in self.undecided:
            return self._undecided(name, self.after.resources[name])
        if name not in self.before.resources:
            return self._added(name, self.after.resources[name])
        return self._modified(name, self.after.resources[name], self.details[name])

    def _added(self, name: str, resource: Mapping[str, Any]) -> ResourceChange:
        # Import: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
        change = ResourceChange("Import" if name in self.imports else "Add", name, str(resource.get("Type")))
        change = change._replace(physical_resource_id=self.imports.get(name))
        if not self.with_values:
            return change
        return change._replace(after_context=_context(self._after_values(name, resource)))

    def _undecided(self, name: str, resource: Mapping[str, Any]) -> ResourceChange:
        """Whether it will exist hangs on a condition that is not known.

        "Dynamic (exact action for the resource can't be determined)":
        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
        """
        return self._added(name, resource)._replace(
            action="Dynamic", physical_resource_id=self._physical_id(name)
        )

    def _removed(self, name: str, resource: Mapping[str, Any]) -> ResourceChange:
        change = ResourceChange("Remove", name, str(resource.get("Type")), self._physical_id(name))
        change = change._replace(policy_action=_on_removal(resource, self.before.exact))
        if not self.with_values:
            return change
        return change._replace(before_context=_context(_removed_values(resource, self.before)))

    def _modified(
        self, name: str, resource: Mapping[str, Any], details: tuple[Detail, ...]
    ) -> ResourceChange:
        replacement = replacement_of(details)
        change = ResourceChange(
            "Modify",
            name,
            str(resource.get("Type")),
            self._physical_id(name),
            replacement=replacement,
            policy_action=_on_replacement(resource, self.after.exact) if replacement == "True" else None,
            scope=tuple(sorted({detail.target.attribute for detail in details})),
            details=details,
        )
        if not self.with_values:
            return change
        deployed = self.before.resources[name]
        before = _context(_values(deployed, self.before.masked) | self.before.tagged(deployed))
        after = _context({**self._after_values(name, resource), **self.after.tagged(resource)})
        return change._replace(
            details=tuple(_filled(detail, before, after) for detail in details),
            before_context=before,
            after_context=after,
        )

    def _after_values(self, name: str, resource: Mapping[str, Any]) -> Values:
        evaluator = self.after.masked
        del evaluator.complaints[:]
        self.after.pending = self.pending
        values = _values(resource, evaluator)
        self.after.pending = frozenset()
        self.complaints += [(name, complaint) for complaint in evaluator.complaints]
        return values

    def _physical_id(self, name: str) -> str | None:
        resource = self.before.stack.resources.get(name)
        return resource.physical_id if resource else None


def _values(resource: Mapping[str, Any], evaluator: Evaluator) -> dict[ResourceField, Any]:
    values = {name: evaluator.evaluate(value) for name, value in fields_of(resource).items()}
    return {name: value for name, value in values.items() if value is not MISSING}


def _removed_values(resource: Mapping[str, Any], before: Before) -> Values:
    """In a Remove, whatever refers to a resource shows as KNOWN_AFTER_APPLY (recorded)."""
    evaluator = Evaluator(
        before.template,
        before.masked.parameters,
        before.environment,
        lambda target, attribute: Unknown(f"removed {target}.{attribute}"),
        before.exact,
    )
    return _values(resource, evaluator)


def _context(values: Values) -> dict[str, Any]:
    """Return a context: the properties, and beside them the attributes that the template gives.

    Recorded for Metadata, DeletionPolicy and UpdateReplacePolicy [5]; the others are taken to be there as well.
    """
    properties: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for name, value in values.items():
        if name.attribute in ("Properties", TAGS) and not name.of_stack:
            properties[name.name or TAGS] = shown(value)
        else:
            attributes[name.attribute] = shown(value)
    return {"Properties": properties, **attributes}


def _filled(detail: Detail, before_context: Mapping[str, Any], after_context: Mapping[str, Any]) -> Detail:
    """Fill in the values of a detail from both contexts, in which NoEcho values are masked.

    A masked value may have another shape than the one it hides, so that a path leads nowhere: it is masked, too.
    """
    target = detail.target
    if target.path is None:
        return detail  # Automatic
    before, after = (
        value_text(at(context, steps_of(target.path))) for context in (before_context, after_context)
    )
    if target.attribute_change_type != "Add":
        target = target._replace(before_value=MASK if before is None else before)
    if target.attribute_change_type != "Remove":
        target = target._replace(after_value=MASK if after is None else after)
    return detail._replace(target=target)


# --- Policies
# -----------------------------------------------------------------------------------------------------


def _on_removal(resource: Mapping[str, Any], evaluator: Evaluator) -> str:
    """Return the PolicyAction of a Remove: the deployed DeletionPolicy.

    RetainExceptOnCreate deletes only what was just created: what is removed later is retained. Clusters, and
    database instances outside of one, are snapshotted where nothing is said.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    policy = str(evaluator.evaluate(resource.get("DeletionPolicy", _default_policy(resource))))
    return {"Retain": "Retain", "RetainExceptOnCreate": "Retain", "Snapshot": "Snapshot"}.get(
        policy, "Delete"
    )


def _default_policy(resource: Mapping[str, Any]) -> str:
    alone = "DBClusterIdentifier" not in section_of(resource, "Properties")
    type_name = resource.get("Type")
    snapshot = type_name == "AWS::RDS::DBCluster" or (type_name == "AWS::RDS::DBInstance" and alone)
    return "Snapshot" if snapshot else "Delete"


def _on_replacement(resource: Mapping[str, Any], evaluator: Evaluator) -> str:
    """Return the PolicyAction of a replacement: the submitted UpdateReplacePolicy; without one, Delete.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
    """
    policy = str(evaluator.evaluate(resource.get("UpdateReplacePolicy", "Delete")))
    return {"Retain": "ReplaceAndRetain", "Snapshot": "ReplaceAndSnapshot"}.get(policy, "ReplaceAndDelete")
