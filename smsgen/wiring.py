"""The composition root: which adapter stands behind which port. The only place that knows them all."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from smsgen.errors import SmsgenError, install_hint
from smsgen.local.disk import DiskFiles, GitRevisions

if TYPE_CHECKING:  # a command pays only for what it uses
    from collections.abc import Callable

    from smsgen.aws.artifacts import ArtifactSettings
    from smsgen.aws.clients import AwsSettings, Clients
    from smsgen.model.replicating.catalog import Connector
    from smsgen.operations.apps.world import Kept, Settings, World
    from smsgen.operations.intake.inventory.import_inventory import FolderFiles
    from smsgen.operations.ports.adoption import Drift, Fleet, Guard
    from smsgen.operations.ports.copying import Copying, CopySettings
    from smsgen.operations.ports.disks import ImageFolder
    from smsgen.operations.ports.inventories import Inventories
    from smsgen.operations.ports.protocols import (
        Artifacts,
        Clock,
        Files,
        Lookups,
        Revisions,
        StackChanges,
        StackReader,
        Stacks,
    )
    from smsgen.operations.ports.snapshots import Manifests
    from smsgen.server.api.protocol import Call
    from smsgen.server.console.console import Console
    from smsgen.server.console.settings import ConsoleSettings
    from smsgen.server.http.access_log import AccessLog
    from smsgen.server.http.answer import Gate
    from smsgen.server.http.asgi import Endpoint
    from smsgen.server.workers import Workers
    from smsgen.store import SqlStore


def folder_files() -> FolderFiles:
    """Return the user's files, of which some may not be there yet."""
    return DiskFiles()


def files() -> Files:
    """Return the user's files, on the local disk."""
    return DiskFiles()


def revisions() -> Revisions:
    """Return the user's files at git revisions."""
    return GitRevisions()


def clients(settings: AwsSettings) -> Clients:
    """Return the clients of one AWS session; nothing is asked of AWS yet."""
    from smsgen.aws.clients import Clients

    return Clients(settings)


def artifacts(clients: Clients, settings: ArtifactSettings) -> Artifacts:
    """Return the documents' bucket, in S3."""
    from smsgen.aws.artifacts import S3Artifacts

    return S3Artifacts(clients, settings)


def stack_reader(clients: Clients) -> StackReader:
    """Return the deployed stacks, in CloudFormation."""
    from smsgen.aws.snapshot import CloudFormationReader

    return CloudFormationReader(clients)


def stacks(clients: Clients) -> Stacks:
    """Return what stands in CloudFormation."""
    from smsgen.aws.stacks import CloudFormationStacks

    return CloudFormationStacks(clients)


def stack_changes(clients: Clients) -> StackChanges:
    """Return what launches and terminates stacks, in CloudFormation."""
    from smsgen.aws.stack_changes import CloudFormationStackChanges

    return CloudFormationStackChanges(clients)


def lookups(clients: Clients) -> Lookups:
    """Return what is known of images and subnets, in EC2."""
    from smsgen.aws.lookups import Ec2Lookups

    return Ec2Lookups(clients)


def fleet(clients: Clients) -> Fleet:
    """Return the servers that run, in EC2 and MGN."""
    from smsgen.aws.adopting.fleet import Ec2Fleet

    return Ec2Fleet(clients)


def drift(clients: Clients) -> Drift:
    """Return what detects drift, in CloudFormation."""
    from smsgen.aws.adopting.session import CloudFormationDrift

    return CloudFormationDrift(clients)


def guard(clients: Clients, role_arn: str | None, *, guarded: bool = True) -> Guard:
    """Return the session that imports: one that may touch no server, unless the user goes without."""
    from smsgen.aws.adopting.session import NoGuard, StsGuard

    return StsGuard(clients, role_arn or "") if guarded else NoGuard(clients)


def inventories(settings: AwsSettings | None = None) -> Inventories:
    """Return what stands behind connectors; those to S3 use these settings, and the profile or role that they name."""
    from functools import cache

    from smsgen.aws.clients import AwsSettings, Clients
    from smsgen.aws.stored_objects import folder_at
    from smsgen.local.secrets import read_secret
    from smsgen.sources.inventories import SourceInventories

    own = settings or AwsSettings()

    @cache
    def clients_of(profile: str, role_arn: str) -> Clients:
        return Clients(own._replace(profile=profile or own.profile, role_arn=role_arn or own.role_arn))

    def folder(connector: Connector) -> ImageFolder:
        return folder_at(clients_of(connector.profile, connector.role_arn), connector.location)

    def from_secrets_manager(secret_id: str) -> str:
        from smsgen.aws.secrets import secret_value

        return secret_value(clients_of("", ""), secret_id)

    return SourceInventories(folder, lambda reference: read_secret(reference, from_secrets_manager))


def clock() -> Clock:
    """Return the machine's clock."""
    from smsgen.local.clock import SystemClock

    return SystemClock()


def store(url: str, *, create: bool = True) -> SqlStore:
    """Open the store of the SMS API's applications; raises StoreError. Close it at the end.

    Without `create`, a file of SQLite must be there already.
    """
    _find_sqlalchemy()
    from smsgen.store import open_store

    return open_store(url, create=create)


def backup(url: str, path: str) -> int:
    """Write everything in a store to a file, and give how many applications; raises StoreError."""
    _find_sqlalchemy()
    from smsgen.store import backup as write

    return write(url, path)


def restore(path: str, url: str) -> int:
    """Put a backup into a store that is empty, and give how many applications; raises StoreError."""
    _find_sqlalchemy()
    from smsgen.store import restore as read

    return read(path, url)


def _find_sqlalchemy() -> None:
    from smsgen.operations.ports.store import StoreError

    try:
        import smsgen.store  # noqa: F401 - imported to see whether it can be
    except ImportError:
        hint = install_hint("server")
        raise StoreError("SQLAlchemy, which keeps the store, is not installed", hint=hint) from None


def client(service: str = "sms", **arguments: Any) -> Any:
    """Return a boto3 client of the SMS API that `smsgen serve` serves; nothing needs to be installed for it.

    Arguments are those of `boto3.client`, and `profile_name`. Without `endpoint_url` and AWS_ENDPOINT_URL_SMS it talks
    to http://127.0.0.1:8471, and without a Region anywhere it signs for us-east-1. Raises SmsgenError for another
    service.
    """
    if service != "sms":
        raise SmsgenError(
            f"smsgen has no client for {service!r}", hint='smsgen.client("sms"); the others are boto3\'s'
        )
    from smsgen.aws.sms_client import sms_client
    from smsgen.server import PORT
    from smsgen.server.api.service_model import FILES, endpoint_rules

    rules = {"endpoint-rule-set-1.json": endpoint_rules(f"http://127.0.0.1:{PORT}")}
    return sms_client({**{name: make() for name, make in FILES.items()}, **rules}, arguments)


def service_model() -> dict[str, bytes]:
    """Return the files, by their paths in a folder of models, that tell SDKs and the AWS CLI of the SMS API."""
    import json

    find_server()
    from smsgen.server.api.service_model import FILES, FOLDER

    return {f"{FOLDER}/{name}": json.dumps(make(), indent=1).encode() + b"\n" for name, make in FILES.items()}


def find_server() -> None:
    """Raise SmsgenError where what `smsgen serve` stands on is not installed."""
    try:
        import smsgen.server.http.asgi
        import smsgen.server.http.sockets  # noqa: F401 - imported to see whether it can be
    except ImportError as error:
        hint = install_hint("server")
        raise SmsgenError(
            f"{error.name}, which the endpoint stands on, is not installed", hint=hint
        ) from None


def endpoint(
    world: World,
    store: SqlStore,
    workers: Workers,
    gate: Gate,
    log: AccessLog | None,
    console: ConsoleSettings | None = None,
) -> Endpoint:
    """Return the SMS API of a store as an ASGI application; workers are woken where an operation leaves them work.

    `console`: with the console beside it.
    """
    from smsgen.server.actions.table import BACKGROUND
    from smsgen.server.actions.table import perform as carry_out
    from smsgen.server.http.asgi import Endpoint
    from smsgen.server.http.metrics import Metrics

    def perform(call: Call) -> Any:
        response = carry_out(call, world)
        if call.operation in BACKGROUND:
            workers.wake()
        return response

    pages = _console(world, perform, gate, console) if console else None
    metrics = Metrics(store.work_left)
    return Endpoint(perform, gate, readiness=store.ping, metrics=metrics, log=log, pages=pages)


def _console(world: World, perform: Callable[[Call], Any], gate: Gate, settings: ConsoleSettings) -> Console:
    from smsgen.server.console.console import Console
    from smsgen.server.console.reading import Reading
    from smsgen.server.console.sessions import Failures, Sessions

    return Console(
        perform,
        Reading(world),
        gate,
        Sessions(world.secret, gate),
        Failures(monotonic),
        new_id=world.new_id,
        show_link=settings.show_link,
        url=settings.url,
    )


def new_id(digits: int) -> str:
    """Return so many random hexadecimal digits."""
    from secrets import token_hex

    return token_hex(digits)[:digits]


def kept(store: SqlStore, settings: Settings | None = None) -> Kept:
    """Return what an operation needs that asks nothing of AWS."""
    from smsgen.operations.apps.world import Kept

    return Kept(**_kept(store, settings))


def _kept(store: SqlStore, settings: Settings | None) -> dict[str, Any]:
    from functools import cache

    from smsgen.operations.apps.turns import Turns
    from smsgen.operations.apps.world import Settings

    return {
        "store": store,
        "clock": clock(),
        "new_id": new_id,
        "secret": cache(store.secret),
        "turns": Turns(),
        "settings": settings or Settings(),
    }


def world(
    store: SqlStore,
    clients: Clients,
    artifact_settings: ArtifactSettings | None = None,
    settings: Settings | None = None,
    copy_settings: CopySettings | None = None,
    machine: str = "",
) -> World:
    """Return all that the operations of the SMS API need; nothing is asked of AWS yet.

    `machine`: the name of this one, where that is not what it is called (its host name).
    """
    from functools import cache
    from socket import gethostname

    from smsgen.aws.artifacts import ArtifactSettings
    from smsgen.aws.commands import SsmCommands
    from smsgen.aws.events import EventBridgeEvents
    from smsgen.aws.keys import KmsKeys
    from smsgen.operations.apps.world import World
    from smsgen.operations.ports.copying import CopySettings

    bucket_settings = artifact_settings or ArtifactSettings()
    bucket = artifacts(clients, bucket_settings)
    return World(
        **_kept(store, settings),
        artifacts=lambda: bucket,
        stacks=stacks(clients),
        changes=stack_changes(clients),
        reader=stack_reader(clients),
        commands=SsmCommands(clients),
        lookups=lookups(clients),
        inventories=inventories(clients.settings),
        keys=KmsKeys(clients),
        events=EventBridgeEvents(clients),
        copying=cache(
            lambda: _copying(
                store, clients, bucket, copy_settings or CopySettings(), bucket_settings.kms_key_id
            )
        ),
        machine=machine or gethostname()[:64],
    )


def _copying(
    store: SqlStore, clients: Clients, bucket: Artifacts, settings: CopySettings, kms_key_id: str
) -> Copying:
    """Return where disks are copied to. Manifests stand beside the store's file, or in the artifacts' bucket, where
    uploads stand too; `kms_key_id` encrypts these.
    """
    from smsgen.aws.artifacts import IMPORTS
    from smsgen.aws.ebs.disks import EbsSnapshots
    from smsgen.aws.images import Ec2Images
    from smsgen.aws.uploads import S3Uploads
    from smsgen.operations.ports.copying import Copying

    return Copying(
        EbsSnapshots(clients),
        _manifests(store, clients, bucket),
        Ec2Images(clients),
        S3Uploads(clients, lambda: bucket.place(IMPORTS), kms_key_id=kms_key_id),
        settings,
    )


def _manifests(store: SqlStore, clients: Clients, bucket: Artifacts) -> Manifests:
    from tempfile import mkdtemp

    from smsgen.aws.manifests import S3Manifests
    from smsgen.local.manifests import FolderManifests

    if store.shares_no_disk:
        place = bucket.place("manifests")
        return S3Manifests(clients, place.bucket, place.key)
    # A store in memory is gone with its process, and so is what it copied.
    return FolderManifests(
        f"{store.folder}/manifests" if store.folder else mkdtemp(prefix="smsgen-manifests-")
    )
