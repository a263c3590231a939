"""What the use cases need from the world: Protocols, so that a use case is a function of its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # the offline commands need the file ports only, and start without the others' records
    from smsgen.changes.change_set import ChangeSet
    from smsgen.model.launch import S3Location
    from smsgen.operations.ports.records import (
        ChangeSetInfo,
        ChangeSetRequest,
        Command,
        CommandAnswer,
        Instance,
        PhysicalResource,
        StackEvent,
        StackInfo,
    )


class Files(Protocol):
    """The user's files."""

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """Return a file's bytes (`-` is standard input).

        Raises SmsgenError with one sentence where it is missing, a directory, unreadable or over `max_bytes`.
        """

    def read_within(self, path: str, document: str, *, max_bytes: int) -> bytes:
        """Return the bytes of a file that a document names: a regular file in the document's folder, or below it.

        Raises SmsgenError as `read` does, and where it is something else, or a link leads out of the folder.
        """

    def write(self, path: str, content: bytes, *, replace: bool = True) -> None:
        """Write a file: a regular one whole or not at all, with the mode of the one it replaces; missing folders are
        made. What is no regular file is written in place.

        Raises SmsgenError where it cannot be written, and where it is there already and `replace` is false.
        """

    def beside(self, path: str, name: str) -> str:
        """Return the path of `name` as seen from the folder of `path`."""


class Revisions(Protocol):
    """The user's files as they were at a git revision."""

    def read(self, ref: str, path: str, *, max_bytes: int) -> bytes:
        """Return a file's bytes at `ref`.

        Raises NotAtRevision where the revision does not hold it, SmsgenError where git or the revision is missing.
        """


class Clock(Protocol):
    """Time that passes, and chance: what waiting needs."""

    def now(self) -> float:
        """Return seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def jitter(self) -> float:
        """Return a random number of at least 0 and below 1."""


class Stacks(Protocol):
    """What CloudFormation says of stacks and change sets, and EC2 of the instances in them: nothing here changes any.

    Every method raises ServiceError where AWS refuses or cannot be reached; `stack` is a name or an id.
    """

    def find(self, stack: str) -> StackInfo | None:
        """Return the stack, or None where there is none of that name (by id, deleted ones are found)."""

    def template(self, stack: str) -> str:
        """Return the template's text as it was submitted."""

    def resources(self, stack: str) -> tuple[PhysicalResource, ...]:
        """Return all resources of the stack, all pages, without those of nested stacks."""

    def events(self, stack: str, *, after: str = "") -> tuple[StackEvent, ...]:
        """Return the events that came after the one with the id `after` (all where it is ""), oldest first."""

    def change_set(self, stack: str, name: str) -> ChangeSetInfo | None:
        """Return the change set (by name or id) without its changes, or None where there is none."""

    def change_sets(self, stack: str) -> tuple[ChangeSetInfo, ...]:
        """Return all change sets of the stack, all pages."""

    def describe_change_set(self, change_set_id: str, *, kind: str) -> ChangeSet:
        """Return the change set with its changes, with and without values, all pages, nested ones too.

        `kind`: CREATE, UPDATE or IMPORT, which CloudFormation's answer does not tell.
        """

    def instances(self, ids: Iterable[str]) -> tuple[Instance, ...]:
        """Return those of the instances that EC2 knows, all pages, with no call per instance."""


class StackChanges(Protocol):
    """What changes CloudFormation's stacks and change sets.

    Every method raises ServiceError where AWS refuses or cannot be reached; `stack` is a name or an id.
    """

    def create_change_set(self, request: ChangeSetRequest) -> ChangeSetInfo:
        """Ask for a change set; where one of that name is there already, give that one."""

    def delete_change_set(self, stack: str, name: str) -> None:
        """Delete the change set (by name or id); nothing happens where there is none."""

    def execute(self, change_set: ChangeSetInfo, *, token: str) -> None:
        """Execute exactly this change set; executing one a second time does nothing."""

    def delete(self, stack: str, *, token: str, retain: Iterable[str] = ()) -> None:
        """Begin to delete the stack, with the role it was made with.

        `retain` (logical ids that stay) is for stacks in DELETE_FAILED only.
        """

    def protect(self, stack: str, *, on: bool) -> None:
        """Switch the stack's termination protection on or off."""


class Artifacts(Protocol):
    """Documents in a bucket, each under the hash of its content. Every method raises ServiceError where S3
    refuses.
    """

    def put(self, content: bytes, *, content_type: str, folder: str) -> S3Location:
        """Store a document in `folder` unless it is there already; once this returns, it is there whole.

        `content_type`: application/json, application/yaml, text/x-shellscript or text/x-powershell.
        """

    def get(self, location: S3Location, *, max_bytes: int) -> bytes:
        """Return a document's bytes; raises ServiceError where it is missing or larger."""

    def place(self, key: str) -> S3Location:
        """Return where a document of this key stands that another writes, below the prefix of ours."""

    def find(self, location: S3Location, *, max_bytes: int) -> bytes | None:
        """Return the beginning of a document that another may have written, None where there is none yet."""

    def url(self, location: S3Location) -> str:
        """Return the URL by which CloudFormation reads it as a template."""


class Commands(Protocol):
    """Scripts that Systems Manager runs on instances. Every method raises ServiceError where AWS refuses."""

    def send(self, command: Command) -> str:
        """Begin to run a script, and give the id by which to ask for it."""

    def answer(self, command_id: str, instance_id: str) -> CommandAnswer:
        """Return how a script stands that was sent to an instance."""


class Lookups(Protocol):
    """What EC2 says of what an application names. Every method raises ServiceError where AWS refuses."""

    def root_devices(self, images: Iterable[str]) -> Mapping[str, str]:
        """Return image (`ami-…`, or `ssm:/path` of a parameter that holds one) -> the name of its root device.

        Images that are not there, or may not be used, are left out.
        """

    def vpcs(self, subnets: Iterable[str]) -> Mapping[str, str]:
        """Return subnet id -> id of its VPC; subnets that are not there are left out."""


class StackReader(Protocol):
    """What a snapshot of a deployed stack is made of. Every method raises ServiceError where AWS refuses."""

    def stack(self, name: str) -> Mapping[str, Any] | None:
        """Return DescribeStacks' entry of a stack (by name or id), or None where there is none."""

    def template(self, stack_id: str, stage: str) -> str:
        """Return the stack's template as text; `stage` is "Original" (as submitted) or "Processed" (macros
        expanded).
        """

    def resources(self, stack_id: str) -> tuple[Mapping[str, Any], ...]:
        """Return ListStackResources' entries, all pages, without those of nested stacks."""

    def attributes(
        self, type_name: str, wanted: Mapping[str, frozenset[str]]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return what GetAtt gives, of resources of one type: physical id -> {attribute: value}.

        `wanted`: physical id -> names of attributes. What cannot be known is left out.
        """

    def ssm_values(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the values of SSM parameters (StringList as a comma-delimited text); unknown names are left
        out.
        """

    def exports(self) -> Mapping[str, str]:
        """Return all exports of the Region: name -> value."""

    def zones(self) -> tuple[str, ...]:
        """Return what Fn::GetAZs gives in the Region: zones with a default subnet, else all."""
