"""Boot scripts are compared line by line though they hold what only a launch makes known."""

from __future__ import annotations

from typing import Any

import pytest

import smsgen
from smsgen.changes.change_set import ChangeSet
from smsgen.report import html, markdown, text
from smsgen.report.scripts import written_script

APP = """\
name: shop
launchDefaults: {{instanceType: m6i.large, subnet: subnet-12345678, securityGroup: sg-12345678}}
serverGroups:
  - serverList:
      - serverId: s-12345678
        imageId: ami-12345678
        launch:
          platform: {platform}
          readiness: {{signal: {signal}, timeout: PT5M}}
          userData: {{inline: "{script}"}}
"""


def compared(
    before: str, after: str, *, signal: str = "creationPolicy", platform: str = "linux", region: str = ""
) -> ChangeSet:
    apps = [
        smsgen.load(APP.format(script=script, signal=signal, platform=platform).encode(), "app.yaml").app
        for script in (before, after)
    ]
    deployed = smsgen.Stack(apps[0].stack_name, smsgen.generate_template(apps[0]).template.body)
    pseudo = {"AWS::Region": region, "AWS::StackName": "shop"} if region else {}
    return smsgen.generate_change_set(apps[1], deployed, pseudo=pseudo)


@pytest.mark.parametrize("signal", ["creationPolicy", "waitCondition"])
@pytest.mark.parametrize("render", [text.render, markdown.render, html.render])
def test_a_script_is_compared_though_the_region_is_not_known(signal: str, render: Any) -> None:
    change_set = compared("#!/bin/sh\\necho one\\n", "#!/bin/sh\\necho two\\n", signal=signal)
    shown = render(change_set)
    assert "-echo one" in shown
    assert "+echo two" in shown
    assert "known after apply" not in shown.lower()


def test_a_script_that_is_the_same_is_no_change() -> None:
    same = "#!/bin/sh\\necho one\\n"
    assert compared(same, same).status == "FAILED"


def test_a_secret_in_a_script_is_masked() -> None:
    change_set = compared("#!/bin/sh\\necho one\\n", "#!/bin/sh\\nexport KEY=AKIAIOSFODNN7EXAMPLE\\n")
    shown = text.render(change_set)
    assert "+export KEY=****" in shown
    assert "AKIAIOSFODNN7EXAMPLE" not in shown


def test_a_script_too_long_to_be_shown_is_compared_too() -> None:
    long = "".join(f"echo {number}\\n" for number in range(600))
    shown = text.render(compared(f"#!/bin/sh\\n{long}echo one\\n", f"#!/bin/sh\\n{long}echo two\\n"))
    assert "-echo one" in shown
    assert "+echo two" in shown


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ("plain", "plain"),
        ({"Fn::Base64": "plain"}, "plain"),
        ({"Fn::Base64": {"Fn::Sub": "r=${AWS::Region} ${!HOME}"}}, "r=${AWS::Region} ${HOME}"),
        ({"Fn::Sub": ["${A} ${B}", {"A": {"Ref": "P"}}]}, "${P} ${B}"),
        (
            {"Fn::Join": ["-", ["a", {"Ref": "AWS::StackName"}, {"Fn::GetAtt": ["R", "Arn"]}]]},
            "a-${AWS::StackName}-${R.Arn}",
        ),
        ({"Fn::Join": ["-", [{"Fn::If": ["C", "a", "b"]}]]}, None),
        ({"Fn::Sub": []}, None),
        ({"Fn::Join": "a"}, None),
        ([], None),
    ],
)
def test_user_data_is_written_with_names_for_what_is_not_known(data: Any, written: str | None) -> None:
    template = {"Resources": {"I": {"Type": "AWS::EC2::Instance", "Properties": {"UserData": data}}}}
    assert written_script(template, "I") == written
    assert written_script(template, "J") is None
