"""A store's content in one file, and back: both ways are a copy of all rows from one database to another.

A backup is a store itself, in SQLite, whatever it was made of: `--store sqlite:///FILE` looks into it, and `restore`
puts it into any other database. It is one state of the store, also while servers write to it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from smsgen.local.replacing import replacing
from smsgen.operations.ports.store import StoreError
from smsgen.store.database import Database
from smsgen.store.schema import bring_up, current
from smsgen.store.tables import APPS, JOBS, META, RECORDS, SERVERS, TOKENS

_TABLES = (APPS, SERVERS, JOBS, TOKENS, RECORDS, META)
_ROWS = 500
"""How many rows are held in memory at a time."""


def backup(url: str, path: str) -> int:
    """Write everything in a store to the file `path`, which is replaced once it is whole; give how many applications.

    Raises StoreError where there is no store at `url`, it fails, or the file cannot be written.
    """
    source = Database(url, create=False)
    try:
        _refuse_itself(source, path)
        bring_up(source)
        return _into_file(path, lambda target: _copy(source, target))
    finally:
        source.close()


def restore(path: str, url: str) -> int:
    """Put what `backup` wrote to a file into a store, which is made or must be empty; give how many applications.

    Raises StoreError where there is something in the store already, or one of the two fails.
    """
    with tempfile.TemporaryDirectory(prefix="smsgen-") as folder:
        # A backup of an older version is brought up, and the backup itself stays what it is.
        copied = os.path.join(folder, "store.db")  # noqa: PTH118 - it becomes part of a URL
        try:
            shutil.copyfile(path, copied)
        except OSError as error:
            raise StoreError(f"cannot read {path}: {(error.strerror or 'it is no file').lower()}") from None
        source = Database(f"sqlite:///{copied}")
        target = Database(url)
        try:
            _open_backup(source, path)
            bring_up(target)
            return target.write(lambda into: source.read(lambda out: _copy_rows(out, into, target.name)))
        finally:
            source.close()
            target.close()


def _open_backup(source: Database, path: str) -> None:
    try:
        version = source.read(current)
    except StoreError:
        version = None
    if version is None:
        raise StoreError(f"{path} is no backup of a store", hint="`smsgen backup` writes one")
    bring_up(source)


def _refuse_itself(source: Database, path: str) -> None:
    there = source.url.database
    if source.sqlite and there and os.path.exists(path) and os.path.samefile(there, path):  # noqa: PTH110, PTH121 - as above
        raise StoreError(f"{path} is the store itself", hint="give the backup another name")


def _into_file(path: str, fill: Callable[[Database], int]) -> int:
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - as above
            return _into_place(path, fill)
        with replacing(path, private=True) as beside:
            return _filled(beside, fill)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot write {path}: {error}") from None


def _into_place(path: str, fill: Callable[[Database], int]) -> int:
    """Write to a pipe or a device, in which no database can be made."""
    with tempfile.TemporaryDirectory(prefix="smsgen-") as folder:
        temporary = os.path.join(folder, "store.db")  # noqa: PTH118 - as above
        count = _filled(temporary, fill)
        with open(temporary, "rb") as whole, open(path, "wb") as target:  # noqa: PTH123 - as above
            shutil.copyfileobj(whole, target)
    return count


def _filled(file: str, fill: Callable[[Database], int]) -> int:
    target = Database(f"sqlite:///{file}")
    try:
        bring_up(target)
        count = fill(target)
        target.close()
        with closing(sqlite3.connect(file)) as whole:  # one file, without a WAL beside it
            whole.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()
        for left in (f"{file}-wal", f"{file}-shm"):
            if os.path.exists(left):  # noqa: PTH110 - as above
                os.unlink(left)  # noqa: PTH108 - as above
    return count


def _copy(source: Database, target: Database) -> int:
    return source.read(
        lambda out: target.write(lambda into: _copy_rows(out, into, target.name)), snapshot=True
    )


def _copy_rows(out: Connection, into: Connection, name: str) -> int:
    for table in (APPS, TOKENS, RECORDS):
        if into.execute(select(func.count()).select_from(table)).scalar():
            hint = "restore into a new one, and point the servers to it"
            raise StoreError(f"the store {name} is not empty", hint=hint)
    into.execute(delete(META))
    for table in _TABLES:
        _copy_table(out, into, table)
    return int(into.execute(select(func.count()).select_from(APPS)).scalar_one())


def _copy_table(out: Connection, into: Connection, table: Table) -> None:
    # `seq` is counted anew, in the same order: PostgreSQL's counter would not know of numbers that it did not give.
    columns = [column for column in table.c if column.name != "seq"]
    rows = out.execution_options(yield_per=_ROWS).execute(select(*columns).order_by(*table.primary_key))
    for part in rows.mappings().partitions():
        some: list[dict[str, Any]] = [dict(row) for row in part]
        into.execute(insert(table), some)
