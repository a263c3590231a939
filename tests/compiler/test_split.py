"""Nested stacks: when, how they are ordered, and what a new server changes."""

import pytest

from samples.large import large_app
from smsgen import compiler
from smsgen.cfn.limits import MAX_BYTES, MAX_OUTPUTS, MAX_PARAMETERS, MAX_RESOURCES
from smsgen.cfn.text import dump
from smsgen.compiler import Compiled, compile_app
from smsgen.errors import InvalidInput
from smsgen.model.app import App, VmServer
from smsgen.model.launch import UserData
from smsgen.model.load import load


def app(servers: int, groups: int) -> App:
    return load(large_app(servers, groups).encode(), "large.yaml").app


def texts(made: Compiled) -> dict[str, str]:
    return {child.file: dump(child.template) for child in made.children}


def test_one_template_holds_what_fits() -> None:
    assert compile_app(app(490, 10)).children == ()


@pytest.fixture(scope="module")
def large() -> Compiled:
    return compile_app(app(1200, 4))


def test_every_template_is_within_the_quotas(large: Compiled) -> None:
    templates = [large.template, *(child.template for child in large.children)]
    for template in templates:
        assert len(template.resources) <= MAX_RESOURCES
        assert len(template.parameters) <= MAX_PARAMETERS
        assert len(template.outputs) <= MAX_OUTPUTS
        assert len(dump(template, "json").encode()) <= MAX_BYTES


def test_every_server_is_in_one_child(large: Compiled) -> None:
    instances = [
        name
        for child in large.children
        for name, resource in child.template.resources.items()
        if resource["Type"] == "AWS::EC2::Instance"
    ]
    assert len(instances) == len(set(instances)) == 1200


def test_children_are_ordered_by_launch_order(large: Compiled) -> None:
    resources = large.template.resources
    by_url = {
        r["Properties"]["TemplateURL"]: r
        for r in resources.values()
        if r["Type"] == "AWS::CloudFormation::Stack"
    }
    assert set(by_url) == {child.file for child in large.children}
    for child in large.children:
        order = int(child.file.removeprefix("nested/")[:3])
        gates = by_url[child.file].get("DependsOn", [])
        assert gates == ([f"LaunchOrder{order - 1}Complete"] if order else [])


@pytest.mark.parametrize(("servers", "groups"), [(1200, 4), (900, 1), (600, 12)])
def test_a_server_that_joins_changes_one_child_and_no_other(servers: int, groups: int) -> None:
    before = app(servers, groups)
    group = before.server_groups[0]
    joined = group.server_list[0]._replace(
        server_id="s-ffffffff", launch=group.server_list[0].launch._replace(logical_id="New")
    )
    more = group._replace(server_list=(joined, *group.server_list))
    after = before._replace(server_groups=(more, *before.server_groups[1:]))
    old, new = texts(compile_app(before)), texts(compile_app(after))
    assert set(old) == set(new)
    assert sum(old[file] != new[file] for file in old) == 1


def sizes(made: Compiled) -> list[int]:
    return sorted(
        sum(resource["Type"] == "AWS::EC2::Instance" for resource in child.template.resources.values())
        for child in made.children
    )


def test_a_group_is_cut_before_it_is_full() -> None:
    """At four fifths of the resources that a template takes, so that a few servers more do not cut it again."""
    assert MAX_RESOURCES * 4 // 5 == 400
    assert sizes(compile_app(app(800, 2))) == [400, 400]
    assert len(sizes(compile_app(app(802, 2)))) == 4


@pytest.mark.parametrize(("open_images", "children"), [(160, 2), (161, 3)])
def test_a_group_is_cut_before_its_parameters_are_full(open_images: int, children: int) -> None:
    one = app(600, 2)
    first = one.server_groups[0]
    servers = tuple(
        server._replace(image_id="") if at < open_images else server
        for at, server in enumerate(first.server_list)
    )
    made = compile_app(
        one._replace(server_groups=(first._replace(server_list=servers), *one.server_groups[1:]))
    )
    assert len(made.children) == children


def test_a_group_is_cut_before_its_bytes_are_too_many() -> None:
    """Ninety servers of ten kilobytes each are more than three quarters of a mebibyte, though they would fit."""
    one = app(600, 2)
    heavy = tuple(
        server._replace(launch=server.launch._replace(user_data=UserData(inline="#" + "x" * 10_000)))
        for server in one.server_groups[0].server_list[:90]
    )

    def children(count: int) -> int:
        first = one.server_groups[0]._replace(server_list=heavy[:count])
        rest = one.server_groups[1]._replace(server_list=one.server_groups[1].server_list[:250])
        more = rest._replace(name="more", launch_order=7, server_list=one.server_groups[1].server_list[250:])
        padding = rest._replace(
            name="padding", launch_order=8, server_list=one.server_groups[0].server_list[90:]
        )
        made = compile_app(one._replace(server_groups=(first, rest, more, padding)))
        return sum(child.file.startswith("nested/000-") for child in made.children)

    assert (children(60), children(90)) == (1, 2)


def test_no_resource_of_a_child_waits_for_one_of_another(large: Compiled) -> None:
    for child in large.children:
        for resource in child.template.resources.values():
            assert set(resource.get("DependsOn", [])) <= set(child.template.resources)


def test_a_profile_made_in_the_root_is_passed_to_the_children() -> None:
    one = app(1200, 4)
    made = compile_app(
        one._replace(launch_defaults=one.launch_defaults._replace(create_instance_profile=True))
    )
    stack = next(r for r in made.template.resources.values() if r["Type"] == "AWS::CloudFormation::Stack")
    assert stack["Properties"]["Parameters"] == {"InstanceProfileName": {"Ref": "InstanceProfile"}}
    instance = next(iter(made.children[0].template.resources.values()))
    assert instance["Properties"]["IamInstanceProfile"] == {"Ref": "InstanceProfileName"}


def test_a_shared_parameter_is_passed_through_and_a_list_as_text() -> None:
    one = app(1200, 4)
    groups = tuple(
        group._replace(launch_defaults=group.launch_defaults._replace(security_group=None, subnet=None))
        for group in one.server_groups
    )
    made = compile_app(one._replace(server_groups=groups))
    stack = next(r for r in made.template.resources.values() if r["Type"] == "AWS::CloudFormation::Stack")
    assert stack["Properties"]["Parameters"] == {
        "SecurityGroupIds": {"Fn::Join": [",", {"Ref": "SecurityGroupIds"}]},
        "SubnetId": {"Ref": "SubnetId"},
    }


def test_more_open_values_than_a_root_takes_are_refused() -> None:
    one = app(1200, 4)
    groups = tuple(
        group._replace(server_list=tuple(server._replace(image_id="") for server in group.server_list))
        for group in one.server_groups
    )
    with pytest.raises(InvalidInput, match="1,200 values are left open"):
        compile_app(one._replace(server_groups=groups))


def lonely(groups: int, orders: int) -> App:
    """An application of groups of one server each."""
    one = app(1, 1)
    (group,) = one.server_groups
    (server,) = group.server_list
    return one._replace(
        server_groups=tuple(
            group._replace(
                name=f"g{number}",
                launch_order=number % orders,
                server_list=(
                    server._replace(
                        server_id=f"s-{number:08x}",
                        vm_server=VmServer(vm_name=f"vm{number}"),
                        launch=server.launch._replace(logical_id=""),
                    ),
                ),
            )
            for number in range(groups)
        )
    )


@pytest.mark.parametrize(("groups", "orders"), [(260, 260), (501, 1), (490, 12)])
def test_more_groups_than_a_root_takes_are_refused_before_anything_is_made(
    groups: int, orders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*_: object) -> None:
        raise AssertionError("it was built")

    monkeypatch.setattr(compiler, "build", build)
    with pytest.raises(InvalidInput, match=f"{groups} nested stacks") as caught:
        compile_app(lonely(groups, orders))
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.path) == ("CLOUDFORMATION_QUOTA", ("serverGroups",))
    assert "same launchOrder" in problem.hint


@pytest.mark.parametrize(("groups", "orders"), [(250, 250), (500, 1), (489, 12)])
def test_as_many_groups_as_a_root_takes_are_compiled(groups: int, orders: int) -> None:
    made = compile_app(lonely(groups, orders))
    for template in (made.template, *(child.template for child in made.children)):
        assert len(template.resources) <= MAX_RESOURCES
        assert len(template.outputs) <= MAX_OUTPUTS


def renamed(one: App, *names: str) -> App:
    groups = [group._replace(name=name) for group, name in zip(one.server_groups, names, strict=True)]
    return one._replace(server_groups=tuple(groups))


def test_the_files_of_children_are_named_for_launch_order_and_group() -> None:
    made = compile_app(renamed(app(600, 2), "WebTier", "data base"))
    assert [child.file for child in made.children] == [
        "nested/000-web-tier-servers.yaml",
        "nested/001-data-base-servers.yaml",
    ]


def test_one_group_may_have_no_name_and_two_may_not() -> None:
    assert len(compile_app(renamed(app(600, 2), "", "web")).children) == 2
    with pytest.raises(InvalidInput) as refused:
        compile_app(renamed(app(600, 2), "", ""))
    assert {found.code for found in refused.value.diagnostics} >= {"GROUP_NAME_COLLISION"}
