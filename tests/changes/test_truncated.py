"""Very long values are shown by their signatures, as CloudFormation does, and reports keep them whole."""

import json
from hashlib import sha256
from typing import Any

from smsgen.changes import ChangeSet
from smsgen.changes.truncated import LONGEST, signature
from tests.changes.stacks import resources, update

TEXT = "(Truncated-Signature):"


def statements(count: int) -> list[dict[str, str]]:
    return [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::bucket-{n:04}"}
        for n in range(count)
    ]


def policy(count: int) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": statements(count)}
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": document, "Description": "The same"},
    }


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[ChangeSet, dict[str, Any]]:
    change_set = update(resources(It=before), resources(It=after))
    (change,) = change_set.describe(include_property_values=True)["Changes"]
    return change_set, change["ResourceChange"]


def test_the_keys_of_a_map_are_signed_in_the_order_of_a_java_hash_map() -> None:
    long = "x" * LONGEST
    given = {"Statement": [{"Action": "a", "Effect": "Allow", "Resource": long}], "Version": "2012-10-17"}
    written = (
        f'{{"Version":"2012-10-17","Statement":[{{"Action":"a","Resource":"{long}","Effect":"Allow"}}]}}'
    )
    assert signature(given) == TEXT + sha256(written.encode()).hexdigest()


def test_both_sides_are_one_leaf_with_their_signatures() -> None:
    _, change = changed(policy(60), policy(70))
    (detail,) = change["Details"]
    target = detail["Target"]
    assert target["Path"] == "/Properties/PolicyDocument"
    assert (target["BeforeValue"], target["AfterValue"]) == tuple(
        signature(policy(count)["Properties"]["PolicyDocument"]) for count in (60, 70)
    )
    assert (detail["Evaluation"], detail["ChangeSource"]) == ("Static", "DirectModification")
    after = json.loads(change["AfterContext"])["Properties"]
    assert after == {"PolicyDocument": target["AfterValue"], "Description": "The same"}


def test_where_one_side_is_short_its_members_are_listed_as_if_they_were_new() -> None:
    _, change = changed(policy(60), policy(1))
    targets = [detail["Target"] for detail in change["Details"]]
    assert [(target["Path"], target["AttributeChangeType"]) for target in targets] == [
        ("/Properties/PolicyDocument", "Modify"),
        ("/Properties/PolicyDocument/Statement", "Add"),
    ]
    assert targets[0]["AfterValue"] == '{"Version":"2012-10-17"}'
    assert json.loads(targets[1]["AfterValue"]) == statements(1)
    _, back = changed(policy(1), policy(60))
    assert [detail["Target"]["AttributeChangeType"] for detail in back["Details"]] == ["Modify", "Remove"]


def test_what_is_just_not_too_long_is_shown() -> None:
    def parameter(length: int) -> dict[str, Any]:
        return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "v" * length}}

    _, shown = changed(parameter(1), parameter(LONGEST))
    assert shown["Details"][0]["Target"]["AfterValue"] == "v" * LONGEST
    _, hidden = changed(parameter(1), parameter(LONGEST + 1))
    assert hidden["Details"][0]["Target"]["AfterValue"] == TEXT + sha256(b"v" * (LONGEST + 1)).hexdigest()
    assert "vvvv" not in hidden["AfterContext"]


def test_reports_keep_the_values() -> None:
    change_set, _ = changed(policy(60), policy(70))
    (change,) = change_set.changes_with_property_values
    assert TEXT not in str(change)


def test_long_metadata_is_one_leaf_with_its_signatures() -> None:
    def described(mark: str) -> dict[str, Any]:
        return {"Type": "AWS::SNS::Topic", "Metadata": {"A": mark * LONGEST, "B": mark}}

    _, change = changed(described("x"), described("y"))
    (detail,) = change["Details"]
    target = detail["Target"]
    assert (target["Attribute"], target["Path"]) == ("Metadata", "/Metadata")
    assert (target["BeforeValue"], target["AfterValue"]) == tuple(
        signature(described(mark)["Metadata"]) for mark in "xy"
    )
