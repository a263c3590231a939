"""No regular expression of ours takes more than linear time, whatever it is asked of: each is fed long near-misses.

The patterns are found in the sources: the first argument of every call of `re`, and the tables below for those that are
made at run time. The near-misses are made of each pattern's own parts: what stands before a repeat, the repeated part
thousands of times, and something that does not fit.
"""

from __future__ import annotations

import ast
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

sre: Any = import_module("re._parser")  # what `re` itself reads patterns with
ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("smsgen/**/*.py"), *ROOT.glob("action/*.py")])
LENGTH = 40_000
METHODS = ("search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split")


class Pattern(NamedTuple):
    """A pattern, where it stands, and how it is asked."""

    place: str
    text: str
    flags: int
    methods: tuple[str, ...]


def _fields() -> Iterator[str]:
    from smsgen.model import kinds
    from smsgen.model.fields import APP

    seen: set[int] = set()

    def walk(kind: Any) -> Iterator[str]:
        if id(kind) in seen:
            return
        seen.add(id(kind))
        if isinstance(kind, kinds.Text) and kind.pattern:
            yield kind.pattern
        for name in ("entry", "kind"):
            if isinstance(getattr(kind, name, None), kinds.FieldKind):
                yield from walk(getattr(kind, name))
        for field in getattr(kind, "fields", {}).values():
            yield from walk(field.kind)

    yield from walk(APP)


def _shapes() -> Iterator[str]:
    from smsgen.server.api import shapes

    found = [
        shape.pattern for shape in vars(shapes).values() if isinstance(shape, shapes.Shape) and shape.pattern
    ]
    yield from (pattern.replace("$", r"\Z") for pattern in dict.fromkeys(found))


def _masking() -> Iterable[str]:
    return tuple(import_module("smsgen.changes.masking")._PATTERNS)


def _wild() -> Iterator[str]:
    """Yield what IAM's wildcards become, the worst that a policy can hold."""
    from unittest import mock

    permissions = import_module("smsgen.changes.findings.permissions")
    for pattern in ("*a" * 200 + "b", "*" * 200 + "b", "a?*" * 100 + "b", "*??*a*"):
        with mock.patch("re.fullmatch") as asked:
            permissions._matches(pattern, "a")
        yield asked.call_args.args[0]


MADE: dict[str, Callable[[], Iterable[str]]] = {
    "smsgen/model/kinds.py: self.pattern": _fields,
    "smsgen/model/kinds.py: _NOT_TEXT if self.many_lines else _NOT_LINE": lambda: [
        import_module("smsgen.model.kinds")._NOT_TEXT,
        import_module("smsgen.model.kinds")._NOT_LINE,
    ],
    "smsgen/cfn/text.py: _NOT_A_BLOCK_ASCII if text.isascii() else _NOT_A_BLOCK": lambda: [
        import_module("smsgen.cfn.text")._NOT_A_BLOCK_ASCII,
        import_module("smsgen.cfn.text")._NOT_A_BLOCK,
    ],
    "smsgen/errors.py: codes": import_module("smsgen.errors")._REFUSALS.values,
    "smsgen/server/api/constraints.py: pattern.replace('$', '\\\\Z')": _shapes,
    "smsgen/changes/masking.py: pattern": _masking,
    "smsgen/report/scripts.py: pattern": lambda: [
        pattern for pattern, _ in import_module("smsgen.report.scripts")._OURS
    ],
    "smsgen/changes/values/parameter_types.py: pattern": lambda: [
        pattern for pattern, _ in import_module("smsgen.changes.values.parameter_types")._FORMS.values()
    ],
    "smsgen/changes/findings/permissions.py: wild": _wild,
    "smsgen/changes/refusals/patterns.py: pattern": list,  # a template's; tests/changes/values/test_growth.py
}
"""Place and expression -> the patterns that it stands for at run time."""


def calls(file: Path) -> Iterator[tuple[str, ast.expr, int, ast.Call]]:
    """Yield (method, pattern's expression, flags, call) of each call of `re` in a file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if ast.unparse(node.func.value) == "re" and node.func.attr in (*METHODS, "compile"):
            flags = [ast.unparse(one) for one in (*node.args[1:], *(k.value for k in node.keywords))]
            used = [eval(one) for one in flags if re.fullmatch(r"re\.[A-Z]+( \| re\.[A-Z]+)*", one)]
            yield node.func.attr, node.args[0], int(used[0]) if used else 0, node


def collected() -> Iterator[Pattern]:
    for file in FILES:
        place = str(file.relative_to(ROOT))
        text = file.read_text()
        for method, expression, flags, call in calls(file):
            said = ast.unparse(expression)
            methods = (method,) if method != "compile" else _asked(text, call)
            made = MADE.get(f"{place}: {said}")
            found = list(made()) if made else [_value(place, expression)]
            yield from (Pattern(f"{place}: {said}", one, flags, methods) for one in found)


def _asked(text: str, call: ast.Call) -> tuple[str, ...]:
    """Return how the pattern that a call compiles is asked in its module: everything, where that is not to be seen."""
    line = text.splitlines()[call.lineno - 1]
    name = re.match(r"(\w+)(?:: [^=]+)? = ", line)
    found = re.findall(rf"\b{name[1]}\.(\w+)\(", text) if name else []
    return tuple(dict.fromkeys(one for one in found if one in METHODS)) or ("search", "fullmatch")


def _value(place: str, expression: ast.expr) -> str:
    if isinstance(expression, ast.Constant):
        value = expression.value
    else:
        module = import_module(place.removesuffix(".py").replace("/", "."))
        value = eval(compile(ast.Expression(expression), place, "eval"), dict(vars(module)))
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


PATTERNS = list(collected())

# --- Near-misses ------------------------------------------------------------------------------------------------------


def samples(tree: Any) -> str:
    """Return a text that a parsed pattern matches, or nearly."""
    return "".join(_sample(str(kind), argument) for kind, argument in tree)


def _sample(kind: str, argument: Any) -> str:
    if kind == "LITERAL":
        return chr(argument)
    if kind in ("NOT_LITERAL", "ANY"):
        return "a" if argument != ord("a") else "b"
    if kind == "IN":
        return _member(argument)
    if kind == "BRANCH":
        return samples(argument[1][0])
    if kind == "SUBPATTERN":
        return samples(argument[3])
    if kind == "ATOMIC_GROUP":
        return samples(argument)
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return samples(argument[2]) * min(max(argument[0], 1), 50)
    return ""


def _member(members: Any) -> str:
    negated = str(members[0][0]) == "NEGATE"
    if negated:
        pattern = re.compile("x")  # any of these that the set does not name
        return next(c for c in "a0-_ .\x07~é" if not _holds(members[1:], c)) if pattern else ""
    for kind, argument in members:
        if str(kind) == "LITERAL":
            return chr(argument)
        if str(kind) == "RANGE":
            return chr(argument[0])
        if str(kind) == "CATEGORY":
            return {"DIGIT": "0", "SPACE": " ", "WORD": "a"}.get(str(argument).rpartition("_")[2], "!")
    return "a"


def _holds(members: Any, c: str) -> bool:
    classes = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": lambda one: one.isalnum() or one == "_"}
    for kind, argument in members:
        if str(kind) == "LITERAL" and chr(argument) == c:
            return True
        if str(kind) == "RANGE" and argument[0] <= ord(c) <= argument[1]:
            return True
        if str(kind) == "CATEGORY":
            name = str(argument).rpartition("_")[2]
            if classes.get(name, lambda _: False)(c) != ("NOT" in str(argument)):
                return True
    return False


def pumps(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield (what stands before, what is repeated) of each repeat in a parsed pattern, inner ones too."""
    for kind, argument in tree:
        name = str(kind)
        inner = {"SUBPATTERN": lambda a: [a[3]], "BRANCH": lambda a: a[1], "ATOMIC_GROUP": lambda a: [a]}
        if name.endswith("_REPEAT"):
            if argument[1] > 1:
                yield before, samples(argument[2])
            yield from pumps(argument[2], before)
        for part in inner.get(name, lambda _: [])(argument):
            yield from pumps(part, before)
            yield before, samples(part)
        before += _sample(name, argument)


def near_misses(pattern: Pattern) -> Iterator[str]:
    tree = sre.parse(pattern.text, pattern.flags)
    whole = samples(tree)
    found = dict.fromkeys(pumps(tree))
    texts = {(("", whole)): None, ("", whole[:-1]): None, **found}
    for before, pump in list(found):
        texts.update({("", before + pump + between): None for between in ("", "-", " ")})
        texts[(before, pump + " ")] = None
        texts[("", pump)] = None
    for before, pump in texts:
        if pump:
            for after in ("", "\0", "!"):
                yield before + pump * (LENGTH // len(pump)) + after


class TooSlow(Exception):
    pass


def _stop(*_: Any) -> None:
    raise TooSlow


def seconds(method: str, pattern: re.Pattern[str], text: str) -> float:
    """Return how long it takes, in seconds of this process; a hang is ended."""
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, 2)
    try:
        found = getattr(pattern, method)(*(("", text) if method in ("sub", "subn") else (text,)))
        if method == "finditer":
            list(found)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - start


def slow(pattern: Pattern) -> str:
    """Return a near-miss for which a pattern takes more than linear time, "" where none was found."""
    compiled = re.compile(pattern.text, pattern.flags)
    before = signal.signal(signal.SIGPROF, _stop)
    try:
        for text in dict.fromkeys(near_misses(pattern)):
            for method in pattern.methods:
                try:
                    if (
                        seconds(method, compiled, text[-LENGTH // 8 :])
                        < 0.002
                        > seconds(method, compiled, text[:60])
                    ):
                        whole = seconds(method, compiled, text)
                        if whole < 0.03:
                            continue
                    part = max(min(seconds(method, compiled, text[: LENGTH // 4]) for _ in range(2)), 0.0005)
                    whole = min(seconds(method, compiled, text) for _ in range(2))
                except TooSlow:
                    return f"{method} of {text[:60]!r}… ends not"
                if whole > 8 * part and whole > 0.03:
                    return f"{method} of {text[:60]!r}…: {part:.4f} s, and {whole:.4f} s for 4 times as much"
        return ""
    finally:
        signal.signal(signal.SIGPROF, before)


def test_the_patterns_are_found() -> None:
    places = {pattern.place for pattern in PATTERNS}
    assert len(PATTERNS) > 60
    assert {place.partition("/")[0] for place in places} == {"smsgen", "action"}
    there = {
        f"{file.relative_to(ROOT)}: {ast.unparse(one)}" for file in FILES for _, one, _, _ in calls(file)
    }
    assert set(MADE) <= there


@pytest.mark.parametrize(
    "pattern", PATTERNS, ids=[f"{at}-{one.place[:60]}" for at, one in enumerate(PATTERNS)]
)
def test_a_pattern_takes_linear_time(pattern: Pattern) -> None:
    assert slow(pattern) == ""


@pytest.mark.parametrize(
    ("text", "method"),
    [
        (r"^(?:[ ]*[-?:][ ]+){50,}", "search"),  # one of ours, once
        (r"(a+)+b", "fullmatch"),
        (r"(\w+\s?)*$", "match"),
        (r"\s*Encoded: \S+", "sub"),
        (r"(https?://[^\s?]+)\?\S*", "sub"),
        (r"\beyJ[\w-]{8,}\.[\w-]{8,}", "search"),
        (r".*a.*a.*b", "fullmatch"),
    ],
)
def test_the_rule_sees_a_slow_pattern(text: str, method: str) -> None:
    assert slow(Pattern("", text, 0, (method,)))
