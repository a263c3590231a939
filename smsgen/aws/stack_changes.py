"""The StackChanges port on CloudFormation; see `operations.ports.protocols.StackChanges`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.aws.stacks import CloudFormationStacks, change_set_info, is_missing
from smsgen.operations.ports.records import ChangeSetInfo, ChangeSetRequest, ImportedResource


class CloudFormationStackChanges:
    """Changes to the stacks of one account and Region."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def create_change_set(self, request: ChangeSetRequest) -> ChangeSetInfo:
        """Ask for a change set; where one of that name is there already, give that one."""
        secrets = [value for value in request.parameters.values() if value]
        with service_errors(f"cannot create a change set for {request.stack_name}", secrets=secrets):
            arguments = self._arguments(request)
            try:
                created = self._cloudformation.create_change_set(**arguments)
            except Exception as error:
                if error_code(error) != "AlreadyExistsException":
                    raise
                # An earlier try, whose answer was lost, has gone through.
                return change_set_info(
                    self._cloudformation.describe_change_set(
                        StackName=request.stack_name, ChangeSetName=request.name
                    )
                )
        return ChangeSetInfo(created["Id"], request.name, created["StackId"], "CREATE_PENDING")

    def delete_change_set(self, stack: str, name: str) -> None:
        """Delete the change set (by name or id); nothing happens where there is none."""
        with service_errors(f"cannot delete the change set {name}"):
            try:
                self._cloudformation.delete_change_set(StackName=stack, ChangeSetName=name)
            except Exception as error:
                if not is_missing(error):
                    raise

    def execute(self, change_set: ChangeSetInfo, *, token: str) -> None:
        """Execute exactly this change set; executing one a second time does nothing."""
        with service_errors(f"cannot execute the change set {change_set.name}"):
            try:
                self._cloudformation.execute_change_set(
                    ChangeSetName=change_set.change_set_id, ClientRequestToken=token
                )
            except Exception as error:
                if not self._executed(change_set, error):
                    raise

    def delete(self, stack: str, *, token: str, retain: Iterable[str] = ()) -> None:
        """Begin to delete the stack, with the role it was made with.

        `retain` (logical ids that stay) is for stacks in DELETE_FAILED only.
        """
        arguments: dict[str, Any] = {"StackName": stack, "ClientRequestToken": token}
        if kept := list(retain):
            arguments["RetainResources"] = kept
        with service_errors(f"cannot delete the stack {stack}"):
            self._cloudformation.delete_stack(**arguments)

    def protect(self, stack: str, *, on: bool) -> None:
        """Switch the stack's termination protection on or off."""
        with service_errors(f"cannot change the termination protection of {stack}"):
            self._cloudformation.update_termination_protection(
                StackName=stack, EnableTerminationProtection=on
            )

    @property
    def _cloudformation(self) -> Any:
        return self._clients.client("cloudformation")

    def _executed(self, change_set: ChangeSetInfo, error: Exception) -> bool:
        """Return whether the refusal only means that an earlier try, whose answer was lost, has gone through."""
        if error_code(error) == "TokenAlreadyExistsException":
            return True
        if error_code(error) not in ("InvalidChangeSetStatus", "InvalidChangeSetStatusException"):
            return False
        latest = CloudFormationStacks(self._clients).change_set(change_set.stack_id, change_set.change_set_id)
        return latest is not None and latest.execution_status in ("EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE")

    def _arguments(self, request: ChangeSetRequest) -> dict[str, Any]:
        """Return CreateChangeSet's arguments; what is empty is left out."""
        optional = {
            "TemplateBody": request.template_body,
            "TemplateURL": request.template_url,
            "RoleARN": self._role_arn(request.role_name) if request.role_name else "",
            "Parameters": [_parameter(name, value) for name, value in request.parameters.items()],
            "Tags": [{"Key": key, "Value": value} for key, value in request.tags.items()],
            "ResourceTypes": list(request.resource_types),
            "Capabilities": list(request.capabilities),
            "IncludeNestedStacks": request.nested,
            "ResourcesToImport": [_import(*one) for one in request.imports.items()],
            # An import is always rolled back; CloudFormation refuses any other wish.
            "OnStackFailure": "" if request.type == "IMPORT" else request.on_failure,
        }
        return {
            "StackName": request.stack_name,
            "ChangeSetName": request.name,
            "ChangeSetType": request.type,
            "ClientToken": request.token,
            "Description": request.description,
            **{name: value for name, value in optional.items() if value},
        }

    def _role_arn(self, role_name: str) -> str:
        if role_name.startswith("arn:"):
            return role_name
        identity = self._clients.identity()
        return f"arn:{identity.partition}:iam::{identity.account}:role/{role_name}"


def _parameter(name: str, value: str | None) -> dict[str, Any]:
    if value is None:
        return {"ParameterKey": name, "UsePreviousValue": True}
    return {"ParameterKey": name, "ParameterValue": value}


def _import(logical_id: str, resource: ImportedResource) -> dict[str, Any]:
    return {
        "ResourceType": resource.type,
        "LogicalResourceId": logical_id,
        "ResourceIdentifier": dict(resource.identifier),
    }
