"""ChangeSet -> what every format shows: rows, causes, values, counts; masked once, here.

The formats differ in marks and layout only. Nothing that is shown comes from anywhere but a `View`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from smsgen.changes.findings.beyond import Edit, beyond
from smsgen.changes.findings.security import Finding, findings
from smsgen.changes.masking import Mask, decoded, mask_of
from smsgen.changes.model import MISSING, ChangeSet, Detail, ResourceChange

KINDS = ("add", "import", "modify", "may replace", "replace", "remove")
"""What happens to a resource, in the order of how much; the counts stand in this order."""

MARKS = {"add": "+", "import": "<", "modify": "~", "may replace": "-/~", "replace": "-/+", "remove": "-"}


class Value(NamedTuple):
    """One property that changes: causes in words, both values as text, or a diff of their lines."""

    name: str
    recreation: str
    causes: tuple[str, ...]
    before: str | None = None
    after: str | None = None
    diff: tuple[str, ...] = ()


class Row(NamedTuple):
    """One resource. `launch_order` and `server` are there for those that smsgen compiled."""

    kind: str
    logical_id: str
    type: str
    physical_id: str
    policy: str
    values: tuple[Value, ...]
    findings: tuple[Finding, ...]
    launch_order: int | None = None
    server: str = ""


class View(NamedTuple):
    """A change set as it is shown; `edits` and `findings` lie beyond the API."""

    stack_name: str
    type: str
    status: str
    reason: str
    rows: tuple[Row, ...]
    edits: tuple[Edit, ...]
    findings: tuple[Finding, ...]
    parameters: tuple[tuple[str, str], ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many resources each kind has; kinds without any are left out."""
        return {kind: n for kind in KINDS if (n := sum(row.kind == kind for row in self.rows))}


def view_of(change_set: ChangeSet) -> View:
    """Give the view of a change set, its nested stacks among it, with every secret masked."""
    mask = mask_of(change_set)
    found = tuple(one._replace(message=mask(one.message)) for one in findings(change_set))
    return View(
        stack_name=change_set.stack_name or "(new stack)",
        type=change_set.change_set_type,
        status=change_set.status,
        reason=mask(change_set.status_reason or ""),
        rows=tuple(_rows(change_set, mask, found)),
        edits=tuple(_masked_edit(edit, mask) for edit in beyond(change_set)),
        findings=found,
        parameters=tuple(
            (one.key, mask(one.resolved_value or one.value, one.key)) for one in change_set.parameters
        ),
    )


def summary(view: View) -> str:
    """Give the counts as one line: `2 to add, 1 to replace`; what it is where nothing changes."""
    words = [
        f"{n} may be replaced" if kind == "may replace" else f"{n} to {kind}"
        for kind, n in view.counts.items()
    ]
    if view.findings:
        words.append(f"{len(view.findings)} to look at")
    if words:
        return ", ".join(words)
    return "no resource changes" if view.edits or view.status != "FAILED" else "no changes"


def _rows(change_set: ChangeSet, mask: Mask, found: tuple[Finding, ...], inside: str = "") -> Iterable[Row]:
    plain = {change.logical_resource_id: change for change in change_set.changes}
    valued = {change.logical_resource_id: change for change in change_set.changes_with_property_values}
    # A nested stack is listed for what happens inside it; that is shown in rows of its own.
    for name in sorted(plain.keys() | valued.keys(), key=lambda one: _position(one, change_set)):
        change = valued.get(name) or plain[name]
        path = f"{inside}{name}"
        if name in change_set.nested:
            yield from _rows(change_set.nested[name], mask, found, f"{path}/")
            continue
        launch_order, server = _server(name, change_set)
        yield Row(
            kind=kind_of(change),
            logical_id=path,
            type=change.resource_type,
            physical_id=change.physical_resource_id or "",
            policy=change.policy_action or "",
            values=tuple(_values(change, mask)),
            findings=tuple(one for one in found if one.logical_resource_id == path),
            launch_order=launch_order,
            server=server,
        )


def kind_of(change: ResourceChange) -> str:
    """Give what happens to a resource, one of KINDS."""
    if change.action == "Modify":
        return {"True": "replace", "Conditional": "may replace"}.get(change.replacement or "", "modify")
    return {"Add": "add", "Import": "import", "Remove": "remove"}.get(change.action, "modify")


def _metadata(name: str, change_set: ChangeSet) -> Mapping[str, Any]:
    for side in (change_set.after, change_set.before):
        resource = (side.template.get("Resources") or {}).get(name)
        metadata = resource.get("Metadata") if isinstance(resource, Mapping) else None
        found = metadata.get("smsgen") if isinstance(metadata, Mapping) else None
        if isinstance(found, Mapping):
            return found
    return {}


def _server(name: str, change_set: ChangeSet) -> tuple[int | None, str]:
    said = _metadata(name, change_set)
    order = said.get("launchOrder")
    return (order if isinstance(order, int) else None), str(said.get("vmName") or said.get("serverId") or "")


def _position(name: str, change_set: ChangeSet) -> tuple[int, str]:
    order = _server(name, change_set)[0]
    return (-1 if order is None else order), name


def _values(change: ResourceChange, mask: Mask) -> Iterable[Value]:
    by_target: dict[tuple[str, str], list[Detail]] = {}
    for detail in change.details:
        by_target.setdefault((detail.target.attribute, detail.target.name or ""), []).append(detail)
    for (attribute, name), details in by_target.items():
        target = details[0].target
        causes = tuple(cause for detail in details if (cause := _cause(detail)))
        before, after = (
            None if text is None else mask(text, name) for text in (target.before_value, target.after_value)
        )
        diff = () if before is None or after is None else tuple(_diff(name, before, after))
        yield Value(name or attribute, target.requires_recreation, causes, before, after, diff)


def _cause(detail: Detail) -> str:
    entity = detail.causing_entity or ""
    if detail.change_source == "ParameterReference":
        return f"parameter {entity} changed"
    if detail.change_source == "ResourceReference":
        return (
            f"{entity} is new or replaced" if detail.evaluation == "Static" else f"{entity} may be replaced"
        )
    if detail.change_source == "ResourceAttribute":
        return f"{entity} changes" if detail.evaluation == "Static" else f"{entity} may change"
    return "its nested stack changes" if detail.change_source == "Automatic" else ""


def _diff(name: str, before: str, after: str) -> Iterable[str]:
    """Give the lines that differ, of user data decoded, and of lists and maps written out."""
    was, now = _lines(name, before), _lines(name, after)
    if was is None or now is None:
        return
    from difflib import unified_diff

    yield from list(unified_diff(was, now, lineterm="", n=2))[2:]  # without the names of the two files


def _lines(name: str, text: str) -> list[str] | None:
    if name == "UserData":
        script = decoded(text)
        return (text if script is None else script).splitlines()
    if text[:1] in ("[", "{") and not text.startswith("{{"):
        import json

        try:
            return json.dumps(json.loads(text), indent=2, ensure_ascii=False).splitlines()
        except ValueError:
            return None
    return text.splitlines() if "\n" in text else None


def _masked_edit(edit: Edit, mask: Mask) -> Edit:
    before, after = (
        value if value is MISSING else mask(value, edit.name) for value in (edit.before, edit.after)
    )
    return edit._replace(before=before, after=after)


def edit_words(edit: Edit) -> tuple[str, str, str]:
    """Give an edit as (what, value before, value after), "" for a value that is not there."""
    what = f"{edit.kind} {edit.name}".strip()
    return what, _short(edit.before), _short(edit.after)


def _short(value: Any) -> str:
    if value is MISSING:
        return ""
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, ensure_ascii=False, default=str)
