"""The table of readers, and which of them a list is for."""

from __future__ import annotations

from collections.abc import Sequence

from smsgen.operations.intake.lists import any_csv, cmf, mgn, migration_hub, rvtools
from smsgen.operations.intake.lists.columns import plain_header
from smsgen.operations.intake.lists.reader import Reader

READERS: dict[str, Reader] = {
    module.READER.kind: module.READER for module in (mgn, cmf, rvtools, migration_hub, any_csv)
}
"""Kind, as `--from` names it -> its reader; in the order in which a list is tried for them."""

KINDS = tuple(READERS)


def reader_for(headers: Sequence[str], sheet: str, kind: str) -> Reader | None:
    """Return who reads a sheet with this row for a header, None where it is the header of nothing we know.

    `kind`: what the list is said to be, "" where its columns tell.
    """
    plain = frozenset(map(plain_header, headers)) - {""}
    for reader in READERS.values():
        named = reader.kind == kind and any(reader.meaning(header).column for header in headers)
        in_sheet = not (sheet and reader.sheet) or sheet.lower() == reader.sheet.lower()
        if in_sheet and (named or (not kind and reader.tells(plain))):
            return reader
    return None
