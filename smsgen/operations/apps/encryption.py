"""Whether images can be encrypted with a KMS key: AWS is asked when a job is made, and not when its first run fails."""

from __future__ import annotations

from smsgen.model.managed import ReplicationParameters
from smsgen.operations.ports.keys import KeyInfo, Keys

_ARN_PARTS = 6


def key_problem(parameters: ReplicationParameters, keys: Keys) -> str:
    """Return why the key of a replication cannot be used, "" where it can, or where none is named.

    Raises ServiceError where AWS does not tell.
    """
    key = parameters.kms_key_id
    if not key or not parameters.encrypted:
        return ""
    region = keys.region()
    elsewhere = _region_of(key)
    if elsewhere and elsewhere != region:
        return f"the KMS key {key} is in {elsewhere}, and images are made in {region}"
    info = keys.find(key)
    if info is None:
        return f"there is no KMS key {key} in {region}"
    return _unfit(key, info)


def _unfit(key: str, info: KeyInfo) -> str:
    # EBS encrypts with symmetric encryption keys that are enabled:
    # https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
    if info.usage != "ENCRYPT_DECRYPT" or info.spec != "SYMMETRIC_DEFAULT":
        return f"the KMS key {key} is no symmetric encryption key ({info.usage}, {info.spec})"
    if info.state != "Enabled":
        return f"the KMS key {key} cannot be used: its state is {info.state}"
    return ""


def _region_of(key: str) -> str:
    parts = key.split(":")
    return parts[3] if len(parts) >= _ARN_PARTS and parts[0] == "arn" else ""
