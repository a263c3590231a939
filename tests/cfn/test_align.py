"""A template in the spelling of another."""

from __future__ import annotations

import copy
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from smsgen.cfn.align import aligned
from smsgen.cfn.normal import same
from tests.cfn.test_normal import TEMPLATES, respelled


def instance(**properties: Any) -> dict[str, Any]:
    return {"Resources": {"I": {"Type": "AWS::EC2::Instance", "Properties": properties}}}


@given(TEMPLATES, st.randoms(use_true_random=False))
def test_another_spelling_becomes_that_of_the_deployed(deployed: Any, chance: random.Random) -> None:
    assert aligned(respelled(deployed, chance), deployed) == deployed


@given(TEMPLATES, TEMPLATES)
def test_it_says_the_same_whatever_is_deployed(template: Any, deployed: Any) -> None:
    given_before = copy.deepcopy((template, deployed))
    assert same(aligned(template, deployed), template)
    assert (template, deployed) == given_before


def test_what_stays_keeps_its_place_when_something_else_changes() -> None:
    deployed = instance(
        Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": 3}]
    )
    template = instance(
        Tags=[{"Key": "c", "Value": "3"}, {"Key": "b", "Value": "9"}, {"Key": "a", "Value": "1"}]
    )
    made = aligned(template, deployed)["Resources"]["I"]["Properties"]["Tags"]
    assert made == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "9"}, {"Key": "c", "Value": 3}]


def test_a_section_that_is_no_map_on_one_side_stays_as_it_is() -> None:
    for template, deployed in (
        ({"Metadata": {"A": 1}}, {"Metadata": 5}),
        ({"Metadata": 5}, {"Metadata": {"A": 1}}),
    ):
        assert aligned(template, deployed) == template


def test_a_map_and_a_list_are_not_aligned() -> None:
    assert aligned(instance(X={"a": 1}), instance(X=["a"])) == instance(X={"a": 1})
    assert aligned(instance(X=["a"]), instance(X={"a": 1})) == instance(X=["a"])


def test_a_text_is_aligned_with_a_number_and_never_with_a_list() -> None:
    assert aligned(instance(X="10", Y=["1"]), instance(X=10, Y="1")) == instance(X=10, Y=["1"])
    assert aligned(instance(Y="1"), instance(Y=["1"])) == instance(Y="1")


def test_what_is_added_comes_last_and_what_is_gone_leaves_no_gap() -> None:
    deployed = instance(SecurityGroupIds=["sg-1", "sg-2", "sg-3"])
    more = aligned(instance(SecurityGroupIds=["sg-4", "sg-3", "sg-2", "sg-1"]), deployed)
    assert more == instance(SecurityGroupIds=["sg-1", "sg-2", "sg-3", "sg-4"])
    less = aligned(instance(SecurityGroupIds=["sg-3", "sg-1"]), deployed)
    assert less == instance(SecurityGroupIds=["sg-1", "sg-3"])


def test_a_list_within_a_changed_one_is_aligned_too() -> None:
    one = {"DeviceIndex": "0", "SubnetId": "subnet-1", "GroupSet": ["x", "y"]}
    deployed, template = instance(NetworkInterfaces=[one]), copy.deepcopy(instance(NetworkInterfaces=[one]))
    changed = template["Resources"]["I"]["Properties"]["NetworkInterfaces"][0]
    changed |= {"GroupSet": ["y", "x"], "SubnetId": "subnet-2"}
    (made,) = aligned(template, deployed)["Resources"]["I"]["Properties"]["NetworkInterfaces"]
    assert made == one | {"SubnetId": "subnet-2"}
