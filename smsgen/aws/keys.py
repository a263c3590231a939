"""The Keys port on KMS; see `operations.ports.keys.Keys`."""

from __future__ import annotations

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.operations.ports.keys import KeyInfo

_NO_KEY = ("NotFoundException", "InvalidArnException")
"""What KMS answers for a key that is not in the account and Region, or not at all."""


class KmsKeys:
    """The keys of one account and Region."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def region(self) -> str:
        """Return the Region; raises ServiceError where there is none."""
        return self._clients.region

    def find(self, key: str) -> KeyInfo | None:
        """Return a key, by DescribeKey."""
        with service_errors(f"cannot look at the KMS key {key}"):
            try:
                answer = self._clients.client("kms").describe_key(KeyId=key)["KeyMetadata"]
            except Exception as error:
                if error_code(error) in _NO_KEY:
                    return None
                raise
        spec = answer.get("KeySpec") or answer.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
        return KeyInfo(
            str(answer["Arn"]),
            str(answer.get("KeyState", "Enabled")),
            str(answer.get("KeyUsage", "ENCRYPT_DECRYPT")),
            str(spec),
        )
