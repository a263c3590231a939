"""A process of its own that writes to a store: `python -m tests.store.writer MODE URL [ARGUMENTS]`."""

import random
import sys
from pathlib import Path

from smsgen.operations.ports.store import AppStore, Change, Conflict, Job, LeaseLost
from smsgen.store import open_store
from tests.store.records import app
from tests.store.time import lease


def number(store: AppStore, app_id: str = "app-1") -> int:
    """The number that an application counts up in its description."""
    kept = store.app(app_id)
    assert kept
    return int(kept.app.description or 0)


def increment(store: AppStore, app_id: str = "app-1", lease: Job | None = None) -> None:
    """Count one up, reading again as often as somebody else was quicker."""
    while True:
        before = store.app(app_id)
        assert before
        after = before.app._replace(description=str(int(before.app.description or 0) + 1))
        try:
            store.commit(Change(before, before._replace(app=after), lease=lease, done=lease is not None))
        except Conflict:
            continue
        return


def increments(store: AppStore, count: int) -> None:
    """Count up `count` times."""
    for _ in range(count):
        increment(store)


def work(store: AppStore, owner: str, witness: Path) -> None:
    """Carry out jobs until there are none, with a file as the witness that nobody else has the same application."""
    while job := lease(store, owner, now=1.0, seconds=1e6):
        held = witness / job.subject
        held.touch(exist_ok=False)
        increment(store, job.subject)
        held.unlink()
        store.finish(job)


def race(store: AppStore, owner: str) -> None:
    """Carry out jobs until there are none, with leases that end while the work goes on."""
    chance = random.Random(owner)
    while any(store.jobs(f"app-{number}") for number in range(1, 4)):
        # Workers disagree about the time, so that each takes over what another one still works on.
        job = lease(store, owner, now=chance.uniform(0.0, 1e6), seconds=1.0)
        if job:
            try:
                increment(store, job.subject, lease=job)
            except LeaseLost:
                continue


def commits(store: AppStore) -> None:
    """Write for ever, servers and jobs too; say a number once what counts to it is kept."""
    count = number(store)
    while True:
        before = store.app("app-1")
        count += 1
        servers = app("app-1", *(f"s-{count}-{at}" for at in range(3)))
        after = servers._replace(app=servers.app._replace(description=str(count)))
        store.commit(Change(before, after, jobs=(Job(f"job-{count}", "launch", "app-1", "app-1"),)))
        sys.stdout.write(f"{count}\n")
        sys.stdout.flush()


def main(mode: str, url: str, *arguments: str) -> None:
    """Open the store and do what is asked."""
    store = open_store(url)
    if mode == "increments":
        increments(store, int(arguments[0]))
    elif mode == "work":
        work(store, arguments[0], Path(arguments[1]))
    elif mode == "race":
        race(store, arguments[0])
    elif mode == "commits":
        commits(store)
    else:
        assert mode == "open"
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
