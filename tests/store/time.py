"""The time that the stores of these tests go by, and what is done with leases at a time."""

from __future__ import annotations

from smsgen.operations.ports.store import AppStore, Job

KINDS = ("launch", "validate")


class Now:
    """A clock that is set."""

    time = 0.0

    def __call__(self) -> float:
        return self.time


NOW = Now()


def lease(store: AppStore, owner: str, *, now: float, seconds: float) -> Job | None:
    NOW.time = now
    return store.lease(owner, kinds=KINDS, seconds=seconds)


def renew(store: AppStore, job: Job, *, now: float, seconds: float) -> Job:
    NOW.time = now
    return store.renew(job, seconds=seconds)


def give_back(store: AppStore, job: Job, *, now: float, delay: float = 0.0) -> None:
    NOW.time = now
    store.give_back(job, delay=delay)
