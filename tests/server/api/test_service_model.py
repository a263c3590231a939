"""The service model is made from the messages, and is that of AWS's SDKs, shape by shape: `facts.py` says which."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.endpoint_provider import RuleSet
from botocore.exceptions import EndpointResolutionError
from botocore.model import ServiceModel

from smsgen.server.api.operations import OPERATIONS, PAGES, messages
from smsgen.server.api.service_model import FILES, NO_ENDPOINT, endpoint_rules, paginators, service_model
from smsgen.server.api.shapes import Message
from tests.server.api.facts import digest, facts, facts_of, without_words

MODEL = Path(__file__).parents[4] / "shared" / "sms" / "api-shapes.json"

OF_2018 = [
    "CreateApp",
    "DeleteApp",
    "UpdateApp",
    "GetApp",
    "ListApps",
    "PutAppLaunchConfiguration",
    "GetAppLaunchConfiguration",
    "DeleteAppLaunchConfiguration",
    "PutAppReplicationConfiguration",
    "GetAppReplicationConfiguration",
    "DeleteAppReplicationConfiguration",
    "StartAppReplication",
    "StopAppReplication",
    "GenerateTemplate",
    "GenerateChangeSet",
    "LaunchApp",
    "TerminateApp",
    "CreateReplicationJob",
    "UpdateReplicationJob",
    "GetReplicationJobs",
    "GetReplicationRuns",
    "GetServers",
    "GetConnectors",
]
"""The operations that the API reference of 2018-11-26 describes."""


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    return facts()


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    return service_model()


def reached(model: dict[str, Any], operation: str) -> dict[str, Any]:
    """Return the shapes that an operation's messages and errors are made of."""
    found: dict[str, Any] = {}
    said = model["operations"][operation]
    waiting = [said["input"], said["output"], *said["errors"]]
    while waiting:
        name = waiting.pop()["shape"]
        if name not in found:
            shape = found[name] = model["shapes"][name]
            waiting += [*shape.get("members", {}).values(), *([shape["member"]] if "member" in shape else [])]
    return found


def test_the_facts_are_of_awss_own_model(theirs: dict[str, Any]) -> None:
    if not MODEL.exists():
        pytest.skip("../shared is not here")
    assert theirs == facts_of(json.loads(MODEL.read_text()))


def test_a_fact_tells_names_types_order_and_what_is_required() -> None:
    shape = {"type": "structure", "required": ["a"], "members": {"a": {"shape": "A"}, "b": {"shape": "B"}}}
    others: list[dict[str, Any]] = [
        {**shape, "type": "list"},
        {**shape, "required": []},
        {**shape, "members": {"b": {"shape": "B"}, "a": {"shape": "A"}}},
        {**shape, "members": {"a": {"shape": "A"}, "b": {"shape": "A"}}},
        {**shape, "members": {"a": {"shape": "A"}}},
        {**shape, "max": 5},
    ]
    assert len({digest(one) for one in (shape, *others)}) == 1 + len(others)


def test_the_metadata_is_theirs(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert digest(ours["metadata"]) == theirs["metadata"]


def test_all_35_operations_are_theirs(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert len(OPERATIONS) == 35
    assert facts_of(ours)["operations"] == theirs["operations"]


def test_all_shapes_are_theirs(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert len(ours["shapes"]) == 214
    assert facts_of(ours)["shapes"] == theirs["shapes"]


@pytest.mark.parametrize("operation", OF_2018)
def test_an_operation_of_2018_is_theirs(operation: str, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert digest(without_words(ours["operations"][operation])) == theirs["operations"][operation]
    shapes = reached(ours, operation)
    assert {name: digest(one) for name, one in shapes.items()} == {
        name: theirs["shapes"][name] for name in shapes
    }


def test_there_are_23_operations_of_2018() -> None:
    assert len(set(OF_2018)) == 23
    assert set(OF_2018) < set(OPERATIONS)


def test_every_operation_says_what_it_does(ours: dict[str, Any]) -> None:
    for operation in ours["operations"].values():
        assert operation["documentation"].startswith("<p>")


def test_botocore_reads_the_model(ours: dict[str, Any]) -> None:
    model = ServiceModel(ours, "sms")
    for name in model.operation_names:
        assert model.operation_model(name).input_shape.type_name == "structure"
    assert {shape.name for shape in model.error_shapes} == {
        shape for shape, said in ours["shapes"].items() if said.get("exception")
    }


def test_pages_are_of_members_that_are_there(ours: dict[str, Any]) -> None:
    listed = paginators()["pagination"]
    assert set(listed) == set(PAGES)
    for operation, page in listed.items():
        said = ours["operations"][operation]
        request, response = (ours["shapes"][said[way]["shape"]]["members"] for way in ("input", "output"))
        assert {page["input_token"], page["limit_key"]} <= set(request)
        assert {page["output_token"], page["result_key"]} <= set(response)
        assert ours["shapes"][response[page["result_key"]]["shape"]]["type"] == "list"


def test_every_operation_with_a_token_has_pages(ours: dict[str, Any]) -> None:
    with_token = {
        name
        for name, one in ours["operations"].items()
        if "nextToken" in ours["shapes"][one["output"]["shape"]]["members"]
    }
    assert with_token == set(PAGES)


def resolve(rules: dict[str, Any], **parameters: Any) -> str:
    made = RuleSet(
        version=rules["version"],
        parameters=rules["parameters"],
        rules=rules["rules"],
        partitions={"partitions": []},
    )
    return str(made.evaluate({"UseFIPS": False, "UseDualStack": False, **parameters}).url)


def test_requests_go_to_the_endpoint_that_is_given() -> None:
    assert resolve(endpoint_rules(), Endpoint="http://127.0.0.1:1") == "http://127.0.0.1:1"
    assert (
        resolve(endpoint_rules("http://localhost:2"), Endpoint="http://127.0.0.1:1") == "http://127.0.0.1:1"
    )


def test_requests_go_nowhere_without_one() -> None:
    with pytest.raises(EndpointResolutionError, match=NO_ENDPOINT[:40]):
        resolve(endpoint_rules(), Region="us-east-1")
    assert resolve(endpoint_rules("http://localhost:2"), Region="us-east-1") == "http://localhost:2"


def test_the_files_are_json() -> None:
    for name, make in FILES.items():
        assert json.loads(json.dumps(make())), name


def test_every_message_is_of_an_operation(ours: dict[str, Any]) -> None:
    there = {
        name
        for name, one in vars(messages).items()
        if isinstance(one, type) and issubclass(one, Message) and one is not Message
    }
    assert there == {
        name
        for name, shape in ours["shapes"].items()
        if shape["type"] == "structure" and "exception" not in shape
    }
