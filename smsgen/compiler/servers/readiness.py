"""How a server says that it is ready: a WaitCondition of its own, or a signal to its CreationPolicy."""

from __future__ import annotations

from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.tropo import CreationPolicy, Ref, ResourceSignal, WaitCondition, WaitConditionHandle
from smsgen.model.rules import seconds


def handle_name(logical_id: str) -> str:
    """Return the logical id of the handle that a server's boot script signals."""
    return f"{logical_id}Handle"


def condition_name(logical_id: str) -> str:
    """Return the logical id of the WaitCondition that is complete once the server has signalled."""
    return f"{logical_id}Ready"


def signals_by_wait_condition(server: ResolvedServer) -> bool:
    """Return whether the server says that it is ready through a WaitCondition."""
    return server.launch.readiness is not None and server.launch.readiness.signal == "waitCondition"


def creation_policy(server: ResolvedServer) -> dict[str, Any]:
    """Return the attribute of an instance that waits for a signal itself."""
    readiness = server.launch.readiness
    if readiness is None or readiness.signal != "creationPolicy":
        return {}
    return {
        "CreationPolicy": CreationPolicy(ResourceSignal=ResourceSignal(Count=1, Timeout=readiness.timeout))
    }


def wait_condition(server: ResolvedServer, logical_id: str) -> dict[str, dict[str, Any]]:
    """Return a WaitCondition and its handle by logical id, where the server signals by one.

    A pair for each server, not a count for all: CloudFormation cannot update a WaitCondition, so a server that joins
    its group must not touch those of the others.
    """
    readiness = server.launch.readiness
    if readiness is None or not signals_by_wait_condition(server):
        return {}
    handle, name = handle_name(logical_id), condition_name(logical_id)
    condition = WaitCondition(
        name, DependsOn=[logical_id], Handle=Ref(handle), Timeout=str(seconds(readiness.timeout)), Count=1
    )
    return {handle: WaitConditionHandle(handle).to_dict(), name: condition.to_dict()}
