"""Any list, by what people call its columns (`columns.COLUMNS`) or by `--columns name=VM,ip=Address`."""

from __future__ import annotations

from smsgen.operations.intake.lists.columns import column_of
from smsgen.operations.intake.lists.reader import Reader, by_words, takes_all

_NAMING = frozenset({"name", "vmId", "serverId"})


def _tells(headers: frozenset[str]) -> bool:
    columns = {column_of(header)[0] for header in headers} - {""}
    return bool(columns & _NAMING) and len(columns) > 1


READER = Reader("csv", _tells, by_words, takes_all)
