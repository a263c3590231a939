"""The codes that smsgen can say, found in its source tree.

A code is a text in capitals that is given where a `code` is asked for: to a function, a method or a class with a
parameter or field `code` (or `too_long`), as a default of one, or at the beginning of a fault that is yielded.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from smsgen.changes.model import FindingKind
from smsgen.report import sarif

ROOT = Path(__file__).parent.parent.parent.parent
CODE = re.compile(r"[A-Z][A-Z0-9]*(?:[_.][A-Z0-9]+)*")
NAMES = ("code", "too_long")

Asks = dict[str, set[tuple[int, int]]]
"""Name -> (where its parameter `code` stands, how many parameters it needs)."""


def emitted() -> dict[str, set[str]]:
    """Return code -> the files that say it."""
    trees = {path: ast.parse(path.read_text()) for path in sorted((ROOT / "smsgen").rglob("*.py"))}
    found = in_trees({str(path.relative_to(ROOT)): tree for path, tree in trees.items()})
    for code in (row[0] for row in sarif._ROWS.values()):
        found.setdefault(code, set()).add("smsgen/report/sarif.py")
    for kind in get_args(FindingKind):  # sarif.py puts them together
        found.setdefault(f"REVIEW_{kind.upper()}", set()).add("smsgen/report/sarif.py")
    return found


def in_trees(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    asks = _asks(trees)
    found: dict[str, set[str]] = {}
    for file, tree in trees.items():
        if file.startswith("smsgen/report/codes/"):
            continue  # the table itself
        for node in ast.walk(tree):
            for code in _said(node, asks):
                found.setdefault(code, set()).add(file)
    return found


def _asks(trees: dict[str, ast.Module]) -> Asks:
    found: Asks = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                _ask(found, node.name, node)
            if isinstance(node, ast.ClassDef):
                fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
                names = [ast.unparse(one.target) for one in fields]
                if "code" in names:
                    needed = sum(one.value is None for one in fields)
                    found.setdefault(node.name, set()).add((names.index("code"), needed))
                for one in node.body:
                    if isinstance(one, ast.FunctionDef) and one.name == "__init__":
                        _ask(found, node.name, one)
    return found


def _ask(found: Asks, name: str, function: ast.FunctionDef) -> None:
    names = [one.arg for one in function.args.args if one.arg not in ("self", "cls")]
    if "code" in names:
        needed = len(names) - len(function.args.defaults)
        found.setdefault(name, set()).add((names.index("code"), needed))


def _said(node: ast.AST, asks: Asks) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        for at, needed in asks.get(name, ()):
            # `add` of a set takes one argument, and no code
            if at < len(node.args) and len(node.args) + len(node.keywords) >= needed:
                yield from _constants(node.args[at])
        for keyword in node.keywords:
            if keyword.arg in NAMES:
                yield from _constants(keyword.value)
    elif isinstance(node, ast.arguments):
        plain = zip(reversed(node.args), reversed(node.defaults), strict=False)
        for argument, default in [*plain, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]:
            if argument.arg in NAMES and default is not None:
                yield from _constants(default)
    elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) > 2:
        yield from _constants(node.value.elts[0])


def _constants(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value
