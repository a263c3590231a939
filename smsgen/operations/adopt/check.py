"""What an application file says of servers, and what they are: drift without CloudFormation, property by property."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.normal import normal_part, same, sets_of
from smsgen.operations.adopt.resources import LiveResource, evaluated, masked
from smsgen.operations.adopt.snapshot import LiveSnapshot

MISSING = "(not there)"


class Difference(NamedTuple):
    """A property of a resource, and what the file and the server say; MISSING where one says nothing of it."""

    logical_id: str
    property: str
    file: Any
    live: Any

    def sentence(self) -> str:
        """Return it in one sentence, without user data."""
        if self.property == "UserData":
            return f"{self.logical_id}: the user data is another than the file's"
        if not self.property:
            return f"{self.logical_id}: in the file {self.file}, on AWS {self.live}"
        return f"{self.logical_id}.{self.property}: the file says {_text(self.file)}, the server has {_text(self.live)}"


def faults_of_file(template: Mapping[str, Any], snapshot: LiveSnapshot) -> tuple[Difference, ...]:
    """Return what differs between the resources of a compiled template and those that exist, by logical id.

    Of what exists, all that a template should say counts, but for what the snapshot calls unsaid; of the template, all
    that it says.
    """
    live = snapshot.resources()
    unsaid = {(server.logical_id, name) for server in snapshot.servers for name in server.unsaid}
    listed: list[Difference] = []
    for name in sorted(template.keys() & live.keys()):
        listed += [
            each
            for each in _of_resource(name, template[name], live)
            if each.file != MISSING or (name, each.property) not in unsaid
        ]
    for name in sorted(live.keys() - template.keys()):
        listed.append(Difference(name, "", MISSING, f"a {live[name].type}"))
    return tuple(listed)


def changes_since(before: LiveSnapshot, after: LiveSnapshot) -> tuple[Difference, ...]:
    """Return what of the servers of a snapshot has changed since; `file` of each is how it was."""
    old, new = before.resources(), after.resources()
    listed: list[Difference] = []
    for name in sorted(old.keys() & new.keys()):
        listed += _compared(name, old[name].type, old[name].properties, new[name].properties)
        if old[name].identifier != new[name].identifier:
            listed.append(Difference(name, "", dict(old[name].identifier), dict(new[name].identifier)))
    listed += [
        Difference(name, "", f"a {old[name].type}", MISSING) for name in sorted(old.keys() - new.keys())
    ]
    listed += [
        Difference(name, "", MISSING, f"a {new[name].type}") for name in sorted(new.keys() - old.keys())
    ]
    return tuple(listed)


def _of_resource(
    name: str, resource: Mapping[str, Any], live: Mapping[str, LiveResource]
) -> list[Difference]:
    there = live[name]
    if resource.get("Type") != there.type:
        return [Difference(name, "", f"a {resource.get('Type')}", f"a {there.type}")]
    declared = masked(evaluated(resource.get("Properties", {}), live))
    return list(_compared(name, there.type, declared, masked(there.properties)))


def _compared(
    name: str, type_name: str, declared: Mapping[str, Any], there: Mapping[str, Any]
) -> Iterator[Difference]:
    sets = sets_of(type_name)
    for key in sorted(declared.keys() | there.keys()):
        both = declared.get(key, MISSING), there.get(key, MISSING)
        spelled = [normal_part(value, sets, (key,)) for value in both]
        if not same(*spelled):
            yield Difference(name, key, *both)


def _text(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
