"""The Drift and Guard ports on CloudFormation and STS; see `operations.ports.adoption`."""

from __future__ import annotations

import json
from typing import Any

from smsgen.aws.clients import Clients, SessionClients
from smsgen.aws.errors import service_errors
from smsgen.aws.stack_changes import CloudFormationStackChanges
from smsgen.errors import ServiceError
from smsgen.operations.ports.adoption import ResourceDrift

_DENY_UPDATES = {"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
_ALLOW_UPDATES = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
_SESSION = "smsgen-adopt"
_SECONDS = 3600

GUARD_DENIES = (
    "ec2:Associate*",
    "ec2:Attach*",
    "ec2:Delete*",
    "ec2:Detach*",
    "ec2:Disassociate*",
    "ec2:Modify*",
    "ec2:MonitorInstances",
    "ec2:RebootInstances",
    "ec2:ReleaseAddress",
    "ec2:Replace*",
    "ec2:ResetInstanceAttribute",
    "ec2:RunInstances",
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ec2:TerminateInstances",
    "ec2:UnmonitorInstances",
)
"""What no session that imports may do: all by which an update handler of AWS::EC2::Instance, Volume or EIP touches a
server (the `permissions` of their schemas). CreateTags stays: CloudFormation's own tags come by it.
"""


def guard_policy() -> dict[str, Any]:
    """Return the policy of the session that imports: all that the caller may, but nothing that touches a server."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": list(GUARD_DENIES), "Resource": "*"},
        ],
    }


class StsGuard:
    """A session with the guard's policy: of a role that is assumed, or of the IAM user who calls.

    A session's permissions are those that both its policy and the role or the user allow:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
    """

    def __init__(self, clients: Clients, role_arn: str = "") -> None:
        self._clients = clients
        self._role_arn = role_arn

    def changes(self) -> CloudFormationStackChanges:
        """Return what changes stacks, by the guarded session."""
        policy = json.dumps(guard_policy(), separators=(",", ":"))
        sts = self._clients.client("sts")
        if not self._role_arn and ":user/" not in self._clients.identity().arn:
            hint = "name a role that may import, with --guard-role ARN (it is assumed), or go without: --no-guard"
            raise ServiceError("only an IAM user can have a guarded session without a role", hint=hint)
        with service_errors("cannot have a session that may touch no server"):
            if self._role_arn:
                answer = sts.assume_role(
                    RoleArn=self._role_arn,
                    RoleSessionName=_SESSION,
                    Policy=policy,
                    DurationSeconds=_SECONDS,
                )
            else:
                answer = sts.get_federation_token(Name=_SESSION, Policy=policy, DurationSeconds=_SECONDS)
        return CloudFormationStackChanges(SessionClients(self._clients, answer["Credentials"]))


class NoGuard:
    """The caller's own session, where the user goes without a guard."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def changes(self) -> CloudFormationStackChanges:
        """Return what changes stacks, by the caller's own session."""
        return CloudFormationStackChanges(self._clients)


class CloudFormationDrift:
    """Drift detection on the stacks of one account and Region."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def detect(self, stack: str) -> str:
        """Begin to detect drift; see the port."""
        with service_errors(f"cannot detect the drift of {stack}"):
            return str(self._cloudformation.detect_stack_drift(StackName=stack)["StackDriftDetectionId"])

    def outcome(self, detection: str) -> str:
        """Return how a detection stands; see the port."""
        with service_errors("cannot ask for the drift that is being detected"):
            answer = self._cloudformation.describe_stack_drift_detection_status(
                StackDriftDetectionId=detection
            )
        if answer["DetectionStatus"] != "DETECTION_COMPLETE":
            return str(answer["DetectionStatus"])
        return str(answer["StackDriftStatus"])

    def resources(self, stack: str) -> tuple[ResourceDrift, ...]:
        """Return what the last detection found; see the port."""
        drifts: list[ResourceDrift] = []
        token: dict[str, str] = {}
        with service_errors(f"cannot read the drift of {stack}"):
            while True:
                answer = self._cloudformation.describe_stack_resource_drifts(StackName=stack, **token)
                drifts += [_drift(each) for each in answer["StackResourceDrifts"]]
                if not answer.get("NextToken"):
                    return tuple(drifts)
                token = {"NextToken": answer["NextToken"]}

    def forbid_updates(self, stack: str) -> None:
        """Let no update pass; see the port."""
        self._policy(stack, _DENY_UPDATES)

    def allow_updates(self, stack: str) -> None:
        """Let updates pass again; see the port."""
        self._policy(stack, _ALLOW_UPDATES)

    @property
    def _cloudformation(self) -> Any:
        return self._clients.client("cloudformation")

    def _policy(self, stack: str, policy: dict[str, Any]) -> None:
        with service_errors(f"cannot set the stack policy of {stack}"):
            self._cloudformation.set_stack_policy(StackName=stack, StackPolicyBody=json.dumps(policy))


def _drift(raw: dict[str, Any]) -> ResourceDrift:
    paths = tuple(each["PropertyPath"] for each in raw.get("PropertyDifferences", ()))
    return ResourceDrift(raw["LogicalResourceId"], raw["StackResourceDriftStatus"], paths)
