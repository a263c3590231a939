"""The servers that are read of a template, for a picture."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.report.graph.servers import DrawnServer, barriers, duration, servers
from tests.report.graphs import compiled


def read(name: str) -> dict[str, DrawnServer]:
    return {server.name: server for server in servers(compiled(name).template.body)}


def test_a_server_is_read_with_what_it_is_launched_as() -> None:
    server = read("three-tier")["db01"]
    assert (server.path, server.group, server.launch_order) == ("Database01", "database", 0)
    assert (server.instance_type, server.image) == ("r6i.xlarge", "ami-011a1b2c3d4e5f601")
    assert server.stateful
    assert not read("three-tier")["web01"].stateful


def test_volumes_that_outlive_their_server_are_counted() -> None:
    found = read("stateful")
    assert (found["ledger-a"].volumes, found["ledger-b"].volumes) == (2, 1)


def test_both_ways_to_signal_are_read() -> None:
    found = read("scripts")
    assert found["tickdb"].signal == "20 min"  # a WaitCondition
    assert found["tickweb1"].signal == "15 min"  # a CreationPolicy


def test_what_a_parameter_gives_is_called_by_its_name() -> None:
    assert read("parameters")["wikidb"].instance_type == "$DatabaseInstanceType"


def test_a_barrier_is_what_waits_and_is_waited_for() -> None:
    body = compiled("scripts").template.body
    assert barriers(body) == {"LaunchOrder0Complete"}  # and not the handles that scripts signal
    assert read("scripts")["tickweb1"].waits_for == ("LaunchOrder0Complete",)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("PT15M", "15 min"),
        ("PT1H30M", "1 h 30 min"),
        ("PT90S", "1 min 30 s"),
        ("5400", "1 h 30 min"),
        (300, "5 min"),
        ("PT0S", "0 s"),
        ("PT", "PT"),
        ({"Ref": "Timeout"}, "some time"),
    ],
)
def test_a_duration_is_said_in_short_words(said: Any, words: str) -> None:
    assert duration(said) == words


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
RESOURCE = st.fixed_dictionaries(
    {},
    optional={
        "Type": st.sampled_from(
            ["AWS::EC2::VolumeAttachment", "AWS::CloudFormation::WaitCondition", "AWS::EC2::Instance", 3]
        ),
        "Metadata": st.fixed_dictionaries(
            {"smsgen": ANYTHING | st.fixed_dictionaries({"launchOrder": ANYTHING})}
        ),
        "Properties": ANYTHING
        | st.fixed_dictionaries({"ImageId": ANYTHING, "VolumeId": ANYTHING, "Timeout": ANYTHING}),
        "DependsOn": ANYTHING,
        "CreationPolicy": ANYTHING | st.fixed_dictionaries({"ResourceSignal": ANYTHING}),
        "DeletionPolicy": ANYTHING,
    },
)


@given(st.fixed_dictionaries({"Resources": st.dictionaries(st.sampled_from("abc"), RESOURCE) | ANYTHING}))
def test_any_template_is_read(template: dict[str, Any]) -> None:
    for server in servers(template):
        assert isinstance(server.launch_order, int)
        assert isinstance(server.name + server.image + server.instance_type + server.signal, str)
    assert all(isinstance(name, str) for name in barriers(template))
