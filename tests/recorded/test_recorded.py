"""Every recorded answer, where the recordings are at hand, and how the runner judges."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.recorded.__main__ import judge, main

SHARED = Path(__file__).parents[2] / "../shared/change_sets"
FOLDERS = [folder for name in ("recorded", "found") if (folder := SHARED / name).is_dir()]


@pytest.mark.parametrize("folder", FOLDERS or [None], ids=lambda folder: folder.name if folder else "none")
def test_every_recorded_answer_is_predicted_exactly(folder: Path | None) -> None:
    if folder is None:
        pytest.skip("the recorded answers (../shared/change_sets) are not here")
    missed = {}
    for path in sorted(folder.glob("*.json")):
        verdict = judge(json.loads(path.read_text(encoding="utf-8")))
        lines = [*(verdict.plain or ()), *(verdict.valued or ())]
        if lines:
            missed[path.stem] = lines
    assert not missed


def topic(name: str) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}


def case(**more: Any) -> dict[str, Any]:
    """Return a case whose answer is right, plain; `more` replaces parts of what is expected."""
    detail = {
        "Target": {"Attribute": "Properties", "Name": "DisplayName", "RequiresRecreation": "Never"},
        "Evaluation": "Static",
        "ChangeSource": "DirectModification",
    }
    change = {
        "Action": "Modify",
        "LogicalResourceId": "T",
        "ResourceType": "AWS::SNS::Topic",
        "Replacement": "False",
        "Scope": ["Properties"],
        "Details": [detail],
    }
    declared = {name: {"Type": "String", "Default": "d"} for name in "PQ"}
    given = [{"ParameterKey": name, "ParameterValue": "d"} for name in "QP"]
    expected = {
        "status": "CREATE_COMPLETE",
        "statusReason": None,
        "parameters": given,
        "changes": [{"Type": "Resource", "ResourceChange": change}],
        "changesWithPropertyValues": None,
    }
    return {
        "before": {"stackName": "s", "template": {"Resources": {"T": topic("a")}}},
        "after": {"template": {"Parameters": declared, "Resources": {"T": topic("b")}}, "parameters": {}},
        "environment": {"pseudo": {}},
        "expected": expected | more,
    }


def test_parameters_are_compared_as_a_set() -> None:
    assert judge(case()) == ([], None)
    assert judge(case(parameters=None)).plain
    assert judge(case(parameters=None) | {"ignore": ["Parameters"]}) == ([], None)


def test_fields_and_resources_that_were_not_published_are_not_compared() -> None:
    changed = case()
    changed["expected"]["changes"][0]["ResourceChange"].pop("Details")
    assert judge(changed).plain
    assert judge(changed | {"ignore": ["Details"]}) == ([], None)
    changed = case(changes=[])
    assert judge(changed).plain == ["T: predicted, but not recorded"]
    assert judge(changed | {"onlyResources": []}) == ([], None)


def test_a_case_that_raises_is_missed_with_its_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = case(changesWithPropertyValues=[])
    broken["after"]["parameters"] = {"Nobody": "x"}
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    (tmp_path / "right.json").write_text(json.dumps(case()))
    assert main([str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "broken [plain] raised InvalidInput: " in printed
    assert "Parameters: [Nobody] do not exist in the template" in printed
    assert printed.endswith("exact: 1/2 plain, 0/1 with property values\n")


def test_several_directories_are_one_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "right.json").write_text(json.dumps(case()))
    assert main([str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    assert capsys.readouterr().out == "exact: 2/2 plain, 0/0 with property values\n"
    assert main([]) == main([str(tmp_path / "nowhere")]) == 64
