"""The background of a server: threads that carry out the jobs of its store until they are told to stop.

A worker that is told to stop gives its lease back, so that another server goes on at once. One that is killed does not,
and its lease ends by itself.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Sequence
from dataclasses import replace

from smsgen.operations.apps.world import World
from smsgen.operations.jobs.carry_out import POOLS, REPLICATIONS, carry_out_one
from smsgen.operations.jobs.lease import NotHere, Stopped
from smsgen.operations.ports.protocols import Clock
from smsgen.operations.ports.store import StoreError
from smsgen.operations.replication.machines import BEAT, beat

_log = logging.getLogger("smsgen.jobs")

POLL = 1.0
"""Seconds between two looks for work where nobody says that there is some: another server may have queued it."""

_CLEAN_EVERY = 3600.0

_LEFT_FOR = 60.0
"""Seconds for which a job is left to the machine that reads its disks, before this one looks at it again."""


class Workers:
    """Threads that carry out jobs, each those of one pool's kinds, so that long jobs hold up no launch.

    `count` is how many jobs of a pool they carry out at once; none may be, to serve only.
    """

    def __init__(
        self, world: World, count: int, *, poll: float = POLL, pools: Sequence[Sequence[str]] = POOLS
    ) -> None:
        self._stopping = threading.Event()
        self._news = threading.Condition()
        self._world = replace(world, clock=_StoppableClock(world.clock, self._stopping))
        self._poll = poll
        prefix = f"{socket.gethostname()}-{os.getpid()}-{world.new_id(6)}"
        self._threads = [
            threading.Thread(
                target=self._run,
                args=(f"{prefix}-{kinds[0]}-{number}", kinds),
                name=f"smsgen-{kinds[0]}-{number}",
                daemon=True,
            )
            for kinds in pools
            for number in range(count)
        ]
        if count and REPLICATIONS in pools:
            self._threads.append(threading.Thread(target=self._beat, name="smsgen-beat", daemon=True))
        self._left: dict[str, float] = {}
        self._clean_at = 0.0

    def start(self) -> None:
        """Begin to work; called once."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look for work now: a job was queued."""
        with self._news:
            self._news.notify_all()

    def stop(self, timeout: float = 10.0) -> bool:
        """Give the leases back and end the threads; return False where one is not over in `timeout` seconds."""
        self._stopping.set()
        self.wake()
        end = self._world.clock.now() + timeout
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end - self._world.clock.now()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, name: str, kinds: Sequence[str]) -> None:
        while not self._stopping.is_set():
            try:
                self._clean()
                did = carry_out_one(self._world, name, kinds, without=self._left_alone(kinds))
            except NotHere as error:
                _log.info("%s is left alone: %s", error.subject, error)
                self._left[error.subject] = self._world.clock.now() + _LEFT_FOR
                did = True
            except Stopped:
                break
            except StoreError as error:
                _log.warning("the store does not answer: %s", error)
                did = False
            except Exception:
                _log.exception("a worker stumbled")
                did = False
            if not did:
                with self._news:
                    if not self._stopping.is_set():
                        self._news.wait(self._poll)

    def _left_alone(self, kinds: Sequence[str]) -> tuple[str, ...]:
        """Return the subjects of jobs of these kinds that are left to another machine for now."""
        if kinds != REPLICATIONS:
            return ()
        now = self._world.clock.now()
        return tuple(subject for subject, until in list(self._left.items()) if 0 < until - now <= _LEFT_FOR)

    def _beat(self) -> None:
        """Tell the store every while which connectors this machine reads."""
        while True:
            try:
                beat(self._world)
            except StoreError as error:
                _log.warning("the store does not answer: %s", error)
            except Exception:
                _log.exception("a worker stumbled")
            if self._stopping.wait(BEAT):
                return

    def _clean(self) -> None:
        """Forget old client tokens now and then."""
        seconds = self._world.clock.now()
        if seconds >= self._clean_at:
            self._clean_at = seconds + _CLEAN_EVERY
            self._world.store.forget_tokens(before=seconds - self._world.settings.token_age)


class _StoppableClock:
    """A clock whose pauses end with Stopped once the workers are told to stop."""

    def __init__(self, clock: Clock, stopping: threading.Event) -> None:
        self._clock = clock
        self._stopping = stopping

    def now(self) -> float:
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Stopped("the server stops")

    def jitter(self) -> float:
        return self._clock.jitter()
