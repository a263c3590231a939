"""Laws of servers and their names: none is lost, and none is renamed for another's sake.

The lists are what people paste: names that differ in punctuation, case or umlauts alone, without letters, too long,
called as smsgen calls its own resources, the same in two vCenters.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from unittest.mock import patch

from hypothesis import assume, given
from hypothesis import strategies as st

from smsgen.cdk.inventory import inventory_of
from smsgen.cfn.text import dump, dump_yaml, parse_template
from smsgen.compiler import Compiled
from smsgen.errors import Diagnostic, InvalidInput, errors
from smsgen.model.app import App, Server, ServerGroup, VmServer, VmServerAddress
from smsgen.model.fields import APP
from smsgen.model.launch import Launch, Readiness, Volume
from smsgen.model.load import load
from smsgen.model.names import logical_id, title
from smsgen.operations.apps.configure_launch import GroupLaunch, LaunchConfiguration, put_launch_configuration
from smsgen.operations.apps.manage import Wanted, create_app
from smsgen.operations.files.generate_template import generate_from
from smsgen.operations.files.template_files import texts
from tests.operations.worlds import GOOD, Site

NAMES = [
    *("app-01", "app_01", "APP 01", "app01", "App01Handle", "App01Ready", "App01VolumeSdf", "App01ImageId"),
    *(
        "müller",
        "möller",
        "Größe",
        "データベース",
        "東京01",
        "大阪01",
        "Зал",
        "-",
        "1st",
        "instance role",
        "Subnet-Id",
    ),
    *("LaunchOrder0Complete", "web servers", "WebServers0", "InstanceProfileName", "x" * 210, "x" * 211),
]


@st.composite
def servers(draw: st.DrawFn) -> Server:
    number = draw(st.integers(1, 40))
    launch = Launch(
        logical_id=draw(st.none() | st.sampled_from(["App01", "Db", "App01Ready"])),
        volumes=draw(st.none() | st.just((Volume(device="/dev/sdf", size=8, retain=True),))),
        readiness=draw(st.none() | st.just(Readiness(signal="waitCondition", timeout="PT5M"))),
    )
    address = VmServerAddress(
        *draw(st.sampled_from([("", ""), ("zurich", f"vm-{number}"), ("geneva", f"vm-{number}")]))
    )
    return Server(
        server_id=draw(st.sampled_from(["", f"s-{number:08x}"])),
        vm_server=VmServer(
            address, vm_name=draw(st.sampled_from(["", *NAMES]) | st.text("aB0- ü", max_size=4))
        ),
        image_id=draw(st.sampled_from(["", "ami-12345678", "ssm:/app/01", "ssm:/app-01"])),
        launch=launch,
    )


@st.composite
def lists(draw: st.DrawFn) -> App:
    """Applications whose servers may be called anything, valid or not; they are as `load` would give them."""
    groups = draw(st.lists(st.lists(servers(), min_size=1, max_size=6), min_size=1, max_size=3))
    names = draw(st.permutations(["web", "web tier", "web-tier", "東京", "大阪"]))
    return App(
        "shop",
        app_id="app-0123456789abcdef0",
        stack_name="sms-app-0123456789abcdef0",
        server_groups=tuple(
            ServerGroup(names[at], launch_order=draw(st.integers(0, 2)), server_list=tuple(members))
            for at, members in enumerate(groups)
        ),
    )


def valid(app: App) -> App:
    """The application without the servers that have a name or an id which one before them has."""
    known: set[object] = set()

    def is_new(server: Server) -> bool:
        address = server.vm_server.vm_server_address
        name = logical_id(server, server.launch.logical_id).lower()
        marks = {name, f"{name}imageid", server.server_id, address.vm_id and address} - {""}
        if marks & known or not (server.launch.logical_id or title(server)):
            return False
        known.update(marks)
        return True

    groups = [
        group._replace(name=f"{group.name} {at}", server_list=tuple(filter(is_new, group.server_list)))
        for at, group in enumerate(app.server_groups)
    ]
    return app._replace(server_groups=tuple(group for group in groups if group.server_list))


VALID = lists().map(valid).filter(lambda app: compiled(app) is not None)
"""Applications that compile to one template."""


@contextmanager
def templates(*, small: bool) -> Iterator[None]:
    """Let no template hold everything, and three resources be enough for a nested one (`small`)."""
    if not small:
        yield
        return
    split = import_module("smsgen.compiler.split")  # the package has a function of that name
    with patch.object(split, "_RESOURCES", 3), patch("smsgen.compiler.fits", lambda *_: False):
        yield


def compiled_or_refused(app: App) -> tuple[Compiled | None, list[Diagnostic]]:
    """Compile an application; give what is wrong with it where it is not valid."""
    try:
        return generate_from(app).compiled, []
    except InvalidInput as refused:
        return None, errors(refused.diagnostics)


def compiled(app: App) -> Compiled | None:
    """Compile an application that is valid; None where it is not."""
    return compiled_or_refused(app)[0]


def instances(made: Compiled) -> Iterator[str]:
    """The logical ids of the instances of all templates, each as often as it is there."""
    for template in (made.template, *(child.template for child in made.children)):
        for name, resource in template.resources.items():
            if resource["Type"] == "AWS::EC2::Instance":
                yield name


def count(app: App) -> int:
    return sum(len(group.server_list) for group in app.server_groups)


def named(app: App) -> dict[int, str]:
    """Index of a server among all -> the logical id of its instance, by what the Metadata says of it."""
    made = generate_from(app).compiled
    every = [
        (at, index) for at, group in enumerate(app.server_groups) for index in range(len(group.server_list))
    ]
    origins = dict(made.origins)
    for child in made.children:
        origins.update(child.origins)
    found = {origins[name][1::2]: name for name in instances(made)}
    return {number: found[place] for number, place in enumerate(every)}


@given(lists(), st.booleans())
def test_a_valid_list_has_as_many_instances_as_servers(app: App, small: bool) -> None:
    """In one template or many; and what is not valid is refused at the place of a server."""
    with templates(small=small):
        made, refused = compiled_or_refused(app)
    if made is None:
        assert refused
        assert {one.path[0] for one in refused} == {"serverGroups"}
        return
    names = list(instances(made))
    assert len(names) == len(set(names)) == count(app)


@given(VALID, st.booleans())
def test_as_many_by_a_file_and_by_the_cdk(app: App, small: bool) -> None:
    with templates(small=small):
        try:
            made = generate_from(load(dump_app(app), "app.yaml").app)
        except InvalidInput:
            return  # names of groups meet in nested stacks
        bodies = {
            file: parse_template(text.encode(), file).template.body
            for file, text in texts(made, "json").items()
        }
    assert len(list(inventory_of(bodies).servers())) == count(app)


def dump_app(app: App) -> bytes:
    return dump_yaml(APP.write(app)).encode()


@given(lists())
def test_the_api_says_of_a_list_what_the_file_says(app: App) -> None:
    """READY_FOR_LAUNCH and all instances, or CONFIGURATION_INVALID with the reason; never less."""
    places = [one.vm_server.vm_server_address for group in app.server_groups for one in group.server_list]
    assume(all(places.count(place) == 1 for place in places if place.vm_id))  # CreateApp refuses those itself
    number = iter(range(1, 1000))
    groups = tuple(
        group._replace(
            server_list=tuple(one._replace(server_id=f"s-{next(number):08x}") for one in group.server_list)
        )
        for group in app.server_groups
    )
    site = Site()
    app_id = create_app(site.world, Wanted("shop", groups=groups)).app.app_id
    configured = tuple(
        GroupLaunch(
            kept.server_group_id,
            group.launch_order,
            tuple(
                (one.server_id, GOOD._replace(logical_id=one.launch.logical_id)) for one in group.server_list
            ),
        )
        for kept, group in zip(site.app(app_id).app.server_groups, groups, strict=True)
    )
    managed = put_launch_configuration(site.world, app_id, LaunchConfiguration(groups=configured))
    made = compiled(managed.app)
    if made is None:
        assert managed.launch.status == "CONFIGURATION_INVALID"
        assert managed.launch.message
    else:
        assert managed.launch.status == "READY_FOR_LAUNCH"
        assert len(set(instances(made))) == count(app)


@given(VALID, servers(), st.randoms(use_true_random=False))
def test_who_comes_goes_or_moves_renames_nobody(app: App, newcomer: Server, rng: random.Random) -> None:
    before = named(app)
    group = app.server_groups[-1]
    joined = app._replace(
        server_groups=(*app.server_groups[:-1], group._replace(server_list=(*group.server_list, newcomer)))
    )
    if compiled(joined):
        after = named(joined)
        assert {number: after[number] for number in before} == before
    order = rng.sample(range(len(group.server_list)), len(group.server_list))
    moved = tuple(group.server_list[at] for at in order[: max(1, len(order) - 1)])
    fewer = app._replace(server_groups=(*app.server_groups[:-1], group._replace(server_list=moved)))
    first = count(app) - len(group.server_list)
    after = named(fewer)
    for number in range(first):
        assert after[number] == before[number]
    for place, at in enumerate(order[: len(moved)]):
        assert after[first + place] == before[first + at]


@given(VALID, st.booleans())
def test_to_pin_the_name_that_a_server_has_changes_nothing(app: App, small: bool) -> None:
    with templates(small=small):
        made = compiled(app)
        assume(made)
        assert made
        names = named(app)
        number = iter(range(count(app)))
        groups = tuple(
            group._replace(
                server_list=tuple(
                    one._replace(launch=one.launch._replace(logical_id=names[next(number)]))
                    for one in group.server_list
                )
            )
            for group in app.server_groups
        )
        pinned = compiled(app._replace(server_groups=groups))
    assert pinned
    assert dump(pinned.template) == dump(made.template)
    assert {child.file: dump(child.template) for child in pinned.children} == {
        child.file: dump(child.template) for child in made.children
    }
