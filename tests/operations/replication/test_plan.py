"""Which blocks are read, kept, and put as zeros."""

from hypothesis import given
from hypothesis import strategies as st

from smsgen.operations.ports.disks import Extent
from smsgen.operations.ports.snapshots import BLOCK, GIB
from smsgen.operations.replication.manifest import Entry
from smsgen.operations.replication.plan import Step, blocks_in, blocks_of, gib_of, steps

ranges = st.lists(st.tuples(st.integers(0, 20 * BLOCK), st.integers(1, 3 * BLOCK)), max_size=8)


def extents(pairs: list[tuple[int, int]]) -> list[Extent]:
    """Return ranges that do not overlap, in order."""
    result, end = [], 0
    for start, length in sorted(pairs):
        begin = max(start, end)
        if begin < start + length:
            result.append(Extent(begin, start + length - begin))
            end = start + length
    return result


@given(ranges, st.integers(0, 10))
def test_blocks_of_ranges_are_all_that_they_touch(pairs: list[tuple[int, int]], first: int) -> None:
    touched = {
        index
        for start, length in extents(pairs)
        for index in range(start // BLOCK, (start + length - 1) // BLOCK + 1)
        if index >= first
    }
    assert list(blocks_in(extents(pairs), first)) == sorted(touched)


def test_sizes_are_rounded_up() -> None:
    assert (blocks_of(1), blocks_of(BLOCK), blocks_of(BLOCK + 1)) == (1, 1, 2)
    assert (gib_of(1), gib_of(GIB), gib_of(GIB + 1)) == (1, 1, 2)


def at(*blocks: int) -> list[Extent]:
    return [Extent(block * BLOCK, BLOCK) for block in blocks]


BASE = [Entry(1, True, b"a" * 32), Entry(2, False, b"b" * 32), Entry(7, True, b"c" * 32)]


def test_without_tracking_all_that_is_allocated_is_read_and_what_no_longer_is_becomes_zeros() -> None:
    planned = list(steps(at(1, 3), None, BASE, full=False))
    assert planned == [
        Step(1, b"a" * 32),
        Step(2, b"b" * 32, read=False),
        Step(3),
        Step(7, b"c" * 32, read=False),
    ]


def test_with_tracking_only_what_changed_is_looked_at() -> None:
    planned = list(steps(at(1, 2, 3, 4), at(2, 4, 5), BASE, full=False))
    assert planned == [
        Step(1, b"a" * 32, read=False, keep=True, tracked=False),
        Step(2, b"b" * 32),
        Step(4),
        Step(5, read=False),
        Step(7, b"c" * 32, read=False, keep=True, tracked=False),
    ]


def test_a_full_run_looks_at_everything_and_knows_what_tracking_said() -> None:
    planned = list(steps(at(1, 2), at(2), BASE, full=True))
    assert [(step.block, step.keep, step.tracked) for step in planned] == [
        (1, False, False),
        (2, False, True),
        (7, False, False),
    ]


def test_a_plan_goes_on_from_any_block() -> None:
    rest = [entry for entry in BASE if entry.block >= 2]
    assert [step.block for step in steps(at(0, 1, 2, 3), None, rest, full=True, first=2)] == [2, 3, 7]
