"""What CloudFormation refuses of an import, in its texts; how it names and compares what is imported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.cloudformation.exceptions import ValidationError

Item = dict[str, Any]
IDENTIFIERS = {
    "AWS::EC2::Instance": ("InstanceId",),
    "AWS::EC2::Volume": ("VolumeId",),
    "AWS::EC2::VolumeAttachment": ("VolumeId", "InstanceId"),
    "AWS::EC2::EIP": ("PublicIp", "AllocationId"),
    "AWS::EC2::NetworkInterfaceAttachment": ("AttachmentId",),
}


def refuse_import(asked: Item, template: Item, before: Any, changes: list[Item]) -> None:
    targets = {each["LogicalResourceId"]: each for each in asked.get("ResourcesToImport", ())}
    resources = template.get("Resources", {})
    if len(targets) > 200:
        raise ValidationError(
            message="1 validation error detected: Value at 'resourcesToImport' failed to satisfy constraint:"
            " Member must have length less than or equal to 200"
        )
    unsupported = sorted({each["ResourceType"] for each in targets.values()} - set(IDENTIFIERS))
    if unsupported:
        raise ValidationError(
            message=f"ResourceTypes [{', '.join(unsupported)}] are not supported for Import"
        )
    for name, target in targets.items():
        if set(target["ResourceIdentifier"]) != set(IDENTIFIERS[target["ResourceType"]]):
            raise ValidationError(message=f"The resource identifier of {name} is not that of its type")
    bare = [name for name in targets if "DeletionPolicy" not in resources.get(name, {})]
    if bare:
        raise ValidationError(
            message=f"The following resources to import [{', '.join(bare)}] must have DeletionPolicy attribute"
            " specified in the template."
        )
    missing = [change["LogicalResourceId"] for change in changes if change["Action"] == "Add"]
    if missing:
        raise ValidationError(
            message=f"Resources [{', '.join(missing)}] is missing from ResourceToImport list"
        )
    modified = [change["LogicalResourceId"] for change in changes if change["Action"] in ("Modify", "Remove")]
    if modified:
        raise ValidationError(
            message=f"You have modified resources [{', '.join(modified)}] in your template that are not being"
            " imported. Update, create or delete operations cannot be executed during import operations."
        )
    if template.get("Outputs", {}) != before.template.get("Outputs", {}):
        raise ValidationError(message="As part of the import operation, you cannot modify or add [Outputs]")
    if not before.resources and (asked.get("RoleARN") or asked.get("Tags")):
        raise ValidationError(
            message="As part of the import operation, a new stack cannot be given [RoleARN, Tags]"
        )


def physical_id(target: Item) -> str:
    keys = IDENTIFIERS.get(target["ResourceType"], tuple(target["ResourceIdentifier"]))
    if target["ResourceType"] == "AWS::EC2::EIP":
        keys = keys[:1]
    return "|".join(target["ResourceIdentifier"].get(key, "") for key in keys)


def plain(value: Any) -> Any:
    """Return a value in which 10 and "10", true and "true" are one, and the order of tags is none."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if key != "DependsOn"}
    if isinstance(value, list):
        items = [plain(each) for each in value]
        tags = all(isinstance(each, dict) and set(each) == {"Key", "Value"} for each in items)
        return sorted(items, key=lambda tag: tag["Key"]) if tags else items
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else value


def differences(declared: Item, there: Item) -> Iterator[Item]:
    """Compare what is declared and nothing else; what users report as false drifts are drifts here, too.

    Mappings without the root (#543), or beside a VolumeAttachment (#574); what is write-only (#1087).
    """
    for key, value in declared.items():
        if key in ("BlockDeviceMappings", "PropagateTagsToVolumeOnCreation"):
            actual = "null"
        elif plain(value) == plain(there.get(key)):
            continue
        else:
            actual = json.dumps(there.get(key))
        yield {
            "PropertyPath": f"/{key}",
            "ExpectedValue": json.dumps(value),
            "ActualValue": actual,
            "DifferenceType": "NOT_EQUAL",
        }
