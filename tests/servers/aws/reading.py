"""What EBS direct reads: the blocks of a completed snapshot, page by page, and the differences of two.

Tokens tell what they are for and when they end; a code at the end keeps them from being made up.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

from tests.servers.aws.blocks import BLOCK, Disk
from tests.servers.aws.ebs import Ebs
from tests.servers.aws.refusals import absent, invalid
from tests.servers.aws.snapshots import StoredSnapshot

PAGE_TOKEN_SECONDS = 60 * 60
BLOCK_TOKEN_SECONDS = 7 * 24 * 60 * 60
"""https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-faq.html"""

_KEY = b"what only the stand-in knows"


class Reading:
    """The reading side of an account's EBS direct."""

    def __init__(self, ebs: Ebs) -> None:
        self._ebs = ebs
        self._state = ebs.state
        self._now = ebs.state.clock.now()

    def list_blocks(self, snapshot_id: str, query: dict[str, str]) -> dict[str, Any]:
        """Return a page of ListSnapshotBlocks."""
        self._take("lists_per_second", self._state.limits.lists_per_second)
        snapshot = self._readable(snapshot_id)
        written = snapshot.disk.written()
        page, after = self._page(f"list {snapshot_id}", list(written), query)
        blocks = [
            {"BlockIndex": index, "BlockToken": self._block_token(snapshot_id, index)} for index in page
        ]
        return {"Blocks": blocks} | self._frame(snapshot, after)

    def list_changes(self, first_id: str | None, second_id: str, query: dict[str, str]) -> dict[str, Any]:
        """Return a page of ListChangedBlocks."""
        self._take("lists_per_second", self._state.limits.lists_per_second)
        if not first_id:
            raise invalid("INVALID_PARAMETER_VALUE", "FirstSnapshotId must be specified.")
        first, second = self._readable(first_id), self._readable(second_id)
        if not set(first.disk.lineage()) & set(second.disk.lineage()):
            raise invalid("UNRELATED_SNAPSHOTS", "The snapshots are not of one lineage.")
        before, after = first.disk.written(), second.disk.written()
        changed = sorted(index for index in before.keys() | after.keys() if _differ(before, after, index))
        page, rest = self._page(f"changes {first_id} {second_id}", changed, query)
        blocks = [
            {"BlockIndex": index}
            | ({"FirstBlockToken": self._block_token(first_id, index)} if index in before else {})
            | ({"SecondBlockToken": self._block_token(second_id, index)} if index in after else {})
            for index in page
        ]
        return {"ChangedBlocks": blocks} | self._frame(second, rest)

    def block(self, snapshot_id: str, index: int, token: str) -> tuple[bytes, str]:
        """Return a block's bytes and its checksum."""
        self._take("gets_per_second", self._state.limits.gets_per_second)
        snapshot = self._readable(snapshot_id)
        if self._opened(token, f"block {snapshot_id} {index}") is None:
            raise invalid("INVALID_BLOCK_TOKEN", "The block token is invalid or has expired.")
        block = snapshot.disk.block(index)
        if block is None:
            raise invalid("INVALID_BLOCK", f"Block {index} was never written.")
        return self._state.spool.read(block), b64encode(block.digest).decode()

    def _take(self, bucket: str, per_second: int) -> None:
        self._ebs.rates.take(bucket, per_second)

    def _readable(self, snapshot_id: str) -> StoredSnapshot:
        snapshot = self._ebs.find(snapshot_id)
        if snapshot.status != "completed":
            raise invalid("INVALID_SNAPSHOT_ID", f"The snapshot '{snapshot_id}' is {snapshot.status}.")
        limits = self._state.limits
        completed = (snapshot.sealed or 0.0) + limits.completion_seconds
        if self._now - completed < limits.readable_after:
            # Seen at AWS: https://github.com/awslabs/coldsnap/issues/141
            raise absent(snapshot_id)
        return snapshot

    def _page(
        self, about: str, indexes: Sequence[int], query: dict[str, str]
    ) -> tuple[Sequence[int], str | None]:
        """Return the indexes of the page that is asked for, and the token of the next one."""
        start = self._start(about, query)
        rest = [index for index in indexes if index >= start]
        most = _most(query.get("maxResults"))
        page = [] if self._is_empty() else rest[:most]
        if len(page) == len(rest):
            return page, None
        return page, self._token(f"{about} {rest[len(page)]}", PAGE_TOKEN_SECONDS)

    def _start(self, about: str, query: dict[str, str]) -> int:
        token = query.get("pageToken")
        if token is None:
            start = query.get("startingBlockIndex", "0")
            if not start.isdecimal():
                raise invalid("INVALID_PARAMETER_VALUE", "The starting block index is no number.")
            return int(start)
        place = self._opened(token, about)
        if place is None:
            raise invalid("INVALID_PAGE_TOKEN", "The page token is invalid or has expired.")
        return int(place)

    def _is_empty(self) -> bool:
        every = self._state.limits.empty_pages
        with self._state.lock:
            self._state.pages += 1
            return bool(every) and self._state.pages % every == 0

    def _frame(self, snapshot: StoredSnapshot, after: str | None) -> dict[str, Any]:
        frame = {
            "ExpiryTime": self._now + BLOCK_TOKEN_SECONDS,
            "VolumeSize": snapshot.disk.gib,
            "BlockSize": BLOCK,
            "NextToken": after,
        }
        return {name: value for name, value in frame.items() if value is not None}

    def _block_token(self, snapshot_id: str, index: int) -> str:
        return self._token(f"block {snapshot_id} {index} -", BLOCK_TOKEN_SECONDS)

    def _token(self, text: str, seconds: int) -> str:
        body = f"{text} {self._now + seconds:.3f}".encode()
        return b64encode(hmac.digest(_KEY, body, "sha256")[:9] + body).decode()

    def _opened(self, token: str, about: str) -> str | None:
        """Return the word after `about` in a token; None where the token is for something else, old or made up."""
        try:
            raw = b64decode(token, validate=True)
        except ValueError:
            return None
        code, body = raw[:9], raw[9:]
        if not hmac.compare_digest(code, hmac.digest(_KEY, body, "sha256")[:9]):
            return None
        subject, place, end = body.decode().rsplit(" ", 2)
        return place if subject == about and float(end) > self._now else None


def _most(text: str | None) -> int:
    """Return how many blocks a page holds: fewer than 100 are not asked for in vain, more than 10,000 are refused."""
    if text is not None and not (text.isdecimal() and 1 <= int(text) <= 10_000):
        raise invalid("INVALID_PARAMETER_VALUE", "MaxResults must be from 100 to 10000.")
    return max(100, int(text or 10_000))


def _differ(before: dict[int, Disk], after: dict[int, Disk], index: int) -> bool:
    """Tell whether an index was written between two snapshots, be it with the same data."""
    return before.get(index) is not after.get(index)
