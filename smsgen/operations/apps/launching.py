"""Use cases: generate the template and the change set of a kept application; ask for its launch and its termination.

A launch and a termination only begin here: the status advances, and a job is queued in the same commit.
`carry_out_jobs` does the rest.
"""

from __future__ import annotations

from smsgen.changes.stack import from_data
from smsgen.errors import InvalidInput
from smsgen.model.launch import S3Location
from smsgen.model.managed import ManagedApp
from smsgen.model.status import LaunchEvent, LaunchStatus, advance
from smsgen.operations.apps.configure_validation import awaiting
from smsgen.operations.apps.preparing import prepared
from smsgen.operations.apps.readiness import told, without_image
from smsgen.operations.apps.world import Kept, NotPermitted, World, changed, find_app, new_job, permit
from smsgen.operations.files.generate_change_set import predict_change_set, submitted_of
from smsgen.operations.files.generate_template import Generated
from smsgen.operations.ports.store import Change, Job
from smsgen.operations.stacks.pull import pull
from smsgen.operations.stacks.upload import CHANGE_SETS, upload_document, upload_templates
from smsgen.report import document


def generate_app_template(world: World, app_id: str, *, format: str = "yaml") -> S3Location:  # noqa: A002 - the API's word
    """Compile the application as it is configured, upload the template and give where it is.

    `format` is "json" or "yaml". What the configuration leaves out, a server's image too, is a parameter of the
    template. Raises NotPermitted where it is not configured, or does not compile.
    """
    managed = find_app(world, app_id)
    permit("GenerateTemplate", managed)
    generated = _generated(world, managed, format)
    return upload_templates(generated.compiled, world.artifacts(), format=format).location


def generate_change_set(world: World, app_id: str, *, format: str = "yaml") -> S3Location:  # noqa: A002 - as above
    """Predict what launching the application again would change, upload that and give where it is.

    `format` is "json" or "yaml". Raises NotPermitted where it is not launched, or as `generate_template`.
    """
    managed = find_app(world, app_id)
    permit("GenerateChangeSet", managed)
    stack = world.stacks.find(managed.app.stack_name)
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        message = (
            f"the stack of the application {app_id} was deleted by somebody else, so that nothing can change"
        )
        raise NotPermitted(message, hint="LaunchApp makes it again")
    submitted = submitted_of(_generated(world, managed, format))
    pulled = pull(world.reader, stack.stack_id, after=(submitted.template.body, *submitted.children.values()))
    try:
        predicted = predict_change_set(submitted, from_data(pulled.snapshot), parameters={}, pseudo={})
    except InvalidInput as error:
        raise NotPermitted(f"no change set can be made: {told(error.diagnostics)}") from None
    text = document.render(predicted.change_set, format)
    return upload_document(text, world.artifacts(), format=format, folder=CHANGE_SETS)


def _generated(world: World, managed: ManagedApp, format: str) -> Generated:  # noqa: A002 - as above
    app_id = managed.app.app_id
    try:
        return prepared(world, managed, format=format)
    except InvalidInput as error:
        message = (
            f"the launch configuration of the application {app_id} is invalid: {told(error.diagnostics)}"
        )
        raise NotPermitted(message) from None


def launch_app(kept: Kept, app_id: str) -> ManagedApp:
    """Begin to launch the application, or to bring its stack to what it is now; give it in its new status.

    Raises NotPermitted where it cannot be launched now, or servers have no image.
    """

    def decide(before: ManagedApp) -> Change:
        permit("LaunchApp", before)
        servers = without_image(before.app)
        if servers:
            message = f"these servers of the application {app_id} have no image: {', '.join(servers)}"
            raise NotPermitted(
                message, hint="`smsgen set-image` records one, or StartAppReplication makes them"
            )
        after, job = launch_begun(kept, before)
        return Change(before, after, jobs=(job,))

    return changed(kept, app_id, decide)


def launch_begun(kept: Kept, before: ManagedApp) -> tuple[ManagedApp, Job]:
    """Return the application as its launch begins, and the work that is to be queued; raises IllegalStep."""
    status = advance(before.launch.status, LaunchEvent.LAUNCH)
    launch = before.launch._replace(status=status, message="", operation="")
    if status is LaunchStatus.VALIDATION_IN_PROGRESS:
        launch = launch._replace(run=kept.new_id(17))
    after = awaiting(before._replace(launch=launch, modified=kept.clock.now()))
    return after, new_job(kept, before.app.app_id, "launch")


def terminate_app(kept: Kept, app_id: str) -> ManagedApp:
    """Begin to delete the application's stack, and give the application in its new status.

    A creation that runs is broken off. Raises NotPermitted where nothing is there to terminate, or an update runs.
    """

    def decide(before: ManagedApp) -> Change:
        permit("TerminateApp", before)
        status = advance(before.launch.status, LaunchEvent.TERMINATE)
        launch = before.launch._replace(status=status, message="", operation="")
        after = before._replace(launch=launch, modified=kept.clock.now())
        return Change(before, after, jobs=(new_job(kept, app_id, "terminate"),))

    return changed(kept, app_id, decide)
