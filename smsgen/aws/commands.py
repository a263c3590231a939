"""The Commands port on Systems Manager; see `operations.ports.Commands`."""

from __future__ import annotations

from typing import Any

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, redact, service_errors
from smsgen.operations.ports.records import Command, CommandAnswer

_DOCUMENTS = {"SHELL_SCRIPT": "AWS-RunShellScript", "POWERSHELL_SCRIPT": "AWS-RunPowerShellScript"}
_REMOTE = "AWS-RunRemoteScript"

_SUCCEEDED = "Success"
_RUNNING = ("Pending", "InProgress", "Delayed", "Cancelling")
"""Status of an invocation (Systems Manager API reference, GetCommandInvocation)."""


class SsmCommands:
    """Scripts on the managed instances of one account and Region."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def send(self, command: Command) -> str:
        """Begin to run a script, and give the id by which to ask for it."""
        document, parameters = _document(command)
        where = {"OutputS3BucketName": command.output_bucket, "OutputS3KeyPrefix": command.output_prefix}
        with service_errors(f"cannot run a script on {command.instance_id}"):
            answer = self._ssm.send_command(
                InstanceIds=[command.instance_id],
                DocumentName=document,
                Parameters=parameters,
                Comment="Validation of an application by smsgen",
                **{name: value for name, value in where.items() if value},
            )
        return str(answer["Command"]["CommandId"])

    def answer(self, command_id: str, instance_id: str) -> CommandAnswer:
        """Return how a script stands that was sent to an instance."""
        with service_errors(f"cannot ask for the script on {instance_id}"):
            try:
                invocation = self._ssm.get_command_invocation(CommandId=command_id, InstanceId=instance_id)
            except Exception as error:
                if error_code(error) == "InvocationDoesNotExist":  # it takes a moment to get there
                    return CommandAnswer(done=False)
                raise
        status = invocation["Status"]
        if status in _RUNNING:
            return CommandAnswer(done=False)
        output = invocation.get("StandardErrorContent") or invocation.get("StandardOutputContent") or ""
        if status == _SUCCEEDED:
            return CommandAnswer(True, True, redact(output))
        return CommandAnswer(
            True, False, redact(f"{invocation.get('StatusDetails') or status}: {output}".rstrip(": "))
        )

    @property
    def _ssm(self) -> Any:
        return self._clients.client("ssm")


def _document(command: Command) -> tuple[str, dict[str, list[str]]]:
    """Return the document that runs the command, and its parameters."""
    timeout = {"executionTimeout": [str(command.timeout)]}
    if command.location is None:
        return _DOCUMENTS[command.script_type], {"commands": command.text.splitlines(), **timeout}
    import json

    bucket, key = command.location
    source = json.dumps({"path": f"https://s3.amazonaws.com/{bucket}/{key}"})
    line = command.text or key.rpartition("/")[2]
    return _REMOTE, {"sourceType": ["S3"], "sourceInfo": [source], "commandLine": [line], **timeout}
