"""What becomes of a server's resources when they leave the stack, and whether EC2 lets anybody terminate the server.

`stateful` says both; `retain` and `disableApiTermination` say one each, and win over it.
"""

from __future__ import annotations

from smsgen.compiler.resolve import ResolvedServer

RETAIN = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def is_retained(server: ResolvedServer) -> bool:
    """Return whether the instance outlives the stack and a replacement."""
    launch = server.launch
    return bool(launch.stateful if launch.retain is None else launch.retain)


def termination_protection(server: ResolvedServer) -> bool | None:
    """Return the value of DisableApiTermination; None leaves it out."""
    launch = server.launch
    return (
        launch.stateful or None if launch.disable_api_termination is None else launch.disable_api_termination
    )


def policies(server: ResolvedServer) -> dict[str, str]:
    """Return the policies of what is a server's own: kept only where `retain` itself is said.

    `stateful` alone never kept more than the instance.
    """
    return RETAIN if server.launch.retain else {}
