"""The Fleet port on EC2; see `operations.ports.adoption.Fleet`.

Everything is asked for many servers in one call but three attributes that EC2 tells of one instance only
(DescribeInstanceAttribute): those are asked eight at a time, and retried as adaptive mode paces them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from smsgen.aws.adopting.mgn import source_servers
from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.operations.ports.adoption import LiveServer, MgnServer, Selection

_IDS = 1000
"""Ids that one call takes (EC2 API reference, Query requests); a filter takes 200 values."""

_FILTER_VALUES = 200
_TYPES = 100
_ATTRIBUTES = {
    "userData": "UserData",
    "disableApiTermination": "DisableApiTermination",
    "instanceInitiatedShutdownBehavior": "InstanceInitiatedShutdownBehavior",
}
_AT_ONCE = 8
_GONE = ("terminated", "shutting-down")


class Ec2Fleet:
    """The instances of one account and Region."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def servers(self, selection: Selection) -> tuple[LiveServer, ...]:
        """Return the servers that are meant; see the port."""
        launched = source_servers(self._clients, selection)
        with service_errors("cannot look at the instances"):
            instances = self._instances(selection, launched)
            by_id = {each["InstanceId"]: each for each in instances if each["State"]["Name"] not in _GONE}
            volumes = self._volumes(by_id.values())
            addresses = self._addresses(by_id.values())
            cpus = self._types({each["InstanceType"] for each in by_id.values()})
            credits_of = self._credits(by_id.values(), cpus)
            images = self._images({each["ImageId"] for each in by_id.values()})
            attributes = self._attributes(by_id)
        return tuple(
            LiveServer(
                instance=instance,
                attributes=attributes[instance_id],
                volumes=tuple(volumes.get(instance_id, ())),
                addresses=tuple(addresses.get(instance_id, ())),
                cpu=cpus.get(instance["InstanceType"], {}).get("VCpuInfo", {}),
                cpu_credits=credits_of.get(instance_id, ""),
                image_gone=instance["ImageId"] not in images,
                launched=launched.get(instance_id),
            )
            for instance_id, instance in sorted(by_id.items())
        )

    @property
    def _ec2(self) -> Any:
        return self._clients.client("ec2")

    def _instances(self, selection: Selection, launched: Mapping[str, MgnServer]) -> list[Mapping[str, Any]]:
        if selection.tag and not selection.ids and not launched:
            key, value = selection.tag
            filters = [{"Name": f"tag:{key}", "Values": [value]}]
            pages = self._pages("describe_instances", Filters=filters, PaginationConfig={"PageSize": _IDS})
            return list(_of_reservations(pages))
        return self._by_ids(
            sorted({*selection.ids, *launched}),
            lambda ids: _of_reservations([self._ec2.describe_instances(InstanceIds=ids)]),
            lambda ids: _of_reservations(self._filtered("describe_instances", "instance-id", ids)),
            "InvalidInstanceID",
        )

    def _volumes(self, instances: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
        """Return instance -> its volumes, by id."""
        wanted = sorted(
            {
                mapping["Ebs"]["VolumeId"]
                for instance in instances
                for mapping in instance.get("BlockDeviceMappings", ())
                if "Ebs" in mapping
            }
        )
        by_instance: dict[str, list[Mapping[str, Any]]] = {}
        volumes = self._by_ids(
            wanted,
            lambda ids: self._ec2.describe_volumes(VolumeIds=ids)["Volumes"],
            lambda ids: (
                volume
                for page in self._filtered("describe_volumes", "volume-id", ids)
                for volume in page["Volumes"]
            ),
            "InvalidVolume",
        )
        for volume in sorted(volumes, key=lambda each: str(each["VolumeId"])):
            for attached in volume.get("Attachments", ()):
                by_instance.setdefault(attached["InstanceId"], []).append(volume)
        return by_instance

    def _addresses(self, instances: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
        """Return instance -> its elastic addresses; EC2 is asked only where an address has an owner but Amazon."""
        owned = [
            address["Association"]["PublicIp"]
            for instance in instances
            for interface in instance.get("NetworkInterfaces", ())
            for address in (interface, *interface.get("PrivateIpAddresses", ()))
            if address.get("Association", {}).get("IpOwnerId", "amazon") != "amazon"
        ]
        by_instance: dict[str, list[Mapping[str, Any]]] = {}
        for ips in _chunks(sorted(set(owned)), _FILTER_VALUES):
            filters = [{"Name": "public-ip", "Values": ips}]
            for address in self._ec2.describe_addresses(Filters=filters)["Addresses"]:
                by_instance.setdefault(address.get("InstanceId", ""), []).append(address)
        return by_instance

    def _types(self, names: set[str]) -> dict[str, Mapping[str, Any]]:
        types: dict[str, Mapping[str, Any]] = {}
        for chunk in _chunks(sorted(names), _TYPES):
            filters = [{"Name": "instance-type", "Values": chunk}]
            for page in self._pages("describe_instance_types", Filters=filters):
                types.update((each["InstanceType"], each) for each in page["InstanceTypes"])
        return types

    def _credits(
        self, instances: Iterable[Mapping[str, Any]], types: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, str]:
        """Return instance -> its credits, of types that burst: asked of another, EC2 refuses the call."""
        bursting = sorted(
            each["InstanceId"]
            for each in instances
            if types.get(each["InstanceType"], {}).get("BurstablePerformanceSupported")
        )
        credits_of: dict[str, str] = {}
        for chunk in _chunks(bursting, _IDS):
            answer = self._ec2.describe_instance_credit_specifications(InstanceIds=chunk)
            for each in answer["InstanceCreditSpecifications"]:
                credits_of[each["InstanceId"]] = each["CpuCredits"]
        return credits_of

    def _images(self, ids: set[str]) -> set[str]:
        """Return those of the images that are there."""
        return {
            image["ImageId"]
            for chunk in _chunks(sorted(ids), _FILTER_VALUES)
            for image in self._ec2.describe_images(Filters=[{"Name": "image-id", "Values": chunk}])["Images"]
        }

    def _attributes(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return instance -> attribute -> value, of what EC2 tells of one instance at a time."""
        from concurrent.futures import ThreadPoolExecutor

        asked = [(instance_id, name) for instance_id in ids for name in _ATTRIBUTES]
        client = self._ec2  # made here: a thread would make one of its own

        def ask(pair: tuple[str, str]) -> Any:
            answer = client.describe_instance_attribute(InstanceId=pair[0], Attribute=pair[1])
            return answer.get(_ATTRIBUTES[pair[1]], {}).get("Value")

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            values = list(pool.map(ask, asked))
        attributes: dict[str, dict[str, Any]] = {instance_id: {} for instance_id in ids}
        for (instance_id, name), value in zip(asked, values, strict=True):
            if value is not None:
                attributes[instance_id][name] = value
        return attributes

    def _by_ids(
        self,
        ids: list[str],
        ask: Callable[[list[str]], Iterable[Mapping[str, Any]]],
        filter_: Callable[[list[str]], Iterable[Mapping[str, Any]]],
        missing: str,
    ) -> list[Mapping[str, Any]]:
        """Ask by ids, many in a call; where one of them is gone that fails for all, and they are asked by filter."""
        answers: list[Mapping[str, Any]] = []
        for chunk in _chunks(ids, _IDS):
            try:
                answers += ask(chunk)
            except Exception as error:
                if not error_code(error).startswith(missing):
                    raise
                answers += filter_(chunk)
        return answers

    def _filtered(self, method: str, name: str, values: list[str]) -> Iterator[Mapping[str, Any]]:
        for chunk in _chunks(values, _FILTER_VALUES):
            yield from self._pages(method, Filters=[{"Name": name, "Values": chunk}])

    def _pages(self, method: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        return iter(self._ec2.get_paginator(method).paginate(**arguments))


def _of_reservations(pages: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (one for page in pages for reservation in page["Reservations"] for one in reservation["Instances"])


def _chunks(values: list[str], size: int) -> Iterator[list[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))
