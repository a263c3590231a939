"""CloudFormation's words in plain ones: what happens to a resource, and to what it was."""

from typing import NamedTuple

from smsgen.report.alike import SameChange
from smsgen.report.view import RESTART

FORCES = {"Always": "forces replacement", "Conditionally": "may force replacement"}
"""RequiresRecreation -> what a change of the property does; nothing is said of Never."""

_REPLACED = {"ReplaceAndRetain": "kept", "ReplaceAndSnapshot": "deleted after a snapshot"}
_REMOVED = {"Retain": "kept, outside the stack", "Snapshot": "deleted after a snapshot"}


class Provenance(NamedTuple):
    """What made a report: smsgen's version, and the date as it was given; "" where it is not to be said."""

    version: str = ""
    date: str = ""


NOT_SAID = Provenance()


def outcome(change: SameChange) -> str:
    """Return what happens to the resources of a change, in words; "" where their properties say it all."""
    row, several = change.row, len(change.rows) > 1
    physical = row.physical_id if not several else ""
    if row.kind == "replace":
        image = any(value.property_name == "ImageId" and value.recreation == "Always" for value in row.values)
        old = f"the old {physical}" if physical else "the old ones" if several else "the old one"
        why = "NEW IMAGE: " if image else ""
        return f"{why}will be REPLACED; {old} {_are(several)} {_REPLACED.get(row.policy, 'deleted')}"
    if row.kind == "may replace":
        return RESTART if row.restarts else "may be replaced"
    if row.kind == "remove":
        gone = physical or ("they" if several else "it")
        return f"will be removed; {gone} {_are(several)} {_REMOVED.get(row.policy, 'deleted')}"
    return f"exists as {physical}" if row.kind == "import" and physical else ""


def _are(several: bool) -> str:
    return "are" if several else "is"
