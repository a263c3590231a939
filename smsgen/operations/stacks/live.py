"""Use case: an application file against the stack that is deployed of it, read from AWS and compiled once.

    file ──read──▶ stack name ──▶ the stack's templates ─┐
                        images ──▶ EC2's root devices ───┴▶ compile ──▶ the values that both templates need

What is read of the stack before it is compiled is what does not depend on the template; the values are read after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from smsgen.changes.stack import from_data
from smsgen.operations.files.generate_change_set import Submitted, submitted_of
from smsgen.operations.files.generate_template import compile_app_file, read_app_file
from smsgen.operations.files.looked_up import deployed_root_devices, with_asked_root_devices
from smsgen.operations.stacks.pull import Pulled, read_stack, snapshot_of

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.changes.model import Stack
    from smsgen.errors import Diagnostic
    from smsgen.operations.ports.protocols import Files, Lookups, StackReader, Stacks


class Live(NamedTuple):
    """What would be submitted, the deployed stack (None: there is none), and what of it could not be known."""

    submitted: Submitted
    stack: Stack | None
    warnings: tuple[Diagnostic, ...] = ()


def against_live(
    path: str, *, files: Files, profile: str | None, stacks: Stacks, reader: StackReader, lookups: Lookups
) -> Live:
    """Return what an application file would submit, and the live stack of its name.

    `path`: the file, `-` for standard input. `profile`: in place of the file's own. Each root volume is named as EC2
    says of its image; where EC2 may not be asked, as the deployed stack names it.
    Raises InvalidInput with what is wrong with the file, ServiceError where AWS cannot be asked.
    """
    app_file = read_app_file(path, files=files, profile=profile)
    stack = stacks.find(app_file.loaded.app.stack_name)
    deployed = read_stack(reader, stack.stack_id) if stack and stack.status != "REVIEW_IN_PROGRESS" else None
    devices = deployed_root_devices(deployed.bodies()) if deployed else {}
    generated = compile_app_file(
        app_file, rewrite=lambda app, _: with_asked_root_devices(app, lookups, devices)
    )
    submitted = submitted_of(generated)
    if deployed is None:
        return Live(submitted, None)
    after = (submitted.template.body, *submitted.children.values())
    pulled: Pulled = snapshot_of(reader, deployed, after=after)
    return Live(submitted, from_data(pulled.snapshot), pulled.warnings)
