"""Tables of an image: pages, and rows of entries that follow each other."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.operations.ports.disks import BadImage
from smsgen.sources.layout import Table, Tables


class Held:
    """Bytes in memory; counts what is read."""

    name = "held"

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.length = len(content)
        self.bytes_read = 0

    def read(self, offset: int, length: int) -> bytes:
        self.bytes_read += length
        return self.content[offset : offset + length]

    def data(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        yield start, stop

    def fingerprint(self) -> str:
        return ""

    def check(self) -> None:
        """Memory does not change."""

    def close(self) -> None:
        """Nothing is open."""


def tables(
    values: list[int], *, width: int = 4, big_endian: bool = True, empty: int = 0
) -> tuple[Tables, Held]:
    order = "big" if big_endian else "little"
    held = Held(b"head" + b"".join(value.to_bytes(width, order) for value in values))
    return Tables(held, width=width, big_endian=big_endian, empty=empty), held


entries = st.lists(st.integers(0, 6), max_size=40)


@given(entries, st.integers(0, 40), st.integers(0, 40), st.sampled_from([4, 8]), st.booleans())
def test_entries_are_those_that_tell_of_something(
    values: list[int], first: int, stop: int, width: int, big_endian: bool
) -> None:
    read, _ = tables(values, width=width, big_endian=big_endian)
    stop = min(stop, len(values))
    expected = [(index, values[index]) for index in range(first, stop) if values[index]]
    assert list(read.entries(Table(4, len(values)), first, stop)) == expected


@given(entries, st.integers(1, 3), st.sampled_from([0, 6]))
def test_stretches_are_the_entries_in_rows_as_long_as_can_be(
    values: list[int], step: int, empty: int
) -> None:
    read, _ = tables(values, empty=empty)
    table = Table(4, len(values))
    stretches = list(read.stretches(table, 0, len(values), step))
    spread = [(at + n, value + n * step) for at, value, count in stretches for n in range(count)]
    assert spread == list(read.entries(table, 0, len(values)))
    for (at, value, count), following in pairwise(stretches):
        assert following[:2] != (at + count, value + count * step)


def test_a_table_in_order_is_one_stretch_a_page() -> None:
    read, _ = tables(list(range(1, 20_001)))
    assert len(list(read.stretches(Table(4, 20_000), 0, 20_000, 1))) == 3


def test_a_page_is_read_once_however_small_the_pieces_are() -> None:
    read, held = tables(list(range(1, 20_001)))
    for first in range(0, 20_000, 8):
        list(read.entries(Table(4, 20_000), first, first + 8))
    assert held.bytes_read == 80_000


def test_a_table_that_does_not_stand_in_the_image_is_refused() -> None:
    read, _ = tables([1, 2, 3])
    with pytest.raises(BadImage, match="would end"):
        list(read.entries(Table(4, 4), 0, 4))


def test_an_image_of_holes_is_told_without_looking_at_each_of_its_clusters(tmp_path: Path) -> None:
    """64 TiB that a table of tables without entries tells of: nothing is read but that."""
    from smsgen.sources.disk_image import open_image
    from tests.sources.test_hostile_images import qcow2

    path = qcow2(tmp_path / "image.qcow2", size=64 << 40, l1=131_072, l1_table=(), length=4 << 20)
    image = open_image(path)
    assert (image.size, list(image.allocated())) == (64 << 40, [])
    image.release()
