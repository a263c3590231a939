"""The composition root: which adapter stands behind which port. The only place that knows them all."""

from __future__ import annotations

from smsgen.disk import DiskFiles, GitRevisions
from smsgen.operations.ports import Files, Revisions


def files() -> Files:
    """Give the user's files, on the local disk."""
    return DiskFiles()


def revisions() -> Revisions:
    """Give the user's files at git revisions."""
    return GitRevisions()
