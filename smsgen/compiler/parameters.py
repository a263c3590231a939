"""What the file leaves out -> typed parameters of the template, shared where servers share them.

An image belongs to a server, an instance type to a group, and the network to the application; a parameter of the
Systems Manager parameter store to everybody who names its path. Nothing is asked for that a launch
template may say which is there already.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.tropo import Parameter, Ref
from smsgen.model.names import alphanumeric, group_prefix, name_digest

SUBNET = "SubnetId"
SECURITY_GROUPS = "SecurityGroupIds"

INSTANCE_TYPE_PATTERN = r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$"
GROUPS = ("Network", "Instances", "Images")
"""How the console groups the parameters (AWS::CloudFormation::Interface), in this order."""


class Declared(NamedTuple):
    """A parameter: its declaration, the console's group, and the value known already ("" where none is)."""

    name: str
    declaration: Any
    group: str
    value: str = ""


class Parameters:
    """The parameters that servers need, collected while they are built.

    `servers`: all of them, whose own parameters keep their names whatever paths of images there are.
    """

    def __init__(self, servers: Iterable[ResolvedServer]) -> None:
        self._declared: dict[str, Declared] = {}
        self._own = {
            _own_image(server.logical_id)
            for server in servers
            if not server.server.image_id and server.launch.launch_template is None
        }

    def image(self, server: ResolvedServer, logical_id: str) -> Any:
        """Return what ImageId is: the server's image, or a parameter for it."""
        image = server.server.image_id
        if image.startswith("ssm:"):
            path = image.removeprefix("ssm:")
            name = _own_image(alphanumeric(path)[:180])
            if name in self._own or self._declared.get(name, Declared(name, None, "", path)).value != path:
                name = _own_image(f"{alphanumeric(path)[:180]}{name_digest(path)}")
            text = f"Name of the SSM parameter that holds the image id: {path}"
            kind = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
            return self._ref(name, "Images", value=path, Type=kind, Default=path, Description=text)
        if image or server.launch.launch_template:
            return image or None
        text = f"Image (AMI) of the server {server.title}"
        return self._ref(_own_image(logical_id), "Images", Type="AWS::EC2::Image::Id", Description=text)

    def instance_type(self, server: ResolvedServer) -> Any:
        """Return what InstanceType is: the launch configuration's, or a parameter for the whole group."""
        if server.launch.instance_type or server.launch.launch_template:
            return server.launch.instance_type
        return self._ref(
            f"{group_prefix(server.group.name)}InstanceType",
            "Instances",
            Type="String",
            Description=f"EC2 instance type of the servers of group {server.group.name}",
            AllowedPattern=INSTANCE_TYPE_PATTERN,
            ConstraintDescription="must be an EC2 instance type such as m6i.large",
        )

    def subnet(self, server: ResolvedServer) -> Any:
        """Return what SubnetId is: the launch configuration's, or a parameter for the whole application."""
        if server.launch.subnet or server.launch.launch_template:
            return server.launch.subnet
        text = "Subnet of every server that names none"
        return self._ref(SUBNET, "Network", Type="AWS::EC2::Subnet::Id", Description=text)

    def security_groups(self, server: ResolvedServer) -> Any:
        """Return what SecurityGroupIds is: a list of ids, or a list parameter for the whole application."""
        groups = server.launch.security_groups or (server.launch.security_group,)
        if groups[0]:
            return list(groups)
        if server.launch.launch_template:
            return None
        text = "Security groups of every server that names none"
        return self._ref(
            SECURITY_GROUPS, "Network", Type="List<AWS::EC2::SecurityGroup::Id>", Description=text
        )

    def _ref(self, name: str, group: str, value: str = "", **declaration: Any) -> Any:
        if name not in self._declared:
            self._declared[name] = Declared(name, Parameter(name, **declaration), group, value)
        return Ref(name)

    def declared(self) -> tuple[Declared, ...]:
        """Return the parameters in the order that people read them: by group, then by name."""
        return tuple(
            sorted(
                self._declared.values(), key=lambda parameter: (GROUPS.index(parameter.group), parameter.name)
            )
        )


def open_names(servers: Iterable[ResolvedServer]) -> set[str]:
    """Return the names of the parameters for what servers leave open, but for those that groups and images share."""
    names_of_parameters: set[str] = set()
    for server in servers:
        if server.launch.launch_template:
            continue
        groups = server.launch.security_groups or (server.launch.security_group,)
        names = (
            (_own_image(server.logical_id), server.server.image_id),
            (SUBNET, server.launch.subnet),
            (SECURITY_GROUPS, groups[0]),
        )
        names_of_parameters.update(name for name, value in names if not value)
    return names_of_parameters


def _own_image(name: str) -> str:
    return f"{name}ImageId"


def parameters_section(declared: Iterable[Declared]) -> dict[str, Any]:
    """Return the Parameters section."""
    return {server.name: server.declaration.to_dict() for server in declared}


def interface(declared: Iterable[Declared]) -> dict[str, Any]:
    """Return the AWS::CloudFormation::Interface metadata: the parameters by group."""
    names: dict[str, list[str]] = {}
    for server in declared:
        names.setdefault(server.group, []).append(server.name)
    return {
        "ParameterGroups": [
            {"Label": {"default": group}, "Parameters": names[group]} for group in GROUPS if group in names
        ]
    }
