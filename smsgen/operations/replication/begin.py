"""How a copy begins, or goes on: its manifest, its base, its snapshot."""

from __future__ import annotations

from hashlib import sha256

from smsgen.operations.ports.disks import DiskSource
from smsgen.operations.ports.snapshots import NewSnapshot
from smsgen.operations.replication.journal import Journal
from smsgen.operations.replication.manifest import (
    Manifest,
    ManifestHeader,
    blocks_in_all,
    given_up_segment,
    header_segment,
    read_manifest,
    started_segment,
)
from smsgen.operations.replication.plan import gib_of
from smsgen.operations.replication.records import CopyRequest, CopyWorld


def begun(request: CopyRequest, source: DiskSource, world: CopyWorld) -> Manifest:
    """Return the manifest to go on with: the last attempt's if it can be, else a new one."""
    names = world.manifests.names(f"{request.disk}/{request.run}")
    last = read_manifest(world.manifests, names[-1]) if names else None
    if last is not None and last.summary is not None:
        return last
    source.check()
    if last is not None:
        why = last.given_up or _obstacle(last, source, world)
        if not why:
            return last
        _give_up(last, why, world)
    number = int(names[-1].rpartition("/")[2]) + 1 if names else 1
    return _new(request, source, world, f"{request.disk}/{request.run}/{number:04}")


def _obstacle(manifest: Manifest, source: DiskSource, world: CopyWorld) -> str:
    """Return why a copy cannot go on, "" where it can."""
    header = manifest.header
    if not source.mark or (source.mark, source.size) != (header.mark, header.size):
        return "the source is not the one that the copy began with"
    base = read_manifest(world.manifests, header.base) if header.base else None
    if header.base and (base is None or base.summary is None):
        return f"the manifest {header.base}, which it builds upon, is gone"
    if manifest.snapshot_id:
        snapshot = world.snapshots.find(manifest.snapshot_id)
        if snapshot is None or snapshot.state not in ("pending", "completed"):
            return snapshot.message or snapshot.state if snapshot else "the snapshot is gone"
        if snapshot.state == "completed" and manifest.done < blocks_in_all(header):
            return "the snapshot was completed before all of the disk was in it"
    return ""


def _give_up(manifest: Manifest, why: str, world: CopyWorld) -> None:
    """Mark a copy that is not done as given up, and delete its snapshot, so that none is left over."""
    if not manifest.given_up:
        world.manifests.append(manifest.name, manifest.segments, given_up_segment(why))
    if manifest.snapshot_id:
        world.snapshots.delete(manifest.snapshot_id)


def _new(request: CopyRequest, source: DiskSource, world: CopyWorld, name: str) -> Manifest:
    settings = f"{request.encrypted}:{request.kms_key_id}"
    base = _base(request, settings, world)
    header = ManifestHeader(
        size=source.size,
        snapshot=_new_snapshot(request, base, gib_of(source.size), _token(name, world)),
        mark=source.mark,
        base=base.name if base else "",
        base_mark=base.header.mark if base else "",
        full=request.full or base is None,
        settings=settings,
    )
    world.manifests.append(name, 0, header_segment(header))
    return Manifest(name, header)


def _token(name: str, world: CopyWorld) -> str:
    return sha256(f"{name}:{world.clock.now()}:{world.clock.jitter()}".encode()).hexdigest()


def _base(request: CopyRequest, settings: str, world: CopyWorld) -> Manifest | None:
    """Return the base; None where there is none, or none of which children can be made: a new chain begins then."""
    base = read_manifest(world.manifests, request.base) if request.base else None
    if base is None or base.summary is None or base.header.settings != settings:
        return None
    snapshot = world.snapshots.find(base.snapshot_id)
    return base if snapshot is not None and snapshot.state == "completed" else None


def started(manifest: Manifest, world: CopyWorld) -> tuple[Manifest, Journal]:
    """Return the manifest with its snapshot, which is started unless it was, and its journal."""
    number = manifest.segments
    if not manifest.snapshot_id:
        snapshot_id = world.snapshots.start(manifest.header.snapshot)
        world.manifests.append(manifest.name, number, started_segment(snapshot_id))
        manifest, number = manifest._replace(snapshot_id=snapshot_id), number + 1
    return manifest, Journal(world.manifests, manifest.name, world.clock, number=number, first=manifest.done)


def _new_snapshot(request: CopyRequest, base: Manifest | None, gib: int, token: str) -> NewSnapshot:
    new = NewSnapshot(
        gib, token, "", request.description, request.tags, request.encrypted, request.kms_key_id
    )
    if base is None:
        return new
    # A snapshot is never smaller than its parent, and inherits its encryption.
    least = base.header.snapshot.gib
    return new._replace(parent=base.snapshot_id, gib=max(gib, least), encrypted=False, kms_key_id="")


def forget(disk: str, run: str, world: CopyWorld) -> None:
    """Delete the manifests of a run; a copy that is not done is given up first, and its snapshot deleted.

    Whoever calls makes sure that nobody copies, and that the run is no base of one to come. The snapshot of a copy that
    is done stays: it is the images'.
    """
    for name in world.manifests.names(f"{disk}/{run}"):
        manifest = read_manifest(world.manifests, name)
        if manifest is not None and manifest.summary is None and manifest.snapshot_id:
            world.snapshots.delete(manifest.snapshot_id)
        world.manifests.delete(name)
