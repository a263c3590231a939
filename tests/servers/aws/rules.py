"""What StartSnapshot and CompleteSnapshot demand of their arguments, as tables.

https://docs.aws.amazon.com/ebs/latest/APIReference/API_StartSnapshot.html and API_CompleteSnapshot.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from tests.servers.aws.refusals import invalid

SNAPSHOT_ID = re.compile(r"snap-[0-9a-f]{1,59}")
KMS_KEY_ARN = re.compile(r"arn:aws[a-z\-]*:kms:.*:[0-9]{12}:key/.*")
CHECKSUM = re.compile(r"[A-Za-z0-9+/=]{1,64}")
COUNT = re.compile(r"\d+")


class Start(NamedTuple):
    """A StartSnapshot as it came."""

    volume_size: int
    parent: str | None = None
    encrypted: bool | None = None
    kms_key: str | None = None
    timeout: int = 60
    description: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    token: str | None = None


class Rule(NamedTuple):
    """`holds` says whether a request keeps the rule; else it is refused for `reason`."""

    holds: Callable[[Start], bool]
    reason: str
    message: str


START = (
    Rule(
        lambda start: 1 <= start.volume_size <= 65_536,
        "INVALID_VOLUME_SIZE",
        "The volume size must be from 1 to 65536 GiB.",
    ),
    Rule(
        lambda start: start.parent is None or bool(SNAPSHOT_ID.fullmatch(start.parent)),
        "INVALID_SNAPSHOT_ID",
        "The parent snapshot's id is invalid.",
    ),
    Rule(
        lambda start: start.parent is None or start.encrypted is None,
        "INVALID_PARAMETER_VALUE",
        "You can't specify ParentSnapshotId and Encrypted in the same request.",
    ),
    Rule(
        lambda start: start.parent is None or start.kms_key is None,
        "INVALID_PARAMETER_VALUE",
        "You can't specify ParentSnapshotId and KmsKeyArn in the same request.",
    ),
    Rule(
        lambda start: start.kms_key is None or bool(KMS_KEY_ARN.fullmatch(start.kms_key)),
        "INVALID_CUSTOMER_KEY",
        "KmsKeyArn must be the ARN of a KMS key.",
    ),
    Rule(
        lambda start: start.kms_key is None or start.encrypted is True,
        "INVALID_PARAMETER_VALUE",
        "KmsKeyArn needs Encrypted to be true.",
    ),
    Rule(
        lambda start: 10 <= start.timeout <= 4_320,
        "INVALID_PARAMETER_VALUE",
        "The timeout must be from 10 to 4320 minutes.",
    ),
    Rule(
        lambda start: len(start.description) <= 255,
        "INVALID_PARAMETER_VALUE",
        "The description must be of at most 255 characters.",
    ),
    Rule(lambda start: len(start.tags) <= 50, "INVALID_TAG", "A snapshot has at most 50 tags."),
    Rule(
        lambda start: len({key for key, _ in start.tags}) == len(start.tags),
        "INVALID_TAG",
        "A tag's key must not come twice.",
    ),
    Rule(
        lambda start: all(0 < len(key) <= 127 and len(value) <= 255 for key, value in start.tags),
        "INVALID_TAG",
        "A tag's key has 1 to 127 characters, its value at most 255.",
    ),
    Rule(
        lambda start: not any(key.lower().startswith("aws:") for key, _ in start.tags),
        "INVALID_TAG",
        "Tag keys starting with aws: are reserved.",
    ),
    Rule(
        lambda start: start.token is None or bool(re.fullmatch(r"\S{1,255}", start.token)),
        "INVALID_PARAMETER_VALUE",
        "The client token must be of at most 255 characters, none of them a space.",
    ),
)


def check_start(start: Start) -> None:
    """Raise Refusal for the first rule that a StartSnapshot breaks."""
    for rule in START:
        if not rule.holds(start):
            raise invalid(rule.reason, rule.message)


def check_complete(
    count: str | None, checksum: str | None, algorithm: str | None, aggregation: str | None
) -> None:
    """Raise Refusal for what CompleteSnapshot's arguments break, whatever the snapshot holds."""
    rules = (
        (count and COUNT.fullmatch(count), "The changed blocks count is missing or no number."),
        (checksum is None or CHECKSUM.fullmatch(checksum), "The checksum is not Base64."),
        (algorithm in (None, "SHA256"), "The checksum algorithm must be SHA256."),
        (aggregation in (None, "LINEAR"), "The checksum aggregation method must be LINEAR."),
        (
            checksum is None or (algorithm and aggregation),
            "A checksum needs its algorithm and its aggregation method.",
        ),
    )
    for holds, message in rules:
        if not holds:
            raise invalid("INVALID_PARAMETER_VALUE", message)
