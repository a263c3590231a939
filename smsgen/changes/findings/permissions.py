"""Permissions that widen: statements of IAM and resource policies, managed policies, trust, boundaries.

A statement that allows is wider unless one that was there covers it: each of its actions, resources and principals
matched, under the same conditions. A Deny that goes is wider, too.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.changes.describe import parsed
from smsgen.changes.model import KNOWN_AFTER_APPLY

DOCUMENTS = (
    "PolicyDocument",
    "AssumeRolePolicyDocument",
    "KeyPolicy",
    "ResourcePolicy",
    "RepositoryPolicyText",
)
"""Properties that hold a policy document."""

MANAGED = ("ManagedPolicyArns", "ManagedPolicies", "PermissionSets")
"""Properties that list policies attached."""


class Grant(NamedTuple):
    """One thing that one statement allows or denies. `turned` names NotAction and the like, which grant all others."""

    effect: str
    action: str
    resource: str
    principal: str
    condition: str
    turned: str

    def words(self) -> str:
        """Say the grant as people do."""
        to = f" to {self.principal}" if self.principal else ""
        on = f" on {self.resource}" if self.resource else ""
        return f"{self.turned}{self.action}{on}{to}"


def permission_widening(type_name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each permission of `after` that `before` did not give.

    Both are resolved properties; `before` is empty for a resource that is added.
    """
    yield from _statements(before, after)
    for name in MANAGED:
        had, has = _list(before.get(name)), _list(after.get(name))
        yield from (
            f"attaches {policy}" for policy in has if policy not in had or policy == KNOWN_AFTER_APPLY
        )
    if before.get("PermissionsBoundary") and not after.get("PermissionsBoundary"):
        yield "has no permissions boundary any more"
    if type_name == "AWS::IAM::UserToGroupAddition":
        yield from (
            f"adds {user} to the group"
            for user in _list(after.get("Users"))
            if user not in _list(before.get("Users"))
        )
    if type_name in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy") and before:
        for kind in ("Roles", "Users", "Groups"):
            more = [str(one) for one in _list(after.get(kind)) if one not in _list(before.get(kind))]
            if more:
                yield f"applies to more {kind.lower()}: {', '.join(more)}"
    profile = after.get("IamInstanceProfile")
    if (
        type_name == "AWS::EC2::Instance"
        and before
        and profile
        and profile != before.get("IamInstanceProfile")
    ):
        yield f"the instance gets another profile: {profile}"


def _statements(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    had, has = list(_grants(before)), list(_grants(after))
    allowed = [grant for grant in had if grant.effect == "Allow"]
    told = set()
    for grant in has:
        if grant.effect == "Allow" and not any(grant_covers(old, grant) for old in allowed):
            words = grant.words()
            if words not in told:
                told.add(words)
                yield f"allows {words}{_wild(grant)}"
    for grant in had:
        if grant.effect == "Deny" and grant not in has:
            yield f"no longer denies {grant.words()}"


def _wild(grant: Grant) -> str:
    if grant.turned:
        return " (everything but what is named)"
    return " (a wildcard)" if "*" in grant.action or grant.principal == "*" else ""


def grant_covers(old: Grant, new: Grant) -> bool:
    """Return whether all that `new` allows, `old` allowed. What is not known is covered by nothing."""
    if KNOWN_AFTER_APPLY in "".join(new):
        return False
    # A condition narrows: a grant without any covers one with.
    if old.turned != new.turned or old.condition not in ("", new.condition):
        return False
    return (
        _matches(old.action.lower(), new.action.lower())
        and _matches(old.resource, new.resource)
        and (old.principal in (new.principal, "*"))
    )


def _matches(pattern: str, text: str) -> bool:
    if pattern in (text, "*"):
        return True
    if "*" not in pattern and "?" not in pattern:
        return False
    import re

    # IAM knows `*` and `?` only; fnmatch would read brackets, too. Where a part stands first is where it is taken:
    # a later place leaves less for the rest, so none is tried.
    first, *parts = ("".join("." if c == "?" else re.escape(c) for c in part) for part in pattern.split("*"))
    middle = "".join(f"(?>.*?{part})" for part in parts[:-1])
    wild = f"{first}{middle}.*{parts[-1]}" if parts else first
    return re.fullmatch(wild, text, re.DOTALL) is not None


def _grants(properties: Mapping[str, Any]) -> Iterator[Grant]:
    for name in DOCUMENTS:
        yield from _document(properties.get(name))
    for policy in _list(properties.get("Policies")):
        if isinstance(policy, Mapping):
            yield from _document(policy.get("PolicyDocument"))


def _document(document: Any) -> Iterator[Grant]:
    if document == KNOWN_AFTER_APPLY:
        yield Grant("Allow", KNOWN_AFTER_APPLY, "", "", "", "")
    if isinstance(document, str):
        document = parsed(document.strip())
    if not isinstance(document, Mapping):
        return
    for statement in _list(document.get("Statement")):
        if isinstance(statement, Mapping):
            yield from _statement(statement)


def _statement(statement: Mapping[str, Any]) -> Iterator[Grant]:
    import json

    condition = json.dumps(statement["Condition"], sort_keys=True) if statement.get("Condition") else ""
    turned = "".join(f"{word} " for word in ("NotAction", "NotResource", "NotPrincipal") if word in statement)
    actions = _list(statement.get("Action", statement.get("NotAction")))
    resources = _list(statement.get("Resource", statement.get("NotResource", ""))) or [""]
    principals = list(_principals(statement.get("Principal", statement.get("NotPrincipal")))) or [""]
    effect = str(statement.get("Effect", "Allow"))
    for action in actions:
        for resource in resources:
            for principal in principals:
                yield Grant(effect, _text(action), _text(resource), principal, condition, turned)


def _principals(principal: Any) -> Iterator[str]:
    if isinstance(principal, Mapping):
        for kind, names in principal.items():
            yield from ("*" if name == "*" else f"{kind} {_text(name)}" for name in _list(names))
    elif principal is not None:
        yield from (_text(one) for one in _list(principal))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
