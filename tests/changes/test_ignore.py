"""Which values a path of --ignore leaves out."""

from typing import Any

import pytest

from smsgen.changes.ignore import ignoring

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "A": {
            "Properties": {
                "Name": "a",
                "Tags": [{"Key": "Build", "Value": "1"}, {"Key": "Team", "Value": "x"}],
                "Env": [{"Name": "Build", "Value": "1"}, "text"],
            }
        },
        "B": {"Properties": {"Name": "b"}},
    }
}


@pytest.mark.parametrize(
    ("pattern", "path", "left"),
    [
        ("Resources.A.Properties.Name", ("A", "Properties", "Name"), None),
        ("Resources.A.Properties.Tags.Build", ("A", "Properties", "Tags"), [{"Key": "Team", "Value": "x"}]),
        (
            "Resources.*.Properties.Tags.Build.Value",
            ("A", "Properties", "Tags"),
            [{"Key": "Build"}, {"Key": "Team", "Value": "x"}],
        ),
        ("Resources.A.Properties.Tags.1", ("A", "Properties", "Tags"), [{"Key": "Build", "Value": "1"}]),
        (
            "Resources.A.Properties.Tags.1.Value",
            ("A", "Properties", "Tags"),
            [{"Key": "Build", "Value": "1"}, {"Key": "Team"}],
        ),
        ("Resources.A.Properties.Tags.*", ("A", "Properties", "Tags"), []),
        (
            "Resources.A.Properties.Tags.*.Value",
            ("A", "Properties", "Tags"),
            [{"Key": "Build"}, {"Key": "Team"}],
        ),
        ("Resources.A.Properties.Env.Build", ("A", "Properties", "Env"), ["text"]),
    ],
)
def test_a_path_leaves_out_what_it_names_and_nothing_else(
    pattern: str, path: tuple[str, ...], left: Any
) -> None:
    made = ignoring(TEMPLATE, [pattern])
    value: Any = made["Resources"]
    for step in path[:-1]:
        value = value[step]
    assert value.get(path[-1]) == left
    assert made["Resources"]["B"] == TEMPLATE["Resources"]["B"]
    others = {name for name in TEMPLATE["Resources"]["A"]["Properties"] if name != path[-1]}
    assert {name: value[name] for name in others} == {
        name: TEMPLATE["Resources"]["A"]["Properties"][name] for name in others
    }
