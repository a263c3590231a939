"""The fields of a tag."""

from __future__ import annotations

from smsgen.model.app import Tag
from smsgen.model.kinds import LINE, Field, ListOf, Record, Text

MAX_TAGS = 50
"""CloudFormation: tags of a stack; EC2: tags of a resource."""

# EC2 User Guide, "Tag restrictions".
TAG = Record(
    Tag,
    "a tag",
    {
        "key": Field(
            Text(
                128,
                code="BAD_TAG",
                what="a tag key: `aws:` at its beginning is kept for AWS",
                hint="a tag key has 1 to 128 characters and does not begin with `aws:`",
                pattern=r"(?![aA][wW][sS]:)" + LINE,
            ),
            "The key: 1 to 128 characters, not beginning with `aws:`.",
            required=True,
        ),
        "value": Field(
            Text(256, least=0, hint="a tag value has at most 256 characters"),
            "The value: at most 256 characters. Quote what looks like a number.",
        ),
    },
)
TAGS = ListOf(TAG, most=MAX_TAGS, code="TOO_MANY_TAGS")
