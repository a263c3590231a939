"""The quirks of CloudFormation's change sets, one test each."""

from typing import Any

import pytest

from smsgen.changes import Environment, Stack, predict, requires_recreation
from smsgen.changes.model import NO_CHANGES, StackResource
from tests.changes.stacks import (
    ENVIRONMENT,
    PSEUDO,
    UNKNOWN,
    causes,
    create,
    listed,
    resources,
    stack,
    topic,
    update,
)

DIRECT = ("DirectModification", "Static", None)
DYNAMIC = ("DirectModification", "Dynamic", None)
NAME = {"Parameters": {"Name": {"Type": "String"}}}


# --- The four examples of the CloudFormation user guide -------------------------------------------------------


def instance(*tags: Any) -> dict[str, Any]:
    purpose = {"Key": "Purpose", "Value": {"Ref": "Purpose"}}
    return {
        "Parameters": {name: {"Type": "String"} for name in ("Purpose", "KeyPairName", "InstanceType")},
        "Resources": {
            "MyEC2Instance": {
                "Type": "AWS::EC2::Instance",
                "Properties": {
                    "KeyName": {"Ref": "KeyPairName"},
                    "InstanceType": {"Ref": "InstanceType"},
                    "ImageId": "ami-1",
                    "Tags": [purpose, *tags],
                },
            }
        },
    }


GIVEN = {"Purpose": "testing", "KeyPairName": "old", "InstanceType": "t1.micro"}


def test_documented_a_tag_added_in_the_template() -> None:
    after = instance({"Key": "Another", "Value": "tag"})
    change = listed(update(stack(instance(), GIVEN), after, GIVEN), values=False)["MyEC2Instance"]
    assert (change["Replacement"], change["Scope"]) == ("False", ["Tags"])
    target = {"Attribute": "Tags", "RequiresRecreation": "Never"}
    assert change["Details"] == [
        {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}
    ]


def test_documented_b_a_parameter_of_a_tag_changed() -> None:
    change = listed(
        update(stack(instance(), GIVEN), instance(), GIVEN | {"Purpose": "production"}), values=False
    )
    only = change["MyEC2Instance"]
    assert only["Replacement"] == "False"
    assert causes(only) == {DYNAMIC, ("ParameterReference", "Static", "Purpose")}
    assert {detail["Target"]["Attribute"] for detail in only["Details"]} == {"Tags"}


def test_documented_c_three_parameters_changed() -> None:
    given = {"Purpose": "production", "KeyPairName": "new", "InstanceType": "t1.small"}
    change = listed(update(stack(instance(), GIVEN), instance(), given), values=False)["MyEC2Instance"]
    assert (change["Replacement"], change["Scope"]) == ("True", ["Properties", "Tags"])
    seen = {(d["Target"].get("Name"), d["Target"]["RequiresRecreation"]) for d in change["Details"]}
    assert seen == {("KeyName", "Always"), ("InstanceType", "Conditionally"), (None, "Never")}
    assert len(change["Details"]) == 6
    assert change["PolicyAction"] == "ReplaceAndDelete"


def test_documented_d_an_instance_removed_a_group_and_a_launch_configuration_added() -> None:
    after = resources(
        AutoScalingGroup={"Type": "AWS::AutoScaling::AutoScalingGroup"},
        LaunchConfig={"Type": "AWS::AutoScaling::LaunchConfiguration"},
    )
    changes = listed(update(stack(instance(), GIVEN), after), values=False)
    actions = {name: (c["Action"], c["Details"], c["Scope"]) for name, c in changes.items()}
    assert actions == {
        "AutoScalingGroup": ("Add", [], []),
        "LaunchConfig": ("Add", [], []),
        "MyEC2Instance": ("Remove", [], []),
    }


# --- Which resources are listed -------------------------------------------------------------------------------


def test_nothing_changed_is_a_failed_change_set() -> None:
    template = resources(T=topic(TopicName="a"))
    answer = update(template, template).describe()
    assert (answer["Status"], answer["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert answer["StatusReason"] == NO_CHANGES
    assert answer["Changes"] == []


def test_an_update_of_outputs_alone_is_complete_and_lists_nothing() -> None:
    template = resources(T=topic(TopicName="a"))
    answer = update(template, template | {"Outputs": {"O": {"Value": "x"}}}).describe()
    assert (answer["Status"], answer["Changes"]) == ("CREATE_COMPLETE", [])


def test_depends_on_alone_is_no_change() -> None:
    before = resources(A=topic(TopicName="a"), B=topic(TopicName="b"))
    after = resources(A=topic(TopicName="a"), B=topic(TopicName="b") | {"DependsOn": "A"})
    assert update(before, after).status == "FAILED"


@pytest.mark.parametrize(("written", "same"), [(10, "10"), (True, "true"), ({"Fn::Sub": "x"}, "x")])
def test_values_that_read_the_same_are_the_same(written: Any, same: str) -> None:
    assert update(resources(T=topic(X=written)), resources(T=topic(X=same))).status == "FAILED"


@pytest.mark.parametrize(("was", "now", "action"), [("no", "yes", "Add"), ("yes", "no", "Remove")])
def test_a_condition_that_turns_adds_and_removes(was: str, now: str, action: str) -> None:
    template = {
        "Parameters": {"Want": {"Type": "String"}},
        "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "Want"}, "yes"]}},
        "Resources": {"T": topic() | {"Condition": "Wanted"}, "U": topic()},
    }
    changes = listed(update(stack(template, {"Want": was}), template, {"Want": now}), values=False)
    assert {name: change["Action"] for name, change in changes.items()} == {"T": action}


def test_a_resource_whose_condition_is_not_known_is_dynamic() -> None:
    template = {
        "Parameters": {"Want": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/want"}},
        "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "Want"}, "yes"]}},
        "Resources": {"T": topic() | {"Condition": "Wanted"}},
    }
    assert listed(create(template), values=False)["T"]["Action"] == "Dynamic"


# --- Details --------------------------------------------------------------------------------------------------


def test_two_parameters_in_one_property_are_two_causes_and_one_modification() -> None:
    declared = {"Parameters": {"A": {"Type": "String"}, "B": {"Type": "String"}, "C": {"Type": "String"}}}
    template = declared | resources(T=topic(DisplayName={"Fn::Sub": "${A}-${B}-${C}"}))
    given = {"A": "1", "B": "1", "C": "1"}
    change = listed(update(stack(template, given), template, given | {"A": "2", "B": "2"}), values=True)["T"]
    parameters = {("ParameterReference", "Static", "A"), ("ParameterReference", "Static", "B")}
    assert causes(change) == parameters | {DYNAMIC}


def test_a_parameter_is_the_cause_even_where_a_literal_stood_before() -> None:
    after = NAME | resources(T=topic(DisplayName={"Ref": "Name"}))
    change = listed(update(resources(T=topic(DisplayName="x")), after, {"Name": "y"}), values=True)["T"]
    assert causes(change) == {DYNAMIC, ("ParameterReference", "Static", "Name")}


def test_a_condition_on_a_changed_parameter_is_a_direct_modification() -> None:
    # The property refers to no parameter: "Ref intrinsic functions that get template parameter values".
    template = NAME | {
        "Conditions": {"Big": {"Fn::Equals": [{"Ref": "Name"}, "big"]}},
        "Resources": {"T": topic(DisplayName={"Fn::If": ["Big", "large", "small"]})},
    }
    change = listed(update(stack(template, {"Name": "tiny"}), template, {"Name": "big"}), values=True)["T"]
    assert causes(change) == {DIRECT}
    assert change["AfterContext"] == {"Properties": {"DisplayName": "large"}}


@pytest.mark.parametrize(
    ("ssm_before", "ssm_now", "name", "expected"),
    [
        ("1", "2", "/p", {DIRECT}),
        ("1", "2", "/q", {DYNAMIC, ("ParameterReference", "Static", "Name")}),
    ],
)
def test_ssm_parameters_a_new_value_is_direct_a_new_name_is_a_pair(
    ssm_before: str, ssm_now: str, name: str, expected: set[Any]
) -> None:
    template = {"Parameters": {"Name": {"Type": "AWS::SSM::Parameter::Value<String>"}}}
    template |= resources(T=topic(DisplayName={"Ref": "Name"}))
    before = stack(template, {"Name": "/p"}, ssm={"/p": ssm_before})
    now = Environment(PSEUDO, {"/p": ssm_now, "/q": ssm_now})
    answer = update(before, template, {"Name": name}, environment=now)
    assert causes(listed(answer, values=True)["T"]) == expected
    assert answer.describe()["Parameters"] == [
        {"ParameterKey": "Name", "ParameterValue": name, "ResolvedValue": ssm_now}
    ]


def test_a_reference_to_a_replaced_resource_is_one_detail_plain_and_two_with_values() -> None:
    def template(name: str) -> dict[str, Any]:
        return resources(A=topic(TopicName=name), B=topic(DisplayName={"Ref": "A"}))

    answer = update(template("a"), template("b"))
    cause = ("ResourceReference", "Static", "A")
    assert causes(listed(answer, values=False)["B"]) == {cause}
    valued = listed(answer, values=True)["B"]
    assert causes(valued) == {cause, DYNAMIC}
    assert valued["BeforeContext"] == {"Properties": {"DisplayName": "id-of-A"}}
    assert valued["AfterContext"] == {"Properties": {"DisplayName": UNKNOWN}}


def test_replacement_ripples_through_what_cannot_change_in_place() -> None:
    def template(name: str) -> dict[str, Any]:
        return resources(
            A=topic(TopicName=name), B=topic(TopicName={"Ref": "A"}), C=topic(DisplayName={"Ref": "B"})
        )

    changes = listed(update(template("a"), template("b")), values=True)
    assert {name: change["Replacement"] for name, change in changes.items()} == {
        "A": "True",
        "B": "True",
        "C": "False",
    }
    assert causes(changes["C"]) == {("ResourceReference", "Static", "B"), DYNAMIC}


def test_readers_of_attributes_of_a_modified_resource_are_listed_plain_only_along_the_chain() -> None:
    def template(name: str) -> dict[str, Any]:
        read = {"Fn::GetAtt": ["A", "DisplayName"]}
        chained = {"Fn::GetAtt": ["B", "DisplayName"]}
        return resources(A=topic(DisplayName=name), B=topic(DisplayName=read), C=topic(DisplayName=chained))

    answer = update(template("a"), template("b"))
    plain = listed(answer, values=False)
    assert causes(plain["B"]) == {("ResourceAttribute", "Dynamic", "A.DisplayName")}
    assert causes(plain["C"]) == {("ResourceAttribute", "Dynamic", "B.DisplayName")}
    assert set(listed(answer, values=True)) == {"A"}


def test_ref_of_a_modified_resource_changes_nothing() -> None:
    def template(name: str) -> dict[str, Any]:
        return resources(A=topic(DisplayName=name), B=topic(DisplayName={"Ref": "A"}))

    assert set(listed(update(template("a"), template("b")), values=False)) == {"A"}


def test_a_new_reference_to_an_added_resource_has_that_resource_as_its_cause() -> None:
    before = resources(A=topic(DisplayName="x"))
    after = resources(A=topic(DisplayName={"Ref": "B"}), B=topic())
    change = listed(update(before, after), values=True)["A"]
    assert causes(change) == {("ResourceReference", "Static", "B"), DYNAMIC}
    assert change["Details"][0]["Target"]["AfterValue"] == UNKNOWN


def test_an_always_property_that_only_may_change_makes_a_conditional_replacement() -> None:
    def template(name: str) -> dict[str, Any]:
        read = {"Fn::GetAtt": ["A", "DisplayName"]}
        return resources(
            A=topic(DisplayName=name), B=topic(TopicName=read), C=topic(DisplayName={"Ref": "B"})
        )

    plain = listed(update(template("a"), template("b")), values=False)
    assert plain["B"]["Replacement"] == "Conditional"
    assert "PolicyAction" not in plain["B"]
    assert causes(plain["C"]) == {("ResourceReference", "Dynamic", "B")}


@pytest.mark.parametrize(
    "attribute", ["Metadata", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy"]
)
def test_attributes_of_a_resource_have_no_name(attribute: str) -> None:
    after = resources(T=topic() | {attribute: {"Some": "thing"}})
    change = listed(update(resources(T=topic()), after), values=False)["T"]
    assert change["Scope"] == [attribute]
    assert change["Details"][0]["Target"] == {"Attribute": attribute, "RequiresRecreation": "Never"}


def test_a_removed_property_has_no_after_value() -> None:
    before, after = resources(T=topic(DisplayName="x", Tags=[])), resources(T=topic(Tags=[]))
    detail = listed(update(before, after), values=True)["T"]["Details"][0]
    assert detail["Target"] == {
        "Attribute": "Properties",
        "Name": "DisplayName",
        "RequiresRecreation": "Never",
        "Path": "/Properties/DisplayName",
        "BeforeValue": "x",
        "AttributeChangeType": "Remove",
    }


def test_no_value_is_no_property() -> None:
    after = resources(T=topic(DisplayName={"Ref": "AWS::NoValue"}, TopicName="a"))
    assert update(resources(T=topic(TopicName="a")), after).status == "FAILED"


# --- Values ---------------------------------------------------------------------------------------------------


def test_contexts_hold_scalars_as_text_and_are_json_in_the_api() -> None:
    answer = create(resources(T=topic(FifoTopic=True, Number=3)))
    assert answer.describe(include_property_values=True)["Changes"][0]["ResourceChange"]["AfterContext"] == (
        '{"Properties":{"FifoTopic":"true","Number":"3"}}'
    )


def test_lists_in_values_are_json_text() -> None:
    before, after = resources(T=topic()), resources(T=topic(Tags=[{"Key": "a", "Value": 1}]))
    change = update(before, after).describe(include_property_values=True)["Changes"][0]["ResourceChange"]
    assert change["Details"][0]["Target"]["AfterValue"] == '[{"Key":"a","Value":"1"}]'


def test_get_att_of_a_resource_that_stays_shows_the_value_before_the_update() -> None:
    before = resources(A=topic(DisplayName="old"))
    reader = topic(DisplayName={"Fn::GetAtt": ["A", "DisplayName"]})
    changes = listed(update(before, resources(A=topic(DisplayName="new"), B=reader)), values=True)
    assert changes["B"]["AfterContext"] == {"Properties": {"DisplayName": "old"}}


def test_live_attributes_win_over_deployed_properties() -> None:
    template = resources(A=topic(DisplayName="deployed"))
    live = {"A": StackResource("AWS::SNS::Topic", "id", attributes={"DisplayName": "drifted"})}
    after = resources(A=topic(DisplayName="deployed"), B=topic(X={"Fn::GetAtt": "A.DisplayName"}))
    changes = listed(update(Stack("app", template, resources=live), after), values=True)
    assert changes["B"]["AfterContext"]["Properties"] == {"X": "drifted"}


def test_a_removed_resource_shows_no_live_values() -> None:
    before = resources(A=topic(), B=topic(DisplayName={"Fn::Join": ["-", ["x", {"Ref": "A"}]]}))
    change = listed(update(before, resources(A=topic())), values=True)["B"]
    assert change["BeforeContext"] == {"Properties": {"DisplayName": UNKNOWN}}


def test_a_missing_export_is_a_warning_and_not_known() -> None:
    answer = create(resources(T=topic(DisplayName={"Fn::ImportValue": "nowhere"}))).describe(
        include_property_values=True, contexts="parsed"
    )
    assert answer["Status"] == "CREATE_COMPLETE"
    assert answer["StatusReason"] == (
        "[WARN] --include-property-values option can return incomplete ChangeSet data because: "
        "ChangeSet creation failed for resource [T] because: No export named nowhere"
    )
    assert answer["Changes"][0]["ResourceChange"]["AfterContext"] == {"Properties": {"DisplayName": UNKNOWN}}


def test_no_echo_values_are_never_shown() -> None:
    declared = {"Parameters": {"Secret": {"Type": "String", "NoEcho": True}}}
    reader = topic(X={"Fn::GetAtt": ["T", "DisplayName"]})
    template = declared | resources(T=topic(DisplayName={"Fn::Sub": "a-${Secret}"}), R=reader)
    after = declared | resources(T=topic(DisplayName={"Fn::Sub": "b-${Secret}"}), R=reader, S=reader)
    answer = update(stack(template, {"Secret": "hush"}), after, {"Secret": "psst"})
    shown = str(answer.describe(include_property_values=True))
    assert "hush" not in shown
    assert "psst" not in shown
    assert listed(answer, values=True)["T"]["AfterContext"] == {"Properties": {"DisplayName": "b-****"}}


def test_a_bare_template_as_before_claims_no_change_of_what_it_cannot_know() -> None:
    template = resources(A=topic(TopicName="a"), B=topic(X={"Ref": "A"}, Y={"Fn::GetAtt": ["A", "TopicArn"]}))
    assert predict(Stack("", template), template, {}, environment=ENVIRONMENT).status == "FAILED"


# --- Policies, imports, nested stacks -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "action"),
    [
        ("Retain", "Retain"),
        ("Snapshot", "Snapshot"),
        ("Delete", "Delete"),
        ("RetainExceptOnCreate", "Retain"),
    ],
)
def test_a_removal_follows_the_deployed_deletion_policy(policy: str, action: str) -> None:
    before = resources(V={"Type": "AWS::EC2::Volume", "DeletionPolicy": policy}, T=topic())
    assert listed(update(before, resources(T=topic())), values=False)["V"]["PolicyAction"] == action


@pytest.mark.parametrize(
    ("policy", "action"),
    [("Retain", "ReplaceAndRetain"), ("Snapshot", "ReplaceAndSnapshot"), ("Delete", "ReplaceAndDelete")],
)
def test_a_replacement_follows_the_submitted_update_replace_policy(policy: str, action: str) -> None:
    before = resources(T=topic(TopicName="a") | {"UpdateReplacePolicy": policy})
    after = resources(T=topic(TopicName="b") | {"UpdateReplacePolicy": policy})
    assert listed(update(before, after), values=False)["T"]["PolicyAction"] == action


@pytest.mark.parametrize(
    ("type_name", "cluster", "action"),
    [
        ("AWS::RDS::DBInstance", {}, "Snapshot"),
        ("AWS::RDS::DBInstance", {"DBClusterIdentifier": "c"}, "Delete"),
        ("AWS::RDS::DBCluster", {"DBClusterIdentifier": "c"}, "Snapshot"),
    ],
)
def test_a_database_that_says_nothing_is_snapshotted_unless_its_cluster_is(
    type_name: str, cluster: dict[str, str], action: str
) -> None:
    before = resources(D={"Type": type_name, "Properties": cluster}, T=topic())
    assert listed(update(before, resources(T=topic())), values=False)["D"]["PolicyAction"] == action


def test_an_import_has_its_physical_id() -> None:
    after = resources(T=topic(), I=topic(TopicName="x") | {"DeletionPolicy": "Retain"})
    answer = update(resources(T=topic()), after, imports={"I": "arn:x"})
    change = listed(answer, values=False)["I"]
    assert (answer.change_set_type, change["Action"], change["PhysicalResourceId"]) == (
        "IMPORT",
        "Import",
        "arn:x",
    )


def nested(url: str, **parameters: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {"TemplateURL": url, "Parameters": parameters}
    return resources(Child={"Type": "AWS::CloudFormation::Stack", "Properties": properties})


def test_a_nested_stack_that_is_not_looked_into_changes_automatically() -> None:
    change = listed(update(nested("a.yaml"), nested("a.yaml")), values=False)["Child"]
    assert causes(change) == {("Automatic", "Dynamic", None)}
    assert change["Replacement"] == "False"


@pytest.mark.parametrize(("display", "status"), [("new", "CREATE_COMPLETE"), ("old", "FAILED")])
def test_a_nested_stack_is_compared_where_its_template_is_known(display: str, status: str) -> None:
    child = stack(NAME | resources(T=topic(DisplayName="old", TopicName={"Ref": "Name"})), {"Name": "n"})
    before = stack(nested("a.yaml", Name="n"), children={"Child": child})
    template = NAME | resources(T=topic(DisplayName=display, TopicName={"Ref": "Name"}))
    answer = update(before, nested("a.yaml", Name="n"), children={"a.yaml": template})
    assert answer.status == status
    assert answer.nested["Child"].status == status


def test_what_a_nested_stack_is_given_ripples_into_it() -> None:
    def template(name: str) -> dict[str, Any]:
        return resources(A=topic(TopicName=name)) | {
            "Resources": {
                "A": topic(TopicName=name),
                **nested("a.yaml", Name={"Ref": "A"})["Resources"],
            }
        }

    child = NAME | resources(T=topic(TopicName={"Ref": "Name"}))
    before = stack(template("a"), children={"Child": stack(child, {"Name": "id-of-A"})})
    answer = update(before, template("b"), children={"a.yaml": child})
    change = listed(answer.nested["Child"], values=True)["T"]
    assert change["Replacement"] == "True"
    assert change["AfterContext"] == {"Properties": {"TopicName": UNKNOWN}}


def test_a_stack_that_is_created_with_every_resource_off_is_complete_and_empty() -> None:
    """Recorded [2]."""
    off = topic() | {"Condition": "Never"}
    answer = create({"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}} | resources(T=off))
    assert (answer.change_set_type, answer.status, answer.execution_status) == (
        "CREATE",
        "CREATE_COMPLETE",
        "AVAILABLE",
    )
    assert (answer.status_reason, answer.changes, answer.changes_with_property_values) == (None, (), ())


# --- Recreation -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_name", "name", "expected"),
    [
        ("AWS::EC2::Instance", "ImageId", "Always"),
        ("AWS::EC2::Instance", "InstanceType", "Conditionally"),
        ("AWS::EC2::Instance", "Monitoring", "Never"),
        ("AWS::SNS::Topic", "TopicName", "Always"),
        ("Custom::Thing", "Anything", "Conditionally"),
        ("AWS::CloudFormation::CustomResource", "ServiceToken", "Conditionally"),
        ("AWS::CDK::Metadata", "Analytics", "Conditionally"),
        ("AWS::LakeFormation::DataLakeSettings", "Admins", "Conditionally"),
        ("Acme::Private::Thing", "Anything", "Conditionally"),
    ],
)
def test_recreation(type_name: str, name: str, expected: str) -> None:
    assert requires_recreation(type_name, name) == expected


def test_a_part_that_cannot_change_in_place_counts_only_where_it_changes() -> None:
    def export(name: str, compression: str) -> dict[str, str]:
        return {"Name": name, "Compression": compression}

    def judge(before: Any, after: Any) -> str:
        return requires_recreation("AWS::BCMDataExports::Export", "Export", before, after)

    assert judge(export("a", "gzip"), export("a", "zip")) == "Never"
    assert judge(export("a", "gzip"), export("b", "gzip")) == "Always"


@pytest.mark.parametrize(("before", "after"), [(1, True), (True, 1), (1, 1.0), ([0], [False])])
def test_what_python_takes_to_be_equal_is_another_text(before: Any, after: Any) -> None:
    found = update(resources(T=topic(X=before)), resources(T=topic(X=after)))
    assert [change.action for change in found.changes] == ["Modify"]
    mapped = {"Fn::FindInMap": ["M", "K", "V"]}
    sides = [resources(T=topic(X=mapped)) | {"Mappings": {"M": {"K": {"V": v}}}} for v in (before, after)]
    assert [change.action for change in update(*sides).changes] == ["Modify"]
