"""Numbers that readers of YAML read differently: octal, hexadecimal, binary, with underscores, and of base 60."""

from __future__ import annotations


def other_reading(spelling: str) -> str:
    """Return what a reader other than one of YAML 1.1 makes of an integer that is written so; "" where all agree.

    YAML 1.2 (https://yaml.org/spec/1.2.2/#1032-tag-resolution) reads 010 as 10, and 1_000, 0b11 and 1:30 as text.
    """
    digits = spelling.lstrip("+-")
    if digits[:1] == "0" and digits.isdecimal():
        decimal = digits.lstrip("0") or "0"
        return decimal if int(decimal) != _octal(digits) else ""
    return f"the text {spelling}" if digits.strip("0123456789.eE+-") else ""


def _octal(digits: str) -> int | None:
    return int(digits, 8) if not digits.strip("01234567") else None
