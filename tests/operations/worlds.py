"""An account in memory for the operations of the SMS API, and what a caller does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smsgen.errors import ServiceError
from smsgen.model.app import App, Server, ServerGroup, VmServer
from smsgen.model.launch import Launch, S3Location
from smsgen.model.managed import ManagedApp
from smsgen.model.replicating.notices import Notice
from smsgen.model.replication import ReplicationStatus
from smsgen.model.status import AppStatus, LaunchStatus
from smsgen.operations.apps import launching
from smsgen.operations.apps.configure_launch import (
    GroupLaunch,
    LaunchConfiguration,
    put_launch_configuration,
)
from smsgen.operations.apps.manage import Wanted, create_app
from smsgen.operations.apps.turns import Turns
from smsgen.operations.apps.world import Settings, World
from smsgen.operations.jobs.carry_out import carry_out_one
from smsgen.operations.ports.copying import Copying
from smsgen.operations.ports.keys import KeyInfo
from smsgen.operations.ports.records import Command, CommandAnswer
from smsgen.operations.replication.set_images import set_images
from tests.operations.fake_images import FakeImages, FakeInventories, FakeUploads
from tests.operations.fake_stacks import FakeClock, FakeStacks
from tests.operations.fake_store import FakeStore
from tests.operations.replication.fakes import FakeManifests, FakeSnapshots

GOOD = Launch(
    vpc="vpc-12345678", subnet="subnet-12345678", security_group="sg-12345678", instance_type="m6i.large"
)
TWO = (("database", 0, ("s-00000001",)), ("web", 1, ("s-00000002", "s-00000003")))
"""(group, launch order, ids of its servers)"""


class FakeArtifacts:
    """A bucket in memory."""

    def __init__(self) -> None:
        self.documents: dict[S3Location, bytes] = {}
        self.error: ServiceError | None = None

    def put(self, content: bytes, *, content_type: str, folder: str) -> S3Location:
        if self.error:
            raise self.error
        location = S3Location(
            "sms-app-eu-central-1-123456789012", f"{folder}/{len(self.documents)}.{content_type[-4:]}"
        )
        self.documents[location] = content
        return location

    def get(self, location: S3Location, *, max_bytes: int) -> bytes:
        if self.error:
            raise self.error
        if location not in self.documents:
            raise ServiceError(f"there is no s3://{location.bucket}/{location.key}", code="NoSuchKey")
        if len(self.documents[location]) > max_bytes:
            raise ServiceError(f"it is larger than {max_bytes:,} bytes", code="EntityTooLarge")
        return self.documents[location]

    def place(self, key: str) -> S3Location:
        return S3Location("sms-app-eu-central-1-123456789012", key)

    def find(self, location: S3Location, *, max_bytes: int) -> bytes | None:
        if self.error:
            raise self.error
        return self.documents.get(location)

    def url(self, location: S3Location) -> str:
        return f"https://{location.bucket}.s3.eu-central-1.amazonaws.com/{location.key}"


class FakeCommands:
    """Systems Manager in memory: `answers` are given in turn, the last one for good."""

    def __init__(self) -> None:
        self.sent: list[Command] = []
        self.answers: list[CommandAnswer] = [CommandAnswer(done=False), CommandAnswer(True, True, "fine")]
        self.error: ServiceError | None = None

    def send(self, command: Command) -> str:
        if self.error:
            raise self.error
        self.sent.append(command)
        return f"command-{len(self.sent)}"

    def answer(self, command_id: str, instance_id: str) -> CommandAnswer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class FakeLookups:
    """EC2 in memory: every image calls its root volume /dev/sda1, every subnet is in one VPC, but for those named."""

    def __init__(self) -> None:
        self.devices: dict[str, str] = {}
        self.networks: dict[str, str] = {}
        self.error: ServiceError | None = None

    def root_devices(self, images: Any) -> dict[str, str]:
        return self._known(images, self.devices, "/dev/sda1")

    def vpcs(self, subnets: Any) -> dict[str, str]:
        return self._known(subnets, self.networks, "vpc-12345678")

    def _known(self, names: Any, named: dict[str, str], usual: str) -> dict[str, str]:
        if self.error:
            raise self.error
        return {name: found for name in names if (found := named.get(name, usual))}


class FakeEvents:
    """EventBridge in memory; `errors` are raised in turn."""

    def __init__(self) -> None:
        self.sent: list[Notice] = []
        self.errors: list[Exception] = []

    def send(self, notice: Notice) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(notice)


class FakeKeys:
    """KMS in memory: the keys that are named are there."""

    def __init__(self) -> None:
        self.there: dict[str, KeyInfo] = {}
        self.error: Exception | None = None

    def region(self) -> str:
        return "eu-central-1"

    def find(self, key: str) -> KeyInfo | None:
        if self.error:
            raise self.error
        return self.there.get(key)


class FakeReader:
    """StackReader on what FakeStacks holds."""

    def __init__(self, stacks: FakeStacks) -> None:
        self._stacks = stacks

    def stack(self, name: str) -> dict[str, Any] | None:
        info = self._stacks.find(name)
        if info is None:
            return None
        return {"StackId": info.stack_id, "StackName": info.name, "StackStatus": info.status}

    def template(self, stack_id: str, stage: str) -> str:
        return self._stacks.template(stack_id)

    def resources(self, stack_id: str) -> tuple[dict[str, Any], ...]:
        return tuple(
            {
                "LogicalResourceId": one.logical_id,
                "PhysicalResourceId": one.physical_id,
                "ResourceType": one.type,
                "ResourceStatus": one.status,
            }
            for one in self._stacks.resources(stack_id)
        )

    def attributes(self, type_name: str, wanted: Any) -> dict[str, Any]:
        return {}

    def ssm_values(self, names: Any) -> dict[str, str]:
        return {}

    def exports(self) -> dict[str, str]:
        return {}

    def zones(self) -> tuple[str, ...]:
        return ()


class Site:
    """An account, its store, and a caller. `store` makes another one behind the same port, of what tells the time."""

    def __init__(self, store: Any = None, **settings: Any) -> None:
        self.clock = FakeClock()
        self.aws = FakeStacks(self.clock)
        self.store: Any = store(self.clock.now) if store else FakeStore(self.clock.now)
        self.artifacts = FakeArtifacts()
        self.commands = FakeCommands()
        self.lookups = FakeLookups()
        self.keys = FakeKeys()
        self.events = FakeEvents()
        self.inventories = FakeInventories()
        self.snapshots, self.manifests, self.ec2 = FakeSnapshots(), FakeManifests(), FakeImages()
        self.uploads = FakeUploads()
        self.copying = Copying(self.snapshots, self.manifests, self.ec2, self.uploads)
        self._count = 0
        self.world = World(
            store=self.store,
            clock=self.clock,
            new_id=self.new_id,
            secret=lambda: b"s" * 32,
            turns=Turns(),
            settings=Settings(**settings),
            artifacts=lambda: self.artifacts,
            stacks=self.aws,
            changes=self.aws,
            reader=FakeReader(self.aws),
            commands=self.commands,
            lookups=self.lookups,
            inventories=self.inventories,
            copying=lambda: self.copying,
            keys=self.keys,
            events=self.events,
            machine="here",
        )

    def new_id(self, digits: int) -> str:
        self._count += 1
        return f"{self._count:0{digits}x}"

    # --- what a caller does ---

    def create(self, name: str = "shop", groups: Any = TWO, **wanted: Any) -> ManagedApp:
        made = tuple(
            ServerGroup(
                group,
                server_list=tuple(
                    Server(one, vm_server=VmServer(vm_name=f"vm{int(one[2:], 16)}")) for one in servers
                ),
            )
            for group, _, servers in groups
        )
        return create_app(self.world, Wanted(name, groups=made, **wanted))

    def configure(self, app_id: str, groups: Any = TWO, launch: Launch = GOOD, **wanted: Any) -> ManagedApp:
        ids = {group.name: group.server_group_id for group in self.app(app_id).app.server_groups}
        made = tuple(
            GroupLaunch(ids[group], order, tuple((one, launch) for one in servers))
            for group, order, servers in groups
        )
        return put_launch_configuration(self.world, app_id, LaunchConfiguration(groups=made, **wanted))

    def images(self, app_id: str, image: str = "ami-12345678") -> ManagedApp:
        for group in self.app(app_id).app.server_groups:
            for server in group.server_list:
                self.set_images(app_id, {server.server_id: image})
        return self.app(app_id)

    def set_images(self, app_id: str, images: dict[str, str]) -> ManagedApp:
        return set_images(self.world, app_id, images, ask=self.lookups.root_devices)

    def ready(self, **wanted: Any) -> str:
        """Make an application that can be launched, and give its id."""
        app_id = self.create(**wanted).app.app_id
        self.configure(app_id)
        self.images(app_id)
        return app_id

    def launched(self, **wanted: Any) -> str:
        """Make an application and launch it."""
        app_id = self.ready(**wanted)
        launching.launch_app(self.world, app_id)
        self.work()
        assert self.app(app_id).launch.status == "LAUNCHED", self.app(app_id).launch
        return app_id

    def work(self, worker: str = "worker-1") -> int:
        """Carry out what there is to do now; give how many jobs were taken."""
        done = 0
        while carry_out_one(self.world, worker):
            done += 1
        return done

    def app(self, app_id: str) -> ManagedApp:
        found = self.store.app(app_id)
        assert found is not None
        return found

    def stand(self, app_id: str, *, status: str = "", launch: str = "", replication: str = "") -> ManagedApp:
        """Give the kept application other statuses behind the operations' back."""
        from smsgen.operations.ports.store import Change

        before = self.app(app_id)
        after = before._replace(
            status=AppStatus(status or before.status),
            launch=before.launch._replace(status=LaunchStatus(launch or before.launch.status)),
            replication=before.replication._replace(
                status=ReplicationStatus(replication or before.replication.status)
            ),
        )
        self.store.commit(Change(before, after))
        return self.app(app_id)

    def edit(self, app_id: str, change: Callable[[App], App]) -> None:
        """Change the kept application behind the operations' back."""
        from smsgen.operations.ports.store import Change

        before = self.app(app_id)
        self.store.commit(Change(before, before._replace(app=change(before.app))))
