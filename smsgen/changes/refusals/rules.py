"""The Rules section: assertions that the values of parameters must meet before anything is made or changed.

A rule whose condition is false, and an assertion of which nothing is known, say nothing. The functions that read the
account (Fn::RefAll, Fn::ValueOf, Fn::ValueOfAll) give what nobody knows here. CloudFormation answers with the rule's
own AssertDescription; in which words it does so where there is none, its documentation does not say.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from smsgen.cfn.intrinsics import call
from smsgen.changes.values.evaluate import Evaluator, section_of
from smsgen.changes.values.unknown import Unknown, has_unknown
from smsgen.errors import Diagnostic

FROM_THE_ACCOUNT = frozenset(("Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"))
"""What these functions give is looked up in the account: all VPCs, the tags of a subnet."""


def broken_rules(side: Evaluator) -> Iterator[Diagnostic]:
    """Yield an error for each assertion that is false; `side` evaluates the template that is submitted."""
    rules = _RuleEvaluator(side.template, side.parameters, side.environment, side.lookup)
    for name, rule in section_of(side.template, "Rules").items():
        if not isinstance(rule, dict) or ("RuleCondition" in rule and not rules.truth(rule["RuleCondition"])):
            continue
        assertions = rule.get("Assertions")
        for index, assertion in enumerate(assertions if isinstance(assertions, list) else ()):
            if isinstance(assertion, dict) and rules.truth(assertion.get("Assert")) is False:
                description = (
                    assertion.get("AssertDescription") or f"Rule {name} is not met by the parameters"
                )
                hint = f"rule {name} asks for other values of the parameters"
                yield Diagnostic("RULE", str(description), hint, path=("Rules", name, "Assertions", index))


class _RuleEvaluator(Evaluator):
    """Knows the functions of rules, too, which are no functions elsewhere."""

    __slots__ = ()

    def evaluate(self, value: Any) -> Any:
        called = call(value)
        if called and called[0] in FROM_THE_ACCOUNT:
            return Unknown(f"{called[0]} {called[1]!r}")
        return super().evaluate(value)

    def truth(self, value: Any) -> bool | None:
        called = call(value)
        if called and called[0] in _TRUTHS:
            operands = called[1] if isinstance(called[1], list) else []
            return _TRUTHS[called[0]](*map(self.evaluate, operands)) if len(operands) == 2 else None
        return super().truth(value)


def _contains(items: Any, wanted: Any) -> bool | None:
    if not isinstance(items, list) or has_unknown(wanted):
        return None
    return True if wanted in items else None if has_unknown(items) else False


def _each_equals(items: Any, wanted: Any) -> bool | None:
    return _each_in(items, [wanted])


def _each_in(items: Any, wanted: Any) -> bool | None:
    if not isinstance(items, list):
        return None
    contained = [_contains(wanted, item) for item in items]
    return False if False in contained else None if None in contained else True


_TRUTHS: dict[str, Callable[[Any, Any], bool | None]] = {
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_equals,
    "Fn::EachMemberIn": _each_in,
}
