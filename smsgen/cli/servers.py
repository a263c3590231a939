"""smsgen servers: the server catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put, say
from smsgen.cli.store_options import add_store_option, store_url

if TYPE_CHECKING:
    import argparse

    from smsgen.model.replicating.catalog import CatalogServer
    from smsgen.model.replicating.jobs import ReplicationJob

EXAMPLES = """\
examples:
  smsgen servers --import                all connectors are read first
  smsgen servers --format json

One line a server: id, name, guest, disks, replication job, and why it cannot be replicated where it cannot.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--import", dest="read", action="store_true", help="read all connectors first")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default: %(default)s)")
    add_store_option(parser)


def run(args: argparse.Namespace) -> int:
    from smsgen import wiring
    from smsgen.aws.clients import AwsSettings
    from smsgen.model.replicating.catalog import CATALOG_ID
    from smsgen.operations.jobs.carry_out import carry_out_one
    from smsgen.operations.replication import catalog

    store = wiring.store(store_url(args))
    try:
        world = wiring.world(store, wiring.clients(AwsSettings()))
        if args.read:
            catalog.import_server_catalog(world)
            while store.jobs(CATALOG_ID):
                if not carry_out_one(world, "servers", (catalog.IMPORT,)):
                    world.clock.sleep(0.2)
        now = catalog.catalog_now(world)
        servers, _ = catalog.get_servers(world, limit=1_000_000)
        jobs = store.jobs_of_servers(server.server_id for server in servers)
    finally:
        store.close()
    unhealthy = f": {now.message}" if now.message else ""
    say(f"catalog: {now.status}, {len(servers)} servers{unhealthy}")
    rows = [_row(server, jobs.get(server.server_id)) for server in servers]
    if args.format == "json":
        import json

        put(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    else:
        put("".join("\t".join(str(cell) for cell in row.values()) + "\n" for row in rows))
    return 0


def _row(server: CatalogServer, job: ReplicationJob | None) -> dict[str, object]:
    return {
        "serverId": server.server_id,
        "vmName": server.vm_server.vm_name,
        "guest": server.guest,
        "disks": server.disks,
        "replicationJobId": job.replication_job_id if job else "",
        "state": job.state if job else "",
        "refused": server.refused,
    }
