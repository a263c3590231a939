"""Pieces of an application file as text, put together by hand: PyYAML takes far longer, and knows no comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from smsgen.cfn.text import dump_json
from smsgen.text.pyyaml import implicit_tag

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./(][A-Za-z0-9_./()-]*)*")
_MISREAD = frozenset(("y", "n", "Y", "N"))


@lru_cache(1 << 16)
def scalar(value: str) -> str:
    """Return a text as a YAML scalar that every reader takes for this text."""
    if _PLAIN.fullmatch(value) and implicit_tag(value) is None and value not in _MISREAD:
        return value
    return dump_json(value)


@lru_cache(1 << 14)
def in_flow(value: str) -> str:
    """Return a text as a scalar between brackets or braces."""
    return scalar(value) if value.replace(" ", "").replace("-", "").isalnum() else dump_json(value)


def tag_line(key: str, value: str, pad: str) -> str:
    """Return a tag as an entry of a list, indented by `pad`."""
    return f"{pad}- {{key: {in_flow(key)}, value: {in_flow(value)}}}\n"


_BEFORE_ADDRESS = (
    *("subnet", "securityGroup", "securityGroups", "ec2KeyName", "instanceType", "iamInstanceProfileName"),
)
_AFTER_ADDRESS = ("availabilityZone", "tenancy", "platform", "ebsOptimized", "monitoring", "stateful")


def launch_texts(launch: Mapping[str, Any], tags: Mapping[str, str], advice: str) -> tuple[str, str]:
    """Return the lines of a launch configuration, indented, before the place of a private address and behind it."""
    behind = "".join(_fields(launch, _AFTER_ADDRESS, advice))
    listed = "".join(tag_line(key, value, _PAD + "  ") for key, value in tags.items())
    return "".join(_fields(launch, _BEFORE_ADDRESS, advice)), behind + (
        f"{_PAD}tags:\n{listed}" if tags else ""
    )


_PAD = " " * 10


def _fields(launch: Mapping[str, Any], names: tuple[str, ...], advice: str) -> Iterator[str]:
    for name in names:
        if name in launch:
            comment = f"  # {advice}" if name == "instanceType" and advice else ""
            yield f"{_PAD}{name}: {_plain(launch[name])}{comment}\n"


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, list):
        return f"[{', '.join(map(in_flow, value))}]"
    return "true" if value else "false"
