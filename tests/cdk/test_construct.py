"""smsgen.cdk.SmsApp: the very resources of the command line, to reference, override, bind and attach."""

import doctest
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import smsgen
from samples.large import large_app

aws_cdk = pytest.importorskip("aws_cdk", reason="aws-cdk-lib comes with smsgen[cdk]")
from aws_cdk import aws_ec2 as ec2  # noqa: E402 - after importorskip
from aws_cdk import aws_iam as iam  # noqa: E402 - as above
from aws_cdk.assertions import Annotations, Match  # noqa: E402 - as above

from smsgen.cdk import SmsApp, construct  # noqa: E402 - as above

ROOT = Path(__file__).parent.parent.parent
SAMPLES = ROOT / "samples"
THREE_TIER = SAMPLES / "three-tier.yaml"
PARAMETERS = SAMPLES / "parameters.yaml"

Synthesised = Callable[[], dict[str, Any]]


@pytest.mark.parametrize("sample", sorted(path.stem for path in SAMPLES.glob("*.yaml")))
@pytest.mark.parametrize("profile", ["hardened", "sms"])
def test_the_stack_gets_the_template_of_the_command_line(
    sample: str, profile: str, stack: Any, synthesised: Synthesised
) -> None:
    path = SAMPLES / f"{sample}.yaml"
    try:
        made = smsgen.generate_template(path, profile=profile)
    except smsgen.InvalidInput:
        pytest.skip(f"{sample} cannot be compiled within profile {profile}")
    SmsApp(stack, "Shop", app=path, profile=profile)
    assert _in_order(synthesised()) == _in_order(made.template.body)


def _in_order(data: Any) -> Any:
    """Return a template with its tags by their keys: the CDK puts them in an order of its own, and they have none."""
    if isinstance(data, dict):
        return {name: _in_order(value) for name, value in data.items()}
    if isinstance(data, list):
        inner = [_in_order(item) for item in data]
        tags = all(isinstance(item, dict) and item.keys() == {"Key", "Value"} for item in inner)
        return sorted(inner, key=lambda tag: str(tag["Key"])) if tags else inner
    return data


def test_an_app_does_as_well_as_a_file(stack: Any, synthesised: Synthesised) -> None:
    SmsApp(stack, "Shop", app=smsgen.load_app(THREE_TIER))
    assert synthesised() == smsgen.generate_template(THREE_TIER).template.body


def test_the_examples_of_the_docstring_are_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    tried = doctest.testmod(construct)
    assert (tried.attempted, tried.failed) == (4, 0)


def test_a_large_application_becomes_nested_stacks(
    tmp_path: Path, stack: Any, synthesised: Synthesised
) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(large_app(501, 2))
    shop = SmsApp(stack, "Shop", app=path)
    stack_of_first = aws_cdk.Stack.of(shop.instance("Db00001"))
    assert stack_of_first.nested_stack_parent.node.path == "S"
    assert len(shop.group("cache-001")) == 251
    shop.instance("Db00001").key_name = "shop"
    root = synthesised()
    made = smsgen.generate_template(path, format="json")
    for name, resource in made.template.resources.items():
        ours = {**resource, "Properties": {**resource.get("Properties", {}), "TemplateURL": None}}
        theirs = {**root["Resources"][name]}
        theirs["Properties"] = {**theirs.get("Properties", {}), "TemplateURL": None}
        assert theirs == ours, name
    nested = [json.loads(one.read_text()) for one in tmp_path.glob("cdk.out/*.nested.template.json")]
    wanted = {name: json.loads(text) for name, text in made.files.items() if name.startswith("nested/")}
    changed = wanted["nested/000-db000-servers.json"]["Resources"]["Db00001"]["Properties"]
    changed["KeyName"] = "shop"
    assert sorted(map(json.dumps, map(_sorted, nested))) == sorted(
        map(json.dumps, map(_sorted, wanted.values()))
    )


def _sorted(body: dict[str, Any]) -> Any:
    return json.loads(json.dumps(body, sort_keys=True))


# --- References and overrides -------------------------------------------------------------------------------


def test_servers_are_found_by_logical_id_server_id_and_vm_name(stack: Any) -> None:
    shop = SmsApp(stack, "Shop", app=PARAMETERS)
    names = ("Web1", "s-6e30f502", "wikiweb1")
    assert {shop.instance(name).logical_id for name in names} == {shop.instance("Web1").logical_id}
    assert [stack.resolve(one.ref) for one in shop.group("web")] == [{"Ref": "Web1"}, {"Ref": "Web2"}]


def test_a_server_can_be_overridden_and_referenced(stack: Any, synthesised: Synthesised) -> None:
    shop = SmsApp(stack, "Shop", app=THREE_TIER)
    database = shop.instance("Database01")
    database.instance_type = "r6i.2xlarge"
    database.add_property_override("CreditSpecification.CPUCredits", "standard")
    aws_cdk.CfnOutput(stack, "Address", value=database.attr_private_ip)
    template = synthesised()
    properties = template["Resources"]["Database01"]["Properties"]
    assert properties["InstanceType"] == "r6i.2xlarge"
    assert properties["CreditSpecification"] == {"CPUCredits": "standard"}
    assert template["Outputs"]["Address"]["Value"] == {"Fn::GetAtt": ["Database01", "PrivateIp"]}
    assert set(template["Resources"]) == set(smsgen.generate_template(THREE_TIER).template.resources)


def test_what_follows_can_wait_for_a_launch_order(stack: Any, synthesised: Synthesised) -> None:
    shop = SmsApp(stack, "Shop", app=THREE_TIER)
    user = iam.CfnUser(stack, "User")
    user.add_dependency(shop.resource("LaunchOrder0Complete"))
    assert synthesised()["Resources"]["User"]["DependsOn"] == ["LaunchOrder0Complete"]


@pytest.mark.parametrize(
    ("ask", "message", "hint"),
    [
        (lambda shop: shop.instance("Database1"), "no server 'Database1'", "did you mean Database01"),
        (lambda shop: shop.group("databases"), "no server group 'databases'", "did you mean database?"),
        (lambda shop: shop.resource("Nothing"), "no resource 'Nothing'", "did you mean"),
        (lambda shop: shop.parameter("SubnetId"), "no parameter 'SubnetId'", "none at all"),
    ],
)
def test_a_name_that_is_not_there_is_told_with_the_nearest(
    stack: Any, ask: Callable[[SmsApp], Any], message: str, hint: str
) -> None:
    shop = SmsApp(stack, "Shop", app=THREE_TIER)
    with pytest.raises(smsgen.SmsgenError, match=message) as caught:
        ask(shop)
    assert hint in str(caught.value.hint)  # type: ignore[attr-defined] # SmsgenError's own


def test_a_vm_name_that_two_servers_have_is_not_guessed_at(stack: Any, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(PARAMETERS.read_text().replace("wikiweb2", "wikiweb1"))
    shop = SmsApp(stack, "Shop", app=path)
    with pytest.raises(smsgen.SmsgenError, match="2 servers are called 'wikiweb1'"):
        shop.instance("wikiweb1")


# --- Parameters ---------------------------------------------------------------------------------------------


def test_what_the_file_leaves_open_can_be_bound_to_constructs(stack: Any, synthesised: Synthesised) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    shop = SmsApp(
        stack,
        "Shop",
        app=PARAMETERS,
        image_ids={"Database": "ami-0123456789abcdef0", "wikiweb1": "ami-0fedcba9876543210"},
        instance_types={"database": ec2.InstanceType("r6i.large")},
        subnet=vpc.private_subnets[0],
        security_groups=[group, "sg-0a1b2c3d4e5f60718"],
        parameters={"WikiWebImageImageId": "ami-0a1b2c3d4e5f60718"},
    )
    shop.parameter("WebInstanceType").default = "t3.large"
    template = synthesised()
    database, web = (template["Resources"][name]["Properties"] for name in ("Database", "Web2"))
    assert database["ImageId"] == "ami-0123456789abcdef0"
    assert database["InstanceType"] == "r6i.large"
    assert database["SubnetId"] == {"Ref": stack.resolve(vpc.private_subnets[0].subnet_id)["Ref"]}
    assert database["SecurityGroupIds"] == [stack.resolve(group.security_group_id), "sg-0a1b2c3d4e5f60718"]
    assert web["ImageId"] == "ami-0a1b2c3d4e5f60718"
    assert list(template["Parameters"]) == ["WebInstanceType"]
    assert template["Parameters"]["WebInstanceType"]["Default"] == "t3.large"
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert groups == [{"Label": {"default": "Instances"}, "Parameters": ["WebInstanceType"]}]


def test_bound_values_reach_nested_stacks(stack: Any, synthesised: Synthesised, tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    text = large_app(501, 2)
    path.write_text("".join(line for line in text.splitlines(keepends=True) if "securityGroup:" not in line))
    SmsApp(stack, "Shop", app=path, security_groups=["sg-0a1b2c3d4e5f60718", "sg-0a1b2c3d4e5f60719"])
    root = synthesised()
    assert "Parameters" not in root
    for name in ("Db000Servers", "Cache001Servers"):
        passed = root["Resources"][name]["Properties"]["Parameters"]
        ids = ["sg-0a1b2c3d4e5f60718", "sg-0a1b2c3d4e5f60719"]
        assert passed == {"SecurityGroupIds": {"Fn::Join": [",", ids]}}


def test_every_binding_that_cannot_be_is_told_at_once(stack: Any) -> None:
    SmsApp(
        stack,
        "Shop",
        app=THREE_TIER,
        image_ids={"Database01": "ami-0123456789abcdef0", "nobody": "ami-0123456789abcdef0"},
        instance_types={"database": "m6i.large", "nothing": "m6i.large"},
        subnet="subnet-0a1b2c3d4e5f60718",
        security_groups=["sg-0a1b2c3d4e5f60718"],
        parameters={"Colour": "blue"},
    )
    said = [entry.entry.data for entry in Annotations.from_stack(stack).find_error("*", Match.any_value())]
    told = "\n".join(said)
    for words in (
        "image_ids: the file says which image Database01 has",
        "image_ids: no server is called 'nobody'",
        "instance_types: the file says which instance types group database has",
        "instance_types: there is no group 'nothing'",
        "subnet: the file says it for every server",
        "security_groups: the file says it for every server",
        "parameters: the template has no parameter 'Colour'",
    ):
        assert words in told
    assert ["error[CDK_BINDING]: " in one for one in said] == [True] * 7


def test_an_image_that_cloudformation_looks_up_is_bound_by_its_parameter_only(stack: Any) -> None:
    SmsApp(stack, "Shop", app=PARAMETERS, image_ids={"Web2": "ami-0123456789abcdef0"})
    Annotations.from_stack(stack).has_error("/S/Shop", Match.string_like_regexp("image_ids: the file says"))


# --- Problems -----------------------------------------------------------------------------------------------


def test_problems_of_the_file_are_annotations_and_the_app_goes_on(stack: Any, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("name: shop\ncolour: blue\nserverGroups: 1\n")
    shop = SmsApp(stack, "Shop", app=path)
    aws_cdk.CfnOutput(stack, "Web", value=shop.group("web")[0].ref)
    aws_cdk.CfnOutput(stack, "Database", value=shop.instance("Database01").attr_private_ip)
    shop.resource("Volume").cfn_options.condition = None
    shop.parameter("SubnetId").default = "subnet-1"
    said = Annotations.from_stack(stack).find_error("/S/Shop", Match.any_value())
    assert [one.entry.data.splitlines()[0] for one in said] == [
        f"{path}:2:1: error[UNKNOWN_FIELD]: the application has no field 'colour'",
        f"{path}:3:15: error[WRONG_TYPE]: serverGroups must be a list, not the number 1",
    ]


def test_a_file_that_is_not_there_is_an_annotation(stack: Any, tmp_path: Path) -> None:
    SmsApp(stack, "Shop", app=tmp_path / "none.yaml")
    Annotations.from_stack(stack).has_error("/S/Shop", Match.string_like_regexp("cannot read .*none.yaml"))


def test_warnings_are_annotations_that_can_be_acknowledged(stack: Any, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(
        (SAMPLES / "single.yaml").read_text() + "launchDefaults: {associatePublicIpAddress: true}\n"
    )
    (warning,) = smsgen.validate(path)
    SmsApp(stack, "Shop", app=path)
    Annotations.from_stack(stack).has_warning(
        "/S/Shop",
        Match.string_like_regexp(rf"warning\[{warning.code}\][\s\S]*\[ack: smsgen:{warning.code}\]"),
    )


def test_nothing_is_left_in_the_temporary_folder(
    stack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    SmsApp(stack, "Shop", app=THREE_TIER)
    assert list(folder.iterdir()) == []
