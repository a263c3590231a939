"""What a server has beside itself: records, alarms, associations, policies of its profile."""

from typing import Any

import pytest

from samples.large import large_app
from smsgen.compiler import compile_app
from smsgen.errors import InvalidInput
from smsgen.model.load import load
from tests.compiler.test_compile import SERVER, compiled
from tests.compiler.test_hardware import codes, problems
from tests.compiler.test_network import resources

ZONE = "hostedZoneId: Z0123456789ABC"
POLICY = "arn:aws:iam::aws:policy/AmazonSSMDirectoryServiceAccess"
OTHER = "arn:aws:iam::123456789012:policy/app/Read"


def alone(more: str, kind: str) -> dict[str, Any]:
    (resource,) = (one for one in resources(more).values() if one["Type"] == kind)
    return dict(resource["Properties"])


@pytest.mark.parametrize(
    ("record", "more", "value"),
    [
        ("", "", {"Fn::GetAtt": ["Web01Prod", "PrivateIp"]}),
        ("target: publicIp", "", {"Fn::GetAtt": ["Web01Prod", "PublicIp"]}),
        ("target: elasticIp", "elasticIpAddresses: [{}]", {"Ref": "Web01ProdAddress"}),
        ("type: CNAME", "", {"Fn::GetAtt": ["Web01Prod", "PrivateDnsName"]}),
        ("type: CNAME, target: publicDnsName", "", {"Fn::GetAtt": ["Web01Prod", "PublicDnsName"]}),
        ("type: AAAA", "ipv6Addresses: ['2001:db8::7']", "2001:db8::7"),
    ],
)
def test_a_record_leads_to_what_is_said(record: str, more: str, value: Any) -> None:
    made = alone(
        f"recordSets: [{{name: a.example.com, {ZONE}, {record}}}]\n{more}", "AWS::Route53::RecordSet"
    )
    assert made["ResourceRecords"] == [value]
    assert (made["Name"], made["TTL"], made["HostedZoneId"]) == ("a.example.com", "300", "Z0123456789ABC")


@pytest.mark.parametrize(
    "record",
    [
        "type: AAAA",
        "type: AAAA, target: privateIp",
        "type: CNAME, target: privateIp",
        "target: privateDnsName",
        "target: elasticIp",
        "weight: 3",
        "multiValueAnswer: true",
    ],
)
def test_a_record_that_leads_nowhere_or_cannot_be_told_apart_is_refused(record: str) -> None:
    assert "CONFLICT" in codes(f"recordSets: [{{name: a.example.com, {ZONE}, {record}}}]")


def test_an_elastic_address_that_is_there_is_not_known_to_the_template() -> None:
    more = f"recordSets: [{{name: a.example.com, {ZONE}, target: elasticIp}}]"
    assert "CONFLICT" in codes(f"{more}\nelasticIpAddresses: [{{allocationId: eipalloc-12345678}}]")


def test_a_record_keeps_its_name_in_the_template_whatever_else_there_is() -> None:
    first, second = (f"{{name: {name}.example.com, {ZONE}}}" for name in "ab")
    lists = (first, f"{first}, {second}", f"{second}, {first}")
    alone_, both, turned = (set(resources(f"recordSets: [{text}]")) for text in lists)
    assert alone_ < both == turned
    assert "DUPLICATE_RECORD" in codes(f"recordSets: [{first}, {first.replace('a.ex', 'A.ex')}]")


def test_the_recovery_alarm_moves_the_server_to_another_host() -> None:
    assert alone("recoveryAlarm: {}", "AWS::CloudWatch::Alarm") == {
        "AlarmDescription": "Recovers web-01.prod when its host fails",
        "Namespace": "AWS/EC2",
        "MetricName": "StatusCheckFailed_System",
        "Dimensions": [{"Name": "InstanceId", "Value": {"Ref": "Web01Prod"}}],
        "Statistic": "Minimum",
        "Period": 60,
        "EvaluationPeriods": 2,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "AlarmActions": [{"Fn::Sub": "arn:${AWS::Partition}:automate:${AWS::Region}:ec2:recover"}],
    }


def test_a_domain_is_joined_by_an_association() -> None:
    join = (
        "ssmAssociations: [{documentName: AWS-JoinDirectoryServiceDomain, associationParameters:"
        " [{key: directoryId, value: [d-1]}, {key: directoryName, value: [a.example.com]}]}]"
    )
    assert alone(join, "AWS::SSM::Association") == {
        "Name": "AWS-JoinDirectoryServiceDomain",
        "Parameters": {"directoryId": ["d-1"], "directoryName": ["a.example.com"]},
        "Targets": [{"Key": "InstanceIds", "Values": [{"Ref": "Web01Prod"}]}],
    }
    assert codes(join) == {"SSM.1"}, "nobody lets Systems Manager in"
    assert codes(f"{join}\ncreateInstanceProfile: true") == set()
    assert "MISSING_FIELD" in codes("ssmAssociations: [{documentName: AWS-JoinDirectoryServiceDomain}]")


def test_associations_of_one_document_are_told_apart_by_their_names() -> None:
    document = "documentName: AWS-RunPowerShellScript"
    assert "DUPLICATE_ENTRY" in codes(f"ssmAssociations: [{{{document}}}, {{{document}}}]")
    made = resources(f"ssmAssociations: [{{{document}}}, {{{document}, associationName: again}}]")
    assert set(made) > {"Web01ProdRunsAWSRunPowerShellScript", "Web01ProdRunsAgain"}


def test_servers_with_other_policies_have_a_profile_of_their_own() -> None:
    text = f"""
name: a
launchDefaults: {{createInstanceProfile: true, subnet: subnet-12345678, securityGroup: sg-12345678}}
serverGroups:
  - serverList:
      - {{serverId: s-00000001, launch: {{logicalId: A}}}}
      - {{serverId: s-00000002, launch: {{logicalId: B, managedPolicyArns: ["{POLICY}", "{OTHER}"]}}}}
      - {{serverId: s-00000003, launch: {{logicalId: C, managedPolicyArns: ["{OTHER}", "{POLICY}"]}}}}
"""
    made = compiled(text).template.resources
    profiles = {name: made[name]["Properties"]["IamInstanceProfile"]["Ref"] for name in "ABC"}
    assert profiles["A"] == "InstanceProfile"
    assert profiles["B"] == profiles["C"] != "InstanceProfile"
    role = made[made[profiles["B"]]["Properties"]["Roles"][0]["Ref"]]["Properties"]
    assert role["ManagedPolicyArns"][1:] == sorted([POLICY, OTHER])
    assert len(made["InstanceRole"]["Properties"]["ManagedPolicyArns"]) == 1, "no policy of another server"


def test_policies_without_a_profile_of_ours_are_refused() -> None:
    assert "CONFLICT" in codes(f'managedPolicyArns: ["{POLICY}"]')
    named = f'iamInstanceProfileName: servers\ncreateInstanceProfile: true\nmanagedPolicyArns: ["{POLICY}"]'
    assert "CONFLICT" in {one.code for one in problems(named)}


def test_profiles_of_their_own_reach_nested_stacks() -> None:
    app = load(large_app(600, 2).encode(), "large.yaml").app
    first, second = (
        group._replace(launch_defaults=group.launch_defaults._replace(create_instance_profile=True, **more))
        for group, more in zip(app.server_groups, ({}, {"managed_policy_arns": (POLICY,)}), strict=True)
    )
    made = compile_app(app._replace(server_groups=(first, second)))
    assert made.children
    root = made.template.resources
    for child in made.children:
        (name,) = (name for name in child.template.parameters if name.startswith("InstanceProfile"))
        stack = next(
            one for one in root.values() if one.get("Properties", {}).get("TemplateURL") == child.file
        )
        assert stack["Properties"]["Parameters"][name]["Ref"] in root
    assert len({name for name in root if name.startswith("InstanceProfile")}) == 2


def test_the_next_order_waits_for_names_and_joins_but_not_for_alarms_and_retain_keeps_them() -> None:
    more = f"retain: true\nrecoveryAlarm: {{}}\nrecordSets: [{{name: a.example.com, {ZONE}}}]\n"
    more += "ssmAssociations: [{documentName: AWS-UpdateSSMAgent}]"
    text = SERVER + "".join(f"          {line}\n" for line in more.splitlines())
    text += "  - {name: later, launchOrder: 4, serverList: [{serverId: s-23456789, imageId: ami-12345678}]}\n"
    made = compiled(text).template.resources
    waited = {made[name]["Type"] for name in made["LaunchOrder3Complete"]["DependsOn"]}
    assert waited == {"AWS::EC2::Instance", "AWS::Route53::RecordSet", "AWS::SSM::Association"}
    own = [one for name, one in made.items() if name.startswith("Web01Prod")]
    assert len(own) == 4
    assert {one["DeletionPolicy"] for one in own} == {"Retain"}


@pytest.mark.parametrize(
    "more",
    ["recoveryAlarm: {}", f"recordSets: [{{name: a.b, {ZONE}}}]", "ssmAssociations: [{documentName: AWS-X}]"],
)
def test_profile_sms_holds_none_of_it(more: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        compiled(SERVER + f"          {more}\nprofile: sms\n")
    assert "SMS_PROFILE" in {one.code for one in refused.value.diagnostics}
