"""Very long values, which CloudFormation shows as `(Truncated-Signature):` and the SHA-256 of their JSON.

Recorded for LaunchTemplateData, policies and distributions: a property whose JSON has 4,353 characters is truncated,
and one of 3,919 is not. The bound that is taken lies between, at 4,096. A truncated property is one change, with the
path of the property. The hash is taken of JSON whose keys stand in the order of a Java HashMap: with it, the recorded
signatures of two policies come out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from smsgen.changes.model import MISSING, ChangeType, Detail, ResourceChange
from smsgen.changes.pointers import at, pointer, steps_of
from smsgen.changes.values.unknown import value_text

LONGEST = 4096
"""The most characters of a property's JSON that are shown."""

TRUNCATED = "(Truncated-Signature):"
"""How what is shown in place of a longer one begins."""

Context = Mapping[str, Any]


def truncated(change: ResourceChange) -> ResourceChange:
    """Return the change as CloudFormation shows it: very long properties are replaced by their signatures."""
    before, after = _signed(change.before_context), _signed(change.after_context)
    if before is change.before_context and after is change.after_context:
        return change
    contexts = change.before_context or {}, change.after_context or {}
    shown = before or {}, after or {}
    details = tuple(
        detail
        for path, group in groupby(change.details, _property_path)
        for detail in _details(tuple(group), path, contexts, shown)
    )
    return change._replace(details=details, before_context=before, after_context=after)


def _signed(context: Context | None) -> Context | None:
    """Return a context with signatures in place of long values; the same object where there is none."""
    if context is None or len(value_text(context) or "") <= LONGEST:
        return context
    properties = {name: _shown(value) for name, value in context.get("Properties", {}).items()}
    others = {name: _shown(value) for name, value in context.items() if name != "Properties"}
    signed = {"Properties": properties, **others}
    return context if signed == context else signed


def _shown(value: Any) -> Any:
    text = value_text(value) or ""
    return value if len(text) <= LONGEST else signature(value)


def _property_path(detail: Detail) -> str | None:
    """Return the path of the property, or of the attribute, that a detail is about; None for Automatic."""
    path = detail.target.path
    if path is None:
        return None
    steps = steps_of(path)
    return pointer(steps[:2] if steps[0] == "Properties" else steps[:1])


def _details(
    group: tuple[Detail, ...],
    path: str | None,
    contexts: tuple[Context, Context],
    shown: tuple[Context, Context],
) -> Iterator[Detail]:
    """Yield the details of one property: where it is truncated, those of its own path, or one that says it changed."""
    steps = steps_of(path or "")
    full, short = ([at(side, steps) for side in sides] for sides in (contexts, shown))
    if path is None or full == short:
        yield from group
        return
    own = [detail for detail in group if detail.target.path == path]
    if any(detail.causing_entity or detail.target.attribute_change_type != "Modify" for detail in own):
        yield from (_valued(detail, path, *short) for detail in own)
    else:
        changed = group[0]._replace(
            evaluation="Static", change_source="DirectModification", causing_entity=None
        )
        yield _valued(changed, path, *(_without_containers(value) for value in short))
        yield from _containers(changed, path, *short)


def _containers(changed: Detail, path: str, before: Any, after: Any) -> Iterator[Detail]:
    """List the maps and lists of the side that is shown, as if nothing stood on the other one (recorded [1])."""
    for index, value in enumerate((before, after)):
        for key, member in value.items() if isinstance(value, dict) else ():
            if isinstance(member, dict | list):
                sides = (member, MISSING) if index == 0 else (MISSING, member)
                yield _valued(changed, path + pointer([key]), *sides)


def _without_containers(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: member for key, member in value.items() if not isinstance(member, dict | list)}


def _valued(detail: Detail, path: str, before: Any, after: Any) -> Detail:
    change: ChangeType = "Add" if before is MISSING else "Remove" if after is MISSING else "Modify"
    target = detail.target._replace(
        path=path,
        attribute_change_type=change,
        before_value=value_text(before),
        after_value=value_text(after),
    )
    return detail._replace(target=target)


# --- The signature ---------------------------------------------------------------------------------------------------


def signature(value: Any) -> str:
    """Return what stands in place of a value: the SHA-256 of its JSON; of a text, of the text itself (analogy)."""
    from hashlib import sha256

    text = value_text(_in_java_order(value)) or ""
    return f"{TRUNCATED}{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _in_java_order(value: Any) -> Any:
    """Return the value with the keys of its maps in the order in which a java.util.HashMap iterates.

    https://docs.oracle.com/javase/8/docs/api/java/util/HashMap.html: 16 buckets, doubled above a load of 0.75.
    """
    if isinstance(value, list):
        return [_in_java_order(item) for item in value]
    if not isinstance(value, dict):
        return value
    buckets = 16
    while len(value) > buckets * 3 // 4:
        buckets *= 2
    ordered = sorted(value, key=lambda key: _bucket(key, buckets))
    return {key: _in_java_order(value[key]) for key in ordered}


def _bucket(key: str, buckets: int) -> int:
    """Return the bucket of a key, from String.hashCode and the spreading of HashMap.hash.

    https://docs.oracle.com/javase/8/docs/api/java/lang/String.html#hashCode--
    """
    units = str(key).encode("utf-16-be", "surrogatepass")
    code = 0
    for index in range(0, len(units), 2):
        code = (31 * code + (units[index] << 8 | units[index + 1])) & 0xFFFFFFFF
    return (code ^ code >> 16) & (buckets - 1)
