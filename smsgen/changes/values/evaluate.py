"""One side of the comparison, evaluated: parameters, mappings, conditions and every intrinsic function.

In: a template (long form) and what its references give. Out: values in which every scalar is text, as the
API shows them, and `Unknown` where only the execution of the change set makes a value known: never a
guess. A function over an unknown value is unknown as a whole. Dynamic references (`{{resolve:…}}`) are
kept as they are: CloudFormation resolves them when it makes the resource
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html).

What each function gives stands in `functions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.intrinsics import Reference
from smsgen.changes.model import MISSING, Environment
from smsgen.changes.values.functions import FUNCTIONS, TRUTHS
from smsgen.changes.values.growth import MAX_CALLS, MAX_MADE, MAX_VALUE, TooLarge, size_of, too_large
from smsgen.changes.values.unknown import Unknown, scalar_text
from smsgen.errors import InvalidInput, Path

Lookup = Callable[[str, str | None], Any]
"""(logical id, attribute or None for Ref) -> the value, Unknown where it is not known."""


class Uses(NamedTuple):
    """What a value was made of, on the way that was taken: parameters and resources, in the order of the
    text.
    """

    parameters: dict[str, None]
    references: dict[Reference, None]


class Evaluator:
    """Evaluates the values of one template.

    `uses` collects what is used, `complaints` what CloudFormation warns of, `failures` what it refuses: its words, and
    the argument of the function, by which its place is found.

    `parameters`: name -> what Ref gives. `exact`: the evaluator that says what the conditions are, where
    this one has masked parameters.
    """

    __slots__ = (
        "_calls",
        "_conditions",
        "_exact",
        "_made",
        "_names",
        "complaints",
        "environment",
        "failures",
        "lookup",
        "parameters",
        "template",
        "uses",
    )

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Mapping[str, Any],
        environment: Environment,
        lookup: Lookup,
        exact: Evaluator | None = None,
    ) -> None:
        self.template = template
        self.parameters = parameters
        self.environment = environment
        self.lookup = lookup
        self.uses = Uses({}, {})
        self.complaints: list[str] = []
        self.failures: list[tuple[str, Any]] = []
        self._conditions: dict[str, bool | None] = {}
        self._exact = exact
        self._calls = self._made = 0
        self._names = section_of(template, "Resources")

    def evaluate(self, value: Any) -> Any:
        """Return the value with all functions evaluated and all scalars as text; MISSING for AWS::NoValue."""
        if isinstance(value, str):
            return value
        if isinstance(value, dict):
            if len(value) == 1:
                ((name, argument),) = value.items()
                function = FUNCTIONS.get(name)
                if function is not None:
                    try:
                        return self._counted(function(self, argument))
                    except TooLarge:
                        raise self._refusal(value) from None
            return self._map(value)
        if isinstance(value, list):
            items = [self.evaluate(item) for item in value]
            return [item for item in items if item is not MISSING]
        return scalar_text(value)

    def _counted(self, value: Any) -> Any:
        """Return what a function made; raises TooLarge where it, or all of them together, is too much."""
        size = len(value) if isinstance(value, str) else size_of(value)
        self._calls += 1
        self._made += size
        if size > MAX_VALUE or self._made > MAX_MADE or self._calls > MAX_CALLS:
            raise TooLarge
        return value

    def _refusal(self, call: dict[str, Any]) -> InvalidInput:
        problem = (
            f"holds functions that make more than {MAX_VALUE:,} characters, the size of a whole template"
        )
        if self._calls > MAX_CALLS:
            problem = f"is reached after {MAX_CALLS:,} calls of functions, far more than a template can hold"
        elif self._made > MAX_MADE:
            problem = f"is reached after functions have made {MAX_MADE:,} characters, far more than a stack can hold"
        return InvalidInput([too_large(path_to(call, self.template), problem)])

    def _map(self, value: dict[str, Any]) -> dict[str, Any]:
        evaluated = {}
        for key, item in value.items():
            result = self.evaluate(item)
            if result is not MISSING:
                evaluated[key] = result
        return evaluated

    def used(self, value: Any) -> tuple[Any, Uses]:
        """Evaluate, and give what was used on the way."""
        outer, self.uses = self.uses, Uses({}, {})
        result = self.evaluate(value)
        uses, self.uses = self.uses, outer
        return result, uses

    def condition(self, name: str) -> bool | None:
        """Return the value of a condition; None where it is not known, or not declared, or refers to itself.

        A property whose Fn::If chooses otherwise because a parameter changed is a DirectModification: neither the
        documentation of ParameterReference nor a recording says that the references of a condition count. What is
        replaced is the same either way, since both are Static.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
        """
        if self._exact is not None:
            return self._exact.condition(name)
        if name not in self._conditions:
            self._conditions[name] = None
            declared = section_of(self.template, "Conditions").get(name)
            uses, self.uses = self.uses, Uses({}, {})  # a property does not use what its condition uses
            self._conditions[name] = self.truth(declared) if declared is not None else None
            self.uses = uses
        return self._conditions[name]

    def truth(self, value: Any) -> bool | None:
        """Evaluate a condition function; None where it is not known."""
        if isinstance(value, dict) and len(value) == 1:
            ((name, argument),) = value.items()
            if name in TRUTHS:
                return TRUTHS[name](self, argument)
        result = self.evaluate(value)
        return {"true": True, "false": False}.get(result) if isinstance(result, str) else None

    def exists(self, resource: Any) -> bool:
        """Return whether a resource (or an output) exists: its condition is not false."""
        if not isinstance(resource, dict):
            return False
        name = resource.get("Condition")
        return self.condition(name) is not False if isinstance(name, str) else True

    def ref(self, name: Any) -> Any:
        """Return what `{"Ref": name}` gives."""
        if not isinstance(name, str):
            name = self.evaluate(name)
            if not isinstance(name, str):
                return Unknown(f"Ref {name!r}")
        if name in self.parameters:
            self.uses.parameters[name] = None
            return self.parameters[name]
        if name in self._names:
            self.uses.references[Reference(name)] = None
            return self.lookup(name, None)
        if name == "AWS::NoValue":
            return MISSING
        pseudo = self.environment.pseudo.get(name)
        return Unknown(f"Ref {name}") if pseudo is None else pseudo

    def attribute(self, target: str, attribute: Any) -> Any:
        """Return what `{"Fn::GetAtt": [target, attribute]}` gives."""
        name = self.evaluate(attribute)
        if not isinstance(name, str) or isinstance(name, Unknown):
            return Unknown(f"GetAtt {target}.{name!r}")
        self.uses.references[Reference(target, name)] = None
        return self.lookup(target, name)


def section_of(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a section of a template, empty where it is missing or not a map."""
    members = template.get(name)
    return members if isinstance(members, dict) else {}


def path_to(part: Any, whole: Any) -> Path:
    """Return where a map or a list, itself and no copy of it, stands in the template `whole`; () where it does not."""
    return _path_to(part, whole) or ()


def _path_to(part: Any, whole: Any) -> Path | None:
    items = whole.items() if isinstance(whole, Mapping) else enumerate(whole)
    for step, item in items:
        if isinstance(item, (Mapping, list)):
            inside = () if item is part else _path_to(part, item)
            if inside is not None:
                return (step, *inside)
    return None
