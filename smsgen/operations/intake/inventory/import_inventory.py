"""Use case: lists -> application files in a folder; again, with another list, only what is another changes.

Everything is read and merged before anything is written. Each file is written whole or not at all, what is kept of an
import before the files it is new to and after those it changes: interrupted anywhere, the same import again completes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple, Protocol

from smsgen.errors import Diagnostic, Location, Severity, SmsgenError
from smsgen.operations.intake.inventory.entries import AppEntry, carried_over, entry_of, missing_from
from smsgen.operations.intake.inventory.file_names import file_name
from smsgen.operations.intake.inventory.kept import FILE, dump_kept, load_kept
from smsgen.operations.intake.inventory.kept import LARGEST as LARGEST_KEPT
from smsgen.operations.intake.inventory.merge import MergedFile, merge
from smsgen.operations.intake.inventory.placing import PlannedApp, place
from smsgen.operations.intake.lists.listing import Listing
from smsgen.operations.intake.lists.reading import ListOptions, read_list
from smsgen.operations.intake.lists.sheets import LARGEST
from smsgen.operations.ports.protocols import Files
from smsgen.text.source import MAX_BYTES


class FolderFiles(Files, Protocol):
    """The user's files, of which some may not be there yet."""

    def find(self, path: str, *, max_bytes: int) -> bytes | None:
        """Return a file's bytes, None where there is no such file; raises SmsgenError as `read` does."""


class FileChange(Enum):
    """What an import does to a file."""

    NEW = "new"
    CHANGED = "changed"
    MERGED = "merged"
    SAME = "same"


class PlannedFile(NamedTuple):
    """An application's file: its path, its text as it will be, how that differs from what stands there."""

    path: str
    text: bytes
    change: FileChange
    entry: AppEntry
    before: AppEntry | None


class ImportPlan(NamedTuple):
    """What an import will write. `servers` of `rows` of the lists are in the files; `diagnostics` say of the others.

    `gone`: applications that no list has any more, by name.
    """

    folder: str
    files: Mapping[str, PlannedFile]
    gone: Mapping[str, AppEntry]
    diagnostics: tuple[Diagnostic, ...]
    rows: int
    servers: int


def plan_import(
    paths: Iterable[str],
    folder: str,
    files: FolderFiles,
    asked: ListOptions,
    *,
    application: str = "",
    remove: bool = False,
) -> ImportPlan:
    """Read lists, and return what application files in `folder` become of them.

    `application`: where servers belong whose rows name none. `remove`: servers that the lists no longer have are taken
    out of the files. Raises InvalidInput, UsageError and SmsgenError, before anything is written.
    """
    listings = [read_list(files.read(path, max_bytes=LARGEST), path, asked) for path in paths]
    placement = place((row for listing in listings for row in listing.rows), application=application)
    kept_path = _within(folder, FILE)
    kept = files.find(kept_path, max_bytes=LARGEST_KEPT)
    before = {} if kept is None else load_kept(kept, kept_path)
    diagnostics = [*_of(listings), *placement.diagnostics]
    planned = _planned(placement.apps, folder, files, before, diagnostics, remove=remove)
    gone = {name: entry for name, entry in before.items() if name not in planned}
    diagnostics += _gone(gone, folder, files)
    servers = sum(len(group.servers) for app in placement.apps for group in app.groups)
    return ImportPlan(
        folder, planned, gone, tuple(diagnostics), sum(listing.counted for listing in listings), servers
    )


def _of(listings: Iterable[Listing]) -> Iterator[Diagnostic]:
    for listing in listings:
        yield from listing.diagnostics


def _within(folder: str, name: str) -> str:
    return f"{folder.rstrip('/') or folder[:1]}/{name}" if folder else name


def _planned(
    apps: Iterable[PlannedApp],
    folder: str,
    files: FolderFiles,
    before: Mapping[str, AppEntry],
    diagnostics: list[Diagnostic],
    *,
    remove: bool,
) -> dict[str, PlannedFile]:
    taken = {entry.file for entry in before.values()}
    planned = {}
    for app in apps:
        known = before.get(app.name)
        name = known.file if known else file_name(app.name, taken)
        taken.add(name)
        entry = entry_of(app, name, known)
        path = _within(folder, name)
        if known:
            entry = _with_missing(entry, known, path, diagnostics, remove=remove)
        planned[app.name] = _planned_file(path, entry, known, files, diagnostics)
    return planned


def _with_missing(
    entry: AppEntry, known: AppEntry, path: str, diagnostics: list[Diagnostic], *, remove: bool
) -> AppEntry:
    """Return an application with the servers that its list no longer has, and say so; without them where asked."""
    missing = missing_from(entry, known)
    for server, replaced in missing:
        what = server.keys[0] if server.keys else server.logical_id
        message = f"the list no longer has {server.logical_id} ({what})"
        hint = "it stays in the file: take it out, or import with --remove"
        if remove or replaced:
            hint = f"it is taken out{': another has its id' if replaced else ''}"
        location = Location(path, 1, 1)
        diagnostics.append(Diagnostic("SERVER_GONE", message, hint, Severity.WARNING, location=location))
    stays = [server for server, replaced in missing if not replaced and not remove]
    return carried_over(entry, known, stays) if stays else entry


def _planned_file(
    path: str, entry: AppEntry, known: AppEntry | None, files: FolderFiles, diagnostics: list[Diagnostic]
) -> PlannedFile:
    text = entry.text.encode()
    there = files.find(path, max_bytes=MAX_BYTES)
    if there is None:
        return PlannedFile(path, text, FileChange.NEW, entry, known)
    if there == text:
        return PlannedFile(path, text, FileChange.SAME, entry, known)
    if known is None:
        hint = "import into a folder of its own, or move the file away"
        raise SmsgenError(f"{path} is there already, and no import wrote it", hint=hint)
    if entry.text == known.text:
        return PlannedFile(path, there, FileChange.SAME, entry, known)
    if there == known.text.encode():
        return PlannedFile(path, text, FileChange.CHANGED, entry, known)
    merged: MergedFile = merge(known, there, entry, path)
    diagnostics += merged.diagnostics
    change = FileChange.SAME if merged.text == there else FileChange.MERGED
    return PlannedFile(path, merged.text, change, entry, known)


def _gone(gone: Mapping[str, AppEntry], folder: str, files: FolderFiles) -> Iterator[Diagnostic]:
    for name, entry in gone.items():
        path = _within(folder, entry.file)
        if files.find(path, max_bytes=MAX_BYTES) is not None:
            message = f"no list has the application {name} any more"
            hint = "its file stays: delete it, when its stack is terminated"
            yield Diagnostic("SERVER_GONE", message, hint, Severity.WARNING, location=Location(path, 1, 1))


def write_import(plan: ImportPlan, files: FolderFiles) -> None:
    """Write what an import planned; where nothing is another, nothing is written."""
    before = {name: file.before for name, file in plan.files.items() if file.before} | dict(plan.gone)
    after = {name: file.entry for name, file in plan.files.items()} | dict(plan.gone)
    path = _within(plan.folder, FILE)
    begun = {**after, **before}
    if before.keys() != after.keys():
        files.write(path, dump_kept(begun))
    for file in plan.files.values():
        if file.change is not FileChange.SAME:
            files.write(file.path, file.text)
    if begun != after:
        files.write(path, dump_kept(after))
