"""Text that somebody wrote -> plain data that remembers where each value stood.

In: the bytes of a YAML or JSON document. Out: a `Source` (dicts, lists, str, int, float, bool, None) or `InvalidInput`
with every problem of the text itself: encoding, control characters, syntax, duplicate keys, nesting, aliases that
expand without bound, tags. Only the safe constructors exist here: no tag ever makes a Python object.

Positions are not copied: the YAML nodes are kept and walked when a diagnostic needs a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from smsgen.errors import Diagnostic, InvalidInput, Location, Path
from smsgen.text.bounds import Deep, check_aliases, check_depth, is_short, json_values
from smsgen.text.loader import COLLECTIONS, MAX_VALUES, STR, Loader, Many
from smsgen.text.pyyaml import yaml

MAX_BYTES = 32 * 1024 * 1024

TagReader = Callable[[str, Any], Any]
"""Turns a custom tag (`!Ref`) and the plain data under it into plain data; raises KeyError for an unknown tag."""

_MERGE = "tag:yaml.org,2002:merge"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_constructor = yaml.constructor.SafeConstructor()


class Source:
    """A document as plain data, and where each value stood in the text.

    `data` is the document, aliased values shared; `file` the name in messages; `root` YAML's node (JSON: None first).
    """

    __slots__ = ("_text", "data", "file", "root")

    def __init__(self, data: Any, file: str, text: str, root: Any = None) -> None:
        self.data = data
        self.file = file
        self._text = text
        self.root = root

    def locate(self, path: Path, *, key: bool = False) -> Location:
        """Return where the value at `path` stands (its key with `key=True`).

        A path that leaves the document gives the nearest parent that is in it, so a missing field points at the map
        that lacks it.
        """
        node = self._top()
        mark = node.start_mark if node is not None else None
        for step in path:
            pair = _child(node, step)
            if pair is None:
                break
            at_key, node = pair
            mark = at_key.start_mark if key else node.start_mark
        return Location(self.file, mark.line + 1, mark.column + 1) if mark else Location(self.file, 1, 1)

    def written(self, path: Path) -> str | None:
        """Return the scalar at `path` as it is written in the text ("012", "yes"), or None where there is none."""
        node = self._top()
        for step in path:
            pair = _child(node, step)
            if pair is None:
                return None
            node = pair[1]
        return node.value if isinstance(node, yaml.ScalarNode) else None

    def _top(self) -> Any:
        if self.root is None and self._text:
            self.root = _compose_or_none(self._text)
            self._text = ""  # asked once, also where there is nothing to be found
        return self.root

    def place(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return the diagnostics with their locations filled in from their paths, in the order of the text."""
        placed = [d if d.location else d._replace(location=self.locate(d.path)) for d in diagnostics]
        return tuple(sorted(placed, key=lambda d: (d.location or (), d.code, d.message)))


def parse(text: bytes, file: str, *, read_tag: TagReader | None = None, max_bytes: int = MAX_BYTES) -> Source:
    """Read a YAML or JSON document (JSON when it starts with `{` and is JSON).

    `text`: UTF-8, at most `max_bytes` bytes. `file`: the name for messages. `read_tag`: what custom tags mean; without
    it every tag is an error. Scalars follow YAML 1.1 as PyYAML reads it, but dates stay text. Keys become text.
    Raises InvalidInput with every problem found.
    """
    decoded = _decode(text, file, max_bytes)
    _check_depth(decoded, file)
    if decoded.lstrip()[:1] in ("{", "["):
        source = _parse_json(decoded, file)
        if source is not None:
            return source
    return _parse_yaml(decoded, file, read_tag)


def _decode(text: bytes, file: str, max_bytes: int) -> str:
    if len(text) > max_bytes:
        hint = "split it into several files, or generate a smaller one"
        _fail("TOO_LARGE", file, 1, 1, f"the file is larger than {max_bytes // 2**20} MiB", hint)
    try:
        decoded = text.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        column = error.start - (text.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"byte 0x{text[error.start]:02x} is not UTF-8"
        _fail("NOT_UTF8", file, line, column, message, "save the file as UTF-8")
    control = _CONTROL.search(decoded)
    if control:
        message = f"control character U+{ord(control.group()):04X} in the file"
        _fail("CONTROL_CHARACTER", file, *_line_column(decoded, control.start()), message, "remove it")
    if not decoded.strip():
        _fail("EMPTY", file, 1, 1, "the file is empty", "`smsgen init NAME` writes one to start from")
    return decoded


def _line_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


def _fail(code: str, file: str, line: int, column: int, message: str, hint: str) -> NoReturn:
    raise InvalidInput([Diagnostic(code, message, hint, location=Location(file, line, column))])


# --- JSON ---------------------------------------------------------------------------------------------------------


def _parse_json(text: str, file: str) -> Source | None:
    """Return the source, or None where the YAML reader should say what is wrong (a flow map is YAML too)."""
    from smsgen.text.json_text import Refused, loads

    if not is_short(text) and json_values(text) > MAX_VALUES:
        _too_many(file)
    try:
        return Source(loads(text), file, text)
    except Refused as no:
        _fail(no.code, file, *_line_column(text, no.offset), no.message, no.hint)
    except (ValueError, RecursionError):
        pass
    return None


# --- YAML ---------------------------------------------------------------------------------------------------------


def _parse_yaml(text: str, file: str, read_tag: TagReader | None) -> Source:
    root = _compose(text, file)
    if root is None:
        _fail(
            "EMPTY", file, 1, 1, "the file holds no document", "`smsgen init NAME` writes one to start from"
        )
    if "*" in text and "&" in text:
        try:
            check_aliases(root, MAX_BYTES)
        except Deep as error:
            _fail(error.code, file, *error.place, error.message, error.hint)
    reader = _Reader(file, read_tag)
    data = reader.read(root)
    if reader.problems:
        raise InvalidInput((*sorted(reader.problems, key=lambda d: d.location or ()), *reader.more()))
    return Source(data, file, text, root)


def _compose(text: str, file: str) -> Any:
    loader = Loader(text)
    try:
        return loader.get_single_node()
    except Many:
        return _too_many(file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = " ".join(part for part in (error.context, error.problem) if part) or "not YAML"
        return _fail("YAML_SYNTAX", file, *where, message, _syntax_hint(error.problem or ""))
    except yaml.YAMLError as error:
        return _fail("YAML_SYNTAX", file, 1, 1, str(error).splitlines()[0], "the file must be YAML or JSON")
    finally:
        loader.dispose()


def _compose_or_none(text: str) -> Any:
    try:
        _check_depth(text, "")
        return _compose(text, "")
    except InvalidInput:
        return None


def _check_depth(text: str, file: str) -> None:
    try:
        check_depth(text)
    except Deep as error:
        _fail(error.code, file, *error.place, error.message, error.hint)


def _too_many(file: str) -> NoReturn:
    hint = "split it into several files, or generate a smaller one"
    _fail("TOO_LARGE", file, 1, 1, f"the file holds more than {MAX_VALUES:,} values", hint)


def _syntax_hint(problem: str) -> str:
    if "tab character" in problem or "cannot start any token" in problem:
        return "YAML is indented with spaces, never tabs; quote a value that starts with a special character"
    if "another document" in problem or "expected a single document" in problem:
        return "one file holds one document: remove the `---` between them"
    if "undefined alias" in problem:
        return "define it with `&name` before `*name`, or quote the value"
    return "check the indentation and the quotes on this line and the one before"


def _child(node: Any, step: str | int) -> tuple[Any, Any] | None:
    """Return the key node and the value node one step down, or None."""
    if isinstance(node, yaml.SequenceNode):
        if isinstance(step, int) and step < len(node.value):
            return node.value[step], node.value[step]
        return None
    if not isinstance(node, yaml.MappingNode):
        return None
    merged: list[Any] = []
    for key, value in node.value:
        if key.value == step:
            return key, value
        if key.tag == _MERGE:
            merged.extend(value.value if isinstance(value, yaml.SequenceNode) else [value])
    return next((pair for base in merged if (pair := _child(base, step))), None)


class _Reader:
    """Nodes -> plain data, each aliased node once; problems are collected in `problems`."""

    def __init__(self, file: str, read_tag: TagReader | None) -> None:
        self.file = file
        self.read_tag = read_tag
        self.problems: list[Diagnostic] = []
        self._more = 0
        self._made: dict[int, Any] = {}

    def read(self, node: Any) -> Any:
        tag = node.tag
        if tag == STR and isinstance(node, yaml.ScalarNode):
            return node.value
        values = self._made
        key = id(node)
        if key not in values:
            values[key] = self._tagged(node) if tag[:1] == "!" else self._plain(node)
        return values[key]

    def more(self) -> Iterable[Diagnostic]:
        """Say how many problems are left out, where there are more than anybody reads."""
        if self._more:
            message, first = f"{self._more:,} more problems are not shown", Location(self.file, 1, 1)
            yield Diagnostic("MORE_PROBLEMS", message, "mend these first", location=first)

    def _plain(self, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if node.tag not in COLLECTIONS:
            self._problem(
                "YAML_TAG", node, f"the tag {node.tag} is not read here", "write a plain map or list"
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        return [self.read(child) for child in node.value]

    def _scalar(self, node: Any) -> Any:
        kind = node.tag.rpartition(":")[2]
        if kind in ("int", "float", "bool", "null") and len(node.value) <= _LONGEST_NUMBER:
            try:
                constructed = _CONSTRUCT[kind](_constructor, node)
            except ValueError:  # "0o8", "1__0": what only looks like a number is text
                return node.value
            if kind == "float" and not abs(constructed) < float("inf"):
                hint = "quote it if it is text; JSON and CloudFormation have no such number"
                self._problem("NOT_FINITE", node, f"{node.value} is not a finite number", hint)
            return constructed
        if kind not in ("int", "float", "str", "timestamp", "value", "merge"):
            self._problem("YAML_TAG", node, f"the tag !!{kind} is not read here", "write the value as text")
        return node.value

    def _mapping(self, node: Any) -> dict[str, Any]:
        members: dict[str, Any] = {}
        merged: list[Any] = []
        for key, value in node.value:
            if key.tag == _MERGE:
                merged.append(value)
            elif not isinstance(key, yaml.ScalarNode):
                self._problem(
                    "BAD_KEY", key, "a key must be text, not a list or a map", "quote it or move it"
                )
            elif key.value in members:
                self._problem(
                    "DUPLICATE_KEY", key, f"the key {key.value!r} stands twice in this map", "keep one"
                )
            else:
                members[key.value] = self.read(value)
        for value in merged:
            self._merge(members, value)
        return members

    def _merge(self, members: dict[str, Any], value: Any) -> None:
        bases = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for base in bases:
            if not isinstance(base, yaml.MappingNode):
                self._problem(
                    "BAD_MERGE", base, "`<<` takes a map or a list of maps", "refer to a map with `*name`"
                )
                continue
            for name, inherited in self.read(base).items():
                members.setdefault(name, inherited)

    def _tagged(self, node: Any) -> Any:
        untagged: Any = self._mapping(node) if isinstance(node, yaml.MappingNode) else None
        if isinstance(node, yaml.SequenceNode):
            untagged = [self.read(child) for child in node.value]
        elif isinstance(node, yaml.ScalarNode):
            untagged = node.value
        try:
            if self.read_tag is not None:
                return self.read_tag(node.tag, untagged)
        except KeyError:
            pass
        self._problem(
            "YAML_TAG", node, f"the tag {node.tag} is not known here", "remove the tag, or quote the value"
        )
        return untagged

    def _problem(self, code: str, node: Any, message: str, hint: str) -> None:
        if len(self.problems) == _MOST_PROBLEMS:
            self._more += 1
            return
        mark = node.start_mark
        self.problems.append(
            Diagnostic(code, message, hint, location=Location(self.file, mark.line + 1, mark.column + 1))
        )


_MOST_PROBLEMS = 1_000

_LONGEST_NUMBER = 4_300
"""Digits of a number; what is longer is text. Python reads no longer ones, and YAML's of base 60 (1:30:00) take ever
longer.
"""

_CONSTRUCT: dict[str, Any] = {
    "int": yaml.constructor.SafeConstructor.construct_yaml_int,
    "float": yaml.constructor.SafeConstructor.construct_yaml_float,
    "bool": yaml.constructor.SafeConstructor.construct_yaml_bool,
    "null": yaml.constructor.SafeConstructor.construct_yaml_null,
}
