"""PowerShell's texts and comments, as its own tokenizer reads them: enough to tell what is code from what is quoted.

CharTraits.cs names the quotes: four characters quote a text verbatim, four others one with variables in it; any of its
kind ends it, and two together stand for one.
https://github.com/PowerShell/PowerShell/blob/master/src/System.Management.Automation/engine/parser/CharTraits.cs
https://github.com/PowerShell/PowerShell/blob/master/src/System.Management.Automation/engine/parser/tokenizer.cs
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import NamedTuple

SINGLE = "'\u2018\u2019\u201a\u201b"
DOUBLE = '"\u201c\u201d\u201e'


class Token(NamedTuple):
    """A piece of a script: `code`, a `comment`, or a `text` (verbatim or with variables)."""

    kind: str
    value: str


class Unterminated(Exception):
    """A text or a comment does not end: PowerShell refuses the script."""


def tokens(script: str) -> list[Token]:
    """Return the pieces of a script, neighbouring code as one."""
    found: list[Token] = []
    code, at = "", 0
    while at < len(script):
        token, end = _token(script, at)
        if token is None:
            code, at = code + script[at:end], end
            continue
        found += [Token("code", code), token] if code else [token]
        code, at = "", end
    return [*found, Token("code", code)] if code else found


def _token(script: str, at: int) -> tuple[Token | None, int]:
    c = script[at]
    if c == "`":
        return None, at + 2
    if script.startswith("<#", at):
        end = script.find("#>", at)
        if end < 0:
            raise Unterminated("comment")
        return Token("comment", script[at : end + 2]), end + 2
    if c == "#" and (at == 0 or script[at - 1] in " \t\r\n;{}()"):
        ends = [end for end in (script.find("\n", at), script.find("\r", at)) if end >= 0]
        end = min(ends, default=len(script))
        return Token("comment", script[at:end]), end
    if c == "@" and script[at + 1 : at + 2] in (*SINGLE, *DOUBLE):
        return _here(script, at)
    for quotes in (SINGLE, DOUBLE):
        if c in quotes:
            return _quoted(script, at, quotes)
    return None, at + 1


def _here(script: str, at: int) -> tuple[Token, int]:
    quotes = SINGLE if script[at + 1] in SINGLE else DOUBLE
    header = re.compile(r"[ \t]*(\r\n|\r|\n)").match(script, at + 2)
    if header is None:
        raise Unterminated("here-string header")
    footer = re.compile(rf"(?:\r\n|\r|\n)[{quotes}]@").search(script, header.end() - len(header[1]))
    if footer is None:
        raise Unterminated("here-string")
    return Token("text", script[header.end() : footer.start()]), footer.end()


def _quoted(script: str, at: int, quotes: str) -> tuple[Token, int]:
    text, at = "", at + 1
    while at < len(script):
        c = script[at]
        if c in quotes:
            if script[at + 1 : at + 2] not in (*quotes,):
                return Token("text", text), at + 1
            at += 1
        elif c == "`" and quotes is DOUBLE:
            at += 1
        elif script.startswith("$(", at) and quotes is DOUBLE:
            inner, at = _nested(script, at + 2)
            text += inner
            continue
        text, at = text + script[at : at + 1], at + 1
    raise Unterminated("text")


def _nested(script: str, at: int) -> tuple[str, int]:
    """Return the code of `$(…)` in a text, and where it ends."""
    depth, start = 1, at
    while at < len(script) and depth:
        token, end = _token(script, at)
        if token is None:
            depth += {"(": 1, ")": -1}.get(script[at], 0)
        at = end
    return script[start:at], at


def code(script: str) -> list[str]:
    """Return what of a script is code, piece by piece."""
    return [value for kind, value in tokens(script) if kind == "code"]


def embedded(script: str) -> list[str]:
    """Return what a script has in Base64, as text."""
    found = re.findall(r"\[Convert\]::FromBase64String\('([A-Za-z0-9+/=]*)'\)", script)
    return [b64decode(one, validate=True).decode() for one in found]
