"""What somebody most likely meant: a value in the shape that its field takes, and what another document is.

Both are tables. A hint shows the user's own words in the right shape, so that it can be copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from smsgen.errors import Path

Shape = Callable[[Any], Any]
"""Gives what a value would be in the right shape, as plain data; None where that cannot be told."""

_LONGEST = 200
_MOST = 3
_SCRIPT = re.compile(r"#!|<powershell>|<script>|[^\n]*\n")
_S3_URL = re.compile(r"s3://([^/\s]+)/(\S+)")
_DURATION = re.compile(r"PT[0-9HMS]+")
_SERVER_ID = re.compile(r"s-[0-9a-zA-Z]+")

# YAML 1.1 reads y and n, and yes, no, on and off as truths.
_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z/][\w./@+-]*", re.IGNORECASE)


def shape_hint(path: Path, value: Any, spelled: Callable[[Path], str | None] = lambda _: None) -> str:
    """Return how the value at `path`, which is of a wrong type, would be written in its field; "" where nobody knows.

    `spelled`: gives a scalar as it is written in the file, where it is known.
    """
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    is_entry = bool(path) and isinstance(path[-1], int)
    shape = (_ENTRIES if is_entry else _SHAPES).get(name)
    if name == "userData" and isinstance(value, str) and _SCRIPT.match(value):
        return (
            "write `userData:`, in the next line `inline: |`, and the script below that, each step further in"
        )
    if shape is _tags and isinstance(value, dict):
        value = {key: spelled((*path, key)) or item for key, item in value.items()}
    meant = shape(value) if shape else None
    if meant is None:
        return ""
    text = f"`- {_flow(meant)}`" if is_entry else _written(meant)
    return f"write {text}" if len(text) <= _LONGEST else ""


def _written(fields: Mapping[str, Any]) -> str:
    """Return the one field of a map as YAML; a list of maps as its first entries."""
    ((name, value),) = fields.items()
    if not isinstance(value, list) or not isinstance(value[0], dict):
        return f"`{name}: {_flow(value)}`"
    more = ", and so on" if len(value) > _MOST else ""
    return ", ".join(f"`- {_flow(entry)}`" for entry in value[:_MOST]) + f"{more} under {name}"


def _flow(value: Any) -> str:
    """Return plain data as YAML on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_flow(key)}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    import json

    return json.dumps(value, ensure_ascii=False)


def _tags(value: Any) -> Any:
    if (
        not isinstance(value, dict)
        or not value
        or any(isinstance(item, (dict, list)) for item in value.values())
    ):
        return None
    return {"tags": [{"key": key, "value": "" if item is None else str(item)} for key, item in value.items()]}


def _tag(value: Any) -> Any:
    """Return the tag that `Environment=prod` and `Environment: prod` say."""
    if isinstance(value, str) and "=" in value:
        key, _, text = value.partition("=")
        return {"key": key, "value": text}
    return None


def _user_data(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return None
    in_s3 = _S3_URL.fullmatch(value)
    if in_s3:
        return {"userData": {"s3Location": {"bucket": in_s3[1], "key": in_s3[2]}}}
    return {"userData": {"file": value.removeprefix("./")}}


def _configure_script(value: Any) -> Any:
    in_s3 = _S3_URL.fullmatch(value) if isinstance(value, str) else None
    return {"configureScript": {"bucket": in_s3[1], "key": in_s3[2]}} if in_s3 else None


def _readiness(value: Any) -> Any:
    if value is True:
        return {"readiness": {"signal": "creationPolicy"}}
    if not isinstance(value, str) or not value:
        return None
    return {"readiness": {"timeout" if _DURATION.fullmatch(value) else "signal": value}}


def _metadata_options(value: Any) -> Any:
    if value in ("required", "optional"):
        return {"metadataOptions": {"httpTokens": value}}
    return {"metadataOptions": {"httpEndpoint": value}} if value in ("enabled", "disabled") else None


def _vm_server(value: Any) -> Any:
    return {"vmServer": {"vmName": value}} if isinstance(value, str) and value else None


def _security_group(value: Any) -> Any:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        return None
    return {"securityGroup": value[0]} if len(value) == 1 else {"securityGroups": value}


def _server(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return None
    return {"serverId": value} if _SERVER_ID.fullmatch(value) else {"vmServer": {"vmName": value}}


def _server_list(value: Any) -> Any:
    if isinstance(value, dict) and value and not {"serverId", "vmServer", "imageId"} & value.keys():
        return {"serverList": [_server(name) for name in value]}
    return {"serverList": [value if isinstance(value, dict) else _server(value)]} if value else None


def _server_groups(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        return None
    if {"serverList", "launchOrder"} & value.keys():
        return None
    return {"serverGroups": [{"name": name} for name in value]}


def _volume(value: Any) -> Any:
    if type(value) is int:
        return {"device": "/dev/sdf", "size": value}
    return {"device": value} if isinstance(value, str) and value else None


def _volumes(value: Any) -> Any:
    entry = value if isinstance(value, dict) and "device" in value else _volume(value)
    return {"volumes": [entry]} if entry else None


def _listed(name: str, *types: type) -> Shape:
    """Return what makes a list of one entry of what stands alone."""
    return lambda value: {name: [value]} if isinstance(value, types) and value else None


_SHAPES: dict[str, Shape] = {
    "configureScript": _configure_script,
    "metadataOptions": _metadata_options,
    "readiness": _readiness,
    "securityGroup": _security_group,
    "securityGroups": _listed("securityGroups", str),
    "serverGroups": _server_groups,
    "serverList": _server_list,
    "tags": _tags,
    "userData": _user_data,
    "vmServer": _vm_server,
    "volumes": _volumes,
}
"""Field -> what its value would be in the right shape: a map of one field."""

_ENTRIES: dict[str, Shape] = {"serverList": _server, "tags": _tag, "volumes": _volume}
"""List -> what its entry would be."""

ELSEWHERE = {
    "account": "the account is that of the credentials; `generate-change-set --account` takes one",
    "region": "the file holds for any region: give `--region`, or set AWS_REGION, where AWS is asked",
    "regions": "the file holds for any region: give `--region`, or set AWS_REGION, where AWS is asked",
    "parameters": "values of parameters stand in a file of their own: `generate-change-set --parameters FILE`",
}
"""Name that is no field of the file -> where what it says is given."""


class Foreign(NamedTuple):
    """Another document: what it is, by which keys it is known, and what takes it."""

    what: str
    keys: tuple[tuple[str, ...], ...]
    hint: str


FOREIGN = (
    Foreign(
        "a snapshot of a deployed stack",
        (("stackName", "template"), ("stackId", "template")),
        "`smsgen generate-change-set APP --deployed FILE` compares an application with it",
    ),
    Foreign(
        "a CloudFormation template",
        (("AWSTemplateFormatVersion",), ("Resources",)),
        "`smsgen generate-change-set --template FILE` takes it; `smsgen init NAME` writes an application file",
    ),
    Foreign(
        "an answer of `aws sms`",
        (("appSummary",), ("serverGroupLaunchConfigurations",)),
        "`smsgen import-app FILE --to-file app.yaml` makes an application file of it",
    ),
)
"""What is given in place of an application file; the first whose keys are all there counts."""

_TOP_KEY = re.compile(rb"(?m)^[\"' ]*(AWSTemplateFormatVersion|Resources)[\"']?\s*:")


def foreign(data: Any) -> Foreign | None:
    """Return which other document plain data is, None where it may be an application file."""
    if not isinstance(data, dict) or "name" in data:
        return None
    return next((kind for kind in FOREIGN if any(data.keys() >= set(keys) for keys in kind.keys)), None)


def foreign_text(text: bytes) -> Foreign | None:
    """Return which other document a text is that cannot be read as an application file, for tags such as `!Ref`."""
    return FOREIGN[1] if _TOP_KEY.search(text) else None
