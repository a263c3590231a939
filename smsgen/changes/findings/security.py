"""What a reviewer must see: permissions and network access that widen, and data that may be lost.

Read from the resolved contexts of a change set, so that a rule is judged by what it becomes. A value that is not known
yet is never taken as harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.findings.identities import Written, identified
from smsgen.changes.findings.network import network_widening
from smsgen.changes.findings.permissions import permission_widening
from smsgen.changes.model import Finding, ResourceChange, Side

STATEFUL = frozenset(
    {
        "AWS::Backup::BackupVault",
        "AWS::Cognito::UserPool",
        "AWS::DocDB::DBCluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::FSx::FileSystem",
        "AWS::FSx::Volume",
        "AWS::KMS::Key",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::MSK::Cluster",
        "AWS::Neptune::DBCluster",
        "AWS::OpenSearchService::Domain",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::RDS::GlobalCluster",
        "AWS::Redshift::Cluster",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
        "AWS::Timestream::Table",
    }
)
"""Types whose removal or replacement loses data (cfn-lint rule I3011 lists most of them)."""


def findings(change_set: ChangeSet) -> tuple[Finding, ...]:
    """Return the notes of a change set, and what widens or may be lost in it and its nested stacks, by resource."""
    collected = [
        finding for change in change_set.changes_with_property_values for finding in _of(change, change_set)
    ]
    for name, child in change_set.nested.items():
        collected += [
            one._replace(logical_resource_id=f"{name}/{one.logical_resource_id}") for one in findings(child)
        ]
    return (*change_set.notes, *collected)


def _of(change: ResourceChange, change_set: ChangeSet) -> Iterator[Finding]:
    name = change.logical_resource_id
    before, after = _properties(change.before_context), _properties(change.after_context)
    if change.action != "Remove":
        written = (
            _properties(_resource(change, change_set.before)),
            _properties(_resource(change, change_set.after)),
        )
        named = identified(
            Written(before, written[0], change_set.before), Written(after, written[1], change_set.after)
        )
        for message in permission_widening(change.resource_type, *named):
            yield Finding("iam", name, message)
        resolved = (before, after) if change.resource_type == "AWS::EC2::Instance" else named
        for message in network_widening(change.resource_type, *resolved, written):
            yield Finding("network", name, message)
    for message in _data_at_risk(change, change_set, before, after):
        yield Finding("stateful", name, message)


def _properties(context: Mapping[str, Any] | None) -> Mapping[str, Any]:
    properties = (context or {}).get("Properties")
    return properties if isinstance(properties, Mapping) else {}


def _data_at_risk(
    change: ResourceChange, change_set: ChangeSet, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    is_modified = change.resource_type == "AWS::EC2::Instance" and change.action == "Modify"
    if is_modified and "true" in _encryption(before) and "false" in _encryption(after):
        yield "a volume is no longer encrypted"
    if change.resource_type == "AWS::EC2::EIP" and change.policy_action not in ("Retain", "ReplaceAndRetain"):
        yield from _address_lost(change)
    if change.resource_type not in STATEFUL and not _is_kept(change, change_set, before):
        return
    if change.action == "Remove":
        fate = {"Retain": "it is kept, outside the stack", "Snapshot": "a snapshot is kept"}
        yield f"{change.resource_type} that holds data is removed: " + fate.get(
            change.policy_action or "", "its data is deleted"
        )
    elif change.replacement in ("True", "Conditional"):
        verb = "is replaced" if change.replacement == "True" else "may be replaced"
        kept = {"Retain": "the old one is kept", "Snapshot": "a snapshot of the old one is kept"}
        # The API names no PolicyAction where the replacement is not certain.
        policy = (change.policy_action or "").removeprefix("ReplaceAnd")
        policy = policy or str(_resource(change, change_set.after).get("UpdateReplacePolicy"))
        fate_of_old = kept.get(policy, "the old one and its data are deleted")
        yield f"{change.resource_type} that holds data {verb}: {fate_of_old}"


def _address_lost(change: ResourceChange) -> Iterator[str]:
    """Say where an elastic address goes back to AWS: whoever was let in by it, or finds the server by it, is lost."""
    if change.action == "Remove":
        yield "the elastic address is given back, and nobody gets it again"
    elif change.replacement in ("True", "Conditional"):
        verb = "is" if change.replacement == "True" else "may be"
        yield f"the elastic address {verb} given back, and another one allocated"


def _is_kept(change: ResourceChange, change_set: ChangeSet, before: Mapping[str, Any]) -> bool:
    """Return whether the deployed template calls an instance stateful: protected, or meant to outlive the stack."""
    if change.resource_type != "AWS::EC2::Instance":
        return False
    kept = _resource(change, change_set.before).get("DeletionPolicy")
    return (
        kept in ("Retain", "RetainExceptOnCreate")
        or str(before.get("DisableApiTermination")).lower() == "true"
    )


def _resource(change: ResourceChange, side: Side) -> Mapping[str, Any]:
    """Return a changed resource as a side's template has it; nothing where it has none of that name."""
    resources = side.template.get("Resources")
    resource = resources.get(change.logical_resource_id) if isinstance(resources, Mapping) else None
    return resource if isinstance(resource, Mapping) else {}


def _encryption(properties: Mapping[str, Any]) -> set[str]:
    devices = properties.get("BlockDeviceMappings")
    volumes = (
        (device.get("Ebs") for device in devices if isinstance(device, Mapping))
        if isinstance(devices, list)
        else ()
    )
    return {str(ebs.get("Encrypted", "false")).lower() for ebs in volumes if isinstance(ebs, Mapping)}
