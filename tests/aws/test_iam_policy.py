"""The policies allow what smsgen calls, and little else."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from smsgen.aws.iam.actions import ACTIONS, action_of
from smsgen.aws.iam.policy import RESOURCE_TYPES, USES, policy

AWS = Path(__file__).parents[2] / "smsgen" / "aws"
SERVICES = ("cloudcontrol", "cloudformation", "ebs", "ec2", "events", "iam", "kms", "mgn", "s3", "ssm", "sts")
OF_REPLICATION = {
    *("disks.py", "images.py", "manifests.py", "stored_objects.py", "uploads.py"),
    *("keys.py", "events.py"),
}
"""The files that only replication runs: who launches needs none of it, and the other way round."""

OF_ADOPTION = {"adopting"}
"""The folder that only `smsgen adopt` runs."""

OF_THE_SERVER = {"SendCommand", "GetCommandInvocation"}
WRITING = re.compile(r":(Create|Delete|Execute|Put|Update|Pass|Run|Terminate|Attach|Tag)")


def operations_called(*, replicating: bool = False, adopting: bool = False) -> set[str]:
    """Every operation that smsgen/aws can call there, by the names of methods and paginators."""
    session = pytest.importorskip("botocore.session", reason="boto3 comes with smsgen[aws]").get_session()
    from botocore import xform_name

    by_method = {
        xform_name(operation): operation
        for service in SERVICES
        for operation in session.get_service_model(service).operation_names
    }
    called = set()
    for file in AWS.rglob("*.py"):
        folder = file.relative_to(AWS).parts[0]
        if (file.name in OF_REPLICATION, folder in OF_ADOPTION) != (replicating, adopting):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in by_method:
                called.add(by_method[node.attr])
            elif isinstance(node, ast.Constant) and node.value in by_method:
                called.add(by_method[node.value])
    called.discard("Sign")  # a signer's method, and no call to KMS
    return called | ({"PutSnapshotBlock"} if replicating else set())  # which is sent without boto3's client


def allowed(use: str) -> set[str]:
    return {action for statement in policy(use)["Statement"] for action in statement["Action"]}


def test_launch_and_serve_allow_every_call_that_smsgen_can_make() -> None:
    called = operations_called()
    assert {"PutObject", "DescribeStacks", "ListStackResources", "DescribeInstances", "GetResource"} <= called
    assert called <= ACTIONS.keys()
    assert {action_of(operation) for operation in called} <= allowed("serve")
    assert {action_of(operation) for operation in called - OF_THE_SERVER} <= allowed("launch")
    assert allowed("launch").isdisjoint({action_of(operation) for operation in OF_THE_SERVER})


def test_there_is_no_action_for_a_call_that_smsgen_does_not_make() -> None:
    called = operations_called(), operations_called(replicating=True), operations_called(adopting=True)
    assert ACTIONS.keys() <= set().union(*called)


STACKS_OF_ADOPTION = {
    "CreateChangeSet",
    "DeleteChangeSet",
    "DeleteStack",
    "DescribeChangeSet",
    "DescribeStackEvents",
    "DescribeStacks",
    "ExecuteChangeSet",
    "GetCallerIdentity",
    "ListChangeSets",
    "ListStackResources",
    "PutObject",
}
"""What adoption calls of what a launch calls, too."""


def test_adopt_allows_every_call_of_adoption_and_nothing_that_touches_a_server() -> None:
    called = operations_called(adopting=True)
    assert {"DescribeInstanceAttribute", "DescribeSourceServers", "DetectStackDrift", "AssumeRole"} <= called
    assert called <= ACTIONS.keys()
    assert {action_of(operation) for operation in called | STACKS_OF_ADOPTION} <= allowed("adopt")
    writing = re.compile(r"ec2:(?!Describe|CreateTags)")
    assert not [action for action in allowed("adopt") if writing.match(action)]


def test_the_guard_denies_all_by_which_an_update_handler_touches_a_server() -> None:
    from smsgen.aws.adopting.session import guard_policy

    [allow, deny] = guard_policy()["Statement"]
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    touching = HANDLERS - {"ec2:CreateTags"}
    assert not [
        action for action in touching if not any(fnmatchcase(action, each) for each in deny["Action"])
    ]
    for action in ("ec2:CreateTags", "ec2:DescribeInstances", "cloudformation:ExecuteChangeSet"):
        assert not any(fnmatchcase(action, each) for each in deny["Action"])
    assert len(json.dumps(guard_policy(), separators=(",", ":"))) <= 2048  # STS API reference, Policy


HANDLERS = {
    "ec2:AssociateIamInstanceProfile",
    "ec2:AttachNetworkInterface",
    "ec2:AttachVolume",
    "ec2:CreateTags",
    "ec2:DeleteTags",
    "ec2:DetachNetworkInterface",
    "ec2:DetachVolume",
    "ec2:DisassociateIamInstanceProfile",
    "ec2:ModifyInstanceAttribute",
    "ec2:ModifyInstanceCreditSpecification",
    "ec2:ModifyInstanceMaintenanceOptions",
    "ec2:ModifyInstanceMetadataOptions",
    "ec2:ModifyInstancePlacement",
    "ec2:ModifyPrivateDnsNameOptions",
    "ec2:ModifyVolume",
    "ec2:MonitorInstances",
    "ec2:ReplaceIamInstanceProfileAssociation",
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ec2:TerminateInstances",
    "ec2:UnmonitorInstances",
}
"""What writes, of the permissions that the schemas of AWS::EC2::Instance and AWS::EC2::Volume list for `update`."""


def test_replicate_allows_every_call_of_replication_and_nothing_that_launches() -> None:
    called = operations_called(replicating=True)
    assert {"StartSnapshot", "PutSnapshotBlock", "RegisterImage", "ImportImage", "UploadPart"} <= called
    assert called <= ACTIONS.keys()
    asking = {action_of(operation) for operation in called} | {"sts:GetCallerIdentity"}
    assert asking <= allowed("replicate")
    assert not [action for action in allowed("replicate") - asking if not action.startswith("kms:")]


def test_only_what_a_replication_job_made_is_written_to_or_deleted() -> None:
    for statement in statements("replicate"):
        if {"ebs:PutSnapshotBlock", "ec2:DeleteSnapshot", "ec2:DeregisterImage"} & set(statement["Action"]):
            assert statement["Condition"] == {"StringLike": {"aws:ResourceTag/SMSJobId": "*"}}


def test_read_allows_every_call_that_reads_and_nothing_that_writes() -> None:
    reading = {
        action_of(o)
        for o in operations_called() - OF_THE_SERVER
        if re.match(r"Describe|GetRes|GetT|GetP|List|GetC", o)
    }
    assert reading <= allowed("read") <= allowed("launch")
    assert not [action for action in allowed("read") if WRITING.search(action)]


def test_no_policy_has_a_wildcard_action() -> None:
    assert not [action for use in USES for action in allowed(use) if "*" in action]


def statements(use: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = policy(use)["Statement"]
    return found


@pytest.mark.parametrize("use", USES)
def test_stacks_and_buckets_are_smss_own(use: str) -> None:
    for statement in statements(use):
        for resource in statement["Resource"]:
            if ":stack/" in resource:
                assert resource == "arn:aws:cloudformation:*:*:stack/sms-app-*/*"
            if ":s3:" in resource:
                assert resource in ("arn:aws:s3:::sms-app-*", "arn:aws:s3:::sms-app-*/*")


@pytest.mark.parametrize("use", USES)
def test_what_writes_is_never_allowed_on_everything(use: str) -> None:
    # RunInstances and CreateVolume name images, subnets, keys and groups, which the policy cannot know.
    free = {"ec2:RunInstances", "ec2:CreateVolume"}
    for statement in statements(use):
        if statement["Resource"] == ["*"]:
            assert not [a for a in statement["Action"] if WRITING.search(a) and a not in free], statement[
                "Sid"
            ]


@pytest.mark.parametrize("use", USES)
def test_a_role_is_passed_to_one_named_service_only(use: str) -> None:
    for statement in statements(use):
        if "iam:PassRole" in statement["Action"]:
            assert statement["Action"] == ["iam:PassRole"]
            assert statement["Condition"]["StringEquals"]["iam:PassedToService"].endswith(".amazonaws.com")
            assert statement["Resource"] != ["*"]


def test_a_change_set_is_limited_to_what_smsgen_launches() -> None:
    (statement,) = (s for s in statements("launch") if "cloudformation:CreateChangeSet" in s["Action"])
    limit = statement["Condition"]["ForAllValues:StringEquals"]["cloudformation:ResourceTypes"]
    assert limit == list(RESOURCE_TYPES)


def test_servers_of_other_stacks_cannot_be_touched() -> None:
    for statement in statements("service"):
        if "ec2:TerminateInstances" in statement["Action"]:
            tag = statement["Condition"]["StringLike"]["aws:ResourceTag/aws:cloudformation:stack-id"]
            ours = "arn:aws:cloudformation:eu-central-1:1:stack/sms-app-1/x"
            assert fnmatchcase(ours, tag)
            assert not fnmatchcase(ours.replace("sms-app-1", "payroll"), tag)
            return
    pytest.fail("no statement lets CloudFormation terminate servers")


def test_names_and_partition_are_the_callers() -> None:
    text = json.dumps(policy("launch", partition="aws-cn", stack="shop-*", bucket="docs", role="launcher"))
    assert "arn:aws-cn:cloudformation:*:*:stack/shop-*/*" in text
    assert "arn:aws-cn:s3:::docs/*" in text
    assert "arn:aws-cn:iam::*:role/launcher" in text
    assert "arn:aws:" not in text
    assert "sms-app" not in text


@pytest.mark.parametrize("use", USES)
def test_a_policy_fits_into_iam(use: str) -> None:
    # A managed policy holds 6,144 characters, white space not counted (IAM and STS quotas).
    assert len(re.sub(r"\s", "", json.dumps(policy(use)))) <= 6_144
    sids = [statement["Sid"] for statement in statements(use)]
    assert len(sids) == len(set(sids))
    assert all(sid.isalnum() for sid in sids)


def test_the_command_prints_the_policy_as_json() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "smsgen", "iam-policy", "read"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(ended.stdout) == policy("read")


def test_the_server_may_read_scripts_where_sms_wanted_them_whatever_its_own_bucket_is_called() -> None:
    readable = [
        resource
        for statement in policy("serve", bucket="documents")["Statement"]
        if "s3:GetObject" in statement["Action"]
        for resource in statement["Resource"]
    ]
    assert readable == ["arn:aws:s3:::documents/*", "arn:aws:s3:::sms-app-*/*"]
