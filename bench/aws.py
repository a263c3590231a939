"""How many calls pull and predict make, by the number of servers: `python -m bench.aws`.

The services are answered in the process, by boto3's own event hook, with AWS's page sizes (moto has larger
ones): 100 resources a page of ListStackResources; DescribeInstances by 200 ids a filter. So the calls counted
are those AWS would see, and the time is smsgen's and boto3's own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.snapshot import CloudFormationReader
from smsgen.changes import Environment, predict
from smsgen.changes.stack import read_snapshot
from smsgen.operations.stacks.pull import dump_snapshot, pull

PAGE = 100
STACK_ID = "arn:aws:cloudformation:eu-central-1:123456789012:stack/large/1"
MOST_CALLS_FOR_500 = 12
"""2 for stack and template, 5 pages of resources, 3 lists of instances, and 2 to spare."""


class Answers:
    """A stack of `servers` instances, each of which reads the address of the one before it."""

    def __init__(self, servers: int) -> None:
        self.ids = [f"i-{number:017x}" for number in range(servers)]
        self.calls: Counter[str] = Counter()

    def template(self) -> dict[str, Any]:
        """Return the template that the stack was made of."""
        return {
            "Resources": {
                f"Server{number:05}": {
                    "Type": "AWS::EC2::Instance",
                    "Properties": {
                        "ImageId": "ami-0123456789abcdef0",
                        "UserData": {"Fn::GetAtt": [f"Server{max(number - 1, 0):05}", "PrivateIp"]}
                        if number
                        else "",
                    },
                }
                for number in range(len(self.ids))
            },
            "Outputs": {"Last": {"Value": {"Fn::GetAtt": [f"Server{len(self.ids) - 1:05}", "PrivateIp"]}}},
        }

    def answer(self, model: Any, params: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        """Return what boto3 takes for the service's answer (event `before-call`)."""
        self.calls[model.name] += 1
        body: dict[str, Any] = params["body"]
        return _Ok(), _ANSWERS[model.name](self, body)

    def stacks(self, _: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeStacks."""
        return {"Stacks": [{"StackName": "large", "StackId": STACK_ID, "StackStatus": "CREATE_COMPLETE"}]}

    def body(self, _: dict[str, Any]) -> dict[str, Any]:
        """Answer GetTemplate."""
        return {"TemplateBody": json.dumps(self.template())}

    def resources(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer ListStackResources, a page at a time."""
        start = int(body.get("NextToken", 0))
        page = [
            {
                "LogicalResourceId": f"Server{number:05}",
                "ResourceType": "AWS::EC2::Instance",
                "PhysicalResourceId": self.ids[number],
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for number in range(start, min(start + PAGE, len(self.ids)))
        ]
        more = {"NextToken": str(start + PAGE)} if start + PAGE < len(self.ids) else {}
        return {"StackResourceSummaries": page, **more}

    def instances(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeInstances for the ids of its filter."""
        ids = [value for key, value in body.items() if key.startswith("Filter.1.Value.")]
        return {
            "Reservations": [
                {"Instances": [{"InstanceId": each, "PrivateIpAddress": "10.0.0.1"} for each in ids]}
            ]
        }


class _Ok:
    status_code = 200


_ANSWERS: dict[str, Callable[[Answers, dict[str, Any]], dict[str, Any]]] = {
    "DescribeStacks": Answers.stacks,
    "GetTemplate": Answers.body,
    "ListStackResources": Answers.resources,
    "DescribeInstances": Answers.instances,
}


class Measured(NamedTuple):
    """Calls by operation, seconds of the pull, seconds from its file to a change set, bytes of the file."""

    calls: Counter[str]
    pulling: float
    predicting: float
    size: int


def measure(servers: int) -> Measured:
    """Pull a stack, then predict from the file alone what a new image for every server changes."""
    answers = Answers(servers)
    clients = Clients(AwsSettings(region="eu-central-1"))
    for service in ("cloudformation", "ec2"):
        clients.client(service).meta.events.register("before-call", answers.answer)
    started = time.perf_counter()
    pulled = pull(CloudFormationReader(clients), "large")
    text = dump_snapshot(pulled.snapshot, "json").encode()
    pulling = time.perf_counter() - started
    assert len(pulled.snapshot["resources"]) == servers
    assert not pulled.warnings

    started = time.perf_counter()
    stack = read_snapshot(text, "deployed.json")
    after = json.loads(
        json.dumps(answers.template()).replace("ami-0123456789abcdef0", "ami-0fedcba9876543210")
    )
    change_set = predict(stack, after, {}, environment=stack.environment or Environment())
    assert len(change_set.changes) == servers
    return Measured(answers.calls, pulling, time.perf_counter() - started, len(text))


def main() -> int:
    """Print the table; 1 where 500 servers take more calls than they may."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "none")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "none")
    print(f"{'servers':>8} {'calls':>6} {'pull s':>7} {'predict s':>9} {'bytes':>10}  by operation")
    worst = 0
    for servers in (1, 50, 500, 2_500):
        calls, pulling, predicting, size = measure(servers)
        listed = ", ".join(f"{name} {count}" for name, count in calls.items())
        print(f"{servers:>8} {calls.total():>6} {pulling:>7.2f} {predicting:>9.2f} {size:>10,}  {listed}")
        worst = calls.total() if servers == 500 else worst
    print(f"500 servers: {worst} calls, at most {MOST_CALLS_FOR_500}")
    return int(worst > MOST_CALLS_FOR_500)


if __name__ == "__main__":
    sys.exit(main())
