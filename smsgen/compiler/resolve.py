"""App -> the servers to launch, each with its whole launch configuration, in launch order.

A server's own word wins over its group's, and its group's over the application's, field by field. The result is
sorted by what servers are, never by where they stand in the file.
"""

from collections.abc import Mapping
from typing import NamedTuple

from smsgen.errors import Path
from smsgen.model import names
from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.launch import Launch, S3Location

_CAMEL = {
    name: name.split("_")[0] + "".join(part.title() for part in name.split("_")[1:])
    for name in Launch._fields
}
_CAMEL["ec2_key_name"] = "ec2KeyName"


class Validation(NamedTuple):
    """A script that runs once the server's own have; how it ended is put in S3 as `report`.

    `script_type` is SHELL_SCRIPT or POWERSHELL_SCRIPT. No application file says it: the SMS API does, as a
    ServerValidationConfiguration.
    """

    script: S3Location
    script_type: str
    report: S3Location


class ResolvedServer(NamedTuple):
    """A server, its joined launch configuration, and where it stands in the file."""

    server: Server
    group: ServerGroup
    launch_order: int
    launch: Launch
    path: Path
    said_at: tuple[tuple[Path, Launch], ...]
    """The places that make up `launch`, the winning one first."""
    validation: Validation | None = None
    embedded: Mapping[S3Location, str] = {}
    """Scripts in S3 that have been read, and stand in the user data themselves."""

    @property
    def identity(self) -> str:
        """What servers are sorted by, so that their order in the file does not show."""
        return names.identity(self.server, self.group.name, self.launch.logical_id)

    @property
    def logical_id(self) -> str:
        """The name of the instance in the template: unique where the file is valid."""
        return names.logical_id(self.server, self.launch.logical_id)

    @property
    def title(self) -> str:
        """What people call this server."""
        return names.title(self.server)

    def path_of(self, field: str) -> Path:
        """Return the place of a launch field (`instance_type`): where it was said, or the server where it was not."""
        for path, launch in self.said_at:
            if getattr(launch, field) is not None:
                return (*path, _CAMEL[field])
        return self.path


def resolve(
    app: App,
    validations: Mapping[str, Validation] | None = None,
    objects: Mapping[S3Location, str] | None = None,
) -> tuple[ResolvedServer, ...]:
    """Return every server of the app, by launch order, then group name, then identity.

    `validations`: server id -> what it validates itself with. `objects`: scripts in S3 that have been read.
    """
    known, read = validations or {}, objects or {}
    servers = [
        _server(app, group, server, ("serverGroups", at), ("serverGroups", at, "serverList", index))._replace(
            validation=known.get(server.server_id)
        )
        for at, group in enumerate(app.server_groups)
        for index, server in enumerate(group.server_list)
    ]
    if read:
        servers = [server._replace(embedded=_embedded(server.launch, read)) for server in servers]
    return tuple(
        sorted(servers, key=lambda server: (server.launch_order, server.group.name, server.identity))
    )


def embeddable(launch: Launch) -> dict[str, S3Location]:
    """Return launch field -> the script in S3 that can stand in a server's user data, not to be fetched at boot.

    The user data may always; the configuration script where the server has no instance profile to fetch it with.
    """
    scripts = {"user_data": launch.user_data.s3_location if launch.user_data else None}
    if not launch.iam_instance_profile_name and not launch.create_instance_profile:
        scripts["configure_script"] = launch.configure_script
    return {field: location for field, location in scripts.items() if location}


def _embedded(launch: Launch, objects: Mapping[S3Location, str]) -> dict[S3Location, str]:
    return {place: objects[place] for place in embeddable(launch).values() if place in objects}


def _server(app: App, group: ServerGroup, server: Server, group_path: Path, path: Path) -> ResolvedServer:
    said_at = (
        ((*path, "launch"), server.launch),
        ((*group_path, "launchDefaults"), group.launch_defaults),
        (("launchDefaults",), app.launch_defaults),
    )
    return ResolvedServer(
        server=server,
        group=group,
        launch_order=group.launch_order or 0,
        launch=joined_launch(server.launch, group.launch_defaults, app.launch_defaults),
        path=path,
        said_at=said_at,
    )


def joined_launch(*launches: Launch) -> Launch:
    """Return the launch configuration of which each field is the first that says anything."""
    launch = launches[0]
    for other in launches[1:]:
        pairs = zip(launch, other, strict=True)
        launch = Launch._make(mine if mine is not None else theirs for mine, theirs in pairs)
    return _one_way_of_naming_groups(launch, launches)


def _one_way_of_naming_groups(joined: Launch, launches: tuple[Launch, ...]) -> Launch:
    """Keep the nearer of `securityGroup` and `securityGroups`: they are two spellings of one thing."""
    if joined.security_group is None or joined.security_groups is None:
        return joined
    nearest = next(launch for launch in launches if launch.security_group or launch.security_groups)
    if nearest.security_groups:
        return joined._replace(security_group=None)
    return joined._replace(security_groups=None)
