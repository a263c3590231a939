"""Secrets that stand in AWS Secrets Manager."""

from __future__ import annotations

from smsgen.aws.clients import Clients
from smsgen.aws.errors import service_errors


def secret_value(clients: Clients, secret_id: str) -> str:
    """Return the text of a secret by its name or ARN (GetSecretValue); raises ServiceError."""
    with service_errors(f"cannot read the secret {secret_id}"):
        answer = clients.client("secretsmanager").get_secret_value(SecretId=secret_id)
    return str(answer.get("SecretString", ""))
