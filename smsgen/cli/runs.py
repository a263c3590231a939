"""smsgen runs: the runs of a replication job."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from smsgen.cli.jobs import time_of
from smsgen.cli.replication_view import STAGES, DiskRow, disk_row
from smsgen.cli.store_options import add_store_option, store_url
from smsgen.cli.terminal import live, put_rows
from smsgen.errors import SmsgenError

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen runs sms-job-01234567

The newest first, and of a run that copies how far each disk is. A table on a terminal; elsewhere one line a run, cells
parted by tabs: id, type, state, begin, end, image, how far it is, message.
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
    rows = [
        (
            each.replication_run_id,
            each.type,
            each.state,
            time_of(each.scheduled),
            time_of(each.completed),
            each.ami_id,
            ": ".join(word for word in (each.stage, each.stage_progress) if word),
            each.message,
        )
        for each in runs
    ]
    put_rows(("run", "type", "state", "begin", "end", "image", "how far", "message"), rows)
    if live(sys.stdout):
        for each in runs[:1]:
            if each.stage in STAGES and each.disks:
                put_rows(DiskRow._fields, [disk_row(disk) for disk in each.disks])
    return 0
