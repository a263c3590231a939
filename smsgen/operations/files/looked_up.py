"""What EC2 says of what an application names: the root devices of its images, and the VPCs of its subnets.

    App ──look_up──▶ Known ──with_root_devices──▶ App       each root volume under the name that its image gives it
                       └─────subnet_problems────▶ what does not fit

A template names the root volume to encrypt it, and EC2 refuses one that the image calls otherwise. Where nobody may ask
EC2, the file says the name: `volumes: [{device: /dev/xvda}]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from smsgen.cfn.document import Template
from smsgen.compiler.resolve import ResolvedServer, resolve
from smsgen.errors import Diagnostic, InvalidInput, Path, Refusal, ServiceError, Severity
from smsgen.model.app import App, Server
from smsgen.model.launch import Volume
from smsgen.model.volumes import ROOT_DEVICES

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.operations.ports.protocols import Lookups


Servers = tuple[ResolvedServer, ...]


class Known(NamedTuple):
    """What EC2 says: image (`ami-…`, or `ssm:/path`) -> its root device, subnet -> its VPC.

    None where EC2 may not be asked; what it does not know is not in it.
    """

    root_devices: Mapping[str, str] | None = None
    vpcs: Mapping[str, str] | None = None


def look_up(app: App, servers: Servers, lookups: Lookups) -> Known:
    """Ask EC2 about the images and subnets of an application, as far as it matters. `servers`: its own, resolved.

    Raises ServiceError where AWS is in trouble; what these credentials may not ask is not known.
    """
    subnets = {one.launch.subnet for one in servers if one.launch.vpc and one.launch.subnet}
    return Known(_root_devices(app, servers, lookups), _asked(lookups.vpcs, subnets))


def _root_devices(app: App, servers: Servers, lookups: Lookups) -> Mapping[str, str] | None:
    images = {one.server.image_id for one in servers if one.server.image_id and _maps_root(one, app)}
    return _asked(lookups.root_devices, images)


def looked_up(app: App, servers: Servers, lookups: Lookups) -> App:
    """Return the application with the root devices that EC2 says; raises InvalidInput for subnets in another VPC.

    `servers`: its own, resolved.
    """
    known = look_up(app, servers, lookups)
    wrong = subnet_problems(servers, known)
    if wrong:
        raise InvalidInput(wrong)
    return _with_root_devices(app, servers, known.root_devices or {})


def with_asked_root_devices(app: App, lookups: Lookups, deployed: Mapping[str, str] | None = None) -> App:
    """Return the application with the root devices that EC2 says, or else `deployed` (image -> root device)."""
    servers = resolve(app)
    asked = _root_devices(app, servers, lookups)
    return _with_root_devices(app, servers, {**(deployed or {}), **(asked or {})})


def _asked(
    ask: Callable[[Iterable[str]], Mapping[str, str]], names: Iterable[str]
) -> Mapping[str, str] | None:
    if not names:
        return {}
    try:
        return ask(names)
    except ServiceError as error:
        if error.kind is Refusal.DENIED:
            return None
        raise


# --- Root devices -------------------------------------------------------------------------------------------


def with_root_devices(app: App, devices: Mapping[str, str]) -> App:
    """Return the application with each root volume under the name that the server's image gives it.

    `devices`: image -> root device. A server whose image is not among them stays as it is.
    """
    return _with_root_devices(app, resolve(app), devices)


def _with_root_devices(app: App, servers: Servers, devices: Mapping[str, str]) -> App:
    named = {
        one.path: volumes
        for one in servers
        if _maps_root(one, app)
        and (device := devices.get(one.server.image_id)) in ROOT_DEVICES
        and (volumes := _named(one, device)) != one.launch.volumes
    }
    return _with_volumes(app, named) if named else app


def deployed_root_devices(templates: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return image -> root device as deployed templates map it: what CloudFormation took is right."""
    devices: dict[str, str] = {}
    for resource in (each for body in templates for each in Template(dict(body)).resources.values()):
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if isinstance(properties, dict) and isinstance(properties.get("ImageId"), str):
            mapped = properties.get("BlockDeviceMappings")
            names = [one.get("DeviceName") for one in mapped or () if isinstance(one, dict)]
            devices.update((properties["ImageId"], name) for name in names if name in ROOT_DEVICES)
    return devices


def root_device(server: ResolvedServer) -> str:
    """Return the name under which a server's root volume is mapped, "" where nobody says one."""
    return next(
        (volume.device for volume in server.launch.volumes or () if volume.device in ROOT_DEVICES), ""
    )


def _maps_root(server: ResolvedServer, app: App) -> bool:
    """Whether the template names the root volume: `volumes: []` leaves it to the image, profile `sms` does."""
    return bool(root_device(server)) or (app.profile == "hardened" and server.launch.volumes != ())


def _named(server: ResolvedServer, device: str) -> tuple[Volume, ...] | None:
    volumes, root = server.launch.volumes or (), root_device(server)
    if not root:
        return server.launch.volumes if device == ROOT_DEVICES[0] else (Volume(device), *volumes)
    return tuple(volume._replace(device=device) if volume.device == root else volume for volume in volumes)


def _with_volumes(app: App, volumes: Mapping[Path, tuple[Volume, ...] | None]) -> App:
    def server(one: Server, *path: str | int) -> Server:
        if path not in volumes:
            return one
        return one._replace(launch=one.launch._replace(volumes=volumes[path]))

    groups = tuple(
        group._replace(
            server_list=tuple(
                server(one, "serverGroups", at, "serverList", index)
                for index, one in enumerate(group.server_list)
            )
        )
        for at, group in enumerate(app.server_groups)
    )
    return app._replace(server_groups=groups)


def root_device_findings(app: App, servers: Servers, known: Known | None) -> Iterator[Diagnostic]:
    """Warn of root volumes under a name that is not known to be the image's. `known` None: nobody was asked."""
    devices = (known.root_devices if known else None) or {}
    unknown = []
    for server in servers:
        device = devices.get(server.server.image_id)
        mapped = root_device(server) or ROOT_DEVICES[0]
        if not _maps_root(server, app) or device == mapped or (device is None and root_device(server)):
            continue
        if device is None:
            unknown.append(server)
            continue
        message = f"the image {server.server.image_id} of {server.title} calls its root volume {device}, not {mapped}"
        yield _warning(message, f"write volumes: [{{device: {device}}}]; launch-app asks EC2 itself", server)
    if unknown:
        count = f"{len(unknown):,} server{'s' if len(unknown) > 1 else ''}"
        message = f"the root volume of {count} is mapped as {ROOT_DEVICES[0]}"
        message += ", and EC2 refuses an image that calls it otherwise"
        hint = (
            "name it under launchDefaults, volumes: [{device: /dev/xvda}] for one; `validate --aws` asks EC2"
        )
        yield _warning(message, hint, unknown[0])


def _warning(message: str, hint: str, server: ResolvedServer) -> Diagnostic:
    return Diagnostic("ROOT_DEVICE", message, hint, Severity.WARNING, path=server.path_of("volumes"))


# --- Subnets ------------------------------------------------------------------------------------------------


def subnet_problems(servers: Servers, known: Known) -> tuple[Diagnostic, ...]:
    """Return the places where `vpc` is not the VPC of the server's subnet; nothing where EC2 may not be asked."""
    if known.vpcs is None:
        return ()
    diagnostics: dict[tuple[Path, str], Diagnostic] = {}
    for server in servers:
        vpc, subnet = server.launch.vpc, server.launch.subnet
        if vpc and subnet and known.vpcs.get(subnet) != vpc:
            there = known.vpcs.get(subnet)
            where = f"is in {there}" if there else "is not there, in this account and Region,"
            message = f"the subnet {subnet} of {server.title} {where} and not in {vpc}"
            hint = (
                "correct vpc or subnet; vpc may be left out" if there else "check the subnet, and the Region"
            )
            problem = Diagnostic("SUBNET_NOT_IN_VPC", message, hint, path=server.path_of("subnet"))
            diagnostics.setdefault((problem.path, vpc), problem)
    return tuple(diagnostics.values())
