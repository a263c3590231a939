"""generate-change-set against a git revision, or a bare template, with values of parameters: both sides get them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from smsgen.cli import run

APP = """\
name: shop
serverGroups:
  - name: web
    serverList:
      - {serverId: s-12345678, vmServer: {vmName: web01}}
"""
VALUES = {
    "SubnetId": "subnet-12345678",
    "SecurityGroupIds": "sg-12345678",
    "WebInstanceType": "m6i.large",
    "Web01ImageId": "ami-12345678",
}
GATES = ("--fail-on", "replace,may-replace,remove,iam,network,stateful,stack")

Commit = Callable[..., None]
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commit:
    """A repository to stand in, and what commits files in it."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "--initial-branch=main")

    def commit(**files: str) -> None:
        for name, text in files.items():
            Path(name.replace("_", ".")).write_text(text)
        git("add", "--all")
        git("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "m")

    return commit


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, timeout=60)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    def said(*arguments: str) -> tuple[int, str, str]:
        status = run(["generate-change-set", "--offline", *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return said


def values(**other: str) -> str:
    return json.dumps({**VALUES, **other})


def test_an_unchanged_file_with_values_changes_nothing(commit: Commit, said: Said) -> None:
    commit(app_yaml=APP, values_json=values())
    found = said("app.yaml", "--base-ref", "HEAD", "--parameters", "values.json", "--exit-code", *GATES)
    assert found[0] == 0, found
    assert "no changes" in found[1]


def test_the_base_has_its_own_values(commit: Commit, said: Said) -> None:
    """A pull request that edits the file of the values: what that changes, and nothing else."""
    commit(app_yaml=APP, values_json=values())
    commit(values_json=values(Web01ImageId="ami-87654321"))
    status, out, _ = said(
        "app.yaml", "--base-ref", "HEAD~", "--parameters", "values.json", "--fail-on", "replace"
    )
    assert status == 3
    assert "ami-12345678 -> ami-87654321" in out
    assert "SubnetId" not in out


@pytest.mark.parametrize("given", ["file", "pairs", "outside"])
def test_a_base_without_such_a_file_has_the_same_values(
    given: str, commit: Commit, said: Said, tmp_path_factory: pytest.TempPathFactory
) -> None:
    commit(app_yaml=APP)
    Path("values.json").write_text(values())
    options = ["--parameters", "values.json"]
    if given == "pairs":
        options = [word for name, value in VALUES.items() for word in ("--parameter", f"{name}={value}")]
    elif given == "outside":
        outside = tmp_path_factory.mktemp("outside") / "values.json"
        outside.write_text(values())
        options = ["--parameters", str(outside)]
    found = said("app.yaml", "--base-ref", "HEAD", *options, "--exit-code", *GATES)
    assert found[0] == 0, found


def test_a_value_that_the_base_does_not_name_is_the_same(commit: Commit, said: Said) -> None:
    commit(app_yaml=APP, values_json=json.dumps({"SubnetId": "subnet-12345678"}))
    commit(values_json=values())
    found = said("app.yaml", "--base-ref", "HEAD~", "--parameters", "values.json", "--exit-code", *GATES)
    assert found[0] == 0, found


def test_a_file_that_is_not_at_the_base_is_new(commit: Commit, said: Said) -> None:
    commit(readme="")
    commit(app_yaml=APP, values_json=values())
    status, out, note = said("app.yaml", "--base-ref", "HEAD~", "--parameters", "values.json", *GATES)
    assert status == 0
    assert "(CREATE): 1 to add" in out
    assert "app.yaml is not at HEAD~ yet: all of it is new" in note


def test_a_base_that_is_not_there_is_an_error(commit: Commit, said: Said) -> None:
    commit(app_yaml=APP)
    status, _, error = said("app.yaml", "--base-ref", "nowhere")
    assert status == 1
    assert "there is no such revision" in error


def test_a_bare_template_has_the_values_that_are_given(commit: Commit, said: Said) -> None:
    commit(app_yaml=APP, values_json=values())
    assert run(["generate-template", "app.yaml", "-o", "template.yaml"]) == 0
    found = said(
        "app.yaml", "--deployed", "template.yaml", "--parameters", "values.json", "--exit-code", *GATES
    )
    assert found[0] == 0, found


def test_two_templates_are_called_by_their_files(commit: Commit, said: Said) -> None:
    commit(a_yaml="Resources: {A: {Type: AWS::SNS::Topic}}", b_yaml="Resources: {B: {Type: AWS::SNS::Topic}}")
    out = said("--template", "b.yaml", "--deployed", "a.yaml")[1]
    assert out.startswith("Change set for b.yaml against a.yaml (UPDATE): ")
    out = said("--template", "b.yaml", "--base-ref", "HEAD", "--output", "markdown")[1]
    assert "b.yaml against HEAD" in out
    out = said("--template", "b.yaml", "--deployed", "a.yaml", "--output", "html")[1]
    assert "b.yaml against a.yaml" in out


def test_nested_templates_of_the_base_are_those_of_the_base(commit: Commit, said: Said) -> None:
    root = "Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}}"
    commit(root_yaml=root, child_yaml="Resources: {A: {Type: AWS::SNS::Topic}}")
    commit(child_yaml="Resources: {B: {Type: AWS::SNS::Topic}}")
    out = said("--template", "root.yaml", "--base-ref", "HEAD~")[1]
    assert "- N/A" in out
    assert "+ N/B" in out
    assert "no changes" in said("--template", "root.yaml", "--base-ref", "HEAD")[1]


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("SubnetId", "foo", "must be a subnet id, and 'foo' is none"),
        ("SubnetId", "", "must be a subnet id, and is empty"),
        ("SecurityGroupIds", "sg-12345678,left", "must be a security group id, and 'left' is none"),
        ("Web01ImageId", "ami-1234", "must be an image id"),
    ],
)
def test_a_value_that_can_be_no_id_is_refused(
    name: str, value: str, what: str, commit: Commit, said: Said
) -> None:
    commit(app_yaml=APP, values_json=values(**{name: value}))
    status, _, error = said("app.yaml", "--parameters", "values.json")
    assert status == 1
    assert f"error[PARAMETER_VALUE]: Parameter {name} {what}" in error


def test_a_missing_value_is_said_with_the_ways_to_give_it(commit: Commit, said: Said) -> None:
    commit(app_yaml=APP)
    error = said("app.yaml")[2]
    assert "MISSING_PARAMETER" in error
    for way in (
        "--parameters FILE",
        "--parameter NAME=VALUE",
        "generate-template APP --parameters-file FILE",
    ):
        assert way in error


PARENT = """
Parameters: {Size: {Type: String}}
Resources:
  N:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: nested/child.yaml
      Parameters: {Size: !Ref Size, Groups: !Join [",", [sg-1, !Ref Size]]}
  M:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: nested/child.yaml, Parameters: {Size: !GetAtt N.Outputs.Kept, Groups: sg-2}}
"""
CHILD = """
Parameters: {Size: {Type: String}, Groups: {Type: CommaDelimitedList}}
Resources:
  I: {Type: AWS::EC2::Instance, Properties: {ImageId: !Ref Size, SecurityGroupIds: !Ref Groups}}
Outputs: {Kept: {Value: !Ref Size}}
"""


@pytest.mark.parametrize("side", [("--base-ref", "HEAD"), ("--deployed", "parent.yaml")], ids=str)
def test_nested_templates_have_the_values_that_they_are_given_on_both_sides(
    commit: Commit, said: Said, side: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "child.yaml").write_text(CHILD)
    commit(parent_yaml=PARENT)
    found = said("--template", "parent.yaml", *side, "--parameter", "Size=ami-1", "--exit-code", *GATES)
    assert (found[0], "no changes" in found[1]) == (0, True), found


def test_the_nested_templates_of_a_deployed_template_stand_beside_it(
    commit: Commit, said: Said, tmp_path: Path
) -> None:
    commit(after_yaml=PARENT.replace("nested/", "later/"), before_yaml=PARENT)
    for folder, child in (("nested", CHILD), ("later", CHILD.replace("I:", "J:"))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "child.yaml").write_text(child)
    out = said("--template", "after.yaml", "--deployed", "before.yaml", "--parameter", "Size=ami-1")[1]
    assert "- 2 x AWS::EC2::Instance\n      M/I, N/I\n" in out
    assert "+ 2 x AWS::EC2::Instance\n      M/J, N/J\n" in out
