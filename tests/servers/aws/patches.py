"""What moto has to do otherwise while a stand-in runs: put into its classes, and taken out again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudtrail.responses import CloudTrailResponse
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.instances import Instance
from moto.ec2.responses import EC2Response
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.sts.responses import TokenResponse

from tests.servers.aws import s3
from tests.servers.aws.adoption.cloudformation import stack_calls
from tests.servers.aws.adoption.ec2 import fleet_calls
from tests.servers.aws.ec2 import acts, answers
from tests.servers.aws.import_answers import import_answers
from tests.servers.aws.state import State

REPLACING = {"ImageId": "image_id", "SubnetId": "subnet_id", "KeyName": "key_name"}
"""Properties of an instance that CloudFormation replaces it for, and moto's names for them."""


class Patch:
    """Methods put into moto's classes; `undo` takes them out."""

    def __init__(self, state: State) -> None:
        self._undone: list[Callable[[], None]] = []
        for owner, methods in (
            (EC2Response, answers(state) | import_answers(state)),
            (EC2Response, fleet_calls(state.fleet, state.sessions)),
            (CloudFormationResponse, stack_calls(state.fleet, state.stacks)),
            (CloudTrailResponse, {"lookup_events": lambda _: json.dumps({"Events": []})}),
            (TokenResponse, state.sessions.answers()),
            (EC2Backend, acts()),
            (Instance, {"update_from_cloudformation_json": classmethod(_updated)}),
            (FakeBucket, {"get_permission": _permission}),
            (S3Response, s3.answers()),
        ):
            for name, method in methods.items():
                self._put(owner, name, method)

    def _put(self, owner: type, name: str, method: Any) -> None:
        before = vars(owner).get(name)
        setattr(owner, name, method)
        self._undone.append(lambda: setattr(owner, name, before) if before else delattr(owner, name))

    def undo(self) -> None:
        """Leave moto as it was."""
        while self._undone:
            self._undone.pop()()


def _permission(*_: Any) -> PermissionResult:
    """moto reads no conditions: a policy that denies all that is not TLS denies it all. Loopback stands for TLS."""
    return PermissionResult.NEUTRAL


def _updated(
    cls: type[Instance],
    original_resource: Instance,
    new_resource_name: str,
    cloudformation_json: dict[str, Any],
    account_id: str,
    region_name: str,
) -> Instance:
    """Update a stack's instance, or replace it; moto alone would lose it from its stack."""
    properties = cloudformation_json["Properties"]
    own = {name: getattr(original_resource, attribute) for name, attribute in REPLACING.items()}
    if any(properties.get(name, own[name]) != own[name] for name in own):
        new = cls.create_from_cloudformation_json(
            new_resource_name, cloudformation_json, account_id, region_name
        )
        ec2_backends[account_id][region_name].terminate_instances([original_resource.id])
        return new
    original_resource.instance_type = properties.get("InstanceType", original_resource.instance_type)
    original_resource.add_tags({tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])})
    return original_resource
