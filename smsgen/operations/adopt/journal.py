"""What a run has done, in a file beside the application's: what the stack itself does not tell.

The stack tells which servers it owns. The file tells which of them have been compared since, which servers AWS refused
and why, and whether updates are forbidden. It may be lost: then what is in the stack is compared again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from smsgen.errors import NoSuchFile, SmsgenError
from smsgen.operations.ports.protocols import Files

FORMAT = "smsgen-adoption-1"
_MOST = 16 * 1024 * 1024


class AdoptionJournal(NamedTuple):
    """A run: the stack, the logical ids of servers that were compared after their import, and those that AWS refused.

    `stopped`: why updates are forbidden, "" where they are not.
    """

    stack_name: str = ""
    verified: tuple[str, ...] = ()
    refused: Mapping[str, str] = {}
    stopped: str = ""


def read_journal(path: str, stack_name: str, files: Files) -> AdoptionJournal:
    """Return the journal of a stack's adoption, empty where there is none. Raises SmsgenError for another's."""
    try:
        text = files.read(path, max_bytes=_MOST)
    except NoSuchFile:
        return AdoptionJournal(stack_name)
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError(data["format"])
        journal = AdoptionJournal(
            str(data["stackName"]), tuple(data["verified"]), dict(data["refused"]), str(data["stopped"])
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SmsgenError(f"{path} is no journal of an adoption", hint="move it away") from None
    if journal.stack_name != stack_name:
        message = f"{path} is the journal of the stack {journal.stack_name}, not of {stack_name}"
        raise SmsgenError(message, hint="give another with --journal")
    return journal


def write_journal(path: str, journal: AdoptionJournal, files: Files) -> None:
    """Write a journal, whole or not at all."""
    data = {
        "format": FORMAT,
        "stackName": journal.stack_name,
        "verified": sorted(journal.verified),
        "refused": dict(sorted(journal.refused.items())),
        "stopped": journal.stopped,
    }
    files.write(path, (json.dumps(data, indent=2) + "\n").encode())
