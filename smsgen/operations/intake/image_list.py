"""A list of images -> server id and image: a line each, `SERVER AMI`, with a blank, a tab or a comma between them.

Empty lines, and what follows a `#`, say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from smsgen.errors import Diagnostic, InvalidInput, Location
from smsgen.model.check import read_plain
from smsgen.model.fields import SERVER

_WORD = re.compile(r"[^\s,]+")


def image_list(text: str, file: str) -> Mapping[str, str]:
    """Return server id -> image; `file` is named where it is wrong. Raises InvalidInput with every problem."""
    images: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = list(_WORD.finditer(line.partition("#")[0]))
        problems += [
            one._replace(path=(), location=Location(file, number, words[-1].start() + 1))
            for one in _problems([word[0] for word in words], images)
        ]
        if len(words) == 2:
            images[words[0][0]] = words[1][0]
    if problems:
        raise InvalidInput(problems)
    return images


def _problems(words: list[str], images: Mapping[str, str]) -> Iterator[Diagnostic]:
    if not words:
        return
    if len(words) != 2:
        hint = "write `SERVER_ID AMI` on each line"
        yield Diagnostic("NOT_AN_IMAGE", "a line says a server and its image", hint)
        return
    server_id, image_id = words
    yield from read_plain(SERVER.fields["imageId"].kind, image_id, "imageId")[1]
    if images.get(server_id, image_id) != image_id:
        message = f"the server {server_id} has the image {images[server_id]} already"
        yield Diagnostic("NOT_AN_IMAGE", message, "keep one of the two lines")
