"""Secrets never leave smsgen: what is masked in everything that is shown of a change set, in one place.

Masked are the values of NoEcho parameters wherever they stand, and what looks like a secret: AWS keys, passwords
and tokens that are assigned, private keys, bearer tokens, presigned URLs, values of properties named for a secret.
Base64 user data is looked into. A dynamic reference (`{{resolve:…}}`) is not a secret: it says where one is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.describe import parsed
from smsgen.changes.model import KNOWN_AFTER_APPLY, MASK, Side
from smsgen.changes.pointers import at, steps_of
from smsgen.changes.values.parameters import is_hidden

_KEY = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?)"
_VALUE = r"""(?!\{\{)(?:"[^"\n]*+"|'[^'\n]*+'|[^\s"',;&|<>]++)"""
# Texts, and not patterns: `re` compiles them at their first use, and keeps them; most commands mask nothing. What looks
# like the beginning of a secret is taken as a whole, also where no secret follows, and nothing in it is tried again:
# a text of nothing but beginnings takes linear time.
_PATTERNS = (
    r"(?s)(?P<keep>)(?P<secret>-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z))",
    r"(?P<keep>)(?P<secret>\b(?:AKIA|ASIA)[A-Z0-9]{16}\b)",
    r"(?P<keep>)\beyJ[\w-]{8,}+(?P<secret>\.[\w-]{8,}+\.[\w-]*+)?",
    r"(?P<keep>)(?P<secret>\bgh[pousr]_[A-Za-z0-9]{20,}+\b|\bxox[abprs]-[\w-]{10,}+|\bglpat-[\w-]{16,}+)",
    r"(?i)(?P<keep>[?&]X-Amz-(?:Signature|Credential|Security-Token)=)(?P<secret>[^&\s\"'<>]++)",
    r"(?i)(?P<keep>\bauthorization[\"']?\s*+[:=]\s*+[\"']?(?:bearer|basic|token)\s++)(?P<secret>[^\s\"']++)",
    r"(?i)(?P<keep>://[^\s/:@\"']++:)(?P<secret>[^\s/@\"']++)(?=@)",
    rf"(?i)(?P<keep>(?<![\w.-])(?>[\w.-]*{_KEY})\w*+[\"']?\s*+[=:]\s*+)(?P<secret>{_VALUE})",
    rf"(?i)(?P<keep>--?{_KEY}[\w-]*+[ =]?)(?P<secret>(?<=[ =]){_VALUE})?",
)
_REFERENCE = r"\{\{resolve:([^{}]*)\}\}"
_NAMED = (
    r"(?i)(?:password|passwd|passphrase|secretstring|authtoken|oauthtoken|accesstoken|privatekey|secretkey"
    r"|secretaccesskey|clientsecret|apikey)$"
)
_LEAST = 4
"""NoEcho values shorter than this are masked where they are the whole value only: they are part of any text."""


class Mask:
    """What masks texts, lists and maps. Made once for a change set; calling it gives a masked copy."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if secret and secret != MASK}
        self._whole = frozenset(known)
        # The longest first, so that a secret within another does not leave the rest of it.
        self._parts = tuple(sorted((one for one in known if len(one) >= _LEAST), key=len, reverse=True))

    def __call__(self, value: Any, name: str = "") -> Any:
        """Return `value` masked; `name` is the property it is the value of."""
        if isinstance(value, str):
            return self._text(value, name)
        if isinstance(value, Mapping):
            named = _pair_name(value)
            return {
                key: self(item, named if named and key == "Value" else str(key))
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self(item, name) for item in value]
        return value

    def _text(self, text: str, name: str) -> str:
        if text == KNOWN_AFTER_APPLY or not text:
            return text
        if text in self._whole or (re.search(_NAMED, name) and not text.startswith("{{resolve:")):
            return MASK
        if name == "UserData":
            return self._user_data(text)
        return self.text(text)

    def text(self, text: str) -> str:
        """Return a text with every secret in it masked."""
        for secret in self._parts:
            if secret in text:
                text = text.replace(secret, MASK)
        if "{{resolve:" not in text:
            return _patterns_masked(text)
        # A reference names its secret (`secretsmanager:Name`), which reads like one that is assigned: numbers
        # stand for references meanwhile.
        references = re.findall(_REFERENCE, text)
        numbers = iter(range(len(references)))
        text = _patterns_masked(re.sub(_REFERENCE, lambda _: f"{{{{resolve:{next(numbers)}}}}}", text))
        return re.sub(_REFERENCE, lambda match: f"{{{{resolve:{references[int(match.group(1))]}}}}}", text)

    def _user_data(self, text: str) -> str:
        script = decoded(text)
        if script is None:
            return self.text(text)
        masked = self.text(script)
        if masked == script:
            return text
        import base64

        return base64.b64encode(masked.encode()).decode()


def _patterns_masked(text: str) -> str:
    for pattern in _PATTERNS:
        text = re.sub(pattern, _kept, text)
    return text


def _kept(match: re.Match[str]) -> str:
    return match[0] if match["secret"] is None else f"{match['keep']}{MASK}"


def mask_of(change_set: ChangeSet) -> Mask:
    """Return the mask of a change set: it knows the NoEcho values of both sides and of every nested stack."""
    return Mask(_secrets(change_set))


def _secrets(change_set: ChangeSet) -> Iterable[str]:
    yield from _no_echo(change_set.before)
    yield from _no_echo(change_set.after)
    for child in change_set.nested.values():
        yield from _secrets(child)


def _no_echo(side: Side) -> Iterable[str]:
    declared = side.template.get("Parameters")
    for name, parameter in declared.items() if isinstance(declared, Mapping) else ():
        if is_hidden(parameter):
            yield str(side.parameters.get(name, ""))
            yield str(parameter.get("Default", ""))


def secret_name(path: str, *contexts: Mapping[str, Any] | None) -> str:
    """Return the name that a Path's values are judged by: their own, or that of the pair whose Value they are.

    One position may hold pairs of different names on both sides: the name of a secret wins.
    """
    steps = steps_of(path)
    names = []
    for context in contexts:
        pair = at(context or {}, steps[:-1])
        if steps and steps[-1] == "Value" and isinstance(pair, Mapping):
            names.append(_pair_name(pair) or steps[-1])
    if names:
        return next((name for name in names if re.search(_NAMED, name)), names[0])
    return next((step for step in reversed(steps) if not step.isdecimal()), "")


def masked_text(mask: Mask, text: str, name: str) -> str:
    """Return a BeforeValue or AfterValue masked; in the JSON of a list or a map, each value by its own name."""
    value = parsed(text)
    return mask(text, name) if isinstance(value, str) else _json(mask(value, name))


def _json(value: Any) -> str:
    import json

    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _pair_name(value: Mapping[str, Any]) -> str:
    """Return the name in a name-value pair: `{"Name": "DB_PASSWORD", "Value": …}`, a tag, an environment variable."""
    name = value.get("Name", value.get("Key", value.get("ParameterKey", "")))
    return name.replace("_", "").replace("-", "") if isinstance(name, str) and "Value" in value else ""


def decoded(text: str) -> str | None:
    """Return the script in Base64 user data, or None where the text is no Base64 of UTF-8 text."""
    import base64
    import binascii

    try:
        script = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return re.sub(_EMBEDDED, _written_out, script) if "FromBase64String" in script else script


_EMBEDDED = r"\[Convert\]::FromBase64String\('([A-Za-z0-9+/=]++)'\)"


def _written_out(match: re.Match[str]) -> str:
    """Return what PowerShell gets as Base64, to be read and searched for secrets: our own boot scripts embed so."""
    inner = decoded(match[1])
    return match[0] if inner is None else "@'\n" + inner.removeprefix("\ufeff").rstrip("\n") + "\n'@"
