"""smsgen runs: the runs of a replication job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put
from smsgen.cli.jobs import time_of
from smsgen.cli.store_options import add_store_option, store_url
from smsgen.errors import SmsgenError

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen runs sms-job-01234567

One line a run, the newest first, cells parted by tabs: id, type, state, begin, end, image, how far it is, message.
"""

_ALL = 1_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job_id", metavar="JOB", help="id of a replication job; `smsgen jobs` lists them")
    add_store_option(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring

    store = wiring.store(store_url(args))
    try:
        if store.replication_job(args.job_id) is None:
            raise SmsgenError(f"there is no replication job {args.job_id}", hint="`smsgen jobs` lists them")
        runs = store.replication_runs(args.job_id, limit=_ALL)
    finally:
        store.close()
    for each in runs:
        cells = (
            each.replication_run_id,
            each.type,
            each.state,
            time_of(each.scheduled),
            time_of(each.completed),
            each.ami_id,
            ": ".join(word for word in (each.stage, each.stage_progress) if word),
            each.message,
        )
        put("\t".join(cells) + "\n")
    return 0
