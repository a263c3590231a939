"""Who looks: sessions in signed cookies, one-time links, and how often somebody may guess.

A session is no record here but a cookie that is signed with the store's secret and bound to the access key's: it holds
on every server of one store and after a restart, and ends with the key. A signed cookie is not a secret kept: it names
the access key id, and nothing else that is worth reading.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable
from secrets import token_urlsafe
from threading import Lock
from typing import NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer

from smsgen.server.http.answer import Gate
from smsgen.server.http.credentials import Key

SESSION_SECONDS = 8 * 3600
"""For how long somebody is signed in."""

LINK_SECONDS = 3600
"""For how long a link to enter by holds."""

MOST_FAILURES, FAILURE_SECONDS = 5, 60.0
"""From one address in that time; from all of them, ten times as many."""

_MOST_ADDRESSES = 10_000


class Session(NamedTuple):
    """Somebody who is signed in. `key_id` is "" where no keys are asked for; `token` is what its forms must hold."""

    key_id: str
    token: str


class Sessions:
    """Makes and reads the cookies. `secret`: the same for all servers of one store; `gate` knows the keys."""

    def __init__(self, secret: Callable[[], bytes], gate: Gate) -> None:
        self._secret = secret
        self._gate = gate

    def begin(self, key_id: str) -> str:
        """Return the cookie of a new session."""
        data = {"key": key_id, "bound": self._bound(key_id), "token": token_urlsafe(18)}
        cookie: str = self._serializer("session").dumps(data)
        return cookie

    def read(self, cookie: str) -> Session | None:
        """Return the session of a cookie; None where it is not ours, is too old, or its key is no longer accepted."""
        data = self._loaded("session", cookie, SESSION_SECONDS)
        if not isinstance(data, dict):
            return None
        key_id = data["key"]
        if key_id and self._gate.key(key_id) is None:
            return None
        if not hmac.compare_digest(data["bound"], self._bound(key_id)):
            return None
        return Session(key_id, data["token"])

    def knows(self, key_id: str, secret_key: str) -> bool:
        """Return whether an access key is one that is accepted; temporary ones are for programs."""
        key = self._gate.key(key_id)
        known = key if key is not None else Key(token_urlsafe(30))
        same = hmac.compare_digest(known.secret_key.encode(), secret_key.encode())
        return same and key is not None and not known.token

    def seal(self, purpose: str, data: object) -> str:
        """Return data as a text that only we can make; it can be read by everybody."""
        text: str = self._serializer(purpose).dumps(data)
        return text

    def unseal(self, purpose: str, text: str) -> object:
        """Return the data of a sealed text; None where we have not made it for that purpose, or long ago."""
        return self._loaded(purpose, text, SESSION_SECONDS)

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret(), salt=f"smsgen.console.{purpose}")

    def _loaded(self, purpose: str, text: str, seconds: int) -> object:
        try:
            data: object = self._serializer(purpose).loads(text, max_age=seconds)
        except BadData:
            return None
        return data

    def _bound(self, key_id: str) -> str:
        key = self._gate.key(key_id)
        words = f"{key_id}\0{key.secret_key}\0{key.token}" if key else key_id
        return hmac.digest(self._secret(), words.encode(), "sha256").hex()[:32]


class Links:
    """Links that let in whoever opens them, each once: for this machine's user, who needs no keys.

    `show` tells that user of the next one, once one is used. `clock` gives seconds that only grow.
    """

    def __init__(self, show: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._show = show
        self._clock = clock
        self._lock = Lock()
        self._token = ""
        self._until = 0.0

    def announce(self) -> None:
        """Make a link, in place of the one before, and show it."""
        with self._lock:
            self._token, self._until = token_urlsafe(24), self._clock() + LINK_SECONDS
            token = self._token
        self._show(token)

    def use(self, token: str) -> bool:
        """Return whether a link lets in; it does not do so again, and another one is shown."""
        with self._lock:
            good = hmac.compare_digest(self._token.encode(), token.encode()) and self._clock() < self._until
            if good:
                self._token = token_urlsafe(24)  # nobody is told of this one
        if good or self._clock() >= self._until:
            self.announce()
        return good


class Failures:
    """Counts failures to sign in, so that nobody guesses fast. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._of_address: OrderedDict[str, list[float]] = OrderedDict()
        self._all: list[float] = []

    def wait(self, address: str) -> float:
        """Return how many seconds an address has to wait; 0 where it may try."""
        with self._lock:
            return max(
                self._left(self._of_address.get(address, []), MOST_FAILURES),
                self._left(self._all, 10 * MOST_FAILURES),
            )

    def note(self, address: str) -> None:
        """Count a failure."""
        with self._lock:
            time = self._clock()
            times = self._of_address.setdefault(address, [])
            self._of_address.move_to_end(address)
            for counted, most in ((times, MOST_FAILURES), (self._all, 10 * MOST_FAILURES)):
                counted.append(time)
                del counted[:-most]
            while len(self._of_address) > _MOST_ADDRESSES:
                self._of_address.popitem(last=False)

    def _left(self, times: list[float], most: int) -> float:
        if len(times) < most:
            return 0.0
        return max(0.0, times[-most] + FAILURE_SECONDS - self._clock())
