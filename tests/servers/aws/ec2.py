"""What EC2 does with snapshots and images, as operations of moto's EC2, and the checks before what moto does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response

from tests.servers.aws.blocks import Disk
from tests.servers.aws.images import Registration, launch_mappings, register, usable_snapshot
from tests.servers.aws.import_answers import tags_of
from tests.servers.aws.snapshots import StoredSnapshot, completed
from tests.servers.aws.state import State

Method = Callable[..., Any]


def answers(state: State) -> dict[str, Method]:
    """Return EC2's operations, by moto's names for them."""

    def register_image(response: EC2Response) -> ActionResult:
        get = response._get_param
        response.error_on_dryrun()
        mappings = get("BlockDeviceMappings", [])
        if not mappings:
            raise EC2ClientError(
                "MissingParameter", "The request must contain the parameter blockDeviceMapping"
            )
        registration = Registration(
            name=get("Name", ""),
            mappings=mappings,
            root=get("RootDeviceName", "/dev/sda1"),
            description=get("Description", ""),
            virtualization=get("VirtualizationType", "paravirtual"),
            architecture=get("Architecture", "i386"),
            ena=bool(get("EnaSupport", False)),
            boot_mode=get("BootMode"),
        )
        image = register(response.ec2_backend, registration, pending=state.limits.pending_images)
        image.add_tags(tags_of(response, "image"))
        return ActionResult({"ImageId": image.id})

    def deregister_image(response: EC2Response) -> ActionResult:
        image_id = response._get_param("ImageId")
        response.error_on_dryrun()
        backend = response.ec2_backend
        snapshot_ids = getattr(backend.amis.get(image_id), "snapshot_ids", [])
        backend.deregister_image(image_id)
        also = response._get_param("DeleteAssociatedSnapshots", False)
        results = [_deleted(backend, each) for each in snapshot_ids] if also else []
        return ActionResult({"Return": True, "DeleteSnapshotResults": results})

    def copy_snapshot(response: EC2Response) -> ActionResult:
        get = response._get_param
        response.error_on_dryrun()
        copy = _copy(
            response.ec2_backend,
            get("SourceSnapshotId"),
            get("SourceRegion") or response.region,
            description=get("Description", ""),
            kms_key=get("KmsKeyId") or ("aws-ebs" if get("Encrypted", False) else None),
        )
        copy.add_tags(tags_of(response, "snapshot"))
        return ActionResult({"SnapshotId": copy.id, "Tags": copy.tag_set})

    def get_ebs_default_kms_key_id(_response: EC2Response) -> ActionResult:
        return ActionResult({"KmsKeyId": "alias/aws/ebs"})

    def launch_mappings_asked(response: EC2Response) -> list[dict[str, Any]]:
        """moto demands a size or a snapshot of each, and sets what is left out: here the image says it."""
        mappings = response._get_param("BlockDeviceMappings", [])
        return [mapping | {"Ebs": dict(mapping.get("Ebs", {}))} for mapping in mappings]

    return {
        "_parse_block_device_mapping": launch_mappings_asked,
        "get_ebs_default_kms_key_id": get_ebs_default_kms_key_id,
        "register_image": register_image,
        "deregister_image": deregister_image,
        "copy_snapshot": copy_snapshot,
    }


def _deleted(backend: Any, snapshot_id: str) -> dict[str, str]:
    try:
        backend.delete_snapshot(snapshot_id)
    except EC2ClientError:
        return {"SnapshotId": snapshot_id, "ReturnCode": "skipped"}
    return {"SnapshotId": snapshot_id, "ReturnCode": "success"}


def _copy(backend: Any, source_id: str, region: str, *, description: str, kms_key: str | None) -> Any:
    """Copy a snapshot: the copy holds all blocks itself and is of no other's lineage."""
    from moto.ec2.models import ec2_backends

    source = usable_snapshot(ec2_backends[backend.account_id][region], source_id)
    if not isinstance(source, StoredSnapshot):
        return backend.copy_snapshot(source_id, region, description, kms_key)
    disk = Disk(source.disk.gib)
    disk.own = {index: writer.own[index] for index, writer in source.disk.written().items()}
    key = kms_key or source.kms_key_id
    return completed(backend, source.shared, disk, description=description, kms_key=key)


def acts() -> dict[str, Method]:
    """Return what moto does itself, with EC2's checks before it: CloudFormation's launches come this way too."""
    launch, create_volume = EC2Backend.run_instances, EC2Backend.create_volume

    def run_instances(
        backend: Any,
        image_id: str,
        count: int,
        user_data: Any,
        security_group_names: list[str],
        **more: Any,
    ) -> Any:
        asked = more.get("block_device_mappings") or []
        mappings = launch_mappings(backend, image_id, more.get("instance_type"), asked)
        if mappings != list(asked):
            more["block_device_mappings"] = mappings
        return launch(backend, image_id, count, user_data, security_group_names, **more)

    def checked_volume(backend: Any, size: Any, zone_name: str, snapshot_id: Any = None, **more: Any) -> Any:
        if snapshot_id:
            usable_snapshot(backend, snapshot_id)
        return create_volume(backend, size, zone_name, snapshot_id, **more)

    def no_images(_backend: Any) -> None:
        """moto begins with hundreds of public images and a snapshot for each, at every reset."""

    return {"run_instances": run_instances, "create_volume": checked_volume, "_load_amis": no_images}
