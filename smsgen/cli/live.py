"""What generate-change-set asks of AWS: the deployed stack, and a change set of CloudFormation's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from smsgen.cli import say
from smsgen.cli.aws_options import aws_settings
from smsgen.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from smsgen.aws.clients import Clients
    from smsgen.changes.change_set import ChangeSet
    from smsgen.changes.model import Stack
    from smsgen.operations.files.generate_change_set import Predicted, Submitted

_SIGNS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_FILES = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}


def add_live_options(parser: argparse.ArgumentParser) -> None:
    """Add --offline, --create and --verify."""
    parser.add_argument(
        "--offline",
        action="store_true",
        help="without --deployed: do not look for the live stack, even with AWS credentials there",
    )
    parser.add_argument(
        "--create",
        action="store_true",
        help="let CloudFormation make the change set, show that, and remove it again",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="lay CloudFormation's change set beside the prediction; exit 3 if they differ",
    )


def check_usage(args: argparse.Namespace) -> None:
    """Raise UsageError where --create, --verify and --offline do not go with the rest."""
    asks = "--create" if args.create else "--verify" if args.verify else ""
    if asks and args.offline:
        raise UsageError(f"{asks} asks CloudFormation, and --offline says not to", hint="give one of them")
    if asks and not args.app:
        raise UsageError(f"{asks} is for an application file", hint="give APP in place of --template")


def live_sides(args: argparse.Namespace) -> tuple[Submitted, Stack | None]:
    """Return what the file would submit, and its deployed stack; None where there is none, or nobody to ask.

    Raises SmsgenError where AWS cannot be asked although credentials are there.
    """
    from smsgen import wiring

    clients = _clients(args)
    if clients is None:
        from smsgen.operations.files.generate_change_set import from_app

        return from_app(args.app, files=wiring.files(), profile=args.template_profile), None
    from smsgen.operations.stacks import live

    submitted, stack, warnings = live.against_live(
        args.app,
        files=wiring.files(),
        profile=args.template_profile,
        stacks=wiring.stacks(clients),
        reader=wiring.stack_reader(clients),
        lookups=wiring.lookups(clients),
    )
    if stack:
        say(f"compared with the live stack {stack.stack_name}")
    for warning in warnings:
        say(warning.render())
    return submitted, stack


def _clients(args: argparse.Namespace) -> Clients | None:
    """Return the clients to ask AWS with; None where nothing is to be asked, or nobody can."""
    from smsgen import wiring

    if args.offline or not _credentials(args):
        return None
    clients = wiring.clients(aws_settings(args))
    return clients if clients.available() else None


def real(args: argparse.Namespace, predicted: Predicted) -> ChangeSet | None:
    """Return CloudFormation's own change set, None where it finds no changes. Nothing is left behind."""
    from smsgen import wiring
    from smsgen.aws.artifacts import ArtifactSettings
    from smsgen.operations.files.parameter_values import read_parameters
    from smsgen.operations.stacks.plan import launch_of, plan_of
    from smsgen.operations.stacks.verify import answer

    generated = predicted.submitted.generated
    if generated is None:
        raise AssertionError("check_usage lets pass only what is compiled of an application file")
    clients = wiring.clients(aws_settings(args))
    launch = launch_of(plan_of(generated), lambda: wiring.artifacts(clients, ArtifactSettings()))
    real_change_set = answer(
        launch,
        read_parameters(args.parameters, args.parameter, files=wiring.files()),
        stacks=wiring.stacks(clients),
        changes=wiring.stack_changes(clients),
        clock=wiring.clock(),
    )
    if real_change_set is None:
        return None
    prediction = predicted.change_set
    return real_change_set._replace(before=prediction.before, after=prediction.after, notes=prediction.notes)


def _credentials(args: argparse.Namespace) -> bool:
    """Return whether anything hints at AWS credentials: looking for them in earnest loads boto3, which takes 0.2 s."""
    if args.profile or any(os.environ.get(name) for name in _SIGNS):
        return True
    return any(
        os.path.exists(os.path.expanduser(os.environ.get(name) or path))  # noqa: PTH110, PTH111 - cold start
        for name, path in _FILES.items()
    )
