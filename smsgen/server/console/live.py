"""Parts of pages that change by themselves: a stream of server-sent events says when to look again, and nothing else.

https://html.spec.whatwg.org/multipage/server-sent-events.html. What a page shows is summed up once a second, for all
who look at the same; who is told fetches the page again and takes the parts from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from hashlib import sha256

MOST_STREAMS = 128
"""At a time; whoever comes then is told to reload the page by hand."""

STREAM_SECONDS = 600.0
"""After which a browser has to come again: rights that have ended show then."""

POLL = 1.0
_SILENCE = 15.0

Sum = Callable[[], str]


class Streams:
    """The streams of a server."""

    def __init__(self) -> None:
        self._open = 0
        self._stopping = asyncio.Event()
        self._sums: dict[str, tuple[float, asyncio.Task[str]]] = {}

    @property
    def is_full(self) -> bool:
        """Return whether there may be no more."""
        return self._open >= MOST_STREAMS

    def stop(self) -> None:
        """End all streams: the server stops."""
        self._stopping.set()

    async def events(self, what: str, sum_up: Sum) -> AsyncIterator[bytes]:
        """Yield an event each time that `what` has changed, and a comment now and then: a dead line is found by it."""
        loop = asyncio.get_running_loop()
        self._open += 1
        try:
            begun = heard = loop.time()
            yield b"retry: 2000\n\n"
            before = None
            while loop.time() < begun + STREAM_SECONDS and not self._stopping.is_set():
                current = await self._summed(what, sum_up)
                if before is not None and current != before:
                    yield f"event: change\ndata: {current[:16]}\n\n".encode()
                    heard = loop.time()
                elif loop.time() > heard + _SILENCE:
                    yield b": still here\n\n"
                    heard = loop.time()
                before = current
                await self._pause()
        finally:
            self._open -= 1

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), POLL)
        except TimeoutError:
            return

    async def _summed(self, what: str, sum_up: Sum) -> str:
        time = asyncio.get_running_loop().time()
        until, task = self._sums.get(what, (0.0, None))
        if task is None or (task.done() and time > until):
            task = asyncio.ensure_future(asyncio.to_thread(sum_up))
            self._sums = {
                key: kept for key, kept in self._sums.items() if time < kept[0] + 60 or not kept[1].done()
            }
            self._sums[what] = (time + POLL / 2, task)
        return await asyncio.shield(task)


def sum_of(*parts: object) -> str:
    """Return what tells whether something has changed."""
    return sha256(repr(parts).encode()).hexdigest()
