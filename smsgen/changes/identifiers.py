"""What identifies an existing resource, for an import: one property or several, by resource type.

The primary identifiers of the resource schemas; ResourceIdentifier of
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceToImport.html
"""

from __future__ import annotations

from collections.abc import Mapping

from smsgen.generated.identifiers import TABLE
from smsgen.generated.type_table import words_of_type

Identifier = str | Mapping[str, str]
"""The identifier of a resource: property -> value, or the value alone where the type has one property."""

OPTIONAL = {"AWS::Route53::RecordSet": frozenset({"SetIdentifier"})}
"""Type -> properties of its identifier that not every resource has: a simple record has no SetIdentifier."""

_REF = {"AWS::EC2::EIP": "PublicIp"}
"""Type -> the property that is its physical id, where it is not all of them."""


def identifier_keys(type_name: str) -> tuple[str, ...]:
    """Return the properties that identify a resource of a type; () for a type that cannot be imported."""
    return tuple(words_of_type(TABLE, type_name) or ())


def full_identifier(type_name: str, identifier: Identifier) -> dict[str, str]:
    """Return property -> value; a text is that of the one property, or of the first one where there are several."""
    if not isinstance(identifier, str):
        return dict(identifier)
    return dict.fromkeys(identifier_keys(type_name)[:1], identifier)


def wrong_keys(type_name: str, identifier: Mapping[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the properties that an identifier lacks, and those that it has and should not have."""
    keys = frozenset(identifier_keys(type_name))
    properties = frozenset(identifier)
    return keys - properties - OPTIONAL.get(type_name, frozenset()), properties - keys


def physical_id(type_name: str, identifier: Identifier) -> str:
    """Return the physical id of a resource: its identifier, of several properties one after another.

    That `|` stands between them is seen of resources that CloudFormation has made, not of imported ones.
    """
    if isinstance(identifier, str):
        return identifier
    if type_name in _REF and _REF[type_name] in identifier:
        return identifier[_REF[type_name]]
    ordered = [identifier[key] for key in identifier_keys(type_name) if key in identifier]
    return "|".join(ordered or identifier.values())
