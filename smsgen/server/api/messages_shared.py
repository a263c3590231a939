"""The structures that several operations of the SMS API have in common."""

from __future__ import annotations

from typing import Annotated

from smsgen.server.api import shapes as s


class VmServerAddress(s.Message, frozen=True, kw_only=True):
    """How a VM is known to its VM manager."""

    vm_manager_id: s.VmManagerId | None = None
    vm_id: s.VmId | None = None


VmServerAddressList = Annotated[list[VmServerAddress], s.Shape("VmServerAddressList")]


class VmServer(s.Message, frozen=True, kw_only=True):
    """A VM on premises."""

    vm_server_address: VmServerAddress | None = None
    vm_name: s.VmName | None = None
    vm_manager_name: s.VmManagerName | None = None
    vm_manager_type: s.VmManagerType | None = None
    vm_path: s.VmPath | None = None


class Server(s.Message, frozen=True, kw_only=True):
    """A server of an application."""

    server_id: s.ServerId | None = None
    server_type: s.ServerType | None = None
    vm_server: VmServer | None = None
    replication_job_id: s.ReplicationJobId | None = None
    replication_job_terminated: s.ReplicationJobTerminated | None = None


ServerList = Annotated[list[Server], s.Shape("ServerList")]


class ServerGroup(s.Message, frozen=True, kw_only=True):
    """Servers that are launched together."""

    server_group_id: s.ServerGroupId | None = None
    name: s.ServerGroupName | None = None
    server_list: ServerList | None = None


ServerGroups = Annotated[list[ServerGroup], s.Shape("ServerGroups")]


class Tag(s.Message, frozen=True, kw_only=True):
    """A tag of an application, and of everything launched with it."""

    key: s.TagKey | None = None
    value: s.TagValue | None = None


Tags = Annotated[list[Tag], s.Shape("Tags")]


class S3Location(s.Message, frozen=True, kw_only=True):
    """An object in S3."""

    bucket: s.S3BucketName | None = None
    key: s.S3KeyName | None = None
