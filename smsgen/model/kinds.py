"""The kinds of values a file is made of: texts, numbers, choices, lists, records.

A kind reads a plain value into what the model holds and adds what is wrong to the `Problems`, and writes it out
again. It never raises: for what it cannot read it gives a stand-in, so that the rest is still checked and every
index still fits. The JSON Schema is made from the same objects (`schema.py`), so that the two cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from smsgen.errors import Path
from smsgen.model.problems import Problems, label, show

LINE = r"[^\x00-\x1f\x7f]*"
"""Any text without control characters: what stands on one line."""

# Strings, compiled at first use: most files need neither.
_NOT_TEXT = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]"
_NOT_LINE = "[\x00-\x1f\x7f\ud800-\udfff]"
_HEX = "0123456789abcdef"


class FieldKind:
    """What reads a value. A plain class, since a Protocol costs the cold start half a millisecond."""

    __slots__ = ()

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        """Return what the model holds for `value`; what is wrong with it goes to `problems`."""
        raise NotImplementedError

    def write(self, value: Any) -> Any:
        """Return the plain data that `read` makes this value of."""
        return value


class Text(FieldKind):
    """Text. `what` says in a message what it should have been, `hint` how such a text looks.

    `pattern` must match the whole of it. `most` is a limit in characters, in bytes of UTF-8 where `in_bytes`.
    `many_lines` allows line breaks and tabs.
    """

    __slots__ = ("code", "hint", "in_bytes", "least", "many_lines", "most", "pattern", "too_long", "what")

    def __init__(
        self,
        most: int,
        *,
        least: int = 1,
        code: str = "BAD_TEXT",
        what: str = "such a text",
        hint: str = "",
        pattern: str = "",
        in_bytes: bool = False,
        many_lines: bool = False,
        too_long: str = "TOO_LONG",
    ) -> None:
        self.most = most
        self.least = least
        self.code = code
        self.what = what
        self.hint = hint
        self.pattern = pattern
        self.in_bytes = in_bytes
        self.many_lines = many_lines
        self.too_long = too_long

    def read(self, value: Any, path: Path, problems: Problems) -> str:
        """Return the text; where it is a number or a truth, that as text."""
        if type(value) is not str:
            problems.wrong_type(path, value, "text")
            return "" if value is None or isinstance(value, (dict, list)) else show(value)
        if not value.isprintable() and self._wrong_character(value):
            self._refuse_character(value, path, problems)
        elif not self.least <= self.size(value) <= self.most:
            self._refuse_size(value, path, problems)
        elif not self.fits(value):
            self.refuse(value, path, problems)
        return value

    def size(self, value: str) -> int:
        """Return how long a text is, in the unit of the limit."""
        return len(value) if not self.in_bytes or value.isascii() else len(value.encode())

    def fits(self, value: str) -> bool:
        """Return whether a text of the right length has the right form."""
        return not self.pattern or re.fullmatch(self.pattern, value) is not None

    def refuse(self, value: str, path: Path, problems: Problems) -> None:
        """Say that the text has the wrong form."""
        problems.add(self.code, path, f"{show(value)} is not {self.what}", self.hint)

    def _wrong_character(self, value: str) -> str:
        match = re.search(_NOT_TEXT if self.many_lines else _NOT_LINE, value)
        return match.group() if match else ""

    def _refuse_character(self, value: str, path: Path, problems: Problems) -> None:
        wrong = self._wrong_character(value)
        words = "a line break or tab" if wrong in "\t\n\r" else f"the character U+{ord(wrong):04X}"
        problems.add(
            "CONTROL_CHARACTER", path, f"{label(path)} holds {words}", "keep it on one line of plain text"
        )

    def _refuse_size(self, value: str, path: Path, problems: Problems) -> None:
        if not value:
            problems.add(
                "EMPTY_VALUE", path, f"{label(path)} is empty", "give it a value, or remove the line"
            )
            return
        unit = "bytes" if self.in_bytes else "characters"
        size = self.size(value)
        if size < self.least:
            problems.add(self.code, path, f"{show(value)} is not {self.what}", self.hint)
            return
        message = f"{label(path)} is {size:,} {unit} long; the limit is {self.most:,}"
        problems.add(self.too_long, path, message, self.hint or "shorten it")


class Identifier(Text):
    """An AWS id: a prefix, then 8 or 17 hexadecimal digits; or what matches `pattern`, where one is given."""

    __slots__ = ("prefix",)

    def __init__(self, prefix: str, what: str, *, pattern: str = "", hint: str = "") -> None:
        hint = hint or f"it looks like {prefix}0a1b2c3d4e5f60718: `{prefix}` and 8 or 17 hexadecimal digits"
        super().__init__(2048, code="BAD_ID", what=what, hint=hint, pattern=pattern)
        self.prefix = prefix

    def fits(self, value: str) -> bool:
        """Return whether it is such an id; without a regular expression, which the cold start would compile."""
        prefix, digits = value[: len(self.prefix)], value[len(self.prefix) :]
        if prefix == self.prefix and len(digits) in (8, 17) and not digits.strip(_HEX):
            return True
        return bool(self.pattern) and super().fits(value)


class Choice(FieldKind):
    """One of a few words."""

    __slots__ = ("values",)

    def __init__(self, *values: str) -> None:
        self.values = values

    def read(self, value: Any, path: Path, problems: Problems) -> str:
        """Return the word, "" where it is none of them."""
        if type(value) is not str:
            problems.wrong_type(path, value, "text")
            return ""
        if value not in self.values:
            near = problems.nearest(value, self.values, ",".join(self.values))
            hint = f"did you mean {near}?" if near else ""
            message = f"{label(path)} cannot be {show(value)}; it is {_one_of(self.values)}"
            problems.add("UNKNOWN_VALUE", path, message, hint)
            return ""
        return value


class InstanceType(FieldKind):
    """An EC2 instance type that exists (`instance_types.py`, generated)."""

    __slots__ = ()

    def read(self, value: Any, path: Path, problems: Problems) -> str:
        """Return the instance type, "" where it is not text."""
        if type(value) is not str:
            problems.wrong_type(path, value, "text")
            return ""
        from smsgen.generated.instance_types import FAMILIES

        family, _, size = value.partition(".")
        if not size or size not in FAMILIES.get(family, "").split():
            self._refuse(value, path, problems)
        return value

    def _refuse(self, value: str, path: Path, problems: Problems) -> None:
        near = problems.nearest(value, instance_types(), "instance type")
        hint = f"did you mean {near}?" if near else "see https://aws.amazon.com/ec2/instance-types"
        problems.add("UNKNOWN_INSTANCE_TYPE", path, f"there is no instance type {show(value)}", hint)


def instance_types() -> list[str]:
    """Return every instance type that exists."""
    from smsgen.generated.instance_types import FAMILIES

    return [f"{family}.{size}" for family, sizes in FAMILIES.items() for size in sizes.split()]


class Integer(FieldKind):
    """A whole number from `least` to `most`."""

    __slots__ = ("least", "most")

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    def read(self, value: Any, path: Path, problems: Problems) -> int:
        """Return the number, `least` where it is none. 8.0 is a whole number, as in JSON Schema."""
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int:
            hint = "write the digits without quotes" if isinstance(value, str) else ""
            problems.wrong_type(path, value, "a whole number", hint)
            return self.least
        if not self.least <= value <= self.most:
            message = f"{label(path)} is {show(value)}; it must be from {self.least:,} to {self.most:,}"
            problems.add("OUT_OF_RANGE", path, message)
        else:
            problems.check_reading(path, value)
        return value


class Boolean(FieldKind):
    """True or false."""

    __slots__ = ()

    def read(self, value: Any, path: Path, problems: Problems) -> bool:
        """Return the truth, False where it is none."""
        if type(value) is not bool:
            hint = "write true or false without quotes" if isinstance(value, str) else ""
            problems.wrong_type(path, value, "true or false", hint)
            return False
        return value


class ListOf(FieldKind):
    """A list of one kind with `least` to `most` entries, each at most once where `unique`."""

    __slots__ = ("code", "entry", "least", "most", "unique")

    def __init__(
        self, entry: FieldKind, *, least: int = 0, most: int = 0, unique: bool = False, code: str = "TOO_MANY"
    ) -> None:
        self.entry = entry
        self.least = least
        self.most = most
        self.unique = unique
        self.code = code

    def read(self, value: Any, path: Path, problems: Problems) -> tuple[Any, ...]:
        """Return the entries as a tuple, as many as the file has."""
        if type(value) is not list:
            hint = "begin each entry with `- `, or put them in [ ]" if value is not None else ""
            problems.wrong_type(path, value, "a list", hint)
            return ()
        if len(value) < self.least:
            problems.add("EMPTY_LIST", path, f"{label(path)} is empty", "give it an entry, or remove it")
        if self.most and len(value) > self.most:
            message = f"{label(path)} has {len(value):,} entries; the limit is {self.most:,}"
            problems.add(self.code, path, message)
        read = self.entry.read
        entries = tuple([read(entry, (*path, index), problems) for index, entry in enumerate(value)])
        if self.unique:
            self._check_unique(entries, path, problems)
        return entries

    def write(self, value: Any) -> list[Any]:
        """Return the entries as a list."""
        return [self.entry.write(entry) for entry in value]

    def _check_unique(self, entries: tuple[Any, ...], path: Path, problems: Problems) -> None:
        first: dict[Any, int] = {}
        for index, entry in enumerate(entries):
            if entry and entry in first:
                before = problems.line((*path, first[entry]))
                message = f"{show(entry)} stands twice in {label(path)}, first in {before}"
                problems.add("DUPLICATE_ENTRY", (*path, index), message, "remove one")
            first.setdefault(entry, index)


class Field:
    """A field of a record: its kind, and what it is for, in the words of the JSON Schema and the guides."""

    __slots__ = ("attribute", "description", "examples", "kind", "required")

    def __init__(
        self, kind: FieldKind, description: str, *, required: bool = False, examples: tuple[Any, ...] = ()
    ) -> None:
        self.kind = kind
        self.description = description
        self.required = required
        self.examples = examples
        self.attribute = ""


class Record(FieldKind):
    """A map with known fields, read into the NamedTuple `make`.

    Exactly one of the fields `one_of` is given; what stands under a name of `ignored` is not looked at.
    """

    __slots__ = ("blank", "fields", "ignored", "make", "name", "one_of", "required", "what")

    def __init__(
        self,
        make: Any,
        what: str,
        fields: Mapping[str, Field],
        *,
        one_of: tuple[str, ...] = (),
        ignored: tuple[str, ...] = (),
    ) -> None:
        self.ignored = ignored
        self.make = make
        self.what = what
        self.fields = fields
        self.one_of = one_of
        for name, field in fields.items():
            field.attribute = _snake(name)
        self.required = tuple(name for name, field in fields.items() if field.required)
        self.blank = make(**{fields[name].attribute: "" for name in self.required})
        self.name = make.__name__

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        """Return the record, with "" for a required field that is missing."""
        if type(value) is not dict:
            hint = "remove the `- ` before its fields" if isinstance(value, list) else ""
            problems.wrong_type(path, value, "a map (name: value)", hint)
            return self.blank
        values = {}
        fields = self.fields
        for name, item in value.items():
            field = fields.get(name)
            if field is not None:
                values[field.attribute] = field.kind.read(item, (*path, name), problems)
            elif name not in self.ignored:
                self._refuse_field(name, path, problems)
        for name in self.required:
            if name not in value:
                values[fields[name].attribute] = ""
                hint = f"{name}: {fields[name].description.rstrip('.')}"
                problems.add("MISSING_FIELD", path, f"{self.what} needs {name}", hint)
        if self.one_of and sum(name in value for name in self.one_of) != 1:
            self._refuse_choice(value, path, problems)
        return self.make(**values)

    def write(self, value: Any) -> dict[str, Any]:
        """Return the map, without what it need not say: fields that have their defaults."""
        record, defaults = self.make(*value), self.make._field_defaults
        return {
            name: field.kind.write(item)
            for name, field in self.fields.items()
            if (item := getattr(record, field.attribute)) is not None
            and (field.required or item != defaults[field.attribute])
        }

    def _refuse_field(self, name: str, path: Path, problems: Problems) -> None:
        message = f"{self.what} has no field {show(name)}"
        problems.add("UNKNOWN_FIELD", (*path, name), message, self._field_hint(name, problems), at_key=True)

    def _field_hint(self, name: str, problems: Problems) -> str:
        homes = [
            at
            for at, field in self.fields.items()
            if isinstance(field.kind, Record) and name in field.kind.fields
        ]
        if homes:
            return f"it belongs under {' or '.join(homes)}"
        from smsgen.model.hints import ELSEWHERE

        if name in ELSEWHERE:
            return ELSEWHERE[name]
        near = problems.nearest(name, self.fields, self.name)
        return f"did you mean {near}?" if near else f"its fields are {', '.join(self.fields)}"

    def _refuse_choice(self, value: dict[str, Any], path: Path, problems: Problems) -> None:
        present = [name for name in self.one_of if name in value]
        problem = f"has {' and '.join(present)}" if present else "has none of them"
        message = f"{self.what} needs exactly one of {', '.join(self.one_of)}, and {problem}"
        problems.add("NOT_ONE_OF", path, message, "keep one of them" if present else "add one of them")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _one_of(values: Iterable[str]) -> str:
    *most, last = values
    return f"{', '.join(most)} or {last}" if most else last
