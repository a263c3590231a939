"""Faults, times and limits: switched by who tests, in this process (`Control`) or another (`Remote`, `/_control`)."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from tests.servers.aws.blocks import BLOCK, DiskReader, differences
from tests.servers.aws.faults import Fault
from tests.servers.aws.imports import MESSAGES, SNAPSHOT_STEPS, STEPS
from tests.servers.aws.snapshots import StoredSnapshot
from tests.servers.aws.state import State
from tests.servers.aws.wire import Answer


class Control:
    """What a stand-in lets be switched and seen. `snapshots` gives all that EBS direct made, of all accounts."""

    def __init__(self, state: State, snapshots: Callable[[], Iterator[StoredSnapshot]]) -> None:
        self.state = state
        self._snapshots = snapshots

    def limit(self, **limits: Any) -> None:
        """Change limits, by the names in `Limits`."""
        self.state.limits = self.state.limits._replace(**limits)

    def fail(self, call: str, kind: str, **more: Any) -> None:
        """Let a call fail: `service:Operation`, `*` stands for anything; the rest as in `Fault`."""
        self.state.faults.add(Fault(call, kind, **more))

    def fail_import(self, message: str, at: str = "converting") -> None:
        """Let the next import fail, at one of its steps: with a text, or one of `imports.MESSAGES` by its name.

        Raises ValueError for a step that is none.
        """
        if at not in dict(STEPS + SNAPSHOT_STEPS):
            raise ValueError(f"{at} is no step of an import")
        self.state.import_failures.append((MESSAGES.get(message, message), at))

    def heal(self) -> None:
        """Forget the faults that are still to come, and the calls so far."""
        self.state.faults.heal()
        self.state.calls.clear()

    def plant(self, **parts: Any) -> None:
        """Put servers there that run already, by the names of `Fleet`; EC2 and CloudFormation then know these alone."""
        self.state.fleet.plant(**parts)

    def stage(self, **settings: Any) -> None:
        """Set how imports go, by the names of `adoption.stacks.Stacks`: looks, refused, touching."""
        for name, value in settings.items():
            if name not in ("looks", "refused", "touching"):
                raise ValueError(name)
            setattr(self.state.stacks, name, value)

    def stack_resources(self, name: str) -> dict[str, list[str]]:
        """Return the resources of a stack over a fleet: logical id -> type and physical id."""
        return {key: list(value) for key, value in self.state.stacks.find(name).resources.items()}

    def stack_names(self) -> list[str]:
        """Give the names of the stacks over a fleet."""
        return list(self.state.stacks.stacks)

    def change_sets(self) -> list[str]:
        """Give the names of the change sets over a fleet that can still be executed."""
        return [
            each["ChangeSetName"]
            for each in self.state.stacks.sets.values()
            if each["ExecutionStatus"] == "AVAILABLE"
        ]

    def launched(self) -> int:
        """Return how many instances CloudFormation has launched beside a planted fleet."""
        return self.state.fleet.made

    def touched(self) -> list[str]:
        """Return what the update handler did to servers after imports."""
        return list(self.state.stacks.touched)

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.state.clock.advance(seconds)

    def stop_clock(self) -> None:
        """Let the clock stand still: only `advance` moves it."""
        self.state.clock.stop()

    def count(self, call: str) -> int:
        """Return how many calls came by whose name matches."""
        pattern = re.compile(re.escape(call).replace(r"\*", ".*"))
        return sum(count for name, count in list(self.state.calls.items()) if pattern.fullmatch(name))

    def snapshots(self) -> list[str]:
        """Return the ids of all snapshots that are there, but for those that moto made."""
        return [snapshot.id for snapshot in self._snapshots()]

    def writes(self, snapshot_id: str) -> dict[int, int]:
        """Return how often each block was put to a snapshot, by its index; what a parent holds does not count."""
        return dict(self._snapshot(snapshot_id).writes)

    def read_back(self, snapshot_id: str) -> DiskReader:
        """Return what a volume made of a snapshot would hold, whatever its state."""
        return self._snapshot(snapshot_id).reader()

    def reset(self) -> None:
        """Switch all back as it was from the start, and forget the calls. /moto-api/reset does this too."""
        self.state.reset()

    def begin_anew(self) -> None:
        """Forget everything, moto's too."""
        from moto.moto_api._internal.models import moto_api_backend

        moto_api_backend.reset()
        self.reset()

    def called(self, name: str) -> Fault | None:
        """Count a call and give the fault that it meets."""
        with self.state.lock:
            self.state.calls[name] += 1
        return self.state.faults.meets(name)

    def serve(self, target: str, body: bytes | bytearray) -> Answer:
        """Answer `/_control`: JSON `{"do": NAME, "with": {...}}`, or a GET of a block that was written."""
        parts = urlsplit(target)
        block = re.fullmatch(r"/_control/(snap-[0-9a-f]+)/(\d+)", parts.path)
        try:
            if block:
                return Answer(200, {}, self.read_back(block.group(1)).at(int(block.group(2))))
            order = json.loads(body)
            result = self._orders[order["do"]](self, **order.get("with", {}))
            return Answer(200, {"Content-Type": "application/json"}, json.dumps(result).encode())
        except (KeyError, TypeError, ValueError, LookupError) as error:
            return Answer(400, {}, repr(error).encode())

    def data(self, snapshot_id: str) -> list[int]:
        """Return the indexes of the blocks of a snapshot that are not all zeros."""
        return self.read_back(snapshot_id).data()

    def _snapshot(self, snapshot_id: str) -> StoredSnapshot:
        snapshots = (each for each in self._snapshots() if each.id == snapshot_id)
        snapshot = next(snapshots, None)
        if snapshot is None:
            raise LookupError(snapshot_id)
        return snapshot

    _orders: dict[str, Callable[..., Any]] = {  # noqa: RUF012 - a table, never changed
        "limit": limit,
        "fail": fail,
        "fail_import": fail_import,
        "heal": heal,
        "plant": plant,
        "stage": stage,
        "stack_resources": stack_resources,
        "stack_names": stack_names,
        "change_sets": change_sets,
        "launched": launched,
        "touched": touched,
        "advance": advance,
        "stop_clock": stop_clock,
        "count": count,
        "snapshots": snapshots,
        "writes": writes,
        "data": data,
        "reset": reset,
        "begin_anew": begin_anew,
    }


class Remote:
    """The control of a stand-in in another process."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def do(self, order: str, **arguments: Any) -> Any:
        """Carry out one of Control's methods and give its result, as JSON has it; raises ValueError."""
        return json.loads(self._ask("POST", "/_control", {"do": order, "with": arguments}))

    def block(self, snapshot_id: str, index: int) -> bytes:
        """Return a block of a snapshot, its parents' or zeros where it wrote none."""
        data = self._ask("GET", f"/_control/{snapshot_id}/{index}", None)
        assert len(data) == BLOCK
        return data

    def differences(self, snapshot_id: str, image: BinaryIO) -> list[int]:
        """Return the indexes of the blocks of a snapshot that are not as in a raw image."""
        data = self.do("data", snapshot_id=snapshot_id)
        return differences(data, lambda index: self.block(snapshot_id, index), image)

    def _connection(self) -> http.client.HTTPConnection:
        if self._url.scheme == "http":
            return http.client.HTTPConnection(self._url.netloc, timeout=60)
        # Who asks is the one who made the certificate.
        return http.client.HTTPSConnection(
            self._url.netloc, timeout=60, context=ssl._create_unverified_context()
        )

    def _ask(self, method: str, path: str, order: Any) -> bytes:
        connection = self._connection()
        try:
            connection.request(method, path, json.dumps(order))
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(data.decode())
        return data
