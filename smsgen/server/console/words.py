"""Answers of the API -> what people read: statuses in words and tones, times, names. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_PERCENT = re.compile(r"(\d{1,3})(?:\.\d+)?\s?%")

DONE: Mapping[str, str] = {
    "CreateApp": "The application is made.",
    "UpdateApp": "The application is changed.",
    "DeleteApp": "The application is being deleted.",
    "PutAppLaunchConfiguration": "The launch configuration is kept.",
    "DeleteAppLaunchConfiguration": "The launch configuration is forgotten.",
    "PutAppReplicationConfiguration": "The replication configuration is kept.",
    "DeleteAppReplicationConfiguration": "The replication configuration is forgotten.",
    "StartAppReplication": "Replication begins.",
    "StopAppReplication": "Replication is being stopped.",
    "StartOnDemandAppReplication": "Each server is replicated once more, now.",
    "LaunchApp": "The launch begins.",
    "TerminateApp": "The stack is being deleted.",
    "ImportServerCatalog": "The connectors are looking for servers.",
    "DeleteServerCatalog": "The catalog is being deleted.",
    "DisassociateConnector": "The connector is let go.",
    "StartOnDemandReplicationRun": "A run begins.",
    "DeleteReplicationJob": "The replication job is being deleted.",
}
"""Operation -> what a page says after it."""

_TONES = (
    ("bad", re.compile(r"FAIL|INVALID|UNHEALTHY|MISSED|PAUSED|EXPIRED|ROLLBACK")),
    ("warn", re.compile(r"PARTIAL")),
    ("busy", re.compile(r"IN_PROGRESS|PENDING|ING$|SCHEDULED")),
    ("good", re.compile(r"LAUNCHED|REPLICATED|COMPLETE|SUCCEEDED|AVAILABLE|ACTIVE|HEALTHY|IMPORTED|RUNNING")),
)


def in_words(status: str) -> str:
    """Return a status as words: DELTA_LAUNCH_FAILED is "Delta launch failed"."""
    return status.replace("_", " ").lower().capitalize()


def tone(status: str) -> str:
    """Return how a status looks: bad, warn, busy, good, or idle."""
    return next((name for name, pattern in _TONES if pattern.search(status.upper())), "idle")


def moment(time: datetime | float | None) -> str:
    """Return a time for people, in UTC, for nobody's time zone is guessed; "" for none."""
    return _utc(time).strftime("%Y-%m-%d %H:%M:%S UTC") if time else ""


def iso(time: datetime | float | None) -> str:
    """Return a time for programs (the attribute `datetime`)."""
    return _utc(time).strftime("%Y-%m-%dT%H:%M:%SZ") if time else ""


def _utc(time: datetime | float) -> datetime:
    return time.astimezone(UTC) if isinstance(time, datetime) else datetime.fromtimestamp(time, UTC)


def percent(progress: str) -> int | None:
    """Return how far something is, where its words tell: "42 %, 3 min left" is 42."""
    told = _PERCENT.search(progress or "")
    return min(int(told[1]), 100) if told else None


def server_name(server: Mapping[str, Any]) -> str:
    """Return what people call a server (the API's Server): the VM's name, else its id."""
    return str(server.get("vmServer", {}).get("vmName") or server.get("serverId", ""))
