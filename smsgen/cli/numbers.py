"""Numbers as options take them."""

from __future__ import annotations

from collections.abc import Callable


def number_between(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number from `least` to `most`, for an option's `type`."""

    def read(text: str) -> int:
        from argparse import ArgumentTypeError

        if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
        return int(text)

    return read
