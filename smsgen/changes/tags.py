"""Under which Attribute a change set lists the tags of a resource: `Tags`, or `Properties` with the Name `Tags`.

CloudFormation once listed all tags as an attribute of their own, and now lists those of some types as a property. No
schema tells which. SEEN holds the types that were seen in answers; the text below it says what is taken of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from smsgen.changes.recreation import is_opaque
from smsgen.generated.taggable import TABLE

TAGS = "Tags"
TagList = list[dict[str, str]]


class Seen(NamedTuple):
    """How the tags of a type, or of all types that begin so, are listed, and how that is known."""

    attribute: Literal["Tags", "Properties"]
    source: str


_GUIDE = "AWS's user guide, view of a change set and example change sets, 2020 and 2024"

SEEN: dict[str, Seen] = {
    "AWS::EC2::Instance": Seen("Tags", _GUIDE),
    "AWS::EC2::NetworkInterface": Seen("Tags", _GUIDE),
    "AWS::EC2::Subnet": Seen("Tags", "a change set with property values, 2024 or later"),
    "AWS::EC2::": Seen("Tags", "by analogy: all three types of EC2 that were seen"),
    "AWS::AutoScaling::AutoScalingGroup": Seen("Tags", "a change set of 2021; may have changed"),
    "AWS::DynamoDB::Table": Seen("Tags", "a change set of 2021; may have changed"),
    "AWS::S3::Bucket": Seen("Properties", "change sets of 2025; Tags in 2017"),
    "AWS::SNS::Topic": Seen("Properties", "change sets of 2025"),
    "AWS::SSM::Parameter": Seen("Properties", "change sets of 2025"),
}
"""Type, or what types begin with -> how their tags are listed.

Any other type whose schema names handlers is listed as the three of 2025 are. One without handlers is listed as
AWS::SecretsManager::Secret was in 2022, before its schema had any: under Tags, Conditionally.
"""


def is_attribute(type_name: str, property_name: str) -> bool:
    """Return whether a property is listed under the Attribute `Tags`."""
    if property_name != TAGS:
        return False
    entry = SEEN.get(type_name) or SEEN.get(type_name[: type_name.rfind("::") + 2])
    return entry.attribute == TAGS if entry else is_opaque(type_name)


def is_taggable(type_name: str) -> bool:
    """Return whether the tags of a stack are passed on to the resources of a type and can be changed there.

    The resource schemas say so (`tagging`), and of what has no schema nothing is known.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
    """
    return f"\n{type_name}\n" in TABLE


def stack_tags(
    before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> tuple[TagList, TagList] | None:
    """Return a stack's tags on both sides, as the API lists them; None where no change of them is known.

    What stays keeps its place, and what is new comes after it.
    """
    if before is None or after is None or dict(before) == dict(after):
        return None
    ordered = {key: after[key] for key in before if key in after} | dict(after)
    return _listed(before), _listed(ordered)


def _listed(tags: Mapping[str, str]) -> TagList:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
