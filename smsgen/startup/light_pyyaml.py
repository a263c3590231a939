"""PyYAML, whose regular expressions are compiled when they are first used.

PyYAML compiles patterns as it loads that its C reader never asks (one of them reaches over all of Unicode): a third
of its import, which is a tenth of a whole command. So while PyYAML is imported for the first time, what its own
modules compile are stand-ins, each of which becomes its pattern at its first use. Who needs `yaml` imports it here.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from smsgen.startup.late import late, standing_in

__all__ = ["yaml"]

_compile = re.compile


class _Late:
    """A pattern that is compiled when one of its methods is first asked for; the method then stays at hand."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._arguments = pattern, flags

    def __getattr__(self, name: str) -> Any:
        method = getattr(_compile(*self._arguments), name)
        setattr(self, name, method)
        return method


def _compile_late(pattern: Any, flags: Any = 0) -> Any:
    if sys._getframe(1).f_globals.get("__name__", "").startswith("yaml."):
        return _Late(pattern, flags)
    return _compile(pattern, flags)  # another thread's


if "yaml" in sys.modules:
    import yaml
else:
    re.compile = _compile_late
    try:
        # For !!binary and !!timestamp. Of datetime, PyYAML wants classes that are C's; datetime.py is all of them once
        # more in Python (up to 3.11), read only to be thrown away.
        import _datetime  # type: ignore[import-not-found] # C, and so without a stub

        dates = late("datetime", date=_datetime.date, datetime=_datetime.datetime)
        with standing_in(late("base64"), late("binascii"), dates):
            import yaml
    finally:
        re.compile = _compile
