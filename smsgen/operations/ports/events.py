"""What the use cases need of EventBridge."""

from __future__ import annotations

from typing import Protocol

from smsgen.model.replicating.notices import Notice


class EventBuses(Protocol):
    """An account's event buses."""

    def send(self, notice: Notice) -> None:
        """Put an event on the bus that the notice names; raises ServiceError where AWS refuses or is away."""
