"""Every property that an instance can be given is said by a field, set by the compiler, or left out for a reason.

The properties are those of CloudFormation's own schema, as cfn-lint brings it; what is said is what the samples'
goldens hold, so that a field whose value ends nowhere does not count.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from smsgen.cfn.text import parse_template
from tests.golden.samples import HERE

INSTANCE, TEMPLATE = "AWS::EC2::Instance", "AWS::EC2::LaunchTemplate"

ENDED = "the service has ended"
REASONS = {
    INSTANCE: {
        "AdditionalInfo": "reserved for AWS's own use: a stack with it fails",
        "ElasticGpuSpecifications": ENDED,
        "ElasticInferenceAccelerators": ENDED,
        "SecurityGroups": "names, for default VPCs: `securityGroups` gives ids",
        "SsmAssociations": "`ssmAssociations` makes AWS::SSM::Association, which says more and can be imported",
        "Volumes": "`volumes` with volumeId makes AWS::EC2::VolumeAttachment, which drift detection understands",
        "NetworkInterfaces/AssociateCarrierIpAddress": "not supported by CloudFormation, its schema says",
    },
    TEMPLATE: {},
}


def properties(type_name: str) -> set[str]:
    """Return the settable properties of a type as paths, of structures each member."""
    manager = pytest.importorskip("cfnlint.schema.manager", reason="cfn-lint comes with smsgen[lint]")
    schema = manager.PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_name).schema
    read_only = {path.removeprefix("/properties/") for path in schema["readOnlyProperties"]}
    return {path for path in _paths(schema, schema) if path.split("/")[0] not in read_only}


def _paths(node: dict[str, Any], schema: dict[str, Any], at: str = "") -> Iterator[str]:
    while "$ref" in node:
        node = schema["definitions"][node["$ref"].removeprefix("#/definitions/")]
    if "items" in node:
        yield from _paths(node["items"], schema, at)
        return
    members = node.get("properties")
    if not members:
        yield at
    for name, member in (members or {}).items():
        yield from _paths(member, schema, f"{at}/{name}".removeprefix("/"))


def written(value: Any, at: str = "") -> Iterator[str]:
    """Yield the paths of what stands in a template's properties."""
    if isinstance(value, list):
        for entry in value:
            yield from written(entry, at)
    elif (
        isinstance(value, dict) and value and not any(key == "Ref" or key.startswith("Fn::") for key in value)
    ):
        for name, member in value.items():
            yield from written(member, f"{at}/{name}".removeprefix("/"))
    else:
        yield at


def in_samples(type_name: str) -> set[str]:
    templates = [parse_template(path.read_bytes(), path.name).template for path in HERE.glob("*.yaml")]
    return {
        path
        for template in templates
        for resource in template.resources.values()
        if resource["Type"] == type_name
        for path in written(resource["Properties"])
    }


def test_every_property_of_an_instance_can_be_said_or_has_a_reason() -> None:
    reasons = REASONS[INSTANCE]
    open_ = {
        path
        for path in properties(INSTANCE) - in_samples(INSTANCE)
        if not any(path == reason or path.startswith(f"{reason}/") for reason in reasons)
    }
    assert open_ == set()


def test_a_reason_is_given_for_nothing_that_can_be_said() -> None:
    said = in_samples(INSTANCE)
    known = properties(INSTANCE)
    for reason in REASONS[INSTANCE]:
        assert any(path == reason or path.startswith(f"{reason}/") for path in known), reason
        assert not any(path == reason or path.startswith(f"{reason}/") for path in said), reason


def test_what_an_instance_cannot_say_is_what_templates_are_made_for() -> None:
    """Nothing is put into a launch template alone that the instance has a property for."""
    beyond = {path.removeprefix("LaunchTemplateData/") for path in in_samples(TEMPLATE)} - {""}
    structures = {"CpuOptions", "Placement", "BlockDeviceMappings", "MetadataOptions", "TagSpecifications"}
    assert not {path for path in beyond & properties(INSTANCE) if path.split("/")[0] not in structures}
