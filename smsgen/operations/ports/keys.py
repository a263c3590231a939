"""What the use cases ask of AWS KMS: whether a key is one that snapshots can be encrypted with."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class KeyInfo(NamedTuple):
    """What DescribeKey says of a key, in its own words.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
    """

    arn: str
    state: str = "Enabled"
    usage: str = "ENCRYPT_DECRYPT"
    spec: str = "SYMMETRIC_DEFAULT"


class Keys(Protocol):
    """The KMS keys of one account and Region. Every method raises ServiceError where AWS refuses."""

    def region(self) -> str:
        """Return the Region in which keys are looked for."""

    def find(self, key: str) -> KeyInfo | None:
        """Return a key by its id, its alias, or the ARN of either; None where there is none in this Region."""
