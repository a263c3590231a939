"""What AWS Application Migration Service exports and imports (MGN User Guide, "Import", "Export": the CSV's columns).

https://docs.aws.amazon.com/mgn/latest/ug/import-main.html
"""

from __future__ import annotations

import re

from smsgen.operations.intake.lists.reader import UNREAD, Meaning, Reader, takes_all

_COLUMNS = {
    "mgn:account-id": "account",
    "mgn:region": "region",
    "mgn:wave:name": "wave",
    "mgn:app:name": "application",
    "mgn:app:description": "applicationDescription",
    "mgn:server:id": "serverId",
    "mgn:server:user-provided-id": "name",
    "mgn:server:fqdn-for-action-framework": "fqdn",
    "mgn:server:platform": "platform",
    "mgn:launch:instance-type": "instanceType",
    "mgn:launch:iam-instance-profile:name": "iamInstanceProfileName",
    "mgn:launch:nic:0:subnet-id": "subnet",
    "mgn:launch:nic:0:private-ip:0": "privateIpAddress",
    "mgn:launch:placement:tenancy": "tenancy",
    "mgn:launch:transfer-server-tags": "transferTags",
}
_PATTERNS = (
    (re.compile(r"mgn:launch:nic:0:security-group-id:(\d+)", re.IGNORECASE), "securityGroups"),
    (re.compile(r"mgn:app:tag:(.+)", re.IGNORECASE), "appTag"),
    (re.compile(r"mgn:server:tag:(.+)", re.IGNORECASE), "serverTag"),
    (re.compile(r"mgn:launch:tag:instance:(.+)", re.IGNORECASE), "tag"),
)
"""Headers with a part of their own -> the column of ours, which has that part behind a colon."""


def _meaning(header: str) -> Meaning:
    written = header.strip()
    column = _COLUMNS.get(written.lower(), "")
    for pattern, family in () if column else _PATTERNS:
        match = pattern.fullmatch(written)
        if match:
            column = f"{family}:{match[1]}"
    return Meaning(column) if column else UNREAD


def _tells(headers: frozenset[str]) -> bool:
    return any(header.startswith("mgn") for header in headers) and bool(
        {"mgnappname", "mgnserveruserprovidedid", "mgnserverid"} & headers
    )


def _with_id(values: dict[str, str]) -> dict[str, str]:
    """Return a row whose user-provided id is what MGN knows its server by, in whatever application it is."""
    return {**values, "externalId": values["name"]} if "name" in values else values


READER = Reader("mgn", _tells, _meaning, takes_all, complete=_with_id)
