"""Groups after CreateApp and UpdateApp: nothing known of a server is lost, and nobody stands outside of a group."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.errors import InvalidInput
from smsgen.model.app import App, Server, ServerGroup, VmServer
from smsgen.model.launch import Launch
from smsgen.operations.apps.server_groups import DEFAULT_GROUP, check_identity, regroup
from smsgen.operations.apps.world import BadParameter, MissingParameter, Settings

KNOWN = Server("s-1", vm_server=VmServer(vm_name="db01"), image_id="ami-1", launch=Launch(subnet="subnet-1"))
BEFORE = (
    ServerGroup("db", "g-1", launch_order=3, server_list=(KNOWN,)),
    ServerGroup("web", "g-2", launch_order=4, server_list=(Server("s-2"), Server("s-3"))),
)


def group(name: str = "", group_id: str = "", *servers: str) -> ServerGroup:
    return ServerGroup(name, group_id, server_list=tuple(map(Server, servers)))


def after(*given: ServerGroup, before: tuple[ServerGroup, ...] = BEFORE) -> dict[str, list[str]]:
    """The groups as {id or name: ids of its servers}."""
    ids = map("new-{}".format, count(1))
    made = regroup(before, given, lambda: next(ids))
    return {f"{one.server_group_id} {one.name}": [s.server_id for s in one.server_list] for one in made}


def test_new_groups_get_ids() -> None:
    assert after(group("a", "", "s-1"), group("b", "mine", "s-2"), before=()) == {
        "new-1 a": ["s-1"],
        "mine b": ["s-2"],
    }


def test_a_group_is_known_by_its_id_or_by_its_name() -> None:
    assert after(group("databases", "g-1", "s-1"), group("web", "", "s-2", "s-3")) == {
        "g-1 databases": ["s-1"],
        "g-2 web": ["s-2", "s-3"],
    }


def test_a_server_that_is_left_out_of_its_group_leaves_the_application() -> None:
    assert after(group("", "g-1", "s-1"), group("", "g-2", "s-2")) == {"g-1 db": ["s-1"], "g-2 web": ["s-2"]}


def test_servers_of_a_deleted_group_go_to_the_default_group() -> None:
    assert after(group("", "g-1", "s-1", "s-3")) == {
        "g-1 db": ["s-1", "s-3"],
        f"new-1 {DEFAULT_GROUP}": ["s-2"],
    }


def test_servers_without_a_group_stand_in_the_default_group() -> None:
    assert after(group("", "", "s-1"), group("", "", "s-2"), before=()) == {
        f"new-1 {DEFAULT_GROUP}": ["s-1", "s-2"]
    }


def test_the_default_group_stays_where_it_is_not_given_and_takes_orphans_where_it_is() -> None:
    before = (*BEFORE, ServerGroup(DEFAULT_GROUP, "g-9", server_list=(Server("s-9"),)))
    everything = (group("", "g-1", "s-1"), group("", "g-2", "s-2", "s-3"))
    assert after(*everything, before=before)[f"g-9 {DEFAULT_GROUP}"] == ["s-9"]
    assert after(everything[0], group(DEFAULT_GROUP), before=before) == {
        "g-1 db": ["s-1"],
        f"g-9 {DEFAULT_GROUP}": ["s-2", "s-3"],
    }


def test_what_is_known_of_a_server_moves_with_it() -> None:
    made = regroup(BEFORE, (group("", "g-2", "s-1"),), lambda: "new")
    (moved,) = made[0].server_list
    assert moved == KNOWN
    assert made[0].launch_order == 4


def test_what_is_said_anew_wins() -> None:
    said = ServerGroup("", "g-1", server_list=(Server("s-1", vm_server=VmServer(vm_name="db02")),))
    (server,) = regroup(BEFORE, (said,), lambda: "new")[0].server_list
    assert server == KNOWN._replace(vm_server=VmServer(vm_name="db02"))


IDS = st.lists(st.sampled_from([f"s-{n}" for n in range(6)]), unique=True)


@st.composite
def groupings(draw: st.DrawFn) -> tuple[ServerGroup, ...]:
    servers = draw(st.permutations(draw(IDS)))
    names = draw(st.lists(st.sampled_from(["a", "b", "c", ""]), unique=True, max_size=4))
    cuts = sorted(draw(st.integers(0, len(servers))) for _ in names)
    parts = [servers[a:b] for a, b in zip([0, *cuts], cuts, strict=False)]
    return tuple(group(name, "", *part) for name, part in zip(names, parts, strict=True))


@given(groupings(), groupings())
def test_any_regrouping_keeps_each_server_once_and_each_group_known(
    first: tuple[ServerGroup, ...], second: tuple[ServerGroup, ...]
) -> None:
    ids = map("new-{}".format, count(1))
    before = regroup((), first, lambda: next(ids))
    made = regroup(before, second, lambda: next(ids))
    servers = [server.server_id for one in made for server in one.server_list]
    assert len(servers) == len(set(servers))
    assert len({one.server_group_id for one in made}) == len({one.name for one in made}) == len(made)
    wanted = {server.server_id for one in second for server in one.server_list}
    given_groups = {one.name or DEFAULT_GROUP for one in second}
    orphans = {s.server_id for one in before if one.name not in given_groups for s in one.server_list}
    assert set(servers) == wanted | orphans
    assert regroup(made, made, lambda: "none") == made


def app(*groups: ServerGroup, **fields: str) -> App:
    return App("shop", "app-0123456789abcdef0", server_groups=groups, **fields)


def test_an_application_may_be_empty() -> None:
    check_identity(app(), Settings())
    check_identity(app(group("a")), Settings())


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (app(group("a", "", "")), MissingParameter, r"serverGroups\[0\].serverList\[0\].serverId"),
        (app(group("a", "", "x-1")), InvalidInput, "not a server id"),
        (app(group("a", "", "s-12345678", "s-12345678")), InvalidInput, "used twice"),
        (app(group("a" * 256, "", "s-12345678")), InvalidInput, "256 characters"),
        (app(*(group(f"g{n}") for n in range(11))), BadParameter, "11 server groups .* 10"),
        (app(group("a", "", *(f"s-{n:08x}" for n in range(51)))), BadParameter, "51 servers .* 50"),
        (app(description="x" * 1025), InvalidInput, "1,025 bytes"),
    ],
)
def test_what_an_application_cannot_be_is_refused(wrong: App, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        check_identity(wrong, Settings())


def test_limits_can_be_set() -> None:
    check_identity(app(*(group(f"g{n}") for n in range(11))), Settings(max_groups=11))
    check_identity(app(group("a", "", *(f"s-{n:08x}" for n in range(60)))), Settings(max_servers=60))
    with pytest.raises(BadParameter):
        check_identity(app(group("a", "", "s-12345678")), Settings(max_servers=0))


def test_configuration_that_is_invalid_does_not_stand_in_the_way_of_a_new_name() -> None:
    broken = Server("s-12345678", launch=Launch(subnet="left"))
    check_identity(app(ServerGroup("a", "g-1", server_list=(broken,)), group("b")), Settings())
