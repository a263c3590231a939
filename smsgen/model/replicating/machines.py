"""Which machines read which connectors: what each of them says of itself, every while."""

from __future__ import annotations

from typing import NamedTuple


class Machine(NamedTuple):
    """A machine that carries out replication. `connectors`: ids of those that it can read; `seen`: when it said so, in
    seconds since the epoch by the store's clock.
    """

    name: str
    connectors: tuple[str, ...] = ()
    seen: float = 0.0
    version: int = 0
