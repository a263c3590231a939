"""MGN: what DescribeSourceServers and its like list, in pages (service model `mgn` 2020-02-26)."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.aws.adoption.fleet import Fleet
from tests.servers.aws.wire import Answer

OPERATIONS = {
    "DescribeSourceServers": ("sourceServerIDs", "sourceServerID"),
    "ListApplications": ("applicationIDs", "applicationID"),
    "ListWaves": ("waveIDs", "waveID"),
    "DescribeJobs": ("jobIDs", "jobID"),
}
"""Operation -> the filter by ids, and the key that it looks at."""


def answer(fleet: Fleet, operation: str, body: bytes | bytearray) -> Answer:
    """Answer a call; an account that never used MGN is refused."""
    asked = json.loads(body or b"{}")
    if fleet.mgn is None:
        return _refused("UninitializedAccountException", "The account is not initialized")
    if operation == "GetLaunchConfiguration":
        return _launch_configuration(fleet.mgn, asked)
    if operation not in OPERATIONS:
        return _refused("ValidationException", f"{operation} is none of {', '.join(OPERATIONS)}")
    items = [
        item for item in fleet.mgn.get(operation, ()) if _passes(item, asked.get("filters", {}), operation)
    ]
    most = min(int(asked.get("maxResults", 50)), 1000)
    start = int(asked.get("nextToken") or 0)
    page: dict[str, Any] = {"items": items[start : start + most]}
    if len(items) > start + most:
        page["nextToken"] = str(start + most)
    return _json(200, page)


def _passes(item: dict[str, Any], filters: dict[str, Any], operation: str) -> bool:
    name, key = OPERATIONS[operation]
    if filters.get(name) and item[key] not in filters[name]:
        return False
    for other, own in (("applicationIDs", "applicationID"), ("waveIDs", "waveID")):
        if filters.get(other) and item.get(own) not in filters[other]:
            return False
    archived = filters.get("isArchived")
    return archived is None or bool(item.get("isArchived")) is archived


def _launch_configuration(listed: dict[str, list[dict[str, Any]]], asked: dict[str, Any]) -> Answer:
    for item in listed.get("GetLaunchConfiguration", ()):
        if item["sourceServerID"] == asked.get("sourceServerID"):
            return _json(200, item)
    return _refused("ResourceNotFoundException", "Source server not found", 404)


def _json(status: int, fields: dict[str, Any]) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(fields).encode())


def _refused(code: str, message: str, status: int = 400) -> Answer:
    answered = _json(status, {"message": message, "code": code})
    return answered._replace(headers={**answered.headers, "x-amzn-ErrorType": code})
