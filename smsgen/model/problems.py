"""What is wrong with a file, collected while it is read: `Problems`, and the words they are said in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from smsgen.errors import Diagnostic, Path, Severity
from smsgen.text.readings import other_reading
from smsgen.text.source import Source

MAX_PROBLEMS = 1000
"""More than this are counted, not kept: nobody reads them, and a hostile file must not fill the memory."""

_LONGEST_NAME = 64


class Problems:
    """The problems of one file, as they are found; `found` holds at most MAX_PROBLEMS of each severity.

    `source` is None where there is no file: places are then told by their paths.
    """

    def __init__(self, source: Source | None) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self._counts = dict.fromkeys(Severity, 0)
        self._refused: dict[Path, str] = {}
        self._near: dict[tuple[str, str], str] = {}

    def add(
        self,
        code: str,
        path: Path,
        message: str,
        hint: str = "",
        *,
        severity: Severity = Severity.ERROR,
        at_key: bool = False,
    ) -> None:
        """Keep a problem with the value at `path` (`at_key`: with the name that stands before it)."""
        if self._refused and self._follows(path):
            return
        self._counts[severity] += 1
        if self._counts[severity] <= MAX_PROBLEMS:
            location = self.source.locate(path, key=at_key) if self.source else None
            self.found.append(Diagnostic(code, message, hint, severity, path, location))

    def end_of_fields(self) -> None:
        """From here on, leave out what only follows from a value that has been refused already."""
        self._refused = {d.path: d.code for d in self.found if d.code != "MISSING_FIELD"}

    def _follows(self, path: Path) -> bool:
        """Return whether the value at `path` was refused, or what should hold it is of a wrong type."""
        refused = self._refused
        return path in refused or any(refused.get(path[:end]) == "WRONG_TYPE" for end in range(len(path)))

    def full(self) -> bool:
        """Return whether a further error would only be counted, so that nothing need be worked out for it."""
        return self._counts[Severity.ERROR] >= MAX_PROBLEMS

    def line(self, path: Path) -> str:
        """Return the place of the value at `path` in words, to be named in the message of another place."""
        return f"line {self.source.locate(path).line}" if self.source else written(path)

    def nearest(self, word: str, known: Iterable[str], what: str) -> str:
        """Return the one of `known` that `word` most likely stands for, or "".

        `what` names the list: the same word is looked up once in it. Case does not count.
        """
        if self.full() or len(word) > _LONGEST_NAME:
            return ""
        if (what, word) not in self._near:
            from difflib import get_close_matches

            folded = {name.lower(): name for name in known}
            near = get_close_matches(word.lower(), folded, 1)
            self._near[what, word] = folded[near[0]] if near else ""
        return self._near[what, word]

    def check_reading(self, path: Path, value: int) -> None:
        """Say that not every reader of YAML reads the integer at `path` as `value`, where that is so."""
        spelling = self.source.written(path) if self.source and self.source.root is not None else None
        other = other_reading(spelling) if spelling and spelling != str(value) else ""
        if other:
            message = f"{label(path)} is written {spelling}, which is {show(value)} to YAML 1.1, and {other} to others"
            self.add(
                "AMBIGUOUS_NUMBER", path, message, "write it in decimal digits alone, without a 0 before them"
            )

    def wrong_type(self, path: Path, value: Any, wanted: str, hint: str = "") -> None:
        """Say that `value` is not of the kind that belongs at `path`; `wanted` names it: "a list"."""
        message = f"{label(path)} must be {wanted}, not {kind_of(value)}"
        if value is None:
            hint = "give it a value, or remove the line"
        elif not self.full():
            hint = self._shape(path, value) or hint or self._quote(path, value, wanted)
        self.add("WRONG_TYPE", path, message, hint)

    def _shape(self, path: Path, value: Any) -> str:
        from smsgen.model.hints import shape_hint  # a file is rarely wrong, and the tables take time to load

        source = self.source
        return shape_hint(path, value, source.written) if source else shape_hint(path, value)

    def _quote(self, path: Path, value: Any, wanted: str) -> str:
        if wanted != "text" or isinstance(value, (dict, list)):
            return ""
        text = self.source.written(path) if self.source else None
        return f'put it in quotes: "{text if text is not None else show(value)}"'

    def all(self) -> tuple[Diagnostic, ...]:
        """Return everything found, in the order of the file, and how much was left out."""
        placed = self.source.place(self.found) if self.source else tuple(self.found)
        dropped = sum(max(0, count - MAX_PROBLEMS) for count in self._counts.values())
        if not dropped:
            return placed
        severity = Severity.ERROR if self._counts[Severity.ERROR] else Severity.WARNING
        more = Diagnostic(
            "MORE_PROBLEMS", f"{dropped:,} more problems are not shown", "mend these first", severity
        )
        return (*placed, more._replace(location=self.source.locate(()) if self.source else None))


def label(path: Path) -> str:
    """Return the short name of a place: the last field in it, with the index where it is an entry of a list."""
    if not path:
        return "the file"
    last = path[-1]
    if isinstance(last, str):
        return last
    return f"{path[-2]}[{last}]" if len(path) > 1 else f"entry {last}"


def written(path: Path) -> str:
    """Return a path in one word: `serverGroups[0].serverList[2].launch.subnet`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def show(value: Any) -> str:
    """Return a value as it may stand in a message: short, on one line, without control characters."""
    if isinstance(value, int) and value.bit_length() > 64:
        return "a number beyond 64 bits"  # and Python refuses to write out the longest ones
    if isinstance(value, str):
        return repr(value if len(value) <= 80 else value[:79] + "…")
    return str(value)


def kind_of(value: Any) -> str:
    """Return the kind of a value in the words of somebody who writes YAML."""
    if value is None:
        return "empty (null)"
    for kind, words in _KINDS.items():
        if isinstance(value, kind):
            return words
    return f"the number {show(value)}"


_KINDS: dict[type, str] = {
    bool: "true or false",
    str: "text",
    dict: "a map (name: value)",
    list: "a list",
}
