"""User data as its template writes it: what only an execution makes known stays a name, and lines can be compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smsgen.changes.masking import decoded

MAX_DEPTH = 20
"""Of functions in each other; a template may hold any."""


def written_script(template: Mapping[str, Any], logical_id: str) -> str | None:
    """Return a resource's user data with `${AWS::Region}`, `${Parameter}` and `${Resource.Attribute}` for references.

    None where the resource has no user data, or some that is no text and no function that makes one.
    """
    resources = template.get("Resources")
    resource = resources.get(logical_id) if isinstance(resources, Mapping) else None
    properties = resource.get("Properties") if isinstance(resource, Mapping) else None
    data = properties.get("UserData") if isinstance(properties, Mapping) else None
    return None if data is None else _text(data, MAX_DEPTH)


def own_lines(script: str) -> str:
    """Return a boot script with the user's own scripts as they wrote them, without what smsgen puts around each.

    smsgen's boot script writes each into a file: on Linux as a here-document whose mark is made from the text, on
    Windows from Base64, which `masking.decoded` may have written out (`templates/user_data/`).
    """
    if "smsgen_step" not in script and "$SmsgenStep" not in script:
        return script
    script = _without_documents(script)
    for pattern, words in _OURS:
        script = re.sub(pattern, words, script)
    return script


def _without_documents(script: str) -> str:
    """Return a Linux script with each here-document of ours as what stands in it."""
    parts: list[str] = []
    at = 0
    ends = dict(_last_ends(script))
    for header in re.finditer(_DOCUMENT, script):
        name, mark = header[1], header[2]
        # A mark that ends nothing is looked for once, and not again and again by each of those that name it.
        if header.start() < at or ends.get(mark, -1) < header.end():
            continue
        end = script.find(f"\n{mark}\n", header.end() - 1)
        run = f'\n{mark}\nsmsgen_run "$smsgen_work/{name}" || exit $?\n'
        if end >= 0 and script.startswith(run, end):
            parts += (script[at : header.start()], f"# {name}:\n", script[header.end() : end + 1])
            at = end + len(run)
    return "".join((*parts, script[at:]))


def _last_ends(script: str) -> Iterator[tuple[str, int]]:
    """Yield each mark that stands alone on a line, and where."""
    return ((line[1], line.start()) for line in re.finditer(_END, script))


def _decoded_step(match: re.Match[str]) -> str:
    text = match[3] if match[2] is None else decoded(match[2])
    if text is None:
        return match[0]
    return f"# {match[1]}:\n{text.removeprefix(chr(0xFEFF)).rstrip(chr(10))}\n"


_DOCUMENT = r'smsgen_step="(\w+)"\ncat >"\$smsgen_work/\1" <<\'(SMSGEN_[0-9A-F]{16})\'\n'
_END = r"(?m)^(SMSGEN_[0-9A-F]{16})$"

_OURS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (
        (
            r"(?m)^ *\$SmsgenStep = '(\w+)'\n *\$SmsgenScript = Join-Path \$SmsgenWork '\1\.ps1'\n"
            r" *\[IO\.File\]::WriteAllBytes\(\$SmsgenScript, "
            r"(?:\[Convert\]::FromBase64String\('([A-Za-z0-9+/=]+)'\)|@'\n((?s:.*?))\n'@)\)\n"
            r" *Invoke-SmsgenScript \$SmsgenScript\n"
        ),
        _decoded_step,
    ),
    (r'(?m)^ *(?:smsgen_step|\$SmsgenStep)\s?=\s?["\'](?:start|end)["\']\n', ""),
)
"""What smsgen puts around the user's scripts -> what is shown in its place."""


def _text(value: Any, depth: int) -> str | None:
    if isinstance(value, (str, int, float)):
        return str(value)
    if not isinstance(value, Mapping) or len(value) != 1 or not depth:
        return None
    ((function, argument),) = value.items()
    writer = _WRITERS.get(str(function))
    return writer(argument, depth - 1) if writer else None


def _sub(argument: Any, depth: int) -> str | None:
    """Write Fn::Sub: names stay, those of its own map are what the map says, and `${!Literal}` is `${Literal}`."""
    text, names = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(text, str) or not isinstance(names, Mapping):
        return None
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", _text(value, depth) or f"${{{name}}}")
    return text.replace("${!", "${")


def _join(argument: Any, depth: int) -> str | None:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[1], list):
        return None
    parts = [_text(part, depth) for part in argument[1]]
    return None if None in parts else str(argument[0]).join(part or "" for part in parts)


def _name(argument: Any, _: int) -> str:
    return f"${{{'.'.join(map(str, argument)) if isinstance(argument, list) else argument}}}"


_WRITERS = {"Fn::Base64": _text, "Fn::Sub": _sub, "Fn::Join": _join, "Ref": _name, "Fn::GetAtt": _name}
