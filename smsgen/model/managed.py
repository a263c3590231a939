"""An application as the SMS API keeps it: what it is (an App), and how it stands.

Plain frozen data. Times are seconds since the epoch; None and "" mean that there is nothing to say.
"""

from typing import NamedTuple

from smsgen.model.app import App
from smsgen.model.launch import S3Location
from smsgen.model.replication import ReplicationStatus, ReplicationTarget
from smsgen.model.status import AppStatus, LaunchStatus, ValidationStatus


class LaunchState(NamedTuple):
    """AppSummary's launch… members.

    `stack_id` is the stack that is there, or may be. `operation` is the token of what CloudFormation was last told to
    do with it: whoever takes a launch over knows by it which operation is the launch's own. `run` is another one
    for each new stack: what servers report of themselves is told apart by it. `last_stack_id` is the stack that was
    terminated last.
    """

    configured: bool = False
    auto_launch: bool | None = None
    status: LaunchStatus = LaunchStatus.READY_FOR_CONFIGURATION
    message: str = ""
    latest_time: float | None = None
    stack_id: str = ""
    operation: str = ""
    run: str = ""
    last_stack_id: str = ""


class ReplicationParameters(NamedTuple):
    """How one server is replicated (API: ServerReplicationParameters)."""

    seed_time: float | None = None
    frequency: int | None = None
    run_once: bool | None = None
    license_type: str | None = None
    number_of_recent_amis_to_keep: int | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None


class ReplicationState(NamedTuple):
    """AppSummary's replication… members.

    `parameters`: server id and how it is replicated. `terminated`: ids of the servers whose replication job has ended.
    `targets`: server id and where its disks go, where that is chosen (ours: the API has no words for it).
    """

    configured: bool = False
    status: ReplicationStatus = ReplicationStatus.READY_FOR_CONFIGURATION
    message: str = ""
    latest_time: float | None = None
    parameters: tuple[tuple[str, ReplicationParameters], ...] = ()
    terminated: tuple[str, ...] = ()
    targets: tuple[tuple[str, ReplicationTarget], ...] = ()


class AppValidation(NamedTuple):
    """A script that SSM runs on one instance after a launch (API: AppValidationConfiguration)."""

    validation_id: str
    name: str = ""
    strategy: str = "SSM"
    source: S3Location | None = None
    instance_id: str = ""
    script_type: str = ""
    command: str = ""
    timeout_seconds: int | None = None
    output_bucket: str = ""


class ServerValidation(NamedTuple):
    """A script that a server runs at boot and answers for itself (API: ServerValidationConfiguration)."""

    validation_id: str
    server_id: str = ""
    name: str = ""
    strategy: str = "USERDATA"
    source: S3Location | None = None
    script_type: str = ""


class ValidationOutput(NamedTuple):
    """How a validation ended, or stands (API: ValidationOutput).

    `output` is where SSM left what the script printed, `command_id` its name for the run.
    """

    validation_id: str
    name: str = ""
    status: ValidationStatus = ValidationStatus.READY_FOR_VALIDATION
    message: str = ""
    latest_time: float | None = None
    output: S3Location | None = None
    server_id: str = ""
    command_id: str = ""


class ValidationState(NamedTuple):
    """What is validated after a launch, and what came of it."""

    apps: tuple[AppValidation, ...] = ()
    servers: tuple[ServerValidation, ...] = ()
    outputs: tuple[ValidationOutput, ...] = ()


class ManagedApp(NamedTuple):
    """An application of the SMS API.

    `app` holds its id, name, description, tags, groups and servers, and what was put as their launch configuration
    (`app.role_name` is the role that CloudFormation assumes). `role_name` is CreateApp's. `version` grows with every
    write; the store keeps it.
    """

    app: App
    role_name: str = ""
    status: AppStatus = AppStatus.ACTIVE
    status_message: str = ""
    imported_app_id: str = ""
    created: float = 0.0
    modified: float = 0.0
    launch: LaunchState = LaunchState()
    replication: ReplicationState = ReplicationState()
    validation: ValidationState = ValidationState()
    version: int = 0


class Summary(NamedTuple):
    """What a list shows of an application: a ManagedApp without what is in its groups, and how many there are.

    `replication` is without its servers, and `stack_name` is the App's.
    """

    app_id: str
    name: str = ""
    description: str = ""
    stack_name: str = ""
    role_name: str = ""
    status: AppStatus = AppStatus.ACTIVE
    status_message: str = ""
    imported_app_id: str = ""
    created: float = 0.0
    modified: float = 0.0
    launch: LaunchState = LaunchState()
    replication: ReplicationState = ReplicationState()
    total_server_groups: int = 0
    total_servers: int = 0


def summarize(managed: ManagedApp) -> Summary:
    """Return what a list shows of an application."""
    app = managed.app
    return Summary(
        app_id=app.app_id,
        name=app.name,
        description=app.description,
        stack_name=app.stack_name,
        role_name=managed.role_name,
        status=managed.status,
        status_message=managed.status_message,
        imported_app_id=managed.imported_app_id,
        created=managed.created,
        modified=managed.modified,
        launch=managed.launch,
        replication=managed.replication._replace(parameters=(), terminated=(), targets=()),
        total_server_groups=len(app.server_groups),
        total_servers=sum(len(group.server_list) for group in app.server_groups),
    )
