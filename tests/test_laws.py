"""Laws of the compiler, over applications that nobody wrote."""

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsgen.cfn.intrinsics import references
from smsgen.cfn.text import dump, parse_template
from smsgen.compiler import Compiled, compile_app
from smsgen.model.app import PROFILES, App
from tests.compiler.apps import SCRIPTS, apps

ANY = st.sampled_from(PROFILES).flatmap(lambda profile: apps(profile=profile))


def compiled(app: App) -> Compiled:
    return compile_app(app, scripts=SCRIPTS)


def shuffled(app: App, seed: int) -> App:
    """The same application with groups and servers in another order of the file."""
    rng = random.Random(seed)
    groups = [
        group._replace(server_list=tuple(rng.sample(group.server_list, len(group.server_list))))
        for group in app.server_groups
    ]
    return app._replace(server_groups=tuple(rng.sample(groups, len(groups))))


@given(ANY, st.integers())
def test_compiling_does_not_depend_on_the_order_of_the_file(app: App, seed: int) -> None:
    assert dump(compiled(shuffled(app, seed)).template) == dump(compiled(app).template)


@given(ANY)
def test_what_is_compiled_survives_being_written_in_both_formats(app: App) -> None:
    template = compiled(app).template
    for format_ in ("yaml", "json"):
        assert parse_template(dump(template, format_).encode(), "t").template == template


@given(ANY)
def test_every_reference_leads_somewhere(app: App) -> None:
    template = compiled(app).template
    known = {*template.resources, *template.parameters}
    for name, resource in template.resources.items():
        assert set(resource.get("DependsOn", [])) <= set(template.resources), name
        for reference in references(resource):
            assert reference.target in known or reference.target.startswith("AWS::"), (name, reference)
    used = {reference.target for reference in references(template.resources)}
    assert set(template.parameters) <= used, "a parameter nobody uses"


def closure(resources: dict[str, dict], name: str) -> set[str]:
    """Everything that must be there before `name` is."""
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        for needed in needs(resources[ahead.pop()]) & set(resources):
            if needed not in seen:
                seen.add(needed)
                ahead.append(needed)
    return seen


def needs(resource: dict) -> set[str]:
    return {*resource.get("DependsOn", []), *(reference.target for reference in references(resource))}


@given(ANY)
def test_servers_of_a_lower_order_and_their_signals_come_first_and_nothing_waits_for_itself(app: App) -> None:
    resources = compiled(app).template.resources
    servers = {
        name: resource["Metadata"]["smsgen"]["launchOrder"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::EC2::Instance"
    }
    for name in resources:
        assert name not in closure(resources, name)
    for name, order in servers.items():
        before = closure(resources, name)
        for other, other_order in servers.items():
            assert (other in before) == (other_order < order)
            if other_order < order and f"{other}Ready" in resources:
                assert f"{other}Ready" in before


@given(apps())
def test_edges_grow_as_a_sum_not_as_a_product(app: App) -> None:
    resources = compiled(app).template.resources
    edges = sum(len(resource.get("DependsOn", [])) for resource in resources.values())
    assert edges <= 2 * len(resources)


@given(apps(profile="sms"))
def test_profile_sms_makes_instances_only(app: App) -> None:
    assert {resource["Type"] for resource in compiled(app).template.resources.values()} == {
        "AWS::EC2::Instance"
    }


@given(apps())
def test_every_resource_says_where_it_comes_from(app: App) -> None:
    made = compiled(app)
    for name, path in made.origins.items():
        assert name in made.template.resources
        assert path[0] == "serverGroups"
        assert path[2] == "serverList"
    instances = {
        name for name, resource in made.template.resources.items() if resource["Type"] == "AWS::EC2::Instance"
    }
    assert instances <= set(made.origins)


@given(ANY, st.data())
def test_a_server_that_joins_changes_no_other_servers_name(app: App, data: st.DataObject) -> None:
    """A logical id is made from what the server is; a new name of its own leaves the others theirs."""
    before = compiled(app).template.resources
    group = app.server_groups[0]
    joined = group.server_list[0]._replace(server_id="s-ffffffff")
    joined = joined._replace(
        vm_server=joined.vm_server._replace(vm_name="newcomer"),
        launch=joined.launch._replace(logical_id=None),
    )
    more = group._replace(server_list=(joined, *group.server_list))
    after = compiled(app._replace(server_groups=(more, *app.server_groups[1:]))).template.resources
    assert set(before) <= set(after)


@settings(
    max_examples=15 if os.environ.get("CI") else 8, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(ANY)
def test_cfn_lint_has_nothing_to_say_of_any_application(app: App) -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint comes with smsgen[lint]")
    from smsgen.cfn.lint import lint_text

    assert lint_text(dump(compiled(app).template)) == ()
