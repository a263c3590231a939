"""What CloudFormation, EC2 and Systems Manager answer, as frozen records: what `Stacks` and `Commands` speak in.

Times are seconds since the epoch. A missing text is "".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class StackInfo(NamedTuple):
    """A stack as DescribeStacks shows it. `last_change` is its last update, or its creation."""

    name: str
    stack_id: str
    status: str
    reason: str = ""
    description: str = ""
    parameters: Mapping[str, str] = {}
    outputs: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    protected: bool = False
    last_change: str = ""

    @property
    def in_progress(self) -> bool:
        """Whether CloudFormation works on it now; a stack in review only waits for a change set."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"


class PhysicalResource(NamedTuple):
    """A resource of a stack as ListStackResources shows it."""

    logical_id: str
    type: str
    physical_id: str = ""
    status: str = ""
    reason: str = ""


class StackEvent(NamedTuple):
    """One line of a stack's history as DescribeStackEvents shows it.

    `token` is the client token that the operation was started with.
    """

    event_id: str
    stack_id: str
    stack_name: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""
    time: float = 0.0
    token: str = ""

    @property
    def of_the_stack(self) -> bool:
        """Whether it tells of the stack itself, not of a resource in it."""
        return self.physical_id == self.stack_id

    @property
    def starts_operation(self) -> bool:
        """Whether a create, update, import or delete of the whole stack begins with it."""
        return self.of_the_stack and self.status in _STARTS


_STARTS = frozenset(("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"))


class ImportedResource(NamedTuple):
    """What becomes a resource of a stack (ResourceToImport): its type, and what identifies it, property -> value."""

    type: str
    identifier: Mapping[str, str]


class ChangeSetRequest(NamedTuple):
    """What CreateChangeSet is asked. Exactly one of `template_body` and `template_url` is set.

    `parameters` maps a name to its value, or to None for "as it is in the stack". `imports` maps a logical
    id to what becomes it. `on_failure` is OnStackFailure of the API.
    """

    stack_name: str
    name: str
    type: str
    token: str
    description: str
    template_body: str = ""
    template_url: str = ""
    parameters: Mapping[str, str | None] = {}
    tags: Mapping[str, str] = {}
    role_name: str = ""
    resource_types: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    nested: bool = False
    on_failure: str = "ROLLBACK"
    imports: Mapping[str, ImportedResource] = {}


class ChangeSetInfo(NamedTuple):
    """A change set without its changes, as ListChangeSets and DescribeChangeSet show it."""

    change_set_id: str
    name: str
    stack_id: str
    status: str
    execution_status: str = ""
    reason: str = ""
    description: str = ""

    @property
    def pending(self) -> bool:
        """Whether CloudFormation still works it out."""
        return self.status in ("CREATE_PENDING", "CREATE_IN_PROGRESS")

    @property
    def executable(self) -> bool:
        """Whether it can be executed now."""
        return self.status == "CREATE_COMPLETE" and self.execution_status == "AVAILABLE"


class Instance(NamedTuple):
    """An EC2 instance as DescribeInstances shows it; `launched` is 0 where unknown."""

    instance_id: str
    state: str
    private_ip: str = ""
    public_ip: str = ""
    image_id: str = ""
    type: str = ""
    launched: float = 0.0


class Command(NamedTuple):
    """A script for an instance (Systems Manager: SendCommand).

    `script_type`: SHELL_SCRIPT or POWERSHELL_SCRIPT. `location`: where in S3 it is, `text`: what is run, with the
    script beside it where both are there. `timeout`: seconds that it may run. `output_bucket` and `output_prefix`:
    where in S3 goes what it prints.
    """

    instance_id: str
    script_type: str
    timeout: int
    text: str = ""
    location: tuple[str, str] | None = None
    output_bucket: str = ""
    output_prefix: str = ""


class CommandAnswer(NamedTuple):
    """How a script stands (Systems Manager: GetCommandInvocation). `said`: what it printed last, or why it failed."""

    done: bool
    succeeded: bool = False
    said: str = ""
