"""Copies of disks, on doubles: what is sent, what is kept, what a kill leaves, what must never become a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsgen.errors import ServiceError, SmsgenError
from smsgen.local.clock import SystemClock
from smsgen.operations.ports.disks import SourceChanged, SourceUnreadable
from smsgen.operations.ports.snapshots import BLOCK, GIB, SnapshotLost, SnapshotThrottled, Throttled, TryAgain
from smsgen.operations.replication import journal
from smsgen.operations.replication.begin import forget
from smsgen.operations.replication.complete import VerifyFailed
from smsgen.operations.replication.copy import copy_disk, reads_all
from smsgen.operations.replication.flight import Flight, Hours, Line
from smsgen.operations.replication.manifest import ManifestGone, read_manifest
from smsgen.operations.replication.records import CopyFailed, CopyProgress, CopyRequest, CopyResult, Paused
from tests.operations.replication.fakes import Disk, Site, content


def copy(site: Site, disk: Disk, run: str = "1", base: str = "", **more: object) -> CopyResult:
    return copy_disk(CopyRequest("job/sda", run, base, **more), disk, site.world)  # type: ignore[arg-type] # any field


def expected(disk: Disk) -> dict[int, bytes]:
    return {index: content(number) for index, number in disk.blocks.items() if number}


def test_a_first_copy_sends_what_holds_data_and_nothing_else() -> None:
    site, disk = Site(), Disk({0: 1, 3: 0, 5: 2, 15: 3})
    result = copy(site, disk)
    assert site.snapshots.holds(result.snapshot_id) == expected(disk)
    assert sorted(site.snapshots.stored[result.snapshot_id].own) == [0, 5, 15]
    assert result.summary[:3] == (3, 0, 0)
    assert result.gib == 1
    assert result.parent == ""


def test_a_second_copy_sends_exactly_what_changed_and_zeros_only_over_data() -> None:
    site = Site()
    first = copy(site, Disk({0: 1, 1: 2, 2: 3, 9: 0}))
    disk = Disk({0: 1, 1: 7, 2: 0, 9: 0, 10: 0, 11: 4}, mark="2")
    second = copy(site, disk, "2", first.manifest)
    assert second.parent == first.snapshot_id
    assert sorted(site.snapshots.stored[second.snapshot_id].own) == [1, 2, 11]
    assert site.snapshots.holds(second.snapshot_id) == expected(disk)
    assert (second.summary.put, second.summary.zeros, second.summary.kept) == (3, 1, 1)
    third = copy(site, Disk(disk.blocks, mark="3"), "3", second.manifest)
    assert not site.snapshots.stored[third.snapshot_id].own
    assert site.snapshots.holds(third.snapshot_id) == expected(disk)


def test_what_became_a_hole_becomes_zeros_without_being_read() -> None:
    site = Site()
    first = copy(site, Disk({0: 1, 1: 2}))
    disk = Disk({0: 1}, mark="2")
    second = copy(site, disk, "2", first.manifest)
    assert site.snapshots.holds(second.snapshot_id) == expected(disk)
    assert disk.reads == {0: 1}


def test_only_what_the_source_says_changed_is_read() -> None:
    site = Site()
    first = copy(site, Disk({0: 1, 1: 2, 2: 3}))
    disk = Disk({0: 1, 1: 9, 2: 3, 4: 4}, mark="2", tracking=[1, 4, 5])
    second = copy(site, disk, "2", first.manifest)
    assert set(disk.reads) == {1, 4}
    assert site.snapshots.holds(second.snapshot_id) == expected(disk)
    assert second.summary.repaired == 0


def test_a_full_run_repairs_what_tracking_missed() -> None:
    site = Site()
    first = copy(site, Disk({0: 1, 1: 2}))
    disk = Disk({0: 5, 1: 2, 3: 6}, mark="2", tracking=[3])
    missed = copy(site, disk, "2", first.manifest)
    assert site.snapshots.holds(missed.snapshot_id) != expected(disk)
    mended = copy(site, Disk(disk.blocks, mark="3", tracking=[]), "3", missed.manifest, full=True)
    assert site.snapshots.holds(mended.snapshot_id) == expected(disk)
    assert mended.summary.repaired == 1


def test_every_tenth_run_reads_all() -> None:
    assert [run for run in range(1, 32) if reads_all(run, 10)] == [1, 11, 21, 31]
    assert [run for run in range(1, 5) if reads_all(run, 1)] == [1, 2, 3, 4]
    assert not reads_all(1, 0)


def test_a_disk_that_grew_between_runs_gets_a_larger_snapshot_on_the_same_parent() -> None:
    site = Site()
    first = copy(site, Disk({0: 1}, size=GIB))
    disk = Disk({0: 1, 2048: 7}, size=GIB + 512, mark="2")
    second = copy(site, disk, "2", first.manifest)
    assert (second.gib, second.parent) == (2, first.snapshot_id)
    held = site.snapshots.holds(second.snapshot_id)
    assert held[2048] == content(7)[:512].ljust(BLOCK, b"\0")


def test_a_disk_that_shrank_between_runs_has_zeros_where_it_was() -> None:
    site = Site()
    first = copy(site, Disk({0: 1, 2047: 2, 3000: 3}, size=2 * GIB))
    disk = Disk({0: 1, 2047: 2}, size=GIB, mark="2")
    second = copy(site, disk, "2", first.manifest)
    assert (second.gib, second.summary.zeros) == (2, 1)
    assert site.snapshots.holds(second.snapshot_id) == expected(disk)


@pytest.mark.parametrize("why", ["deleted", "another key", "no manifest"])
def test_a_base_that_cannot_have_children_begins_a_new_chain(why: str) -> None:
    site = Site()
    first = copy(site, Disk({0: 1, 1: 2}))
    if why == "deleted":
        site.snapshots.delete(first.snapshot_id)
    disk = Disk({0: 1, 1: 2}, mark="2", tracking=[])
    base = "job/sda/0/0001" if why == "no manifest" else first.manifest
    second = copy(site, disk, "2", base, encrypted=why == "another key")
    assert second.parent == ""
    assert site.snapshots.holds(second.snapshot_id) == expected(disk)


def test_a_request_that_is_done_gives_its_result_again_and_reads_nothing() -> None:
    site = Site()
    first = copy(site, Disk({0: 1}))
    disk = Disk({0: 1})
    disk.changed_while_read = True
    assert copy(site, disk) == first
    assert not disk.reads
    assert len(site.snapshots.stored) == 1


# --- Kills, and going on --------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What a kill looks like from inside."""


def after(count: int) -> Callable[..., None]:
    """Return what raises Killed at its call of this number."""
    calls = iter(range(count + 1))

    def killing(*_: object) -> None:
        if next(calls, count) == count:
            raise Killed

    return killing


def test_a_copy_that_was_killed_goes_on_behind_its_last_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_PUT", 4)
    site, blocks = Site(in_flight=2), dict.fromkeys(range(40), 1)
    site.snapshots.after_put = after(21)
    with pytest.raises(Killed):
        copy(site, Disk(blocks, size=40 * BLOCK))
    site.snapshots.after_put = lambda *_: None
    disk = Disk(blocks, size=40 * BLOCK)
    result = copy(site, disk)
    assert len(site.snapshots.stored) == 1
    stored = site.snapshots.stored[result.snapshot_id]
    assert stored.blocks() == expected(disk)
    assert stored.puts.total() - 40 <= 4 + 2  # one stretch, and what was under way


@pytest.mark.parametrize("what", ["mark", "size", "no mark"])
def test_a_copy_of_another_state_of_the_disk_begins_a_new_snapshot_and_deletes_the_old_one(what: str) -> None:
    site = Site(in_flight=1)
    blocks = dict.fromkeys(range(8), 1)
    mark = "" if what == "no mark" else "1"
    site.snapshots.after_put = after(5)
    with pytest.raises(Killed):
        copy(site, Disk(blocks, mark=mark))
    site.snapshots.after_put = lambda *_: None
    changed = {"mark": Disk({**blocks, 0: 9}, mark="2"), "size": Disk(blocks, size=9 * BLOCK)}
    disk = changed.get(what, Disk(blocks, mark=""))
    result = copy(site, disk)
    assert list(site.snapshots.stored) == [result.snapshot_id]
    assert result.snapshot_id != f"snap-{1:017x}"
    assert site.snapshots.holds(result.snapshot_id) == expected(disk)
    assert result.manifest.endswith("/0002")


@pytest.mark.parametrize("state", ["error", "gone"])
def test_a_snapshot_that_timed_out_while_nobody_copied_is_begun_anew(state: str) -> None:
    site = Site(in_flight=1)
    disk = Disk(dict.fromkeys(range(8), 1))
    site.snapshots.after_put = after(5)
    with pytest.raises(Killed):
        copy(site, disk)
    site.snapshots.after_put = lambda *_: None
    (snapshot_id,) = site.snapshots.stored
    if state == "gone":
        site.snapshots.delete(snapshot_id)
    else:
        site.snapshots.stored[snapshot_id].state = state
    result = copy(site, disk)
    assert result.snapshot_id != snapshot_id or state == "gone"
    assert site.snapshots.holds(result.snapshot_id) == expected(disk)


def test_a_snapshot_that_is_lost_while_blocks_are_put_ends_the_try_and_the_next_one_begins_anew() -> None:
    site = Site()
    disk = Disk(dict.fromkeys(range(8), 1))

    def lose(snapshot_id: str, index: int) -> None:
        if index == 5:
            raise SnapshotLost("gone", code="ResourceNotFoundException")

    site.snapshots.before_put = lose
    with pytest.raises(SnapshotLost):
        copy(site, disk)
    site.snapshots.before_put = lambda *_: None
    result = copy(site, disk)
    assert result.manifest.endswith("/0002")
    assert site.snapshots.holds(result.snapshot_id) == expected(disk)


def test_a_snapshot_that_was_just_started_may_not_be_known_yet() -> None:
    site, left = Site(), iter(range(5))

    def hide(*_: object) -> None:
        if next(left, None) is not None:
            raise SnapshotLost("not yet", code="ResourceNotFoundException")

    site.snapshots.before_put = hide
    disk = Disk({0: 1, 1: 2})
    assert site.snapshots.holds(copy(site, disk).snapshot_id) == expected(disk)


@settings(max_examples=60, deadline=None)
@given(
    states=st.lists(st.dictionaries(st.integers(0, 15), st.integers(0, 3)), min_size=1, max_size=4),
    kills=st.lists(st.tuples(st.sampled_from(["put", "append"]), st.integers(0, 30)), max_size=6),
    tracked=st.booleans(),
    data=st.data(),
)
def test_whatever_is_killed_when_the_snapshot_is_the_disk_and_only_changes_were_sent(
    states: list[dict[int, int]], kills: list[tuple[str, int]], tracked: bool, data: st.DataObject
) -> None:
    """The law of this folder."""
    site, base, before = Site(in_flight=3), "", {}
    for number, blocks in enumerate(states):
        changes = [i for i in range(16) if blocks.get(i, 0) != before.get(i, 0)]
        disk = Disk(blocks, mark=str(number), tracking=changes if tracked else None)
        run = [kill for kill in kills if data.draw(st.booleans())]
        for where, count in run:
            site.snapshots.after_put = after(count) if where == "put" else lambda *_: None
            site.manifests.before_append = after(count) if where == "append" else lambda *_: None
            try:
                copy(site, disk, str(number), base)
            except Killed:
                continue
        site.snapshots.after_put = site.manifests.before_append = lambda *_: None
        result = copy(site, disk, str(number), base)
        stored = site.snapshots.stored[result.snapshot_id]
        assert site.snapshots.holds(result.snapshot_id) == expected(disk)
        assert sorted(stored.own) == changes
        assert stored.state == "completed"
        base, before = result.manifest, blocks


def killed_copy(
    site: Site, disk: Disk, run: str = "1", base: str = "", puts: int = 5, **more: object
) -> None:
    site.snapshots.after_put = after(puts)
    with pytest.raises(Killed):
        copy(site, disk, run, base, **more)
    site.snapshots.after_put = lambda *_: None


@pytest.mark.parametrize("what", ["deleted", "damaged"])
def test_a_copy_whose_base_is_gone_when_it_goes_on_begins_anew_and_whole(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody knew where zeros are needed."""
    monkeypatch.setattr(journal, "MOST_PUT", 2)
    site = Site(in_flight=1)
    first = copy(site, Disk(dict.fromkeys(range(8), 1)))
    disk = Disk({**dict.fromkeys(range(6), 2), 7: 0}, mark="2")
    killed_copy(site, disk, "2", first.manifest, puts=4)
    if what == "deleted":
        site.manifests.delete(first.manifest)
    else:
        del site.manifests.stored[first.manifest][-1]
    result = copy(site, disk, "2", first.manifest)
    assert result.parent == ""
    assert site.snapshots.holds(result.snapshot_id) == expected(disk)


def test_a_base_that_is_deleted_while_it_is_read_becomes_no_snapshot() -> None:
    site = Site()
    first = copy(site, Disk(dict.fromkeys(range(8), 1)))
    site.snapshots.after_put = lambda *_: site.manifests.stored.pop(first.manifest, None)
    monkey = site.manifests.segments
    reads = iter(range(100))

    def segments(name: str) -> Iterator[bytes]:
        everything = list(monkey(name))
        yield from everything[:-1] if name == first.manifest and next(reads) else everything

    site.manifests.segments = segments  # type: ignore[method-assign] # the double loses the end of it
    with pytest.raises(ManifestGone):
        copy(site, Disk({0: 1}, mark="2"), "2", first.manifest)
    assert sum(stored.state == "completed" for stored in site.snapshots.stored.values()) == 1


def test_a_kill_before_the_snapshot_is_noted_starts_no_second_one_whatever_the_tags_are_then() -> None:
    site, disk = Site(), Disk({0: 1})
    site.manifests.before_append = after(1)
    with pytest.raises(Killed):
        copy(site, disk, tags=(("Name", "shop"),))
    site.manifests.before_append = lambda *_: None
    result = copy(site, disk, tags=(("Name", "another name"),))
    assert list(site.snapshots.stored) == [result.snapshot_id]
    assert site.snapshots.stored[result.snapshot_id].request.tags == (("Name", "shop"),)


def test_a_manifest_of_a_later_version_is_read_as_far_as_this_one_knows() -> None:
    import json

    site, disk = Site(in_flight=1), Disk(dict.fromkeys(range(8), 1))
    killed_copy(site, disk)
    segments = site.manifests.stored["job/sda/1/0001"]
    header = json.loads(segments[0][1:])
    header["more"] = header["snapshot"]["more"] = "of a later version"
    segments[0] = b"H" + json.dumps(header).encode()
    segments.append(b"Zsomething")
    assert site.snapshots.holds(copy(site, disk).snapshot_id) == expected(disk)
    assert len(site.snapshots.stored) == 1


def test_a_run_that_is_forgotten_leaves_its_snapshot_only_where_it_is_done() -> None:
    site, disk = Site(in_flight=1), Disk(dict.fromkeys(range(8), 1))
    done = copy(site, disk)
    killed_copy(site, Disk(dict.fromkeys(range(8), 2), mark="2"), "2", done.manifest)
    for run in ("1", "2", "2", "3"):
        forget("job/sda", run, site.world)
    assert site.manifests.stored == {}
    assert list(site.snapshots.stored) == [done.snapshot_id]


def test_no_snapshot_is_left_over_of_a_copy_that_was_given_up() -> None:
    site, disk = Site(), Disk(dict.fromkeys(range(8), 1))

    def lose(_: str, index: int) -> None:
        if index == 5:
            raise SnapshotLost("gone", code="ResourceNotFoundException")

    site.snapshots.before_put = lose
    with pytest.raises(SnapshotLost):
        copy(site, disk)
    site.snapshots.before_put = lambda *_: None
    result = copy(site, disk)
    assert list(site.snapshots.stored) == [result.snapshot_id]


# --- Failures that pass, and failures that do not -------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Throttled, SnapshotThrottled, TryAgain])
def test_what_passes_is_tried_again(kind: type[ServiceError]) -> None:
    site, calls = Site(in_flight=8), iter(range(10_000))

    def fail(*_: object) -> None:
        if next(calls) % 3:
            raise kind("not now", code="X")

    site.snapshots.before_put = fail
    disk = Disk(dict.fromkeys(range(16), 2))
    assert site.snapshots.holds(copy(site, disk).snapshot_id) == expected(disk)
    assert site.clock.slept > 0


def test_an_accounts_throttle_slows_all_disks_and_a_snapshots_only_its_own() -> None:
    for kind, slowed in ((Throttled, True), (SnapshotThrottled, False)):
        site, calls = Site(in_flight=8), iter(range(10_000))

        def fail(*_: object, calls: object = calls, kind: type[ServiceError] = kind) -> None:
            if next(calls) < 6:  # type: ignore[call-overload] # an iterator of numbers
                raise kind("not now", code="X")

        site.snapshots.before_put = fail
        copy(site, Disk(dict.fromkeys(range(6), 2)))
        assert (site.world.account.window < 8) is slowed


def test_what_does_not_pass_ends_the_copy_at_once_and_what_was_done_stays_done() -> None:
    site = Site(in_flight=1)
    disk = Disk(dict.fromkeys(range(12), 2))

    def deny(_: str, index: int) -> None:
        if index == 7:
            raise ServiceError("denied", code="AccessDeniedException")

    site.snapshots.before_put = deny
    with pytest.raises(ServiceError, match="denied"):
        copy(site, disk)
    manifest = read_manifest(site.manifests, "job/sda/1/0001")
    assert manifest is not None
    assert manifest.done == 7
    site.snapshots.before_put = lambda *_: None
    result = copy(site, disk)
    assert site.snapshots.stored[result.snapshot_id].puts.total() == 12


def test_aws_that_stays_away_ends_the_copy_after_a_while() -> None:
    site = Site()

    def fail(*_: object) -> None:
        raise TryAgain("away", code="503")

    site.snapshots.before_put = fail
    with pytest.raises(TryAgain):
        copy(site, Disk({0: 1}))
    assert 900 < site.clock.slept < 10_000


@pytest.mark.parametrize("error", [SourceUnreadable("the medium fails"), SourceChanged("disk", "it ended")])
def test_a_disk_that_cannot_be_read_becomes_no_snapshot(error: SmsgenError) -> None:
    site = Site()

    class Failing(Disk):
        def read(self, start: int, length: int) -> bytes:
            if start == 5 * BLOCK:
                raise error
            return super().read(start, length)

    with pytest.raises(type(error)):
        copy(site, Failing(dict.fromkeys(range(8), 2)))
    assert [stored.state for stored in site.snapshots.stored.values()] == ["pending"]


def test_a_disk_that_changed_while_it_was_read_becomes_no_snapshot() -> None:
    site, disk = Site(), Disk(dict.fromkeys(range(8), 2))
    site.snapshots.after_put = lambda *_: setattr(disk, "changed_while_read", True)
    with pytest.raises(SourceChanged):
        copy(site, disk)
    assert [stored.state for stored in site.snapshots.stored.values()] == ["pending"]
    anew = Disk(dict.fromkeys(range(8), 3), mark="2")
    result = copy(site, anew)
    assert list(site.snapshots.stored) == [result.snapshot_id]
    assert site.snapshots.holds(result.snapshot_id) == expected(anew)


def test_a_snapshot_that_ebs_does_not_complete_is_given_up() -> None:
    site, disk = Site(), Disk({0: 1})
    complete = site.snapshots.complete

    def failing(snapshot_id: str, *, count: int, checksum: bytes) -> None:
        complete(snapshot_id, count=count, checksum=checksum)
        site.snapshots.stored[snapshot_id].state = "error"

    site.snapshots.complete = failing  # type: ignore[method-assign] # the double is told to fail
    with pytest.raises(CopyFailed):
        copy(site, disk)
    site.snapshots.complete = complete  # type: ignore[method-assign] # and to work again
    assert copy(site, disk).manifest.endswith("/0002")


def test_a_full_disk_under_the_manifest_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_PUT", 2)
    site, disk = Site(), Disk(dict.fromkeys(range(16), 2))

    def full(_: str, number: int, __: bytes) -> None:
        if number >= 4:
            raise SmsgenError("cannot write the manifest: No space left on device")

    site.manifests.before_append = full
    with pytest.raises(SmsgenError, match="No space left"):
        copy(site, disk)
    site.manifests.before_append = lambda *_: None
    assert site.snapshots.holds(copy(site, disk).snapshot_id) == expected(disk)
    assert len(site.snapshots.stored) == 1


# --- Stopping -------------------------------------------------------------------------------------------------------


def test_a_copy_that_is_told_to_stop_pauses_in_good_order() -> None:
    site, disk, answers = Site(in_flight=2), Disk(dict.fromkeys(range(16), 2)), iter([True] * 6)
    request = CopyRequest("job/sda", "1")
    with pytest.raises(Paused):
        copy_disk(request, disk, site.world, goes_on=lambda: next(answers, False))
    result = copy(site, disk)
    assert site.snapshots.stored[result.snapshot_id].puts.total() == 16  # none twice


def test_a_copy_over_a_slow_line_stops_without_waiting_for_it() -> None:
    site, clock, answers = Site(in_flight=8), SystemClock(), iter([True] * 4)
    slow = site.world._replace(clock=clock, line=Line(clock, 0.1))  # 42 seconds a block
    disk, began = Disk(dict.fromkeys(range(16), 2)), clock.now()
    with pytest.raises(Paused):
        copy_disk(CopyRequest("job/sda", "1"), disk, slow, goes_on=lambda: next(answers, False))
    assert clock.now() - began < 30
    assert site.snapshots.holds(copy(site, disk).snapshot_id) == expected(disk)


def test_a_worker_that_lost_its_lease_says_nothing_more() -> None:
    class LeaseLost(SmsgenError):
        """As the store raises it."""

    site, disk, answers = Site(in_flight=2), Disk(dict.fromkeys(range(16), 2)), iter(range(6))

    def keep() -> bool:
        if next(answers, None) is None:
            raise LeaseLost("another worker has it")
        return True

    with pytest.raises(LeaseLost):
        copy_disk(CopyRequest("job/sda", "1"), disk, site.world, goes_on=keep)
    assert len(site.manifests.stored["job/sda/1/0001"]) == 2
    put = sum(stored.puts.total() for stored in site.snapshots.stored.values())
    assert put <= 8


def test_two_workers_on_one_manifest_do_not_write_over_each_other() -> None:
    from smsgen.operations.ports.snapshots import ManifestTaken

    site, disk = Site(in_flight=1), Disk(dict.fromkeys(range(16), 2))

    def other(_: str, index: int) -> None:
        if index == 8:
            site.snapshots.after_put = lambda *_: None
            copy_disk(CopyRequest("job/sda", "1"), disk, site.world._replace(account=Flight(4)))

    site.snapshots.after_put = other
    with pytest.raises((ManifestTaken, SnapshotLost)):
        copy(site, disk)
    (snapshot_id,) = site.snapshots.stored
    assert site.snapshots.stored[snapshot_id].state == "completed"
    assert site.snapshots.holds(snapshot_id) == expected(disk)
    assert copy(site, disk).snapshot_id == snapshot_id


def test_outside_of_its_hours_a_copy_pauses_until_they_begin() -> None:
    site, disk = Site(), Disk(dict.fromkeys(range(16), 2))
    hours = Hours.parse("22:00-06:00")
    site.clock._now = 1_800_000_000.0  # 2027-01-15 08:00 UTC
    with pytest.raises(Paused) as paused:
        copy_disk(CopyRequest("job/sda", "1"), disk, site.world._replace(hours=hours))
    assert paused.value.until == 1_800_000_000.0 + 14 * 3600
    site.clock._now = paused.value.until
    result = copy_disk(CopyRequest("job/sda", "1"), disk, site.world._replace(hours=hours))
    assert site.snapshots.holds(result.snapshot_id) == expected(disk)


def test_a_line_takes_no_more_than_it_is_given() -> None:
    site = Site(mbps=8)  # a megabyte a second
    copy(site, Disk(dict.fromkeys(range(16), 2)))
    assert site.clock.slept >= 15 * BLOCK / 1e6 * 0.999


def test_no_more_blocks_are_under_way_than_are_allowed() -> None:
    site = Site(in_flight=3)
    copy(site, Disk(dict.fromkeys(range(16), 2)))
    assert site.snapshots.most_at_once <= 3


def test_progress_tells_what_was_sent_and_what_needed_no_sending() -> None:
    site, told = Site(), []
    first = copy(site, Disk({0: 1, 1: 2, 2: 3}))
    request = CopyRequest("job/sda", "2", first.manifest)
    copy_disk(request, Disk({0: 1, 1: 9, 2: 3}, mark="2"), site.world, report=told.append)
    copying = [progress for progress in told if progress.phase == "copying"]
    assert copying[-1] == CopyProgress("copying", 3 * BLOCK, 3 * BLOCK, BLOCK, 2 * BLOCK)
    assert [progress.done for progress in copying] == sorted(progress.done for progress in copying)
    assert [progress.phase for progress in told][-2:] == ["completing", "verifying"]


# --- Reading back ---------------------------------------------------------------------------------------------------


def test_a_snapshot_that_holds_what_was_copied_is_verified() -> None:
    site = Site()
    first = copy(site, Disk({0: 1, 1: 2, 2: 3}))
    second = copy(site, Disk({0: 1, 1: 0, 2: 4}, mark="2"), "2", first.manifest, verify_every=1)
    assert second.summary.verified == 3
    third = copy(site, Disk({0: 1, 2: 4}, mark="3"), "3", second.manifest, verify_every=2)
    assert third.summary.verified == 2


@pytest.mark.parametrize("damage", ["other bytes", "missing", "never copied"])
def test_a_snapshot_that_does_not_is_given_up(damage: str) -> None:
    site, disk = Site(), Disk({0: 1, 1: 2})
    complete = site.snapshots.complete

    def damaging(snapshot_id: str, *, count: int, checksum: bytes) -> None:
        complete(snapshot_id, count=count, checksum=checksum)
        own = site.snapshots.stored[snapshot_id].own
        if damage == "missing":
            del own[1]
        else:
            own[1 if damage == "other bytes" else 5] = content(9)

    site.snapshots.complete = damaging  # type: ignore[method-assign] # the double is told to damage
    with pytest.raises(VerifyFailed, match=damage):
        copy(site, disk, verify_every=1)
    site.snapshots.complete = complete  # type: ignore[method-assign] # and to work again
    result = copy(site, disk, verify_every=1)
    assert result.manifest.endswith("/0002")
