"""EBS direct's restJson protocol: requests in, answers out, as botocore's `ebs` client speaks it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Any, NamedTuple

from tests.servers.aws.ebs import Completion, Ebs, Put
from tests.servers.aws.reading import Reading
from tests.servers.aws.refusals import Refusal
from tests.servers.aws.routes import Route
from tests.servers.aws.rules import Start
from tests.servers.aws.snapshots import StoredSnapshot

Headers = Mapping[str, str] | Message


class Answer(NamedTuple):
    """A status, headers and a body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Request(NamedTuple):
    """A request of which the body has not come yet."""

    route: Route
    headers: Headers


def perform(ebs: Ebs, request: Request, body: bytes | bytearray, began: float) -> Answer:
    """Carry a request out; a refusal is an answer too."""
    try:
        act = _ACTIONS.get(request.route.operation)
        if act is None:
            raise Refusal("UnknownOperationException", "")
        return act(ebs, request, body, began)
    except Refusal as refusal:
        return refused(refusal)


def refused(refusal: Refusal) -> Answer:
    """Return a refusal as an answer."""
    fields = {"Message": refusal.message, "Reason": refusal.reason}
    body = json.dumps({key: value for key, value in fields.items() if value}).encode()
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": refusal.code}
    return Answer(refusal.status, headers, body)


def _put(ebs: Ebs, request: Request, body: bytes | bytearray, began: float) -> Answer:
    get = request.headers.get
    put = Put(
        request.route.names[0],
        request.route.block_index,
        data_length=get("x-amz-Data-Length"),
        checksum=get("x-amz-Checksum"),
        algorithm=get("x-amz-Checksum-Algorithm"),
        progress=get("x-amz-Progress"),
        encoding=get("Content-Encoding"),
    )
    ebs.put(put, body, began)
    headers = {"x-amz-Checksum": put.checksum or "", "x-amz-Checksum-Algorithm": "SHA256"}
    return Answer(201, headers, b"")


def _start(ebs: Ebs, _request: Request, body: bytes | bytearray, _began: float) -> Answer:
    start = _start_of(body)
    return _json(201, _started(ebs.start(start), start))


def _start_of(body: bytes | bytearray) -> Start:
    try:
        fields = json.loads(body or b"{}")
        return Start(
            volume_size=_typed(fields, "VolumeSize", int, 0),
            parent=_typed(fields, "ParentSnapshotId", str, None),
            encrypted=_typed(fields, "Encrypted", bool, None),
            kms_key=_typed(fields, "KmsKeyArn", str, None),
            timeout=_typed(fields, "Timeout", int, 60),
            description=_typed(fields, "Description", str, ""),
            tags=tuple(
                (_typed(tag, "Key", str, ""), _typed(tag, "Value", str, ""))
                for tag in _typed(fields, "Tags", list, [])
            ),
            token=_typed(fields, "ClientToken", str, None),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise Refusal("SerializationException", str(error)) from None


def _typed(fields: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{name} must be a {kind.__name__}")
    return value


def _started(snapshot: StoredSnapshot, start: Start) -> dict[str, Any]:
    fields = {
        "SnapshotId": snapshot.id,
        "OwnerId": snapshot.owner_id,
        "Status": snapshot.status,
        "StartTime": snapshot.started,
        "VolumeSize": snapshot.disk.gib,
        "BlockSize": 524_288,
        "Description": start.description or None,
        "Tags": [{"Key": key, "Value": value} for key, value in start.tags] or None,
        "ParentSnapshotId": start.parent,
        "KmsKeyArn": snapshot.kms_key_id,
        "SseType": snapshot.sse_type,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _complete(ebs: Ebs, request: Request, _body: bytes | bytearray, _began: float) -> Answer:
    get = request.headers.get
    completion = Completion(
        request.route.names[0],
        changed_blocks=get("x-amz-ChangedBlocksCount"),
        checksum=get("x-amz-Checksum"),
        algorithm=get("x-amz-Checksum-Algorithm"),
        aggregation=get("x-amz-Checksum-Aggregation-Method"),
    )
    return _json(202, {"Status": ebs.complete(completion)})


def _list(ebs: Ebs, request: Request, _body: bytes | bytearray, _began: float) -> Answer:
    return _json(200, Reading(ebs).list_blocks(request.route.names[0], request.route.query))


def _changed(ebs: Ebs, request: Request, _body: bytes | bytearray, _began: float) -> Answer:
    first = request.route.query.get("firstSnapshotId")
    return _json(200, Reading(ebs).list_changes(first, request.route.names[0], request.route.query))


def _get(ebs: Ebs, request: Request, _body: bytes | bytearray, _began: float) -> Answer:
    token = request.route.query.get("blockToken", "")
    data, checksum = Reading(ebs).block(request.route.names[0], request.route.block_index, token)
    headers = {
        "Content-Type": "application/octet-stream",
        "x-amz-Data-Length": str(len(data)),
        "x-amz-Checksum": checksum,
        "x-amz-Checksum-Algorithm": "SHA256",
    }
    return Answer(200, headers, data)


def _json(status: int, fields: dict[str, Any]) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(fields).encode())


_ACTIONS: dict[str, Callable[[Ebs, Request, bytes | bytearray, float], Answer]] = {
    "StartSnapshot": _start,
    "PutSnapshotBlock": _put,
    "CompleteSnapshot": _complete,
    "ListSnapshotBlocks": _list,
    "ListChangedBlocks": _changed,
    "GetSnapshotBlock": _get,
}
