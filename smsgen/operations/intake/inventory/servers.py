"""A row -> a server of an application file: what it is launched with, each value checked by the field that takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from smsgen.errors import Diagnostic, Location
from smsgen.model.check import read_plain
from smsgen.model.fields import SERVER, VM_SERVER
from smsgen.model.kinds import FieldKind, ListOf
from smsgen.model.launch_fields import LAUNCH
from smsgen.model.launching.network_fields import SECURITY_GROUP
from smsgen.model.launching.tag_fields import TAG, TAGS
from smsgen.operations.intake.inventory.advice import instance_type_for
from smsgen.operations.intake.lists.cells import entries_in, is_yes, tag_pairs
from smsgen.operations.intake.lists.columns import column_of
from smsgen.operations.intake.lists.listing import ListedRow, cell_left_out

Values = Mapping[str, str]


class PlannedServer(NamedTuple):
    """A server as its application file is to say it; `values` are those of its row.

    `fields`: of the server itself (serverId, imageId). `vm`: of its vmServer. `launch`: field -> plain value.
    `tags`: key -> value. `advice`: what the comment beside its instance type says.
    """

    location: Location
    name: str
    values: Values
    fields: Mapping[str, str]
    vm: Mapping[str, str]
    launch: Mapping[str, Any]
    tags: Mapping[str, str]
    advice: str = ""


def _tenancy(text: str) -> str:
    return {"shared": "default", "dedicated host": "host"}.get(text.casefold(), text.casefold())


@lru_cache(4096)
def platform_of(text: str) -> str:
    """Return the platform that a guest's name says, "" where it says none."""
    guest = text.casefold()
    if "windows" in guest or guest.startswith("win") or guest == "microsoft":
        return "windows"
    return "linux" if any(word in guest for word in _LINUX) else ""


_LINUX = (
    "linux",
    "ubuntu",
    "debian",
    "red hat",
    "redhat",
    "rhel",
    "centos",
    "suse",
    "sles",
    "fedora",
    "rocky",
    "alma",
)

_FLAGS = frozenset({"stateful", "ebsOptimized", "monitoring"})
_CONVERTED: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(_FLAGS, is_yes),
    "instanceType": str.lower,
    "tenancy": _tenancy,
}
_LONGEST_ID = 200
"""Characters of a logical id, so that names made of it stay below CloudFormation's 255."""

_SERVER_FIELDS = ("serverId", "imageId")
_VM_FIELDS = {"vmManagerName": "vmManagerName", "vmManagerType": "vmManagerType", "vmPath": "vmPath"}
_LAUNCH_FIELDS = (
    *("logicalId", "subnet", "ec2KeyName", "instanceType", "iamInstanceProfileName", "privateIpAddress"),
    *("availabilityZone", "tenancy", *sorted(_FLAGS)),
)

_KINDS: Mapping[str, FieldKind] = {
    **{name: SERVER.fields[name].kind for name in _SERVER_FIELDS},
    **{name: VM_SERVER.fields[field].kind for name, field in _VM_FIELDS.items()},
    "vmName": VM_SERVER.fields["vmName"].kind,
    "vmId": VM_SERVER.fields["vmName"].kind,
    "vmManagerId": VM_SERVER.fields["vmName"].kind,
    **{name: LAUNCH.fields[name].kind for name in _LAUNCH_FIELDS},
    "securityGroup": SECURITY_GROUP,
    "tag": TAG,
}
_KNOWN = frozenset(_LAUNCH_FIELDS)


@lru_cache(1 << 16)
def wrong_with(name: str, value: str | bool) -> tuple[str, str]:
    """Return what is wrong with a value of a field, and what to do; two empty texts where nothing is."""
    problems = read_plain(_KINDS[name], value, name)[1]
    return (problems[0].message, problems[0].hint) if problems else ("", "")


class _Cells:
    """The cells of one row that are taken, and what is said of the others."""

    def __init__(self, row: ListedRow, title: str) -> None:
        self.values, self._location, self._title = row.values, row.location, title
        self.diagnostics: list[Diagnostic] = []

    def take(self, column: str, field: str = "") -> Any:
        """Return what a column says, as its field takes it; None where it is empty or will not do."""
        text = self.values.get(column)
        if text is None:
            return None
        convert = _CONVERTED.get(column)
        value = convert(text) if convert else text
        message, hint = wrong_with(field or column, value)
        if column == "logicalId" and len(text) > _LONGEST_ID:
            message, hint = f"the logicalId has more than {_LONGEST_ID} characters", "shorten it"
        if not message:
            return value
        self.leave_out(message, hint)
        return None

    def leave_out(self, message: str, hint: str) -> None:
        """Say that a value is not taken."""
        self.diagnostics.append(cell_left_out(self._location, f"{self._title}: {message}", hint))


def planned(row: ListedRow) -> tuple[PlannedServer, list[Diagnostic]]:
    """Return the server of a row, and what of the row is not taken."""
    values = row.values
    name = values.get("name") or values.get("fqdn") or values.get("vmId") or ""
    cells = _Cells(row, name or values.get("serverId", ""))
    fields = {field: value for field in _SERVER_FIELDS if field in values and (value := cells.take(field))}
    launch = {column: cells.take(column) for column in values if column in _KNOWN}
    launch = {column: value for column, value in launch.items() if value is not None}
    _add_groups(cells, launch)
    platform = platform_of(values.get("platform", "")) or platform_of(values.get("guest", ""))
    if platform:
        launch["platform"] = platform
    advice = _advise(cells, launch)
    server = PlannedServer(row.location, name, values, fields, _vm(cells, name), launch, _tags(cells), advice)
    return server, cells.diagnostics


def _vm(cells: _Cells, name: str) -> dict[str, str]:
    vm = {"vmName": name} if name and not wrong_with("vmName", name)[0] else {}
    if name and not vm:
        cells.leave_out(*wrong_with("vmName", name))
    for column in ("vmId", "vmManagerId", *_VM_FIELDS):
        if column in cells.values and (value := cells.take(column)):
            vm[column] = value
    return vm


def _add_groups(cells: _Cells, launch: dict[str, Any]) -> None:
    texts = [text for column, text in cells.values.items() if column.startswith("securityGroups")]
    if not texts:
        return
    groups = list(dict.fromkeys(entry for text in texts for entry in entries_in(text)))
    for group in groups:
        message, hint = wrong_with("securityGroup", group)
        if message:
            cells.leave_out(message, hint)
            return
    most = _most_groups()
    if len(groups) > most:
        cells.leave_out(f"{len(groups)} security groups are more than {most}", "an interface takes no more")
    elif len(groups) == 1:
        launch["securityGroup"] = groups[0]
    elif groups:
        launch["securityGroups"] = groups


def _most_groups() -> int:
    kind = LAUNCH.fields["securityGroups"].kind
    return kind.most if isinstance(kind, ListOf) else 16


def _advise(cells: _Cells, launch: dict[str, Any]) -> str:
    """Give a server without an instance type that of its CPUs and memory, and return the rule."""
    cpus, memory = cells.values.get("cpus"), cells.values.get("memory")
    if "instanceType" in launch or cpus is None or memory is None:
        return ""
    name, rule = instance_type_for(int(cpus), int(memory))
    if name:
        launch["instanceType"] = name
    else:
        message = f"no instance type that is advised has {cpus} CPUs and {memory} MiB"
        cells.leave_out(message, "name one in the file: instanceType")
    return rule


def _tags(cells: _Cells) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for key, value in _pairs(cells.values):
        message, hint = wrong_tag(key, value)
        if message:
            cells.leave_out(message, hint)
        else:
            pairs[key] = value
    if len(pairs) > TAGS.most:
        cells.leave_out(f"{len(pairs)} tags are more than {TAGS.most}", "only the first are taken")
    return dict(sorted(pairs.items())[: TAGS.most])


def _pairs(values: Values) -> Iterator[tuple[str, str]]:
    """Yield tags; of those with one key the last counts: what MGN gives an instance wins over the server's own."""
    if "tags" in values:
        yield from tag_pairs(values["tags"]).items()
    if values.get("transferTags", "").casefold() not in ("false", "no"):
        yield from ((column[10:], text) for column, text in values.items() if column.startswith("serverTag:"))
    yield from ((column[4:], text) for column, text in values.items() if column.startswith("tag:"))


@lru_cache(1 << 14)
def wrong_tag(key: str, value: str) -> tuple[str, str]:
    """Return what is wrong with a tag, and what to do; two empty texts where nothing is."""
    problems = read_plain(TAG, {"key": key, "value": value}, "tag")[1]
    return (problems[0].message, problems[0].hint) if problems else ("", "")


def said_by_tag(server: PlannedServer, column: str) -> str:
    """Return what a tag says that is called as one of our columns (`tier`, `role`), "" where none is."""
    return next((value for key, value in server.tags.items() if _column(key) == column), "")


@lru_cache(4096)
def _column(key: str) -> str:
    return column_of(key)[0]
