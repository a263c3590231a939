"""The Lookups port on EC2: what it says of images and subnets; see `operations.ports.protocols.Lookups`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smsgen.aws.clients import Clients
from smsgen.aws.errors import service_errors
from smsgen.aws.snapshot import CloudFormationReader

_SSM = "ssm:"
_FILTER_VALUES = 200
"""Values that one filter takes (EC2 API reference, Query requests). A filter passes over what is not there."""


class Ec2Lookups:
    """Images and subnets of one account and Region."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def root_devices(self, images: Iterable[str]) -> Mapping[str, str]:
        """Return image -> the name of its root device; see the port."""
        wanted = set(images)
        names = {image.removeprefix(_SSM) for image in wanted if image.startswith(_SSM)}
        values = CloudFormationReader(self._clients).ssm_values(names) if names else {}
        ids = {
            image: values.get(image.removeprefix(_SSM), "") if image.startswith(_SSM) else image
            for image in wanted
        }
        with service_errors("cannot look at the images"):
            devices = {
                one["ImageId"]: one.get("RootDeviceName", "")
                for one in self._all("describe_images", "Images", "image-id", ids.values())
            }
        return {image: devices[image_id] for image, image_id in ids.items() if devices.get(image_id)}

    def vpcs(self, subnets: Iterable[str]) -> Mapping[str, str]:
        """Return subnet -> its VPC; see the port."""
        with service_errors("cannot look at the subnets"):
            return {
                one["SubnetId"]: one["VpcId"]
                for one in self._all("describe_subnets", "Subnets", "subnet-id", subnets)
            }

    def _all(self, method: str, key: str, name: str, values: Iterable[str]) -> Iterator[Any]:
        wanted = sorted({value for value in values if value})
        for at in range(0, len(wanted), _FILTER_VALUES):
            filters = [{"Name": name, "Values": wanted[at : at + _FILTER_VALUES]}]
            for page in self._clients.client("ec2").get_paginator(method).paginate(Filters=filters):
                yield from page[key]
