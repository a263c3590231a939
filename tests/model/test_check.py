from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from smsgen.errors import Diagnostic
from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.check import check_app, read_plain, sentence
from smsgen.model.fields import APP
from smsgen.model.launch import Launch
from smsgen.model.launch_fields import LAUNCH
from tests.model.apps import any_app


def app_of(*servers: Server, **fields: Any) -> App:
    return App(
        "shop", app_id="app-0123456789abcdef0", server_groups=(ServerGroup("web", server_list=servers),)
    )


def test_a_good_application_has_no_problems() -> None:
    assert check_app(app_of(Server("s-12345678", launch=Launch(subnet="subnet-12345678")))) == ()


def test_a_problem_is_told_by_its_path() -> None:
    server = Server("s-12345678", launch=Launch(subnet="left"))
    (found,) = check_app(app_of(server))
    assert found.location is None
    assert sentence(found) == "serverGroups[0].serverList[0].launch.subnet: 'left' is not a subnet id"


def test_a_problem_of_the_whole_is_told_without_a_path() -> None:
    assert sentence(Diagnostic("X", "it is wrong")) == "it is wrong"


def test_a_rule_that_compares_two_places_names_the_other_by_its_path() -> None:
    (found,) = check_app(app_of(Server("s-12345678"), Server("s-12345678")))
    assert "first in serverGroups[0].serverList[0].serverId" in sentence(found)


def test_plain_data_of_one_kind_is_read_with_its_problems() -> None:
    made, found = read_plain(LAUNCH, {"vpc": "vpc-12345678", "stateful": "yes"}, "launch")
    assert made.vpc == "vpc-12345678"
    assert [sentence(one) for one in found] == ["launch.stateful: stateful must be true or false, not text"]


@given(any_app())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_application_is_checked(data: Any) -> None:
    made, _ = read_plain(APP, data, "app")
    for one in check_app(made):
        assert one.message
        assert one.location is None
