"""What adopting servers needs from AWS: servers as they are, drift, and a session that may touch none of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from smsgen.operations.ports.protocols import StackChanges


class Selection(NamedTuple):
    """Which servers: by instance ids, by a tag (key, value), or by MGN's application or wave (name or id).

    `account`: another account whose source servers MGN manages ("" for one's own).
    """

    ids: tuple[str, ...] = ()
    tag: tuple[str, str] | None = None
    application: str = ""
    wave: str = ""
    account: str = ""


class MgnServer(NamedTuple):
    """What MGN says of an instance that it launched; `test`: by a test, not by a cutover."""

    source_server_id: str
    application: str = ""
    wave: str = ""
    hostname: str = ""
    test: bool = False


class LiveServer(NamedTuple):
    """A server as EC2 describes it, in the words of EC2's answers (DescribeInstances, DescribeVolumes …).

    `attributes`: what DescribeInstanceAttribute tells: userData (Base64), disableApiTermination,
    instanceInitiatedShutdownBehavior. `cpu`: DefaultCores and DefaultThreadsPerCore of the type, empty where unknown.
    `cpu_credits`: of types that burst. `image_gone`: nobody can use its image any more.
    """

    instance: Mapping[str, Any]
    attributes: Mapping[str, Any] = {}
    volumes: tuple[Mapping[str, Any], ...] = ()
    addresses: tuple[Mapping[str, Any], ...] = ()
    cpu: Mapping[str, int] = {}
    cpu_credits: str = ""
    image_gone: bool = False
    launched: MgnServer | None = None

    @property
    def instance_id(self) -> str:
        """Return the id of the instance."""
        return str(self.instance["InstanceId"])

    @property
    def tags(self) -> dict[str, str]:
        """Return the tags of the instance, AWS's own among them."""
        return {tag["Key"]: tag.get("Value", "") for tag in self.instance.get("Tags", ())}

    @property
    def name(self) -> str:
        """Return what people call it: its tag Name, the host's name that MGN knows, or its id."""
        return self.tags.get("Name") or (self.launched.hostname if self.launched else "") or self.instance_id


class Fleet(Protocol):
    """Servers that run. Every method raises ServiceError where AWS refuses or cannot be reached."""

    def servers(self, selection: Selection) -> tuple[LiveServer, ...]:
        """Return the servers that are meant, by instance id; those that are terminated are left out."""


class ResourceDrift(NamedTuple):
    """What drift detection says of a resource: StackResourceDriftStatus, and the paths of properties that differ."""

    logical_id: str
    status: str
    paths: tuple[str, ...] = ()


class Drift(Protocol):
    """CloudFormation's drift detection. Every method raises ServiceError where AWS refuses or cannot be reached."""

    def detect(self, stack: str) -> str:
        """Begin to detect drift, and give the id to ask by."""

    def outcome(self, detection: str) -> str:
        """Return DETECTION_IN_PROGRESS, DETECTION_FAILED or, once it is done, the stack's drift status."""

    def resources(self, stack: str) -> tuple[ResourceDrift, ...]:
        """Return what the last detection found, all pages."""

    def forbid_updates(self, stack: str) -> None:
        """Let no update of any resource of the stack pass (SetStackPolicy)."""

    def allow_updates(self, stack: str) -> None:
        """Take that back."""


class Guard(Protocol):
    """A session that may touch no server. Raises ServiceError where it cannot be had."""

    def changes(self) -> StackChanges:
        """Return what changes stacks, by a session whose policy denies all that touches a server."""
