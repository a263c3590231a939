"""smsgen jobs: the replication jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli.store_options import add_store_option, store_url
from smsgen.cli.terminal import put_rows

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen jobs
  smsgen jobs --store postgresql+psycopg://smsgen@db.example.com/smsgen

A table on a terminal; elsewhere one line a job, cells parted by tabs: id, server, VM, state, latest image, next run,
message.
"""

_ALL = 1_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    add_store_option(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring

    store = wiring.store(store_url(args))
    try:
        jobs = store.replication_jobs(limit=_ALL)
    finally:
        store.close()
    put_rows(
        ("job", "server", "VM", "state", "latest image", "next run", "message"),
        [
            (
                job.replication_job_id,
                job.server_id,
                job.vm_server.vm_name,
                job.state,
                job.latest_ami_id,
                time_of(job.next_run),
                job.message,
            )
            for job in jobs
        ],
    )
    return 0


def time_of(seconds: float | None) -> str:
    """Return a time in ISO 8601, UTC; "" for none."""
    from datetime import UTC, datetime

    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
