"""ChangeSet -> what every format shows: rows, causes, values, counts; masked once, here.

The formats differ in marks and layout only. Nothing that is shown comes from anywhere but a `ChangeSetView`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.describe import parsed
from smsgen.changes.findings.beyond import Edit, beyond
from smsgen.changes.findings.security import findings
from smsgen.changes.masking import Mask, decoded, mask_of, masked_text, secret_name
from smsgen.changes.model import KNOWN_AFTER_APPLY, MISSING, Detail, Finding, ResourceChange
from smsgen.changes.truncated import TRUNCATED
from smsgen.changes.values.unknown import value_text
from smsgen.report.elements import by_leaf
from smsgen.report.leaf_names import leaf_name
from smsgen.report.scripts import own_lines, written_script

KINDS = ("add", "import", "modify", "may replace", "replace", "remove")
"""What happens to a resource, in the order of how much; the counts stand in this order."""

RESTART = "will be stopped and started; it is replaced only if its root device is an instance store"
"""What happens to an instance that may be replaced for what only stops and starts most."""

MARKS = {"add": "+", "import": "<", "modify": "~", "may replace": "-/~", "replace": "-/+", "remove": "-"}


class Value(NamedTuple):
    """One leaf that changes, called as a person would: causes in words, both values as text, or a diff of their lines.

    `property_name` is CloudFormation's name of the property that it stands in.
    """

    name: str
    property_name: str
    recreation: str
    causes: tuple[str, ...]
    before: str | None = None
    after: str | None = None
    diff: tuple[str, ...] = ()


RESTARTS = frozenset(("AdditionalInfo", "EbsOptimized", "InstanceType", "KernelId", "RamdiskId", "UserData"))
"""Properties of an instance whose change stops and starts it, if its root device is an EBS volume.

With an instance store as root device it is replaced; RequiresRecreation is Conditionally for either.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html
"""


class ChangeRow(NamedTuple):
    """One resource. `launch_order` and `server` are there for those that smsgen compiled.

    `restarts`: of an instance that may be replaced, whether it is only stopped and started where its root device is an
    EBS volume.
    """

    kind: str
    logical_id: str
    type: str
    physical_id: str
    policy: str
    values: tuple[Value, ...]
    findings: tuple[Finding, ...]
    launch_order: int | None = None
    server: str = ""
    restarts: bool = False


class ChangeSetView(NamedTuple):
    """A change set as it is shown; `edits`, `findings` and `uncertain` lie beyond the API.

    `title`: the stack's name; where it has none, what is compared.
    """

    stack_name: str
    title: str
    type: str
    status: str
    reason: str
    rows: tuple[ChangeRow, ...]
    edits: tuple[Edit, ...]
    findings: tuple[Finding, ...]
    parameters: tuple[tuple[str, str], ...]
    uncertain: tuple[str, ...] = ()

    @property
    def of_no_row(self) -> tuple[Finding, ...]:
        """The findings that belong to no resource which is listed."""
        shown = {finding for row in self.rows for finding in row.findings}
        return tuple(finding for finding in self.findings if finding not in shown)

    @property
    def counts(self) -> dict[str, int]:
        """How many resources each kind has; kinds without any are left out."""
        return {kind: n for kind in KINDS if (n := sum(row.kind == kind for row in self.rows))}


_UNNAMED = {"CREATE": "(new stack)", "UPDATE": "one template against another", "IMPORT": "an import"}


def view_of(change_set: ChangeSet, *, show_added: bool = False) -> ChangeSetView:
    """Return the view of a change set, its nested stacks among it, with every secret masked.

    `show_added`: new resources with all their properties.
    """
    mask = mask_of(change_set)
    masked = tuple(one._replace(message=mask(one.message)) for one in findings(change_set))
    return ChangeSetView(
        stack_name=change_set.stack_name or "(new stack)",
        title=change_set.stack_name or change_set.compared or _UNNAMED[change_set.change_set_type],
        type=change_set.change_set_type,
        status=change_set.status,
        reason=mask(change_set.status_reason or ""),
        rows=tuple(_rows(change_set, mask, masked, show_added=show_added)),
        edits=tuple(_masked_edit(edit, mask) for edit in beyond(change_set)),
        findings=masked,
        parameters=tuple(
            (one.key, mask(one.resolved_value or one.value, one.key)) for one in change_set.parameters
        ),
        uncertain=tuple(dict.fromkeys(mask(sentence) for sentence in _uncertain(change_set))),
    )


def _uncertain(change_set: ChangeSet) -> Iterable[str]:
    yield from change_set.uncertain
    for child in change_set.nested.values():
        yield from _uncertain(child)


def view_summary(view: ChangeSetView) -> str:
    """Return the counts as one line: `2 to add, 1 to replace`; what it is where nothing changes."""
    words = [word for _, word in counts_in_words(view)]
    if view.findings:
        words.append(f"{len(view.findings)} to look at")
    if words:
        return ", ".join(words)
    return "no resource changes" if view.edits or view.status != "FAILED" else "no changes"


def counts_in_words(view: ChangeSetView) -> Iterable[tuple[str, str]]:
    """Yield (kind, `2 to add`) of each kind that there is."""
    for kind, number in view.counts.items():
        yield from ((kind, words) for words in _counted(kind, number, view))


def _counted(kind: str, number: int, view: ChangeSetView) -> Iterable[str]:
    """Say how many there are of a kind; instances that stop and start apart from what may be replaced."""
    if kind != "may replace":
        yield f"{number} to {kind}"
        return
    restarts = sum(row.restarts for row in view.rows)
    if number > restarts:
        yield f"{number - restarts} may be replaced"
    if restarts:
        yield f"{restarts} to stop and start"


def _rows(
    change_set: ChangeSet, mask: Mask, masked: tuple[Finding, ...], inside: str = "", *, show_added: bool
) -> Iterable[ChangeRow]:
    plain = {change.logical_resource_id: change for change in change_set.changes}
    valued = {change.logical_resource_id: change for change in change_set.changes_with_property_values}
    # A nested stack is listed for what happens inside it; that is shown in rows of its own.
    for name in sorted(
        plain.keys() | valued.keys(), key=lambda logical_id: _position(logical_id, change_set)
    ):
        change = valued.get(name) or plain[name]
        path = f"{inside}{name}"
        if name in change_set.nested:
            yield from _rows(change_set.nested[name], mask, masked, f"{path}/", show_added=show_added)
            continue
        launch_order, server = _server(name, change_set)
        yield ChangeRow(
            kind=change_kind(change),
            logical_id=path,
            type=change.resource_type,
            physical_id=change.physical_resource_id or "",
            policy=change.policy_action or "",
            values=tuple(_values(change, change_set, mask, show_added=show_added)),
            findings=tuple(one for one in masked if one.logical_resource_id == path),
            launch_order=launch_order,
            server=server,
            restarts=_restarts(change),
        )


def change_kind(change: ResourceChange) -> str:
    """Return what happens to a resource, one of KINDS."""
    if change.action == "Modify":
        return {"True": "replace", "Conditional": "may replace"}.get(change.replacement or "", "modify")
    return {"Add": "add", "Import": "import", "Remove": "remove"}.get(change.action, "modify")


def _restarts(change: ResourceChange) -> bool:
    intrusive = {d.target.name for d in change.details if d.target.requires_recreation != "Never"}
    is_instance = change.resource_type == "AWS::EC2::Instance" and change.replacement == "Conditional"
    return is_instance and intrusive <= RESTARTS


def _metadata(name: str, change_set: ChangeSet) -> Mapping[str, Any]:
    for side in (change_set.after, change_set.before):
        resource = (side.template.get("Resources") or {}).get(name)
        metadata = resource.get("Metadata") if isinstance(resource, Mapping) else None
        ours = metadata.get("smsgen") if isinstance(metadata, Mapping) else None
        if isinstance(ours, Mapping):
            return ours
    return {}


def _server(name: str, change_set: ChangeSet) -> tuple[int | None, str]:
    metadata = _metadata(name, change_set)
    order = metadata.get("launchOrder")
    return (order if isinstance(order, int) else None), str(
        metadata.get("vmName") or metadata.get("serverId") or ""
    )


def _position(name: str, change_set: ChangeSet) -> tuple[int, str]:
    order = _server(name, change_set)[0]
    return (-1 if order is None else order), name


def _values(
    change: ResourceChange, change_set: ChangeSet, mask: Mask, *, show_added: bool
) -> Iterable[Value]:
    if show_added and change.action in ("Add", "Import"):
        yield from _added(change, mask)
    for named_in, details in by_leaf(change):
        value = _value(named_in, details, mask)
        if value.property_name == "UserData" and _is_unshown(value):
            value = value._replace(diff=tuple(_script_diff(change.logical_resource_id, change_set, mask)))
        yield value._replace(before=_plain(value.before), after=_plain(value.after))


def _plain(text: str | None) -> str | None:
    """Return a value with plain words where CloudFormation writes that it is not known yet."""
    return text and text.replace(KNOWN_AFTER_APPLY, "(known after apply)")


def _is_unshown(value: Value) -> bool:
    texts = (value.before or "", value.after or "")
    return all(texts) and any(text.startswith((KNOWN_AFTER_APPLY, TRUNCATED)) for text in texts)


def _script_diff(name: str, change_set: ChangeSet, mask: Mask) -> Iterable[str]:
    """Yield the lines that differ of user data as both templates write it."""
    texts = [written_script(side.template, name) for side in (change_set.before, change_set.after)]
    if None not in texts:
        yield from _diff_of_lines(*(_script_lines(text or "", mask) for text in texts))


def _script_lines(script: str, mask: Mask) -> list[str]:
    return mask.text(own_lines(script)).splitlines()


def _value(change: ResourceChange, details: list[Detail], mask: Mask) -> Value:
    target = details[0].target
    contexts = change.before_context, change.after_context
    known_as = secret_name(target.path or "", *contexts)
    before, after = (
        None if text is None else _said(masked_text(mask, text, known_as))
        for text in (target.before_value, target.after_value)
    )
    property_name = target.name or target.attribute
    return Value(
        name=mask(leaf_name(target.path, *contexts) or property_name),
        property_name=property_name,
        recreation=target.requires_recreation,
        causes=tuple(cause for detail in details if (cause := _cause(detail))),
        before=before,
        after=after,
        diff=() if before is None or after is None else tuple(_diff(known_as, before, after, mask)),
    )


def _added(change: ResourceChange, mask: Mask) -> Iterable[Value]:
    """Yield the properties of a new resource, in the order of the template."""
    context = change.after_context or {}
    for name, value in context.get("Properties", {}).items():
        yield Value(name, name, "", (), after=masked_text(mask, value_text(value) or "", name))


def _said(text: str) -> str:
    """Return what a new or gone element says: of a pair such as a tag, its value."""
    pair = parsed(text)
    if isinstance(pair, Mapping) and len(pair) == 2 and "Value" in pair and pair.keys() & {"Key", "Name"}:
        return value_text(pair["Value"]) or ""
    return text


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


def _diff(name: str, before: str, after: str, mask: Mask) -> Iterable[str]:
    """Yield the lines that differ, of user data decoded, and of lists and maps written out."""
    lines_before, lines_after = _lines(name, before, mask), _lines(name, after, mask)
    if lines_before is None or lines_after is None:
        return
    yield from _diff_of_lines(lines_before, lines_after)


def _diff_of_lines(before: list[str], after: list[str]) -> Iterable[str]:
    from difflib import unified_diff

    yield from list(unified_diff(before, after, lineterm="", n=2))[2:]  # without the names of the two files


def _lines(name: str, text: str, mask: Mask) -> list[str] | None:
    if name == "UserData":
        script = decoded(text)
        return _script_lines(text if script is None else script, mask)
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
    """Return an edit as (what, value before, value after), "" for a value that is not there."""
    what = f"{edit.kind} {edit.name}".strip()
    return what, _short(edit.before), _short(edit.after)


def _short(value: Any) -> str:
    if value is MISSING:
        return ""
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, ensure_ascii=False, default=str)
