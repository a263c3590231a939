"""Disks of blocks over those of their parents, against the simplest model of them: one dictionary a disk."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from tests.servers.aws.blocks import BLOCK, GIB, Disk, DiskReader, Spool
from tests.servers.aws.fixtures import block

NUMBERS = st.integers(0, 3)  # 0: zeros
WRITES = st.dictionaries(st.integers(0, 5), NUMBERS, max_size=4)


def data(number: int) -> bytes:
    return block(number) if number else bytes(BLOCK)


@given(st.lists(WRITES, min_size=1, max_size=4))
def test_a_chain_reads_as_the_writes_laid_over_each_other(chain: list[dict[int, int]]) -> None:
    spool, disk, model = Spool(), None, {}
    for writes in chain:
        disk = Disk(1, disk)
        for index, number in writes.items():
            disk.own[index] = spool.keep(sha256(data(number)).digest(), data(number))
        model |= writes
    assert disk is not None
    reader = DiskReader(disk, spool)
    assert list(disk.written()) == sorted(model)
    assert reader.data() == sorted(index for index, number in model.items() if number)
    assert all(reader.at(index) == data(model.get(index, 0)) for index in range(6))
    assert spool.size <= 3 * BLOCK  # each kind of block once, zeros never
    spool.close()


@given(st.integers(0, 2 * BLOCK + 5), st.integers(0, BLOCK + 5))
def test_any_part_can_be_read(offset: int, size: int) -> None:
    spool, disk = Spool(), Disk(1)
    disk.own[1] = spool.keep(sha256(data(1)).digest(), data(1))
    whole = bytes(BLOCK) + data(1) + bytes(BLOCK + 5)
    reader = DiskReader(disk, spool)
    reader.seek(offset)
    part = reader.read(size) or b""
    assert part == whole[offset : offset + len(part)]
    assert len(part) == min(size, BLOCK - offset % BLOCK)  # a raw file may give less than it is asked for
    assert reader.seek(0, 2) == GIB
    assert reader.read(1) == b""
    spool.close()
