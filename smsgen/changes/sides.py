"""The two sides of a comparison: the deployed stack, whose values are live, and the template submitted.

Ref and Fn::GetAtt are answered here. Of a resource that exists and is not replaced they give the live value
from before the update; of one that is added or replaced, nothing that is known before the execution.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

from smsgen.cfn.intrinsics import Reference
from smsgen.changes.model import KNOWN_AFTER_APPLY, MISSING, Attribute, Environment, Side, Stack
from smsgen.changes.tags import is_attribute, is_taggable
from smsgen.changes.values import parameters as parameter_values
from smsgen.changes.values.evaluate import Evaluator, Uses, section_of
from smsgen.changes.values.foreach import expand
from smsgen.changes.values.unknown import Unknown


class ResourceField(NamedTuple):
    """What of a resource can change: a property, an attribute as a whole, or the tags that it has from the stack."""

    attribute: Attribute
    name: str | None = None
    of_stack: bool = False

    @property
    def path(self) -> str:
        """The Path of the API's Target."""
        if self.of_stack:
            return f"/{self.attribute}"
        return f"/{self.attribute}/{self.name}" if self.name else _WHOLE[self.attribute]


STACK_TAGS = ResourceField("Tags", of_stack=True)
"""The tags that a resource has from the stack.

How AWS lists them with property values is not documented: a Path that begins with /Tags is what a public tool expects
of it, and that the context holds them, and each of them is a leaf, is taken by analogy with properties.
"""


class Evaluated(NamedTuple):
    """The value of a field, and what it was made of."""

    value: Any
    uses: Uses


# A change of these is reported; a change of DependsOn or Condition is not. Valid values of Attribute:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceTargetDefinition.html
_ATTRIBUTES: tuple[Attribute, ...] = (
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
)
_WHOLE: dict[str, str] = {"Tags": "/Properties/Tags", **{name: f"/{name}" for name in _ATTRIBUTES}}


def fields_of(resource: Mapping[str, Any]) -> dict[ResourceField, Any]:
    """Return what of a resource can change, not evaluated."""
    type_name = resource.get("Type")
    declared = {field(type_name, name): value for name, value in section_of(resource, "Properties").items()}
    declared.update({ResourceField(name): resource[name] for name in _ATTRIBUTES if name in resource})
    return declared


def field(type_name: Any, property_name: str) -> ResourceField:
    """Return the field of a property; the tags of some types are an attribute of their own."""
    if is_attribute(str(type_name), property_name):
        return ResourceField("Tags")
    return ResourceField("Properties", property_name)


class Half:
    """One side: its evaluators, `exact` and `masked` (with NoEcho values as `****`, for showing)."""

    __slots__ = (
        "declared",
        "environment",
        "exact",
        "masked",
        "resources",
        "stack_tags",
        "template",
        "texts",
        "values",
    )

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        ssm: Mapping[str, str],
        environment: Environment,
    ) -> None:
        self.declared = declared = section_of(template, "Parameters")
        self.environment = environment
        self.stack_tags: list[dict[str, str]] | None = None
        self.texts = parameter_values.given(declared, parameters)
        self.values = parameter_values.values(declared, self.texts, ssm)
        looped = Evaluator(template, self.values, environment, self.lookup)
        self.template = template = expand(template, looped.evaluate)
        self.exact = Evaluator(template, self.values, environment, self.lookup)
        self.masked = self.exact
        if any(parameter_values.is_hidden(declaration) for declaration in declared.values()):
            masked = parameter_values.values(declared, self.texts, ssm, masked=True)
            self.masked = Evaluator(template, masked, environment, self.lookup_masked, self.exact)
        resources = section_of(template, "Resources")
        self.resources = {
            name: resource for name, resource in resources.items() if self.exact.exists(resource)
        }

    def lookup(self, target: str, attribute: str | None) -> Any:
        """Return what Ref (attribute None) or Fn::GetAtt of the resource gives."""
        return Unknown(_symbol(target, attribute))

    def lookup_masked(self, target: str, attribute: str | None) -> Any:
        """Return the same with NoEcho values masked."""
        return self.lookup(target, attribute)

    def evaluated(self, resource: Mapping[str, Any]) -> dict[ResourceField, Evaluated]:
        """Evaluate what of a resource can change; what AWS::NoValue removes is not there."""
        values = {name: Evaluated(*self.exact.used(value)) for name, value in fields_of(resource).items()}
        present = {name: value for name, value in values.items() if value.value is not MISSING}
        return present | {
            name: Evaluated(value, Uses({}, {})) for name, value in self.tagged(resource).items()
        }

    def tagged(self, resource: Mapping[str, Any]) -> dict[ResourceField, Any]:
        """Return the tags that a resource has from the stack, where those change (`stack_tags`) and it takes any."""
        if self.stack_tags is None or not is_taggable(str(resource.get("Type"))):
            return {}
        return {STACK_TAGS: self.stack_tags}

    def is_undecided(self, resource: Mapping[str, Any]) -> bool:
        """Return whether the resource has a condition that is not known."""
        name = resource.get("Condition")
        return isinstance(name, str) and self.exact.condition(name) is None

    def conditions(self) -> dict[str, bool | None]:
        """Return what the conditions of the template are."""
        return {name: self.exact.condition(name) for name in section_of(self.template, "Conditions")}

    def summary(self) -> Side:
        """Return the side as reports see it."""
        return Side(self.template, self.texts, self.conditions(), frozenset(self.resources))

    def outputs(self) -> Any:
        """Return the outputs that exist, evaluated."""
        declared = section_of(self.template, "Outputs").items()
        return {
            name: self.exact.evaluate({key: value for key, value in output.items() if key != "Condition"})
            for name, output in declared
            if self.exact.exists(output)
        }


class Before(Half):
    """The deployed side: its references give live values."""

    __slots__ = ("_open", "stack")

    def __init__(self, stack: Stack, environment: Environment) -> None:
        self.stack = stack
        self._open: set[tuple[str, str]] = set()
        super().__init__(stack.template, stack.parameters, stack.ssm, environment)

    def lookup(self, target: str, attribute: str | None) -> Any:
        """Return the live value."""
        return self._live(target, attribute, self.exact)

    def lookup_masked(self, target: str, attribute: str | None) -> Any:
        """Return the live value, without what a NoEcho parameter put into it."""
        return self._live(target, attribute, self.masked)

    def _live(self, target: str, attribute: str | None, evaluator: Evaluator) -> Any:
        resource = self.stack.resources.get(target)
        if attribute is None:
            known = (resource.ref, resource.physical_id) if resource else ()
            return next((v for v in known if v and v != KNOWN_AFTER_APPLY), Unknown(_symbol(target, None)))
        if resource and attribute in resource.attributes:
            return evaluator.evaluate(resource.attributes[attribute])
        child, output = self.stack.children.get(target), attribute.removeprefix(OUTPUTS)
        if child and output in child.outputs:
            return child.outputs[output]
        return self._deployed_property(target, attribute, evaluator)

    def _deployed_property(self, target: str, name: str, evaluator: Evaluator) -> Any:
        """Return the property of the attribute's name as it was deployed: what a registry type reads back."""
        properties = section_of(section_of(self.template, "Resources").get(target, {}), "Properties")
        if name not in properties or (target, name) in self._open:
            return Unknown(_symbol(target, name))
        self._open.add((target, name))
        uses, evaluator.uses = evaluator.uses, Uses({}, {})  # the reader uses the attribute, not what made it
        value = evaluator.evaluate(properties[name])
        evaluator.uses = uses
        self._open.discard((target, name))
        return Unknown(_symbol(target, name)) if value is MISSING else value


OUTPUTS = "Outputs."
"""What the attributes of a nested stack begin with that give its outputs."""


def outputs_of(name: str) -> str:
    """Return the word that stands for all outputs of a nested stack among what is pending."""
    return f"{name}.{OUTPUTS}"


class After(Half):
    """The submitted side. `pending`: resources whose Ref and GetAtt are known after the execution only."""

    __slots__ = ("_before", "pending")

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        environment: Environment,
        before: Before | None,
    ) -> None:
        self._before = before
        self.pending: Set[str] = frozenset()
        super().__init__(template, parameters, environment.ssm, environment)

    def lookup(self, target: str, attribute: str | None) -> Any:
        """Return the live value of a resource that stays, Unknown of any other."""
        return self._stays(target, attribute, masked=False)

    def lookup_masked(self, target: str, attribute: str | None) -> Any:
        """Return the same with NoEcho values masked."""
        return self._stays(target, attribute, masked=True)

    def _stays(self, target: str, attribute: str | None, *, masked: bool) -> Any:
        before = self._before
        if before is None or target not in before.resources or self._is_pending(target, attribute):
            return Unknown(f"new {_symbol(target, attribute)}")
        return before.lookup_masked(target, attribute) if masked else before.lookup(target, attribute)

    def _is_pending(self, target: str, attribute: str | None) -> bool:
        is_output = attribute is not None and attribute.startswith(OUTPUTS)
        return target in self.pending or (is_output and outputs_of(target) in self.pending)

    def settled(self, value: Any, pending: Set[str]) -> Any:
        """Evaluate a value while `pending` resources, and outputs (see `outputs_of`), are not known."""
        self.pending = pending
        try:
            return self.exact.evaluate(value)
        finally:
            self.pending = frozenset()


def _symbol(target: str, attribute: str | None) -> str:
    return f"{target}.{attribute}" if attribute else target


def references_used(uses: Uses) -> tuple[Reference, ...]:
    """Return the Ref and GetAtt to resources that a value was made of, in the order of the text."""
    return tuple(uses.references)
