"""How long a prediction takes, against json.dumps of the two templates: `python -m bench.change_sets`.

Both sides are parsed already. A change of 10 properties in a template of 490 instances may take 10 times as
long as writing the two templates as JSON; 5,000 resources may take, for each resource, at most twice that of 500.
"""

from __future__ import annotations

import copy
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from smsgen.changes import Environment, Stack, predict

ENVIRONMENT = Environment({"AWS::StackName": "large", "AWS::Region": "eu-central-1"})
CHANGED = 10
MOST_TIMES_JSON = 10
MOST_GROWTH = 2.0
ROUNDS = 5


def template(instances: int) -> dict[str, Any]:
    """Return a template of instances in a chain of DependsOn that share a security group and two parameters."""
    servers = {f"Server{number}": _server(number) for number in range(instances)}
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "all"}}
    declared = {"Size": "t3.micro", "Subnet": "subnet-1"}
    return {
        "Parameters": {name: {"Type": "String", "Default": value} for name, value in declared.items()},
        "Resources": {**servers, "Group": group},
    }


def _server(number: int) -> dict[str, Any]:
    script = "#!/bin/bash\ncfn-signal --stack ${AWS::StackName} --region ${AWS::Region}\n"
    disk = {"VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True}
    return {
        "Type": "AWS::EC2::Instance",
        "DependsOn": [f"Server{number - 1}"] if number else [],
        "Properties": {
            "ImageId": "ami-0123456789abcdef0",
            "InstanceType": {"Ref": "Size"},
            "SubnetId": {"Ref": "Subnet"},
            "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
            "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": disk}],
            "UserData": {"Fn::Base64": {"Fn::Sub": script}},
            "Tags": [
                {"Key": "Name", "Value": f"server-{number}"},
                {"Key": "app", "Value": {"Ref": "AWS::StackName"}},
            ],
        },
    }


def edited(before: dict[str, Any]) -> dict[str, Any]:
    """Return the template with CHANGED properties changed."""
    after = copy.deepcopy(before)
    for number in range(CHANGED):
        after["Resources"][f"Server{number}"]["Properties"]["InstanceType"] = "t3.large"
    return after


def best(call: Callable[[], Any]) -> float:
    """Return the shortest of a few runs, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def measure(instances: int) -> tuple[float, float]:
    """Return the seconds that json.dumps of both templates and the prediction take."""
    before = template(instances)
    after = edited(before)
    deployed = Stack("large", before)
    written = best(lambda: (json.dumps(before), json.dumps(after)))
    return written, best(lambda: predict(deployed, after, {}, environment=ENVIRONMENT))


def main() -> int:
    """Print the rows; give 1 where a bound is broken."""
    written, predicted = measure(490)
    times = predicted / written
    print(
        f"490 instances: {predicted * 1e3:.1f} ms, {times:.1f} times json.dumps (at most {MOST_TIMES_JSON})"
    )
    small, large = measure(500)[1] / 500, measure(5000)[1] / 5000
    growth = large / small
    print(f"5,000 for each of 500: {growth:.2f} times (at most {MOST_GROWTH}), {large * 5e6:.0f} ms in all")
    return 0 if times <= MOST_TIMES_JSON and growth <= MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
