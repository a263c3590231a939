"""What stands beside an answer: where it is not sure, and what the execution does that it does not list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smsgen.changes.compare import Comparison
from smsgen.changes.model import ResourceChange
from smsgen.changes.sides import references_used

STACK_TAGS = (
    "The tags of the stack itself change, and CloudFormation passes them on to every resource that takes tags. That it"
    " lists those resources as modified is reported; in which words exactly is not documented."
)

RISING = {("AWS::EC2::LaunchTemplate", "LatestVersionNumber"): ("LaunchTemplateData", "VersionDescription")}
"""(type, attribute) -> the properties whose change gives the attribute another value, though the resource stays.

"LatestVersionNumber: The latest version of the launch template", and an update makes a version:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html
"""


def uncertain(comparison: Comparison, changes: Iterable[ResourceChange]) -> tuple[str, ...]:
    """Return the sentences for an answer. `changes`: those with property values."""
    tags = (STACK_TAGS,) if comparison.after.stack_tags is not None else ()
    return (*tags, *(sentence for change in changes for sentence in _readers(comparison, change)))


def _readers(comparison: Comparison, change: ResourceChange) -> Iterator[str]:
    """Name the readers of what a change makes rise; with property values CloudFormation shows the old value [8]."""
    if change.action != "Modify" or change.replacement == "True":
        return
    changed = {detail.target.name for detail in change.details}
    for (type_name, attribute), properties in RISING.items():
        if type_name == change.resource_type and not changed.isdisjoint(properties):
            read = f"{change.logical_resource_id}.{attribute}"
            for name in comparison.readers.get(change.logical_resource_id, ()):
                if read in _read(comparison, name):
                    yield (
                        f"{name} reads {read}, which rises when {change.logical_resource_id} is updated: {name} is"
                        " updated then, though CloudFormation does not list that with property values."
                    )


def _read(comparison: Comparison, name: str) -> set[str]:
    values = comparison.common[name].after_values.values()
    used = (reference for value in values for reference in references_used(value.uses))
    return {f"{reference.target}.{reference.attribute}" for reference in used}
