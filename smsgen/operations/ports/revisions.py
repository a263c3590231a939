"""What a reader of git revisions says where the revision is there and the file is not."""

from __future__ import annotations

from smsgen.errors import SmsgenError


class NotAtRevision(SmsgenError):
    """The revision does not hold the file: it is newer, or stands outside of the repository."""
