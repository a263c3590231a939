"""The StackReader port on CloudFormation, EC2, SSM and Cloud Control; see `operations.ports.StackReader`.

No call per resource where a list exists: attributes of EC2's types come from one paginated Describe call a
type, those of all other types from Cloud Control, which knows every type of the registry but reads one
resource a call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, error_message, service_errors

_FILTER_VALUES = 200
"""Values that one filter of an EC2 Describe call takes (EC2 API reference, Query requests)."""

_PARAMETERS = 10
"""Names that one GetParameters takes (SSM API reference)."""


class _Listed(NamedTuple):
    """How one call lists resources: its paginator, where the items are, the filter, and attribute -> path."""

    operation: str
    items: str
    filter: str
    identifier: str
    attributes: Mapping[str, str]


# Attribute names: "Return values, Fn::GetAtt" of each type in the CloudFormation template reference.
_LISTED = {
    "AWS::EC2::Instance": _Listed(
        "describe_instances",
        "Reservations[].Instances[]",
        "instance-id",
        "InstanceId",
        {
            "AvailabilityZone": "Placement.AvailabilityZone",
            "InstanceId": "InstanceId",
            "PrivateDnsName": "PrivateDnsName",
            "PrivateIp": "PrivateIpAddress",
            "PublicDnsName": "PublicDnsName",
            "PublicIp": "PublicIpAddress",
            "State.Code": "State.Code",
            "State.Name": "State.Name",
            "VpcId": "VpcId",
        },
    ),
    "AWS::EC2::NetworkInterface": _Listed(
        "describe_network_interfaces",
        "NetworkInterfaces[]",
        "network-interface-id",
        "NetworkInterfaceId",
        {
            "Id": "NetworkInterfaceId",
            "PrimaryPrivateIpAddress": "PrivateIpAddress",
            "VpcId": "VpcId",
        },
    ),
    "AWS::EC2::SecurityGroup": _Listed(
        "describe_security_groups",
        "SecurityGroups[]",
        "group-id",
        "GroupId",
        {"GroupId": "GroupId", "Id": "GroupId", "VpcId": "VpcId"},
    ),
    "AWS::EC2::Subnet": _Listed(
        "describe_subnets",
        "Subnets[]",
        "subnet-id",
        "SubnetId",
        {
            "AvailabilityZone": "AvailabilityZone",
            "CidrBlock": "CidrBlock",
            "SubnetId": "SubnetId",
            "VpcId": "VpcId",
        },
    ),
    "AWS::EC2::VPC": _Listed(
        "describe_vpcs", "Vpcs[]", "vpc-id", "VpcId", {"CidrBlock": "CidrBlock", "VpcId": "VpcId"}
    ),
}

_UNREADABLE = ("Custom::", "AWS::CloudFormation::")
"""Types whose attributes no API tells: custom resources, wait conditions."""


class CloudFormationReader:
    """Reads the stacks of one account and Region."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def stack(self, name: str) -> Mapping[str, Any] | None:
        """Return DescribeStacks' entry, or None; see the port."""
        with service_errors(f"cannot look at stack {name}"):
            try:
                answer = self._cloudformation.describe_stacks(StackName=name)
            except Exception as error:
                # CloudFormation has no code of its own for this.
                if error_code(error) == "ValidationError" and "does not exist" in error_message(error):
                    return None
                raise
        described: Mapping[str, Any] = answer["Stacks"][0]
        return described

    def template(self, stack_id: str, stage: str) -> str:
        """Return the template's text; see the port."""
        with service_errors(f"cannot read the template of stack {stack_id}"):
            body = self._cloudformation.get_template(StackName=stack_id, TemplateStage=stage)["TemplateBody"]
        # boto3 gives a JSON template parsed.
        return body if isinstance(body, str) else json.dumps(body)

    def resources(self, stack_id: str) -> tuple[Mapping[str, Any], ...]:
        """Return ListStackResources' entries; see the port."""
        with service_errors(f"cannot list the resources of stack {stack_id}"):
            return tuple(
                self._pages(
                    "cloudformation", "list_stack_resources", "StackResourceSummaries[]", StackName=stack_id
                )
            )

    def attributes(
        self, type_name: str, wanted: Mapping[str, frozenset[str]]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return what GetAtt gives; see the port."""
        listed = _LISTED.get(type_name)
        if listed and all(names <= listed.attributes.keys() for names in wanted.values()):
            with service_errors(f"cannot read the {type_name} of the stack"):
                return self._from_list(listed, wanted)
        if type_name == "AWS::EC2::EIP":
            with service_errors("cannot read the addresses of the stack"):
                return self._addresses(wanted)
        if type_name.startswith(_UNREADABLE):
            return {}
        return {
            identifier: _picked(properties, {name: name for name in names})
            for identifier, names in wanted.items()
            if (properties := self._properties(type_name, identifier)) is not None
        }

    def ssm_values(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the values of SSM parameters; see the port."""
        values: dict[str, str] = {}
        with service_errors("cannot read the SSM parameters of the stack"):
            for batch in _batched(sorted(set(names)), _PARAMETERS):
                answer = self._clients.client("ssm").get_parameters(Names=batch)
                for parameter in answer["Parameters"]:
                    selector = parameter.get("Selector", "")
                    # Asked for by name or by ARN, each with or without a version or label.
                    for name in (parameter["Name"] + selector, parameter.get("ARN", "") + selector):
                        if name in batch:
                            values[name] = parameter["Value"]
        return values

    def exports(self) -> Mapping[str, str]:
        """Return all exports of the Region; see the port."""
        with service_errors("cannot list the exports of the Region"):
            return {
                found["Name"]: found["Value"]
                for found in self._pages("cloudformation", "list_exports", "Exports[]")
            }

    def zones(self) -> tuple[str, ...]:
        """Return what Fn::GetAZs gives; see the port. Source: its page in the template reference."""
        with service_errors("cannot list the Availability Zones of the Region"):
            default = [{"Name": "default-for-az", "Values": ["true"]}]
            with_default = {
                subnet["AvailabilityZone"]
                for subnet in self._pages("ec2", "describe_subnets", "Subnets[]", Filters=default)
            }
            if not with_default:
                every = self._clients.client("ec2").describe_availability_zones()["AvailabilityZones"]
                return tuple(sorted(zone["ZoneName"] for zone in every))
        return tuple(sorted(with_default))

    @property
    def _cloudformation(self) -> Any:
        return self._clients.client("cloudformation")

    def _pages(self, service: str, operation: str, items: str, **arguments: Any) -> Iterator[Any]:
        pages = self._clients.client(service).get_paginator(operation).paginate(**arguments)
        return (item for item in pages.search(items) if item is not None)

    def _from_list(self, listed: _Listed, wanted: Mapping[str, frozenset[str]]) -> dict[str, dict[str, Any]]:
        values: dict[str, dict[str, Any]] = {}
        for batch in _batched(sorted(wanted), _FILTER_VALUES):
            chosen = [{"Name": listed.filter, "Values": batch}]
            for item in self._pages("ec2", listed.operation, listed.items, Filters=chosen):
                identifier = item[listed.identifier]
                values[identifier] = _picked(
                    item, {name: listed.attributes[name] for name in wanted[identifier]}
                )
        return values

    def _addresses(self, wanted: Mapping[str, frozenset[str]]) -> dict[str, dict[str, Any]]:
        """Read Elastic IPs, whose physical id is the public address; DescribeAddresses has no pages."""
        values: dict[str, dict[str, Any]] = {}
        for batch in _batched(sorted(wanted), _FILTER_VALUES):
            chosen = [{"Name": "public-ip", "Values": batch}]
            for item in self._clients.client("ec2").describe_addresses(Filters=chosen)["Addresses"]:
                address = item["PublicIp"]
                values[address] = _picked(item, {name: name for name in wanted[address]})
        return values

    def _properties(self, type_name: str, identifier: str) -> Mapping[str, Any] | None:
        """Return the properties that Cloud Control reads of one resource, None where it cannot."""
        with service_errors(f"cannot read {type_name} {identifier}"):
            try:
                answer = self._clients.client("cloudcontrol").get_resource(
                    TypeName=type_name, Identifier=identifier
                )
            except Exception as error:
                # Denied by the type's own service is one unknown value; denied to ask at all is an error.
                if error_code(error) in _CANNOT_READ and "cloudformation:" not in error_message(error):
                    return None
                raise
        properties: Mapping[str, Any] = json.loads(answer["ResourceDescription"]["Properties"])
        return properties


_CANNOT_READ = frozenset(
    (
        "AccessDeniedException",
        "GeneralServiceException",
        "HandlerFailureException",
        "HandlerInternalFailureException",
        "InvalidRequestException",
        "NotStabilizedException",
        "PrivateTypeException",
        "ResourceNotFoundException",
        "TypeNotFoundException",
        "UnsupportedActionException",
    )
)
"""Cloud Control's answers (its API reference, GetResource) that mean "not this resource", not "not now"."""


def _picked(item: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
    """Return what stands at the paths ("A.B" is B inside A), name by name, without what is missing."""
    picked: dict[str, Any] = {}
    for name in sorted(paths):
        value: Any = item
        for step in paths[name].split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is not None:
            picked[name] = value
    return picked


def _batched(items: list[str], size: int) -> Iterator[list[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
