"""What pages show beside the answers of the API: documents it has put into S3, events of stacks, what is wrong where.

Nothing here changes anything. What AWS is asked is asked once for all who look, and again after a few seconds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from smsgen.errors import Diagnostic, InvalidInput, SmsgenError
from smsgen.model.launch import S3Location
from smsgen.model.managed import ManagedApp
from smsgen.operations.apps.readiness import diagnose
from smsgen.operations.apps.world import World
from smsgen.operations.files.generate_template import generate_from
from smsgen.operations.ports.records import Instance, PhysicalResource, StackEvent
from smsgen.operations.stacks.follow import Trail

T = TypeVar("T")

LARGEST_DOCUMENT = 4_194_304
"""Bytes of a document that a page shows."""

MOST_EVENTS = 200
"""The newest of them are shown."""

_SEARCHED_AT_ONCE = 2_000
_FRESH = 3.0
_MOST_KEPT = 256


class LaunchedServer(NamedTuple):
    """What became of a server: its resource in the stack, and the instance that is."""

    logical_id: str
    resource: PhysicalResource | None = None
    instance: Instance | None = None


class Events(NamedTuple):
    """What happened to a stack, newest first, and the failure that caused the others. `error`: AWS cannot be asked."""

    events: tuple[StackEvent, ...] = ()
    failure: StackEvent | None = None
    error: str = ""


class Reading:
    """Reads for all pages of a server."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._events = _Fresh(world.clock.now)
        self._servers = _Fresh(world.clock.now)
        self._names: OrderedDict[tuple[str, int], Mapping[str, str]] = OrderedDict()
        self._lock = Lock()

    def document(self, bucket: str, key: str) -> str:
        """Return a document that the API has put into S3; raises ServiceError."""
        content = self._world.artifacts().get(S3Location(bucket, key), max_bytes=LARGEST_DOCUMENT)
        return content.decode("utf-8", "replace")

    def kept(self, app_id: str) -> ManagedApp | None:
        """Return an application as it is kept."""
        return self._world.store.app(app_id)

    def search(self, words: str, *, after: str, limit: int) -> tuple[str, ...]:
        """Return the ids of at most `limit` applications after the id `after` whose name or id holds the words."""
        wanted, matching = words.casefold(), list[str]()
        while len(matching) < limit:
            names = self._world.store.app_names(after=after, limit=_SEARCHED_AT_ONCE)
            matching += [app_id for app_id, name in names if wanted in name.casefold() or wanted in app_id]
            if len(names) < _SEARCHED_AT_ONCE:
                break
            after = names[-1][0]
        return tuple(matching[:limit])

    def problems(self, app_id: str) -> tuple[Diagnostic, ...]:
        """Return what is wrong with an application's launch configuration, each with its place in the application."""
        managed = self.kept(app_id)
        return diagnose(managed.app) if managed and managed.launch.configured else ()

    def events(self, stack_id: str) -> Events:
        """Return what happened to a stack and its nested ones since the last operation began."""
        return self._events.get(stack_id, lambda: self._read_events(stack_id))

    def servers(self, app_id: str) -> Mapping[str, LaunchedServer]:
        """Return server id -> what became of it; nothing of applications without a stack, or where AWS does not say."""
        managed = self.kept(app_id)
        if managed is None or not managed.launch.stack_id:
            return {}
        return self._servers.get(f"{app_id} {managed.version}", lambda: self._read_servers(managed))

    def _read_events(self, stack_id: str) -> Events:
        trail = Trail(self._world.stacks, stack_id, "")
        try:
            events = trail.news()
        except SmsgenError as error:
            return Events(error=str(error))
        began = max((event.time for event in events if event.starts_operation), default=0.0)
        trail.failures = [event for event in trail.failures if event.time >= began]
        return Events(tuple(reversed(events[-MOST_EVENTS:])), trail.first_failure())

    def _read_servers(self, managed: ManagedApp) -> Mapping[str, LaunchedServer]:
        stacks, names = self._world.stacks, self._logical_ids(managed)
        try:
            resources = list(stacks.resources(managed.launch.stack_id))
            for nested in [one for one in resources if one.type == "AWS::CloudFormation::Stack"]:
                resources += stacks.resources(nested.physical_id) if nested.physical_id else ()
            by_name = {one.logical_id: one for one in resources if one.type == "AWS::EC2::Instance"}
            ids = [one.physical_id for one in by_name.values() if one.physical_id]
            instances = {one.instance_id: one for one in stacks.instances(ids)} if ids else {}
        except SmsgenError:
            return {}
        return {
            server_id: LaunchedServer(name, by_name[name], instances.get(by_name[name].physical_id))
            for server_id, name in names.items()
            if name in by_name
        }

    def _logical_ids(self, managed: ManagedApp) -> Mapping[str, str]:
        """Return server id -> logical id; compiling tells, and the answer is kept for as long as nobody writes."""
        place = (managed.app.app_id, managed.version)
        with self._lock:
            if place in self._names:
                return self._names[place]
        try:
            servers = generate_from(managed.app).compiled.servers
        except InvalidInput:
            servers = ()
        names = {one.server.server_id: one.logical_id for one in servers}
        with self._lock:
            self._names[place] = names
            while len(self._names) > _MOST_KEPT:
                self._names.popitem(last=False)
        return names


class _Fresh:
    """Remembers what was read for a few seconds; who asks for the same meanwhile waits for whoever reads it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._reading: dict[str, Lock] = {}

    def get(self, key: str, read: Callable[[], T]) -> T:
        """Return what `read` says, or said a moment ago."""
        with self._lock:
            lock = self._reading.setdefault(key, Lock())
        try:
            with lock:
                with self._lock:
                    until, value = self._kept.get(key, (0.0, None))
                if until > self._clock():
                    kept: T = value
                    return kept
                fresh = read()
                with self._lock:
                    self._kept[key] = (self._clock() + _FRESH, fresh)
                    while len(self._kept) > _MOST_KEPT:
                        self._kept.popitem(last=False)
                return fresh
        finally:
            with self._lock:
                self._reading.pop(key, None)
