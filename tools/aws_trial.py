"""Settle on AWS what no document says of imports, on one throw-away instance: `python -m tools.aws_trial`.

Without --go it only says what it would do. Nothing in `make test` or CI runs it against AWS.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
KIND = "t3.micro"
TRIAL = "smsgen-trial"
SAYS = f"""\
What it makes, in your account, in the default VPC of the Region:
  one instance {KIND} of Amazon Linux 2023 with its root volume of 8 GiB, and one volume of 1 GiB;
  two stacks, {TRIAL}-… , that own these two and launch nothing; all tagged {TRIAL}.
What it costs: an hour of {KIND} and 9 GiB of gp3, less than 0.05 USD; it takes about 20 minutes.
What it checks:
  1. whether `smsgen adopt discover` and `run` go through, the guard included;
  2. which events an import has, what drift says of each resource, whether the same template again is empty;
  3. what the update handler called after the import (CloudTrail, up to 15 minutes late);
  4. whether a guarded session keeps the handler from a change, and what becomes of the import then;
  5. the texts with which CloudFormation refuses Tags, Outputs, a missing DeletionPolicy, a handle, a second owner;
  6. which identifier a change set shows where a type has two; what DescribeType says of types in doubt.
What it removes, whatever happens: the stacks (what is in them is retained), then the instance and the volume.
It prints what it found as JSON; please add it to docs/adopt.md, or send it to the project.
"""
IN_DOUBT = ("AWS::EC2::EIPAssociation", "AWS::Route53::RecordSet", "AWS::EC2::VolumeAttachment")


class Trial:
    """One trial: clients, what it made, and what it found."""

    def __init__(self, session: Any, endpoint: str | None, guard_role: str | None, patience: float) -> None:
        self.ec2, self.cloudformation, self.ssm, self.trail = (
            session.client(name, endpoint_url=endpoint)
            for name in ("ec2", "cloudformation", "ssm", "cloudtrail")
        )
        self.endpoint, self.region, self.guard_role = endpoint, session.region_name, guard_role
        self.patience = patience
        self.mark = f"{TRIAL}-{int(time.time()):x}"
        self.stacks: list[str] = []
        self.answers: dict[str, Any] = {}

    def ask(self, question: str, check: Callable[[], Any]) -> None:
        """Find an answer; an error is one, too."""
        try:
            self.answers[question] = check()
        except Exception as error:
            self.answers[question] = f"{type(error).__name__}: {error}"
        print(f"{question}: {json.dumps(self.answers[question], default=str)[:2000]}", flush=True)

    @contextmanager
    def server(self) -> Iterator[tuple[str, str]]:
        """Launch the instance, attach the volume, and remove both at the end."""
        image = self.ssm.get_parameter(Name=IMAGE)["Parameter"]["Value"]
        tags = [{"Key": "Name", "Value": self.mark}, {"Key": TRIAL, "Value": self.mark}]
        launched = self.ec2.run_instances(
            ImageId=image,
            InstanceType=KIND,
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        )["Instances"][0]
        instance, volume = launched["InstanceId"], ""
        print(
            f"launched {instance}; if all else fails, terminate it and delete volumes tagged {self.mark}",
            flush=True,
        )
        try:
            self.ec2.get_waiter("instance_running").wait(InstanceIds=[instance])
            zone = launched["Placement"]["AvailabilityZone"]
            volume = self.ec2.create_volume(
                AvailabilityZone=zone,
                Size=1,
                VolumeType="gp3",
                TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
            )["VolumeId"]
            self.ec2.get_waiter("volume_available").wait(VolumeIds=[volume])
            self.ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
            self.ec2.get_waiter("volume_in_use").wait(VolumeIds=[volume])
            yield instance, volume
        finally:
            self.remove(instance, volume)

    def remove(self, instance: str, volume: str) -> None:
        """Delete the stacks, then the instance and the volume; go on where one of them fails, and say so."""
        steps: list[Callable[[], Any]] = [lambda name=name: self._delete(name) for name in self.stacks]  # type: ignore[misc] # bound now
        steps += [
            lambda: self.ec2.terminate_instances(InstanceIds=[instance]),
            lambda: self.ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance]),
        ]
        if volume:
            steps.append(lambda: self.ec2.delete_volume(VolumeId=volume))
        for step in steps:
            try:
                step()
            except Exception as error:
                print(f"NOT REMOVED, look after it yourself ({self.mark}): {error}", file=sys.stderr)
        print(f"removed the stacks, {instance} and {volume}", flush=True)

    def _delete(self, name: str) -> None:
        self.cloudformation.delete_stack(StackName=name)
        self.cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)

    # --- Checks -------------------------------------------------------------------------------------------

    def adopt(self, folder: Path, instance: str) -> dict[str, Any]:
        """Adopt the instance by smsgen itself."""
        from smsgen.cli import run
        from smsgen.operations.stacks.plan import plan
        from smsgen.wiring import files

        app = str(folder / "trial.yaml")
        where = ["--region", self.region, *(["--endpoint-url", self.endpoint] if self.endpoint else [])]
        guard = ["--guard-role", self.guard_role] if self.guard_role else []
        codes = {
            "discover": run(["adopt", "discover", "--id", instance, "-o", app, "--name", self.mark, *where])
        }
        name = plan(app, files=files()).app.stack_name
        self.stacks.append(name)
        codes["run"] = run(["adopt", "run", app, "--yes", *guard, *where])
        return {"exit codes": codes, "stack": name}

    def events(self, stack: str) -> list[str]:
        """List the events of a stack, oldest first."""
        listed = self.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        return [
            f"{each['LogicalResourceId']} {each['ResourceStatus']} {each.get('ResourceStatusReason', '')}".strip()
            for each in reversed(listed)
        ]

    def drift(self, stack: str) -> dict[str, Any]:
        """Read what the last drift detection said of each resource."""
        drifts = self.cloudformation.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
        return {
            each["LogicalResourceId"]: [each["StackResourceDriftStatus"], each.get("PropertyDifferences", [])]
            for each in drifts
        }

    def handler_calls(self, instance: str) -> list[str]:
        """List what CloudTrail has of the instance that CloudFormation called and that writes."""
        end = time.time() + self.patience
        attribute = {"AttributeKey": "ResourceName", "AttributeValue": instance}
        while True:
            listed = self.trail.lookup_events(LookupAttributes=[attribute])["Events"]
            calls = [
                each["EventName"]
                for each in listed
                if "cloudformation" in each["CloudTrailEvent"] and each.get("ReadOnly") != "true"
            ]
            if calls or time.time() > end:
                return calls
            time.sleep(30)

    def refusals(self, instance: str) -> dict[str, str]:
        """Ask for change sets that should be refused, and keep the words."""
        good = {"Type": "AWS::EC2::Instance", "DeletionPolicy": "Retain", "Properties": {}}
        bare = {"Type": "AWS::EC2::Instance", "Properties": {}}
        handle = {"Type": "AWS::CloudFormation::WaitConditionHandle", "DeletionPolicy": "Retain"}
        target = {
            "ResourceType": "AWS::EC2::Instance",
            "LogicalResourceId": "Server",
            "ResourceIdentifier": {"InstanceId": instance},
        }
        cases: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
            "Tags on a new stack": ({"Server": good}, {"Tags": [{"Key": TRIAL, "Value": "x"}]}),
            "Outputs": ({"Server": good}, {"outputs": {"Id": {"Value": "x"}}}),
            "no DeletionPolicy": ({"Server": bare}, {}),
            "a handle": (
                {"Server": handle},
                {"target": target | {"ResourceType": handle["Type"], "ResourceIdentifier": {"Id": "x"}}},
            ),
            "a resource beside it": ({"Server": good, "Other": good}, {}),
            "what another stack owns": ({"Server": good}, {}),
        }
        return {
            name: self._refused(resources, {"target": target} | more)
            for name, (resources, more) in cases.items()
        }

    def _refused(
        self,
        resources: dict[str, Any],
        more: dict[str, Any],
    ) -> str:
        stack = f"{self.mark}-refused"
        outputs = {"Outputs": more["outputs"]} if "outputs" in more else {}
        tags = {"Tags": more["Tags"]} if "Tags" in more else {}
        try:
            made = self.cloudformation.create_change_set(
                StackName=stack,
                ChangeSetName="trial",
                ChangeSetType="IMPORT",
                TemplateBody=json.dumps({"Resources": resources} | outputs),
                ResourcesToImport=[more["target"]],
                **tags,
            )
        except Exception as error:
            return str(error)
        try:
            return self._outcome(made["Id"])
        finally:
            self.cloudformation.delete_change_set(ChangeSetName=made["Id"])
            self.cloudformation.delete_stack(StackName=made["StackId"])

    def _outcome(self, change_set: str) -> str:
        while True:
            answer = self.cloudformation.describe_change_set(ChangeSetName=change_set)
            if not answer["Status"].endswith(("PENDING", "IN_PROGRESS")):
                shown = [each["ResourceChange"].get("PhysicalResourceId") for each in answer["Changes"]]
                return f"{answer['Status']} {answer.get('StatusReason', '')} {shown}"
            time.sleep(2)

    def denied(self, instance: str, profile: str | None) -> dict[str, Any]:
        """Give the instance back, and import it with detailed monitoring said to be on: the guard should deny that."""
        from smsgen import wiring
        from smsgen.aws.clients import AwsSettings
        from smsgen.operations.ports.records import ChangeSetRequest, ImportedResource

        while self.stacks:
            self._delete(self.stacks.pop())
        stack = f"{self.mark}-denied"
        self.stacks.append(stack)
        template = {
            "Type": "AWS::EC2::Instance",
            "DeletionPolicy": "Retain",
            "Properties": {"Monitoring": True},
        }
        clients = wiring.clients(AwsSettings(profile, self.region, self.endpoint))
        guarded = wiring.guard(clients, self.guard_role).changes()
        imports = {"Server": ImportedResource("AWS::EC2::Instance", {"InstanceId": instance})}
        body = json.dumps({"Resources": {"Server": template}})
        request = ChangeSetRequest(stack, "trial", "IMPORT", "trial", TRIAL, body, imports=imports)
        change_set = guarded.create_change_set(request)
        outcome = self._outcome(change_set.change_set_id)
        guarded.execute(change_set, token="trial")
        while True:
            status = self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
            if not status.endswith("IN_PROGRESS"):
                break
            time.sleep(5)
        described = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        return {
            "change set": outcome,
            "stack": status,
            "events": self.events(stack),
            "monitoring": described["Monitoring"]["State"],
        }

    def types(self) -> dict[str, Any]:
        """Ask what the registry says of types in doubt."""
        told = {}
        for name in IN_DOUBT:
            answer = self.cloudformation.describe_type(Type="RESOURCE", TypeName=name)
            schema = json.loads(answer.get("Schema", "{}"))
            told[name] = [answer.get("ProvisioningType"), sorted(schema.get("handlers", {}))]
        return told


def go(trial: Trial, profile: str | None) -> None:
    """Run all checks on a server that is removed at the end."""
    with trial.server() as (instance, _), tempfile.TemporaryDirectory() as folder:
        trial.ask("adopted", lambda: trial.adopt(Path(folder), instance))
        for stack in list(trial.stacks):
            trial.ask("events", lambda stack=stack: trial.events(stack))  # type: ignore[misc] # bound now
            trial.ask("drift", lambda stack=stack: trial.drift(stack))  # type: ignore[misc] # bound now
        trial.ask("refusals", lambda: trial.refusals(instance))
        trial.ask("types in doubt", trial.types)
        trial.ask("calls of the update handler", lambda: trial.handler_calls(instance))
        trial.ask("a change that the guard denies", lambda: trial.denied(instance, profile))
    print(json.dumps(trial.answers, indent=2, default=str))


def main(argv: list[str]) -> int:
    """Say what a trial is or, with --go, ask and do it."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.aws_trial", description="Settle what imports do on AWS."
    )
    parser.add_argument(
        "--go", action="store_true", help="do it, after asking; without this it only says what it is"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--profile", help="named profile of the AWS configuration")
    parser.add_argument("--region", help="AWS Region")
    parser.add_argument(
        "--guard-role", metavar="ARN", help="role for the guarded session; IAM users need none"
    )
    parser.add_argument("--endpoint-url", metavar="URL", help="another endpoint than AWS's own, for tests")
    parser.add_argument(
        "--patience", type=float, default=900.0, metavar="SECONDS", help="how long CloudTrail is waited for"
    )
    args = parser.parse_args(argv)
    print(SAYS)
    if not args.go:
        print("A dry run: nothing was asked of AWS. Add --go to do it.")
        return 0
    if not args.yes and input("Do it, in your account? Type yes: ") != "yes":
        print("Nothing was done.")
        return 1
    import boto3

    session = boto3.Session(profile_name=args.profile, region_name=args.region)
    trial = Trial(session, args.endpoint_url, args.guard_role, args.patience)
    go(trial, args.profile)
    adopted = trial.answers["adopted"]
    return 0 if isinstance(adopted, dict) and not any(adopted["exit codes"].values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
