"""EBS direct's operations by method and path; what `tests.aws.faults` names its calls by, too."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit


class Route(NamedTuple):
    """An operation, empty where there is none such; what the path names; the query's parameters."""

    operation: str
    names: tuple[str, ...]
    query: dict[str, str]

    @property
    def block_index(self) -> int:
        """Return the index in a path; -1 where it is no number."""
        return int(self.names[1]) if re.fullmatch(r"\d{1,18}", self.names[1]) else -1


_ROUTES = (
    ("PUT", re.compile(r"/snapshots/([^/]+)/blocks/([^/]+)"), "PutSnapshotBlock"),
    ("GET", re.compile(r"/snapshots/([^/]+)/blocks/([^/]+)"), "GetSnapshotBlock"),
    ("POST", re.compile(r"/snapshots"), "StartSnapshot"),
    ("POST", re.compile(r"/snapshots/completion/([^/]+)"), "CompleteSnapshot"),
    ("GET", re.compile(r"/snapshots/([^/]+)/blocks"), "ListSnapshotBlocks"),
    ("GET", re.compile(r"/snapshots/([^/]+)/changedblocks"), "ListChangedBlocks"),
)


def route(method: str, target: str) -> Route:
    """Read a request's line."""
    parts = urlsplit(target)
    for verb, pattern, operation in _ROUTES:
        match = pattern.fullmatch(parts.path)
        if verb == method and match:
            names = tuple(unquote(name) for name in match.groups())
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            return Route(operation, names, query)
    return Route("", (), {})
