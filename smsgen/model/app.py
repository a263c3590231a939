"""An application as its owner describes it: App, ServerGroup, Server, in the SMS API's own words.

Field names are the API's (camelCase in the file, snake_case here). Lists keep the file's order, so that an
index is a place in the file; nothing downstream may let that order show in a template.
"""

from typing import NamedTuple

from smsgen.model.launch import Launch
from smsgen.model.launching.target_groups import TargetGroup

PROFILES = ("hardened", "sms", "plain")
"""What goes into a template: `hardened` is ours, `sms` what SMS's own IAM roles allowed, `plain` what the file says."""


class Tag(NamedTuple):
    """A tag: key of 1 to 128 characters, value of at most 256."""

    key: str
    value: str = ""


class VmServerAddress(NamedTuple):
    """Where a VM lives: its id and the id of the VM manager (API: VmServerAddress)."""

    vm_manager_id: str = ""
    vm_id: str = ""


class VmServer(NamedTuple):
    """The machine that was migrated (API: VmServer)."""

    vm_server_address: VmServerAddress = VmServerAddress()
    vm_name: str = ""
    vm_manager_name: str = ""
    vm_manager_type: str = ""
    vm_path: str = ""


class Server(NamedTuple):
    """One server of a group; `launch` holds only what was said of this server."""

    server_id: str = ""
    server_type: str = ""
    vm_server: VmServer = VmServer()
    replication_job_id: str = ""
    image_id: str = ""
    launch: Launch = Launch()


class ServerGroup(NamedTuple):
    """Servers that launch together; `launch_order` is None where the file leaves it out."""

    name: str = ""
    server_group_id: str = ""
    launch_order: int | None = None
    launch_defaults: Launch = Launch()
    server_list: tuple[Server, ...] = ()


class AcceptedWarning(NamedTuple):
    """A warning that the application's owner accepts: its code, and why."""

    code: str
    reason: str


class App(NamedTuple):
    """An application; `app_id` and `stack_name` are never empty once loaded."""

    name: str
    app_id: str = ""
    description: str = ""
    role_name: str = ""
    tags: tuple[Tag, ...] = ()
    stack_name: str = ""
    profile: str = "hardened"
    launch_defaults: Launch = Launch()
    server_groups: tuple[ServerGroup, ...] = ()
    accept: tuple[AcceptedWarning, ...] = ()
    target_groups: tuple[TargetGroup, ...] = ()
