"""Modules that others import and this process seldom uses: stand-ins, so that a command starts without them.

A stand-in is in `sys.modules` only while the other is imported for the first time; who imports the module later gets
the real one, and so does the other, at its first use.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


def late(name: str, **there: Any) -> ModuleType:
    """Return a stand-in for a module: what is `there` stands ready, anything else is loaded with the real one.

    Not importlib.util.LazyLoader: to CPython 3.11 an import statement already is a use of such a module.
    """
    stand_in = ModuleType(name)

    def load(attribute: str) -> Any:
        if attribute.startswith(
            "__"
        ):  # the import statement asks for __path__ and __spec__: that is not yet a use
            raise AttributeError(attribute)
        _take_away(stand_in)  # what is not there may be wanted while the other is still imported
        return getattr(import_module(name), attribute)

    vars(stand_in).update(there, __getattr__=load)  # PEP 562
    return stand_in


@contextmanager
def standing_in(*modules: ModuleType) -> Iterator[None]:
    """Put the stand-ins of those modules that are not loaded yet in their place, and take them away at the end."""
    absent = {module.__name__: module for module in modules if module.__name__ not in sys.modules}
    sys.modules.update(absent)
    try:
        yield
    finally:
        for module in absent.values():
            _take_away(module)


def _take_away(module: ModuleType) -> None:
    if sys.modules.get(module.__name__) is module:
        del sys.modules[module.__name__]
