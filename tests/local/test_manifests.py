"""Manifests in a folder: whole segments or none, whoever is killed, and one writer at a time."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsgen.errors import SmsgenError
from smsgen.local.manifests import FolderManifests
from smsgen.operations.ports.snapshots import ManifestTaken

NAME = "job-1/sda/run-1/0001"


def test_segments_come_back_in_order_from_another_process_too(tmp_path: Path) -> None:
    manifests = FolderManifests(tmp_path)
    for number, segment in enumerate([b"H{}", b"", b"B" * 100_000]):
        manifests.append(NAME, number, segment)
    assert list(FolderManifests(tmp_path).segments(NAME)) == [b"H{}", b"", b"B" * 100_000]
    FolderManifests(tmp_path).append(NAME, 3, b"E")
    assert list(manifests.segments(NAME))[-1] == b"E"
    manifests.append(NAME, 4, b"more")
    assert len(list(manifests.segments(NAME))) == 5


def test_names_are_those_of_a_folder(tmp_path: Path) -> None:
    manifests = FolderManifests(tmp_path)
    for name in ("job/sda/1/0002", "job/sda/1/0001", "job/sda/2/0001"):
        manifests.append(name, 0, b"H")
    assert manifests.names("job/sda/1") == ("job/sda/1/0001", "job/sda/1/0002")
    assert manifests.names("job/sdb/1") == ()
    manifests.delete("job/sda/1/0001")
    manifests.delete("job/sda/1/0001")
    assert manifests.names("job/sda/1") == ("job/sda/1/0002",)
    assert list(manifests.segments("job/sda/1/0001")) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(segments=st.lists(st.binary(max_size=40), min_size=1, max_size=5), data=st.data())
def test_what_was_torn_is_left_out_and_written_over(
    segments: list[bytes], data: st.DataObject, tmp_path: Path
) -> None:
    manifests = FolderManifests(tmp_path)
    manifests.delete(NAME)
    ends = []
    for number, segment in enumerate(segments):
        manifests.append(NAME, number, segment)
        ends.append((tmp_path / f"{NAME}.manifest").stat().st_size)
    content = (tmp_path / f"{NAME}.manifest").read_bytes()
    cut = data.draw(st.integers(0, ends[-1]))
    with (tmp_path / f"{NAME}.manifest").open("r+b") as file:
        file.truncate(cut)
        if data.draw(st.booleans()):
            file.seek(0, os.SEEK_END)
            file.write(b"\0" * 7)  # a file system may leave zeros behind
    left = (tmp_path / f"{NAME}.manifest").read_bytes()
    whole = sum(left[:end] == content[:end] for end in ends)
    after = FolderManifests(tmp_path)
    assert list(after.segments(NAME)) == segments[:whole]
    after.append(NAME, whole, b"again")
    assert list(after.segments(NAME)) == [*segments[:whole], b"again"]


def test_a_second_writer_is_told_that_it_is_too_late(tmp_path: Path) -> None:
    late, early = FolderManifests(tmp_path), FolderManifests(tmp_path)
    late.append(NAME, 0, b"H")
    early.append(NAME, 1, b"S")
    with pytest.raises(ManifestTaken):
        late.append(NAME, 1, b"S of the other")
    with pytest.raises(ManifestTaken):
        late.append(NAME, 3, b"a gap")
    assert list(late.segments(NAME)) == [b"H", b"S"]


def test_a_disk_that_is_full_leaves_the_manifest_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = FolderManifests(tmp_path)
    manifests.append(NAME, 0, b"H")
    written = os.pwrite
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", lambda file, content, offset: written(file, content[:5], offset))
        with pytest.raises(SmsgenError, match="No space left on device"):
            manifests.append(NAME, 1, b"B" * 100)
    manifests.append(NAME, 1, b"B")
    assert list(manifests.segments(NAME)) == [b"H", b"B"]


@pytest.mark.parametrize("name", ["../elsewhere", "/etc/passwd", "a//b", "a/../b", "", "a b", "a/."])
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no name"):
        FolderManifests(tmp_path).append(name, 0, b"H")


def test_a_folder_that_nobody_may_write_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "job-1").write_text("a file, no folder")
    with pytest.raises(SmsgenError, match="cannot write the manifest"):
        FolderManifests(tmp_path).append(NAME, 0, b"H")
