"""What the keeper of a server decides of its console."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class ConsoleSettings(NamedTuple):
    """How the console is reached.

    `url`: what browsers reach it by, "" for what they say themselves. `show_link`: tells this machine's user of a path
    to enter by, where no keys are asked for; None where they are.
    """

    url: str = ""
    show_link: Callable[[str], None] | None = None
