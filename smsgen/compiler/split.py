"""More than one template holds: nested stacks, a root and its children.

A child holds servers of one group. A group that is too large for one template is halved by the bits of a hash of what
each server is, a piece further only where that piece is too large: a server that joins changes its own piece and no
other child, byte for byte. Launch order is kept between the children, by barriers in the root.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from smsgen.cfn.document import Template
from smsgen.cfn.limits import MAX_BYTES, MAX_OUTPUTS, MAX_PARAMETERS, MAX_RESOURCES
from smsgen.cfn.text import dump_json
from smsgen.compiler import barrier, identity
from smsgen.compiler.build import Built, head
from smsgen.compiler.collisions import group_clashes, taken_names
from smsgen.compiler.outputs import KINDS, folded
from smsgen.compiler.parameters import Declared
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.target_groups import refuse_nested
from smsgen.compiler.tropo import GetAtt, Output, Parameter, Ref, Stack
from smsgen.errors import Diagnostic, InvalidInput, Path
from smsgen.model.names import alphanumeric, group_prefix

# A piece is cut before it is full, so that a few servers more do not cut it again.
_RESOURCES = MAX_RESOURCES * 4 // 5
_PARAMETERS = MAX_PARAMETERS * 4 // 5
_BYTES = MAX_BYTES * 3 // 4

_PROFILE_SUFFIX = "Name"
"""A child has a parameter for each instance profile that its servers have: InstanceProfileName."""


class Child(NamedTuple):
    """A nested template: its file, relative to the root's, and what each of its resources comes from."""

    file: str
    template: Template
    origins: dict[str, Path]


class _Piece(NamedTuple):
    """Servers that share a child: of one launch order and group, and of one beginning of their hashes."""

    launch_order: int
    group: str
    prefix: str
    members: tuple[str, ...]


def fits(built: Built, template: Template) -> bool:
    """Return whether one template holds everything within CloudFormation's quotas."""
    if len(template.resources) > MAX_RESOURCES or len(template.parameters) > MAX_PARAMETERS:
        return False
    if len(template.outputs) > MAX_OUTPUTS:
        return False
    # Writing it takes as long as all the rest: only what can be too large is measured. No server takes 64 KB.
    return len(built.servers) * 65_536 <= MAX_BYTES or _bytes(template.body) <= MAX_BYTES


def split(built: Built, format: str) -> tuple[Template, tuple[Child, ...]]:  # noqa: A002 - the option's name
    """Return the root and its children, whose files end in `format`.

    Raises InvalidInput where even the root passes a quota: too many values are left open, or groups.
    """
    nested = list(refuse_nested(built.app))
    if nested:
        raise InvalidInput(nested)
    _check_parameters(built)
    _check_names(built)
    pieces = [piece for order, members in built.orders().items() for piece in _pieces(built, order, members)]
    _check_root(len(pieces), len(built.orders()), len(built.identity))
    names = {piece: _stack_name(piece) for piece in pieces}
    children = {piece: _child(built, piece, names[piece], format) for piece in pieces}
    return _root(built, names, children), tuple(children.values())


def check_groups(servers: Iterable[ResolvedServer], profile: str) -> None:
    """Raise InvalidInput for more groups and launch orders than templates can hold, before any is made.

    A group is one server at least, so that one template without children does not hold them either.
    """
    groups = {(server.launch_order, server.group.name) for server in servers}
    if profile == "hardened":  # only its barriers take a place of their own in one template
        _check_root(len(groups), len({order for order, _ in groups}), 0)


def _check_root(stacks: int, orders: int, others: int) -> None:
    count = stacks + max(orders - 1, 0) + others
    if count > MAX_RESOURCES:
        message = (
            f"{stacks:,} nested stacks of server groups in {orders:,} launch orders make {count:,} resources of one"
            f" template, and CloudFormation takes {MAX_RESOURCES:,}"
        )
        hint = "put servers that are alike into one group, give groups the same launchOrder, or make two applications"
        raise InvalidInput([Diagnostic("CLOUDFORMATION_QUOTA", message, hint, path=("serverGroups",))])


def _check_parameters(built: Built) -> None:
    if len(built.parameters) > MAX_PARAMETERS:
        message = f"{len(built.parameters):,} values are left open, and a template takes {MAX_PARAMETERS} parameters"
        hint = "say imageId, instanceType, subnet and securityGroup of more servers in the file"
        raise InvalidInput([Diagnostic("TOO_MANY_PARAMETERS", message, hint, path=("serverGroups",))])


def _check_names(built: Built) -> None:
    """Raise InvalidInput where groups would share a nested stack, or a server has the name of a child's parameter."""
    groups = {(server.group.name, server.launch_order): server.path[:2] for server in built.servers.values()}
    problems = list(group_clashes((name, path) for (name, _), path in groups.items()))
    unnamed = [path for (name, _), path in groups.items() if not name]
    for path in unnamed if len(unnamed) > 1 else ():
        message = "an application with nested stacks can have one server group without a name"
        problems.append(Diagnostic("GROUP_NAME_COLLISION", message, "give each a name", path=path))
    parameters = {f"{profile}{_PROFILE_SUFFIX}" for profile in _profiles(built)}
    if parameters & built.servers.keys():
        owned = {logical_id: part.resources for logical_id, part in built.parts.items()}
        problems += taken_names(built.servers, owned, sorted(parameters))
    if problems:
        raise InvalidInput(problems)


def _pieces(built: Built, order: int, members: Iterable[str]) -> Iterator[_Piece]:
    by_group: dict[str, list[str]] = {}
    for logical_id in members:
        by_group.setdefault(built.servers[logical_id].group.name, []).append(logical_id)
    for group, names in by_group.items():
        hashes = {name: _bits(name) for name in names}
        weights = {name: _weight(built, name) for name in names}
        for prefix, piece in _cut(names, "", hashes, weights):
            yield _Piece(order, group, prefix, tuple(piece))


def _cut(
    names: list[str], prefix: str, hashes: dict[str, str], weights: dict[str, tuple[int, int, int]]
) -> Iterator[tuple[str, list[str]]]:
    totals = [sum(column) for column in zip(*(weights[name] for name in names), strict=True)]
    limits = (_RESOURCES, _PARAMETERS, _BYTES)
    if len(names) == 1 or all(total <= most for total, most in zip(totals, limits, strict=True)):
        yield prefix, names
        return
    for bit in "01":
        inside = [name for name in names if hashes[name].startswith(prefix + bit)]
        if inside:
            yield from _cut(inside, prefix + bit, hashes, weights)


def _bits(logical_id: str) -> str:
    """Return 64 bits of a hash of what a server is called, so that it stays in its child while it keeps its name."""
    return f"{int(sha256(logical_id.encode()).hexdigest()[:16], 16):064b}"


def _weight(built: Built, logical_id: str) -> tuple[int, int, int]:
    """Return how many resources, parameters of its own and bytes a server brings into a template."""
    resources = built.parts[logical_id].resources
    return len(resources), int(not built.servers[logical_id].server.image_id), _bytes(resources)


def _bytes(value: Any) -> int:
    return len(dump_json(value).encode())


def _stack_name(piece: _Piece) -> str:
    return f"{group_prefix(piece.group)}Servers{piece.prefix}"


def _child(built: Built, piece: _Piece, name: str, format: str) -> Child:  # noqa: A002 - as above
    resources: dict[str, Any] = {}
    for logical_id in piece.members:
        for resource_id, resource in built.parts[logical_id].resources.items():
            resources[resource_id] = _inside(resource)
    declared = _used(built, resources)
    for profile in sorted(set(_profiles(built)) & _refs(resources)):
        text = "Instance profile of the servers that name none"
        parameter = f"{profile}{_PROFILE_SUFFIX}"
        declaration = Parameter(parameter, Type="String", Description=text)
        declared = (*declared, Declared(parameter, declaration, "Instances"))
        resources = _renamed(resources, profile, parameter)
    members = list(piece.members)
    description = f"{built.app.name}: servers of group {piece.group}, launch order {piece.launch_order}"
    body = head(built.app, declared, description[:1024])
    body["Resources"] = resources
    if built.app.profile != "plain":
        body["Outputs"] = _folded_outputs(piece.group, members)
    origins = {
        resource_id: built.servers[server].path
        for server in members
        for resource_id in built.parts[server].resources
    }
    file = f"nested/{piece.launch_order:03d}-{_slug(name)}.{format}"
    return Child(file, Template(body), origins)


def _profiles(built: Built) -> list[str]:
    return [name for name in built.identity if name.startswith(identity.PROFILE)]


def _folded_outputs(group: str, members: list[str]) -> dict[str, Any]:
    return {f"{suffix}s": folded(f"{suffix}s", group, suffix, text, members) for suffix, _, text in KINDS}


def _slug(name: str) -> str:
    return "".join("-" + c.lower() if c.isupper() and at else c.lower() for at, c in enumerate(name))


def _inside(resource: dict[str, Any]) -> dict[str, Any]:
    """Return a resource as it stands in a child: the barriers it waits for are in the root, and hold the child."""
    waits_for_barrier = resource["Type"] == "AWS::EC2::Instance" and "DependsOn" in resource
    return (
        {key: value for key, value in resource.items() if key != "DependsOn"}
        if waits_for_barrier
        else resource
    )


def _refs(value: Any) -> set[str]:
    from smsgen.cfn.intrinsics import references

    return {reference.target for reference in references(value)}


def _used(built: Built, resources: dict[str, Any]) -> tuple[Declared, ...]:
    used = _refs(resources)
    return tuple(server for server in built.parameters if server.name in used)


def _renamed(value: Any, before: str, after: str) -> Any:
    if value == {"Ref": before}:
        return {"Ref": after}
    if isinstance(value, dict):
        return {key: _renamed(item, before, after) for key, item in value.items()}
    return [_renamed(item, before, after) for item in value] if isinstance(value, list) else value


def _root(built: Built, names: dict[_Piece, str], children: dict[_Piece, Child]) -> Template:
    resources: dict[str, Any] = dict(built.identity)
    stacks: dict[int, list[str]] = {}
    for piece, name in names.items():
        stacks.setdefault(piece.launch_order, []).append(name)
    gates = barrier.gates(list(stacks.items()), "hardened")
    last = max(stacks)
    for order, members in stacks.items():
        for piece, name in names.items():
            if piece.launch_order == order:
                resources[name] = _stack(name, children[piece], gates.get(order, []), _profiles(built))
        if order != last:
            gate, resource = barrier.barrier(order, members)
            resources[gate] = resource
    body = head(built.app, built.parameters)
    body["Resources"] = resources
    if built.app.profile != "plain":
        body["Outputs"] = _outputs(names)
    return Template(body)


def _stack(name: str, child: Child, depends_on: list[str], profiles: list[str]) -> dict[str, Any]:
    made = {f"{profile}{_PROFILE_SUFFIX}": profile for profile in profiles}
    passed = {parameter: Ref(made.get(parameter, parameter)) for parameter in child.template.parameters}
    attributes: dict[str, Any] = {"DependsOn": depends_on} if depends_on else {}
    if passed:
        attributes["Parameters"] = {key: _value(value, child, key) for key, value in passed.items()}
    # What holds data inside carries its own policies. W3002 says that the path is for `aws cloudformation package` (or
    # for our own upload), which is what it is for.
    stack: dict[str, Any] = Stack(
        name,
        TemplateURL=child.file,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        Metadata={"cfn-lint": {"config": {"ignore_checks": ["W3002"]}}},
        **attributes,
    ).to_dict()
    return stack


def _value(ref: Any, child: Child, parameter: str) -> Any:
    """Return what a nested stack's parameter is: a list goes in as the text that a parameter's value is."""
    if str(child.template.parameters[parameter]["Type"]).startswith("List<"):
        from smsgen.compiler.tropo import Join

        return Join(",", ref)
    return ref


def _outputs(names: dict[_Piece, str]) -> dict[str, Any]:
    """Return the root's outputs: those of its children, as far as a template takes that many."""
    outputs = {
        f"{name}{suffix}s": Output(
            f"{name}{suffix}s",
            Description=f"{text} of {alphanumeric(piece.group)} {piece.prefix}".strip(),
            Value=GetAtt(name, f"Outputs.{suffix}s"),
        ).to_dict()
        for piece, name in names.items()
        for suffix, _, text in KINDS
    }
    return outputs if len(outputs) <= MAX_OUTPUTS else {}
