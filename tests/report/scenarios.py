"""Change sets that tell, for the goldens of the reports: each is (deployed snapshot, template, parameters)."""

import base64
from typing import Any

from smsgen.changes import predict
from smsgen.changes.change_set import ChangeSet
from smsgen.changes.model import Environment
from smsgen.changes.stack import from_data

PSEUDO = {"AWS::Region": "eu-central-1", "AWS::AccountId": "123456789012", "AWS::Partition": "aws"}


def instance(name: str, order: int, **properties: Any) -> dict[str, Any]:
    said = {"group": "g", "launchOrder": order, "vmName": name}
    return {"Type": "AWS::EC2::Instance", "Metadata": {"smsgen": said}, "Properties": properties}


def change_set(
    before: dict[str, Any] | None, after: dict[str, Any], parameters: dict[str, str] | None = None
) -> ChangeSet:
    deployed = from_data(before) if before else None
    return predict(deployed, after, parameters or {}, environment=Environment(pseudo=PSEUDO))


def snapshot(template: dict[str, Any], **more: Any) -> dict[str, Any]:
    resources = {
        name: {"type": resource["Type"], "physicalId": f"i-{at:017x}"}
        for at, (name, resource) in enumerate(template["Resources"].items(), 1)
    }
    return {"stackName": "sms-app-shop", "template": template, "resources": resources, **more}


def created() -> ChangeSet:
    """A new stack of two launch orders."""
    resources = {"Db01": instance("db01", 0, ImageId="ami-1"), "Web01": instance("web01", 1, ImageId="ami-2")}
    return change_set(None, {"Resources": resources})


def replaced() -> ChangeSet:
    """A new image, a type from a parameter, a script that changes, a server that goes, edits beyond the API."""
    scripts = [
        {"Fn::Base64": f"#!/bin/sh\nset -e\nmount /data\n{line}\n"} for line in ("start v1", "start v2")
    ]
    declared = {"Type": {"Type": "String", "Default": "m6i.large"}}
    before = {
        "Parameters": declared,
        "Resources": {
            "Db01": {
                **instance("db01", 0, ImageId="ami-1"),
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
            },
            "Old": instance("old", 1, ImageId="ami-3"),
            "Web01": instance("web01", 1, ImageId="ami-2", InstanceType={"Ref": "Type"}, UserData=scripts[0]),
        },
        "Outputs": {"Ip": {"Value": {"Fn::GetAtt": ["Web01", "PrivateIp"]}}},
    }
    web = instance("web01", 1, ImageId="ami-2", InstanceType={"Ref": "Type"}, UserData=scripts[1])
    after = {
        "Parameters": declared,
        "Resources": {
            "Db01": {
                **instance("db01", 0, ImageId="ami-9"),
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
            },
            "Web01": {**web, "DependsOn": "Db01"},
        },
        "Outputs": {"Address": {"Value": {"Fn::GetAtt": ["Web01", "PrivateIp"]}}},
    }
    return change_set(snapshot(before), after, {"Type": "m6i.xlarge"})


def widened() -> ChangeSet:
    """A security group that opens to the world, a role that may do more."""

    def template(cidr: str, actions: list[str]) -> dict[str, Any]:
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": cidr}
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = {"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}
        return {
            "Resources": {
                "Group": {
                    "Type": "AWS::EC2::SecurityGroup",
                    "Properties": {"GroupDescription": "web", "SecurityGroupIngress": [rule]},
                },
                "Role": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {"AssumeRolePolicyDocument": {"Statement": []}, "Policies": [policy]},
                },
            }
        }

    before, after = (
        template("10.0.0.0/8", ["s3:Get*"]),
        template("0.0.0.0/0", ["s3:GetObject", "iam:PassRole"]),
    )
    return change_set(snapshot(before), after)


SECRET = "hunter2-Secr3t!"


def secretive() -> ChangeSet:
    """Secrets wherever they may stand: NoEcho, assignments in user data, keys, names and texts that are markup."""
    script = f"#!/bin/sh\nexport DB_PASSWORD={SECRET}\nmysql --password={SECRET}\n"
    declared = {"Secret": {"Type": "String", "NoEcho": True}}

    def template(script: str, tag: str) -> dict[str, Any]:
        web = instance(
            "<img src=x onerror=alert(1)>",
            0,
            UserData={"Fn::Base64": script},
            KeyName={"Fn::Sub": "key-${Secret}"},
            Tags=[{"Key": "note", "Value": tag}],
        )
        return {"Parameters": declared, "Resources": {"Web": web}}

    nasty = "| `x` @octocat [a](http://b) <b>bold</b> AKIAIOSFODNN7EXAMPLE\n# title"
    before = snapshot(template("#!/bin/sh\n", "plain"), parameters={"Secret": f"old-{SECRET}"})
    return change_set(before, template(script, nasty), {"Secret": f"new-{SECRET}"})


def nothing() -> ChangeSet:
    """Nothing changes."""
    template = {"Resources": {"Db01": instance("db01", 0, ImageId="ami-1")}}
    return change_set(snapshot(template), template)


SCENARIOS = {
    "created": created,
    "replaced": replaced,
    "widened": widened,
    "secretive": secretive,
    "nothing": nothing,
}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
