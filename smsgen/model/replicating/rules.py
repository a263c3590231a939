"""What the parameters of a replication must be: of an application's server, and of a replication job.

SMS User Guide, "Replicating VMs": hours between two runs, images that are kept, how far ahead the first run may be,
which licences a guest may have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smsgen.model.check import read_plain, sentence
from smsgen.model.launch_fields import KMS_KEY
from smsgen.model.managed import ReplicationParameters

MAX_FREQUENCY = 24
MAX_AMIS = 270
MAX_AHEAD = 30 * 86_400.0
"""Hours between two runs, AMIs that are kept, seconds until the first run."""

_LINUX = re.compile(
    r"linux|ubuntu|debian|centos|red ?hat|rhel|suse|sles|fedora|rocky|alma|oracle|photon", re.I
)
_WINDOWS_CLIENT = re.compile(r"windows (xp|vista|7|8|8\.1|10|11)\b", re.I)


def problems(parameters: ReplicationParameters, now: float) -> Iterator[str]:
    """Yield what is wrong with the parameters of a replication that is asked for `now`, a sentence each."""
    if parameters.frequency is None and not parameters.run_once:
        yield "it needs frequency, or runOnce"
    if parameters.frequency is not None and not 1 <= parameters.frequency <= MAX_FREQUENCY:
        yield f"frequency is {parameters.frequency}; it must be from 1 to {MAX_FREQUENCY} hours"
    amis = parameters.number_of_recent_amis_to_keep
    if amis is not None and not 0 <= amis <= MAX_AMIS:
        yield f"numberOfRecentAmisToKeep is {amis}; it must be from 0 (all) to {MAX_AMIS}"
    if parameters.license_type not in (None, "AWS", "BYOL"):
        yield f"licenseType is {parameters.license_type!r}; it must be AWS or BYOL"
    if parameters.seed_time is not None and parameters.seed_time - now > MAX_AHEAD:
        yield "seedTime is more than 30 days ahead"
    if parameters.kms_key_id:
        if not parameters.encrypted:
            yield "kmsKeyId needs encrypted"
        yield from (
            sentence(problem) for problem in read_plain(KMS_KEY, parameters.kms_key_id, "kmsKeyId")[1]
        )


def licence_problem(guest: str, license_type: str | None) -> str:
    """Return why a guest cannot have a licence, "" where it can: AWS licenses Windows Server only."""
    if license_type != "AWS":
        return ""
    if _LINUX.search(guest) or _WINDOWS_CLIENT.search(guest):
        return f"licenseType is AWS, and {guest} can only be BYOL"
    return ""
