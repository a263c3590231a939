"""The fence around a job: nothing is changed in AWS without the lease, nor before the store knows of it."""

from __future__ import annotations

import inspect

import pytest

from smsgen.errors import PASSING, ServiceError
from smsgen.model.managed import ManagedApp
from smsgen.operations.apps import launching
from smsgen.operations.jobs.carry_out import LAUNCHES
from smsgen.operations.jobs.lease import AppLease, FencedChanges, KeptClock, Superseded, under
from smsgen.operations.ports.protocols import StackChanges
from smsgen.operations.ports.records import ChangeSetInfo
from smsgen.operations.ports.store import Job, LeaseLost
from tests.operations.worlds import Site

CHANGE_SET = ChangeSetInfo("cs-1", "smsgen-1", "arn:stack/1", "CREATE_COMPLETE", "AVAILABLE")
WRITING = {
    "create_change_set": lambda changes: changes.create_change_set(None),
    "execute": lambda changes: changes.execute(CHANGE_SET, token="t"),
    "delete": lambda changes: changes.delete("arn:stack/1", token="t"),
    "protect": lambda changes: changes.protect("arn:stack/1", on=True),
    "delete_change_set": lambda changes: changes.delete_change_set("arn:stack/1", "cs-1"),
}


class Held:
    """A launch whose job is leased by worker-1."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.app_id = site.ready()
        launching.launch_app(site.world, self.app_id)
        self.going_on = True
        self.job = self.take("worker-1")
        self.lease = AppLease(site.world, self.job, lambda managed: self.going_on)
        self.changes, self.clock = under(site.world, self.lease)

    def take(self, worker: str) -> Job:
        job = self.site.store.lease(worker, kinds=LAUNCHES, seconds=60.0)
        assert job is not None
        return job

    def lose(self) -> None:
        self.site.clock.time += 61
        self.take("worker-2")

    def app(self) -> ManagedApp:
        return self.site.app(self.app_id)


@pytest.fixture
def held(site: Site) -> Held:
    return Held(site)


def test_the_fence_has_every_method_of_the_port() -> None:
    port = {
        name for name, _ in inspect.getmembers(StackChanges, inspect.isfunction) if not name.startswith("_")
    }
    fence = {
        name for name, _ in inspect.getmembers(FencedChanges, inspect.isfunction) if not name.startswith("_")
    }
    assert fence == port
    assert set(WRITING) == port


@pytest.mark.parametrize("method", WRITING)
def test_nothing_is_written_without_the_lease(held: Held, method: str) -> None:
    held.lose()
    with pytest.raises(LeaseLost):
        WRITING[method](held.changes)
    with pytest.raises(LeaseLost):  # and not the second time either
        WRITING[method](held.changes)
    assert held.site.aws.calls == []


@pytest.mark.parametrize("method", sorted(set(WRITING) - {"delete_change_set"}))
def test_nothing_is_begun_for_what_is_not_wanted_any_more(held: Held, method: str) -> None:
    held.going_on = False
    with pytest.raises(Superseded):
        WRITING[method](held.changes)
    assert held.site.aws.calls == []


@pytest.mark.parametrize("method", ["execute", "delete"])
def test_the_store_knows_what_cloudformation_is_told(held: Held, method: str) -> None:
    held.site.aws.fail(method, ServiceError("the answer is lost"))
    with pytest.raises(ServiceError):
        WRITING[method](held.changes)
    assert (held.app().launch.stack_id, held.app().launch.operation) == ("arn:stack/1", "t")


def test_pauses_are_short_and_renew_the_lease(held: Held) -> None:
    held.clock.sleep(200.0)
    assert sum(held.site.clock.naps) == pytest.approx(200.0)
    assert max(held.site.clock.naps) <= 20.0
    assert held.site.store.lease("worker-2", kinds=LAUNCHES, seconds=60.0) is None
    assert held.clock.jitter() == held.site.clock.jitter()


def test_a_pause_ends_where_the_lease_is_lost(held: Held) -> None:
    held.lose()
    with pytest.raises(LeaseLost):
        held.clock.sleep(1000.0)
    assert sum(held.site.clock.naps) <= 20.0


def test_the_lease_is_renewed_only_where_it_is_time(held: Held) -> None:
    renewals: list[float] = []
    real = held.site.store.renew

    def renew(job: Job, *, seconds: float) -> Job:
        renewals.append(seconds)
        return real(job, seconds=seconds)

    held.site.store.renew = renew
    for _ in range(60):
        held.site.clock.time += 1
        held.lease.keep()
    assert len(renewals) == 3
    held.site.clock.time -= (
        86_400  # set back by a day: how long the lease has been held is not known any more
    )
    held.lease.keep()
    assert len(renewals) == 4


def test_what_is_no_news_is_not_written(held: Held) -> None:
    before = held.app().version
    held.lease.note(lambda launch: launch)
    assert held.app().version == before
    held.lease.note(lambda launch: launch._replace(message="news"))
    assert held.app().version > before


def test_writing_is_fenced_too(held: Held) -> None:
    held.lose()
    with pytest.raises(LeaseLost):
        held.lease.write(lambda managed: managed._replace(status_message="late"))
    assert held.app().status_message == ""
    held.going_on = False
    with pytest.raises(Superseded):
        held.lease.write(lambda managed: managed)


def test_a_clock_of_a_short_lease_is_quick() -> None:
    site = Site()
    held = Held(site)
    clock = KeptClock(site.clock, held.lease, 0.5)
    clock.sleep(2.0)
    assert site.clock.naps == [0.5] * 4


@pytest.mark.parametrize(
    ("code", "passes"),
    [
        ("Throttling", True),
        ("ThrottlingException", True),
        ("RequestLimitExceeded", True),
        ("SlowDown", True),
        ("InternalFailure", True),
        ("ServiceUnavailable", True),
        ("503", True),
        ("", True),
        ("AccessDenied", False),
        ("ValidationError", False),
        ("ExpiredToken", False),
        ("AlreadyExistsException", False),
    ],
)
def test_which_trouble_passes(code: str, passes: bool) -> None:
    assert (ServiceError("no", code=code).kind in PASSING) is passes
