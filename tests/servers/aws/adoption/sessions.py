"""Sessions with an inline policy (AssumeRole, GetFederationToken), and what their policy denies."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.sts.responses import TokenResponse

MOST_POLICY = 2048
"""Characters of an inline session policy (STS API reference, Policy)."""


class Sessions:
    """Access key of a session -> its policy."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin with no session."""
        self.policies: dict[str, dict[str, Any]] = {}
        self.federations = 0

    def denies(self, access_key: str, action: str) -> bool:
        """Tell whether a session's policy denies an action on anything."""
        statements = self.policies.get(access_key, {}).get("Statement", [])
        return any(
            statement["Effect"] == "Deny"
            and any(fnmatch.fnmatch(action.lower(), each.lower()) for each in _list(statement["Action"]))
            for statement in statements
        )

    def check(self, response: Any, action: str) -> None:
        """Raise EC2's error where the session that calls may not."""
        if self.denies(response.get_access_key(), action):
            message = f"You are not authorized to perform this operation: {action}, with an explicit deny"
            raise EC2ClientError("UnauthorizedOperation", message)

    def answers(self) -> dict[str, Callable[..., Any]]:
        """Return STS's operations, by moto's names for them."""
        assume = TokenResponse.assume_role

        def assume_role(response: TokenResponse) -> Any:
            policy = response._get_param("Policy")
            result = assume(response)
            if policy:
                self.policies[result.result["Credentials"].access_key_id] = json.loads(policy)
            return result

        def get_federation_token(response: TokenResponse) -> ActionResult:
            self.federations += 1
            key = f"ASIAFEDERATED{self.federations:07d}"
            policy = response._get_param("Policy")
            if policy:
                self.policies[key] = json.loads(policy)
            name = response._get_param("Name")
            user = {
                "FederatedUserId": f"{response.current_account}:{name}",
                "Arn": f"arn:aws:sts::{response.current_account}:federated-user/{name}",
            }
            credentials = {
                "AccessKeyId": key,
                "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "SessionToken": "token",
                "Expiration": "2099-01-01T00:00:00Z",
            }
            return ActionResult({"Credentials": credentials, "FederatedUser": user})

        return {"assume_role": assume_role, "get_federation_token": get_federation_token}


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
