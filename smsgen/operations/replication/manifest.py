"""What is in a snapshot, block by block: the journal of a copy while it runs, the base of the next one afterwards.

A manifest is a row of segments (`ports.snapshots.Manifests`), each of which begins with its kind:

    H   what is copied, from which state of which source, on which base; written before anything is asked of AWS
    S   the snapshot that was started for it
    B   a stretch of the disk that is done: entries (block, put or kept, SHA-256), none for zeros never written
    A   given up: the snapshot must not be used
    E   done: the snapshot is complete, and this is the result

Blocks are written down in the order of the disk, so that going on means going on behind the last stretch, and reading a
manifest takes no more memory than a segment. An entry is 37 bytes: about 74 KiB a GiB of data.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from smsgen.errors import SmsgenError
from smsgen.operations.ports.snapshots import BLOCK, GIB, Manifests, NewSnapshot

ZEROS = bytes(BLOCK)
ZERO_DIGEST = sha256(ZEROS).digest()

_STRETCH = struct.Struct("<II")
_ENTRY = struct.Struct("<I?32s")


class Entry(NamedTuple):
    """A block that the snapshot holds (by its index): `put` in this copy, or kept as the base has it."""

    block: int
    put: bool
    digest: bytes


class ManifestHeader(NamedTuple):
    """What is copied: a disk of `size` bytes in the state `mark`, into `snapshot`.

    `base` is the manifest that the copy builds upon ("" for a first copy), and `base_mark` the state of the disk that
    it tells of. `settings` names what a parent decides for its children (encryption and key): another one begins a
    new chain.
    """

    size: int
    snapshot: NewSnapshot
    mark: str = ""
    base: str = ""
    base_mark: str = ""
    full: bool = True
    settings: str = ""


def blocks_in_all(header: ManifestHeader) -> int:
    """Return how many blocks the snapshot has room for."""
    return header.snapshot.gib * GIB // BLOCK


class ManifestGone(SmsgenError):
    """A manifest that a copy builds upon was deleted or damaged meanwhile."""


class ManifestSummary(NamedTuple):
    """What came of a copy: blocks that were put (of which so many zeros), kept, and repaired (changed although the
    source's tracking said they had not); bytes that were read; blocks that were read back.
    """

    put: int = 0
    zeros: int = 0
    kept: int = 0
    repaired: int = 0
    bytes_read: int = 0
    verified: int = 0


class Manifest(NamedTuple):
    """How a manifest stands: `segments` it has, blocks below `done` are done, and `put` of them were put."""

    name: str
    header: ManifestHeader
    snapshot_id: str = ""
    segments: int = 1
    done: int = 0
    put: int = 0
    given_up: str = ""
    summary: ManifestSummary | None = None


def read_manifest(manifests: Manifests, name: str) -> Manifest | None:
    """Return how a manifest stands; None where there is none, or only its torn beginning."""
    manifest: Manifest | None = None
    for segment in manifests.segments(name):
        if manifest is None:
            manifest = Manifest(name, _header(segment))
        else:
            manifest = _advanced(manifest, segment)._replace(segments=manifest.segments + 1)
    return manifest


def _header(segment: bytes) -> ManifestHeader:
    header: ManifestHeader = _known(ManifestHeader, _json(segment))
    snapshot: NewSnapshot = _known(NewSnapshot, header.snapshot)
    return header._replace(
        snapshot=snapshot._replace(tags=tuple((key, value) for key, value in snapshot.tags))
    )


def _known(kind: Any, fields: Any) -> Any:
    """Return a record of those fields that this version knows."""
    return kind(**{name: value for name, value in fields.items() if name in kind._fields})


def _advanced(manifest: Manifest, segment: bytes) -> Manifest:
    match segment[:1]:
        case b"S":
            return manifest._replace(snapshot_id=_json(segment)["snapshot_id"])
        case b"B":
            _, stop = _STRETCH.unpack_from(segment, 1)
            put = sum(entry.put for entry in _decoded(segment))
            return manifest._replace(done=stop, put=manifest.put + put)
        case b"A":
            return manifest._replace(given_up=_json(segment)["why"])
        case b"E":
            return manifest._replace(summary=_known(ManifestSummary, _json(segment)))
    return manifest  # a kind of a later version, which says nothing of blocks


def base_entries(manifests: Manifests, name: str, *, first: int = 0) -> Iterator[Entry]:
    """Yield the blocks of a base from index `first`, in the order of the disk; none where `name` is "".

    Raises ManifestGone at the end where that was not all: of what is missing, nobody would know where zeros are needed.
    """
    last = b"E" if not name else b""
    for last in manifests.segments(name) if name else ():
        yield from _of_stretch(last, first)
    if last[:1] != b"E":
        raise ManifestGone(
            f"the manifest {name}, which this copy builds upon, is not whole any more", hint="run it again"
        )


def entries(manifests: Manifests, name: str) -> Iterator[Entry]:
    """Yield the blocks of a manifest, in the order of the disk, as far as it goes."""
    for segment in manifests.segments(name):
        yield from _of_stretch(segment, 0)


def _of_stretch(segment: bytes, first: int) -> Iterator[Entry]:
    if segment[:1] == b"B" and _STRETCH.unpack_from(segment, 1)[1] > first:
        for entry in _decoded(segment):
            if entry.block >= first:
                yield entry


class Total(NamedTuple):
    """What a copy put (`zeros` among it) and kept, in blocks, and the SHA-256 of all digests put, LINEAR's checksum."""

    put: int
    zeros: int
    kept: int
    checksum: bytes


def total(manifests: Manifests, name: str) -> Total:
    """Return what all of a manifest's entries come to."""
    put = zeros = kept = 0
    linear = sha256()
    for entry in entries(manifests, name):
        if entry.put:
            put += 1
            zeros += entry.digest == ZERO_DIGEST
            linear.update(entry.digest)
        else:
            kept += 1
    return Total(put, zeros, kept, linear.digest())


def header_segment(header: ManifestHeader) -> bytes:
    """Return the segment that begins a manifest."""
    return b"H" + _text(header._asdict() | {"snapshot": header.snapshot._asdict()})


def started_segment(snapshot_id: str) -> bytes:
    """Return the segment that names the snapshot."""
    return b"S" + _text({"snapshot_id": snapshot_id})


def stretch_segment(first: int, stop: int, done: list[Entry]) -> bytes:
    """Return the segment that says what is in the blocks from `first` to `stop`."""
    return b"B" + _STRETCH.pack(first, stop) + b"".join(_ENTRY.pack(*entry) for entry in done)


def given_up_segment(why: str) -> bytes:
    """Return the segment that says not to use the snapshot."""
    return b"A" + _text({"why": why})


def end_segment(summary: ManifestSummary) -> bytes:
    """Return the segment that ends a manifest."""
    return b"E" + _text(summary._asdict())


def _decoded(segment: bytes) -> Iterator[Entry]:
    return map(Entry._make, _ENTRY.iter_unpack(memoryview(segment)[1 + _STRETCH.size :]))


def _text(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True).encode()


def _json(segment: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(segment[1:])
    return fields
