"""The library's functions: what the commands do, from files or from values."""

import doctest
import json
from pathlib import Path

import pytest

import smsgen
from samples.large import large_app
from smsgen import library
from smsgen.changes.model import Environment, Stack, StackResource
from smsgen.cli import run

ROOT = Path(__file__).parent.parent
SINGLE = ROOT / "samples" / "single.yaml"
SCRIPTS = ROOT / "samples" / "scripts.yaml"


def test_the_examples_of_the_docstrings_are_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    tried = doctest.testmod(library, extraglobs={"smsgen": smsgen}, verbose=False)
    assert tried.attempted >= 8
    assert tried.failed == 0


@pytest.mark.parametrize("sample", ["three-tier", "windows", "scripts", "parameters"])
@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_a_template_is_the_commands_own(
    sample: str, format_: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    path = f"samples/{sample}.yaml"
    assert run(["generate-template", path, "--format", format_]) == 0
    made = smsgen.generate_template(path, format=format_)
    assert made.text == capsys.readouterr().out
    assert list(made.files) == [f"template.{format_}"]
    assert set(made.parameters) == set(made.template.parameters)
    assert set(made.origins) <= set(made.template.resources)


def test_an_app_and_its_file_give_the_same_template() -> None:
    assert smsgen.generate_template(smsgen.load_app(SINGLE)).files == smsgen.generate_template(SINGLE).files


def test_the_profile_wins_over_the_applications_own() -> None:
    for app in (SINGLE, smsgen.load_app(SINGLE)):
        types = {
            one["Type"] for one in smsgen.generate_template(app, profile="sms").template.resources.values()
        }
        assert types == {"AWS::EC2::Instance"}
    assert smsgen.load_app(SINGLE, profile="sms").profile == "sms"


def test_nested_stacks_come_with_their_files(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(large_app(600, 2))
    made = smsgen.generate_template(path, format="json")
    urls = [
        one["Properties"]["TemplateURL"]
        for one in made.template.resources.values()
        if one["Type"] == "AWS::CloudFormation::Stack"
    ]
    assert next(iter(made.files)) == "template.json"
    assert set(made.files) == {"template.json", *urls}
    assert all(json.loads(text)["Resources"] for text in made.files.values())


def test_an_app_without_a_file_says_which_script_it_misses() -> None:
    app = smsgen.load_app(SCRIPTS)
    with pytest.raises(smsgen.InvalidInput, match=r"SCRIPT_FILE.*there is no file") as caught:
        smsgen.generate_template(app)
    assert smsgen.validate(app) == caught.value.diagnostics


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("name: shop\ncolour: blue\nserverGroups: 1\n")
    found = smsgen.validate(path)
    assert [(one.code, str(one.location)) for one in found] == [
        ("UNKNOWN_FIELD", f"{path}:2:1"),
        ("WRONG_TYPE", f"{path}:3:15"),
    ]
    for act in (smsgen.load_app, smsgen.generate_template, smsgen.generate_change_set):
        with pytest.raises(smsgen.InvalidInput) as caught:
            act(path)
        assert caught.value.diagnostics == found


def test_an_app_that_is_made_wrong_is_judged_too() -> None:
    app = smsgen.load_app(SINGLE)
    wrong = app._replace(server_groups=(app.server_groups[0]._replace(server_list=()),))
    assert smsgen.validate(app) == ()
    assert [one.code for one in smsgen.validate(wrong)] == ["EMPTY_LIST"]
    with pytest.raises(smsgen.InvalidInput):
        smsgen.generate_template(wrong)


def test_what_is_no_profile_or_format_is_refused() -> None:
    with pytest.raises(smsgen.SmsgenError, match="there is no profile 'soft'"):
        smsgen.load_app(SINGLE, profile="soft")
    with pytest.raises(ValueError, match="there is no format 'xml'"):
        smsgen.generate_template(SINGLE, format="xml")
    with pytest.raises(ValueError, match="there is no format 'xml'"):
        smsgen.dump(smsgen.load_app(SINGLE), "xml")
    with pytest.raises(TypeError, match="no text for a dict"):
        smsgen.dump({})  # type: ignore[call-overload] # what a user may try


# --- Change sets --------------------------------------------------------------------------------------------


def test_a_change_set_is_the_commands_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed = tmp_path / "deployed.yaml"
    deployed.write_text(smsgen.generate_template(SINGLE).text.replace("t3.", "m6i."))
    monkeypatch.chdir(ROOT)
    line = ["generate-change-set", "samples/single.yaml", "--deployed", str(deployed), "--output", "json"]
    assert run(line) == 0
    change_set = smsgen.generate_change_set("samples/single.yaml", deployed)
    assert smsgen.dump(change_set, "json") == capsys.readouterr().out
    assert [change.action for change in change_set.changes] == ["Modify"]


def test_both_sides_may_be_values() -> None:
    template = smsgen.generate_template(SINGLE).template
    app = smsgen.load_app(SINGLE)
    assert smsgen.generate_change_set(app, template).status == "FAILED"
    (name,) = (name for name, one in template.resources.items() if one["Type"] == "AWS::EC2::Instance")
    resources = {**template.resources}
    resources[name] = {
        **resources[name],
        "Properties": {**resources[name]["Properties"], "KeyName": "other"},
    }
    after = smsgen.Template({**template.body, "Resources": resources})
    stack = smsgen.Stack("shop", template.body, resources={name: StackResource("AWS::EC2::Instance", "i-1")})
    (change,) = smsgen.generate_change_set(after, stack).changes
    assert (change.replacement, change.physical_resource_id) == ("True", "i-1")
    ignored = smsgen.generate_change_set(after, stack, ignore=[f"Resources.{name}.Properties.KeyName"])
    assert ignored.status == "FAILED"


def test_parameters_and_pseudo_parameters_are_what_is_said() -> None:
    template = smsgen.Template(
        {
            "Parameters": {"Name": {"Type": "String"}},
            "Resources": {
                "Topic": {
                    "Type": "AWS::SNS::Topic",
                    "Properties": {"TopicName": {"Fn::Sub": "${Name}-${AWS::Region}"}},
                }
            },
        }
    )
    change_set = smsgen.generate_change_set(
        template, parameters={"Name": "shop"}, pseudo={"AWS::Region": "eu-central-1"}
    )
    (change,) = change_set.changes_with_property_values
    assert change.after_context == {"Properties": {"TopicName": "shop-eu-central-1"}}
    with pytest.raises(smsgen.InvalidInput, match="Name"):
        smsgen.generate_change_set(template)


# --- Texts --------------------------------------------------------------------------------------------------

STACK = Stack(
    "shop",
    {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}, "Child": {"Type": "AWS::CloudFormation::Stack"}}},
    stack_id="arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/1",
    parameters={"Name": "007"},
    ssm={"/ami": "ami-1"},
    resources={
        "Topic": StackResource("AWS::SNS::Topic", "arn:1", ref="arn:1", attributes={"TopicName": "1"})
    },
    outputs={"A": "b"},
    tags={"CostCenter": "4711"},
    children={"Child": Stack("shop-child", {"Resources": {"A": {"Type": "AWS::SNS::Topic"}}})},
    environment=Environment(
        {"AWS::Region": "eu-central-1"}, {"/ami": "ami-2"}, {"E": "v"}, {"eu-central-1": ("a",)}
    ),
)


@pytest.mark.parametrize("format_", ["yaml", "json"])
@pytest.mark.parametrize(
    "stack", [STACK, Stack("", {"Resources": {}}), STACK._replace(environment=Environment())]
)
def test_a_stack_reads_as_the_same(stack: Stack, format_: str) -> None:
    assert smsgen.read_snapshot(smsgen.dump(stack, format_).encode(), "snapshot") == stack


@pytest.mark.parametrize("format_", ["yaml", "json"])
@pytest.mark.parametrize("sample", sorted(path.stem for path in SINGLE.parent.glob("*.yaml")))
def test_an_app_and_its_template_read_as_the_same(sample: str, format_: str) -> None:
    app = smsgen.load_app(SINGLE.with_name(f"{sample}.yaml"))
    assert smsgen.load(smsgen.dump(app, format_).encode(), "app").app == app
    template = smsgen.generate_template(SINGLE.with_name(f"{sample}.yaml")).template
    assert smsgen.parse_template(smsgen.dump(template, format_).encode(), "t").template == template
