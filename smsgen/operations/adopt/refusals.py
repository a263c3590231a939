"""Which running servers cannot be adopted, and what of the others no template can say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from smsgen.operations.adopt.properties import own_address, primary
from smsgen.operations.ports.adoption import LiveServer

OWN_STACK = "aws:cloudformation:stack-name"
HELPERS = ("Replication Server", "Conversion Server")
"""How the names of servers end that MGN runs for itself."""


def _stack(server: LiveServer) -> str | None:
    name = server.tags.get(OWN_STACK)
    return name and f"it is a resource of the stack {name}: a resource belongs to one stack"


def _scaling_group(server: LiveServer) -> str | None:
    name = server.tags.get("aws:autoscaling:groupName")
    return name and f"the Auto Scaling group {name} launched it, and terminates it as it likes"


def _spot(server: LiveServer) -> str | None:
    kind = server.instance.get("InstanceLifecycle")
    return kind and f"it is a {kind} instance, which AWS takes back"


def _test(server: LiveServer) -> str | None:
    test = server.launched is not None and server.launched.test
    return "MGN launched it for a test, and removes it at the cutover" if test else None


def _helper(server: LiveServer) -> str | None:
    return "it is a server of MGN's own" if server.tags.get("Name", "").endswith(HELPERS) else None


def _state(server: LiveServer) -> str | None:
    state = server.instance.get("State", {}).get("Name", "running")
    return None if state in ("running", "stopped") else f"it is {state}"


def _root(server: LiveServer) -> str | None:
    kind = server.instance.get("RootDeviceType", "ebs")
    return None if kind == "ebs" else f"its root device is of type {kind}, which does not outlive a stop"


REFUSALS: tuple[Callable[[LiveServer], str | None], ...] = (
    _stack,
    _scaling_group,
    _spot,
    _test,
    _helper,
    _state,
    _root,
)


def why_not(server: LiveServer) -> str:
    """Return why a server cannot be adopted; "" where it can."""
    return next((reason for check in REFUSALS if (reason := check(server))), "")


def beyond_schema(server: LiveServer) -> Iterator[str]:
    """Yield what a server has that AWS::EC2::Instance and its companions cannot say, or that is left to others."""
    instance = server.instance
    recovery = instance.get("MaintenanceOptions", {}).get("AutoRecovery", "default")
    if recovery != "default":
        yield f"maintenance options: automatic recovery is {recovery}"
    if instance.get("CapacityReservationId"):
        yield f"capacity reservation {instance['CapacityReservationId']}"
    if instance.get("BootMode"):
        yield f"boot mode {instance['BootMode']}"
    if instance.get("Licenses"):
        yield "licence configurations: " + ", ".join(
            one["LicenseConfigurationArn"] for one in instance["Licenses"]
        )
    yield from _interfaces(server)
    if server.image_gone:
        yield f"the image {instance.get('ImageId')} is gone: whatever replaces this server cannot be launched"
    root = next(_root_volumes(server), None)
    if root is not None and not root["Attachments"][0].get("DeleteOnTermination", False):
        yield f"the root volume {root['VolumeId']} outlives its server: DeleteOnTermination is off"


def _interfaces(server: LiveServer) -> Iterator[str]:
    first = primary(server)
    for interface in server.instance.get("NetworkInterfaces", ()):
        if interface is not first:
            yield f"the network interface {interface['NetworkInterfaceId']}: only its attachment is declared"
    others = [
        one["PrivateIpAddress"] for one in first.get("PrivateIpAddresses", ()) if not one.get("Primary")
    ]
    if others:
        yield f"secondary addresses {', '.join(others)}"
    own = own_address(server)
    for address in server.addresses:
        if address is not own:
            yield f"the elastic address {address['PublicIp']} of another interface or a secondary address"
    ipv6 = [one["Ipv6Address"] for one in first.get("Ipv6Addresses", ())]
    if ipv6:
        yield f"IPv6 addresses {', '.join(ipv6)}"


def _root_volumes(server: LiveServer) -> Iterator[Any]:
    for volume in server.volumes:
        if any(
            one["Device"] == server.instance.get("RootDeviceName") for one in volume.get("Attachments", ())
        ):
            yield volume
