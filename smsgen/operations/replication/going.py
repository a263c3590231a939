"""Whether work on a disk goes on: as far as the caller is concerned, and the hours."""

from __future__ import annotations

from collections.abc import Callable

from smsgen.operations.replication.records import CopyWorld


class Going:
    """Call it to learn whether to go on. `until`: when the hours begin again; `error` is what the caller raised."""

    def __init__(self, goes_on: Callable[[], bool], world: CopyWorld) -> None:
        self._goes_on = goes_on
        self._world = world
        self._look_at = 0.0
        self.until = 0.0
        self.error: BaseException | None = None

    def __call__(self) -> bool:
        """Return whether to go on; raises what the caller raises."""
        try:
            going = self._goes_on()
        except BaseException as error:
            self.error = error
            raise
        return going and self._is_open()

    def _is_open(self) -> bool:
        now = self._world.clock.now()
        if self._world.hours is None or now < self._look_at:
            return not self.until
        self._look_at = now + 1
        opens = self._world.hours.opens(now)
        self.until = opens if opens > now else 0.0
        return not self.until
