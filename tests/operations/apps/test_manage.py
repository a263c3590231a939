from __future__ import annotations

import pytest

from smsgen.errors import InvalidInput
from smsgen.model.app import Server, ServerGroup, Tag, VmServer
from smsgen.model.launch import Launch
from smsgen.model.replication import ReplicationStatus
from smsgen.operations.apps import configure_launch, configure_replication, launching
from smsgen.operations.apps.manage import Wanted, create_app, delete_app, get_app, list_apps, update_app
from smsgen.operations.apps.world import (
    BadParameter,
    Busy,
    MissingParameter,
    NotPermitted,
    UnknownApp,
)
from smsgen.operations.ports.store import Change, Conflict, ServerTaken
from tests.operations.worlds import GOOD, TWO, Site


def test_a_new_application_is_active_and_kept(site: Site) -> None:
    made = site.create(description="d", role_name="sms", tags=(Tag("k", "v"),))
    assert made == site.app(made.app.app_id) == get_app(site.world, made.app.app_id)
    assert made.status == "ACTIVE"
    assert made.created == made.modified == site.clock.now()
    assert (made.app.name, made.app.description, made.role_name) == ("shop", "d", "sms")
    assert made.app.stack_name == f"sms-{made.app.app_id}"
    assert made.app.profile == "hardened"
    assert [(g.name, len(g.server_list)) for g in made.app.server_groups] == [("database", 1), ("web", 2)]
    assert all(g.server_group_id.startswith("group-") for g in made.app.server_groups)


def test_the_profile_is_the_servers_setting() -> None:
    assert Site(profile="sms").create().app.profile == "sms"


def test_an_application_needs_a_name(site: Site) -> None:
    with pytest.raises(MissingParameter, match="name"):
        create_app(site.world, Wanted())


def test_a_server_is_in_one_application(site: Site) -> None:
    site.create()
    with pytest.raises(ServerTaken, match="s-00000001"):
        site.create(name="other")
    assert len(list_apps(site.world, limit=10)[0]) == 1
    other = create_app(site.world, Wanted("other")).app.app_id
    taken = (ServerGroup("a", server_list=(Server("s-00000003"),)),)
    with pytest.raises(ServerTaken, match="s-00000003"):
        update_app(site.world, other, Wanted(groups=taken))


def test_the_same_token_and_request_give_the_same_application(site: Site) -> None:
    wanted = Wanted("shop", description="d")
    made = create_app(site.world, wanted, token="t")
    assert create_app(site.world, wanted, token="t").app.app_id == made.app.app_id
    assert create_app(site.world, wanted, token="T").app.app_id != made.app.app_id
    assert create_app(site.world, wanted).app.app_id != made.app.app_id


def test_the_same_token_with_another_request_is_refused(site: Site) -> None:
    create_app(site.world, Wanted("shop"), token="t")
    with pytest.raises(BadParameter, match="another request"):
        create_app(site.world, Wanted("shop", tags=(Tag("k"),)), token="t")


def test_a_token_whose_application_is_gone_is_refused(site: Site) -> None:
    delete_app(site.world, create_app(site.world, Wanted("shop"), token="t").app.app_id)
    with pytest.raises(BadParameter, match="deleted"):
        create_app(site.world, Wanted("shop"), token="t")


def test_two_requests_with_one_token_make_one_application() -> None:
    site = Site()

    def meanwhile(change: Change) -> None:
        site.store.before_commit = lambda change: None
        create_app(site.world, Wanted("shop"), token="t")

    site.store.before_commit = meanwhile
    made = create_app(site.world, Wanted("shop"), token="t")
    assert [one.app_id for one in list_apps(site.world, limit=10)[0]] == [made.app.app_id]


def test_an_update_changes_what_it_says(site: Site) -> None:
    before = site.create(description="d", tags=(Tag("k", "v"),))
    site.clock.time += 5
    after = update_app(site.world, before.app.app_id, Wanted("new", role_name="r", tags=()))
    assert (after.app.name, after.app.description, after.role_name, after.app.tags) == ("new", "d", "r", ())
    assert after.modified == before.modified + 5
    assert after.created == before.created
    assert after.app.server_groups == before.app.server_groups
    assert after.status == "ACTIVE"
    assert update_app(site.world, before.app.app_id, Wanted(description="")).app.description == ""


def test_an_update_that_is_wrong_changes_nothing(site: Site) -> None:
    before = site.create()
    for wrong in (Wanted(""), Wanted(tags=(Tag("aws:x"),)), Wanted(tags=(Tag("a"), Tag("a")))):
        with pytest.raises(InvalidInput):
            update_app(site.world, before.app.app_id, wrong)
    assert site.app(before.app.app_id) == before


def test_a_server_that_joins_makes_a_configuration_incomplete(site: Site) -> None:
    app_id = site.create().app.app_id
    assert site.configure(app_id).launch.status == "READY_FOR_LAUNCH"
    groups = site.app(app_id).app.server_groups
    more = groups[0]._replace(server_list=(*groups[0].server_list, Server("s-00000009")))
    after = update_app(site.world, app_id, Wanted(groups=(more, *groups[1:])))
    assert after.launch.status == "CONFIGURATION_INVALID"
    assert "s-00000009 has no subnet" in after.launch.message
    again = update_app(site.world, app_id, Wanted(groups=groups))
    assert again.launch.status == "READY_FOR_LAUNCH"
    assert again.app.server_groups[0].server_list[0].launch == GOOD


def test_groups_do_not_change_while_they_are_launched(site: Site) -> None:
    app_id = site.ready()
    launching.launch_app(site.world, app_id)
    with pytest.raises(NotPermitted, match="VALIDATION_IN_PROGRESS"):
        update_app(site.world, app_id, Wanted(groups=()))
    assert update_app(site.world, app_id, Wanted(description="d")).app.description == "d"


@pytest.mark.parametrize("call", [get_app, delete_app, lambda world, one: update_app(world, one, Wanted())])
def test_an_unknown_application_is_a_bad_parameter(site: Site, call) -> None:
    with pytest.raises(UnknownApp, match="app-00000000000000000") as caught:
        call(site.world, "app-00000000000000000")
    assert isinstance(caught.value, BadParameter)


def test_applications_are_listed_by_id_page_by_page(site: Site) -> None:
    ids = [create_app(site.world, Wanted(f"n{n}")).app.app_id for n in range(5)]
    first, more = list_apps(site.world, limit=2)
    assert ([one.app_id for one in first], more) == (sorted(ids)[:2], True)
    rest, more = list_apps(site.world, after=first[-1].app_id, limit=3)
    assert ([one.app_id for one in rest], more) == (sorted(ids)[2:], False)
    some, more = list_apps(site.world, ids=[ids[3], "app-none", ids[1], ids[3]], limit=10)
    assert ([one.app_id for one in some], more) == (sorted([ids[1], ids[3]]), False)


def test_an_application_without_a_stack_is_deleted_at_once(site: Site) -> None:
    app_id = site.ready()
    delete_app(site.world, app_id)
    assert list_apps(site.world, limit=10) == ((), False)
    site.create()  # its servers are free again
    with pytest.raises(UnknownApp):
        delete_app(site.world, app_id)


def test_an_application_with_a_stack_is_deleted_by_force_only(site: Site) -> None:
    app_id = site.launched()
    with pytest.raises(NotPermitted, match="LAUNCHED") as caught:
        delete_app(site.world, app_id)
    assert "forceTerminateApp" in caught.value.hint
    delete_app(site.world, app_id, terminate=True)
    assert site.app(app_id).status == "DELETING"
    assert site.app(app_id).launch.status == "TERMINATE_IN_PROGRESS"
    with pytest.raises(NotPermitted):
        delete_app(site.world, app_id, terminate=True)
    with pytest.raises(NotPermitted):
        update_app(site.world, app_id, Wanted("new"))
    site.work()
    assert site.store.app(app_id) is None
    assert site.aws.statuses(f"sms-{app_id}") == ["DELETE_COMPLETE"]


def test_a_deletion_that_fails_can_be_tried_again(site: Site) -> None:
    app_id = site.launched()
    site.aws.undeletable["Vm2"] = "somebody holds on to it"
    delete_app(site.world, app_id, terminate=True)
    site.work()
    managed = site.app(app_id)
    assert managed.status == "DELETE_FAILED"
    assert managed.launch.status == "TERMINATE_FAILED"
    assert "somebody holds on to it" in managed.status_message
    site.aws.undeletable.clear()
    delete_app(site.world, app_id, terminate=True)
    site.work()
    assert site.store.app(app_id) is None


def test_nothing_but_another_deletion_follows_one_that_failed(site: Site) -> None:
    app_id = site.launched()
    site.aws.undeletable["Vm2"] = "somebody holds on to it"
    delete_app(site.world, app_id, terminate=True)
    site.work()
    before = site.app(app_id)
    for call in (
        lambda: site.configure(app_id),
        lambda: configure_launch.delete_launch_configuration(site.world, app_id),
        lambda: configure_replication.put_replication_configuration(site.world, app_id, ()),
        lambda: configure_replication.delete_replication_configuration(site.world, app_id),
        lambda: launching.launch_app(site.world, app_id),
        lambda: launching.terminate_app(site.world, app_id),
    ):
        with pytest.raises(NotPermitted, match="DELETE_FAILED"):
            call()
    assert site.app(app_id) == before


def test_an_application_whose_launch_failed_is_deleted_with_what_is_left(site: Site) -> None:
    app_id = site.ready()
    site.aws.broken["Vm1"] = "no capacity"
    launching.launch_app(site.world, app_id)
    site.work()
    assert site.configure(app_id).launch.status == "READY_FOR_LAUNCH"
    with pytest.raises(NotPermitted):
        delete_app(site.world, app_id)
    delete_app(site.world, app_id, terminate=True)
    with pytest.raises(NotPermitted, match="DELETING"):
        launching.launch_app(site.world, app_id)
    site.work()
    assert site.store.app(app_id) is None
    assert site.aws.statuses(f"sms-{app_id}") == ["DELETE_COMPLETE"]


def test_servers_that_are_replicated_are_deleted_by_force_only(site: Site) -> None:
    before = site.create()
    replicated = before._replace(replication=before.replication._replace(status=ReplicationStatus.REPLICATED))
    site.store.commit(Change(before, replicated))
    with pytest.raises(NotPermitted, match="replicated"):
        delete_app(site.world, before.app.app_id, terminate=True)
    delete_app(site.world, before.app.app_id, stop_replication=True)
    assert site.store.app(before.app.app_id) is None


def test_a_creation_that_runs_is_broken_off_by_a_deletion(site: Site) -> None:
    app_id = site.ready()
    launching.launch_app(site.world, app_id)
    asleep = site.clock.while_asleep

    def midway() -> None:
        asleep()
        if site.app(app_id).launch.status == "LAUNCH_IN_PROGRESS" and site.app(app_id).status == "ACTIVE":
            delete_app(site.world, app_id, terminate=True)

    site.clock.while_asleep = midway
    site.work()
    assert site.store.app(app_id) is None
    assert site.aws.statuses(f"sms-{app_id}") == ["DELETE_COMPLETE"]


def test_a_writer_that_meets_another_reads_again() -> None:
    site = Site()
    app_id = site.create().app.app_id
    rivals = iter(range(3))

    def meanwhile(change: Change) -> None:
        if change.after and change.after.app.description == "mine" and next(rivals, None) is not None:
            there = site.app(app_id)
            site.store.commit(Change(there, there._replace(role_name=there.role_name + "x")))

    site.store.before_commit = meanwhile
    after = update_app(site.world, app_id, Wanted(description="mine"))
    assert (after.app.description, after.role_name) == ("mine", "xxx")


def test_a_writer_that_never_gets_its_turn_gives_up() -> None:
    site = Site()
    app_id = site.create().app.app_id

    def always(change: Change) -> None:
        raise Conflict("changed meanwhile")

    site.store.before_commit = always
    with pytest.raises(Busy):
        update_app(site.world, app_id, Wanted("new"))


def test_what_is_known_of_a_server_goes_when_it_goes(site: Site) -> None:
    app_id = site.create().app.app_id
    site.configure(app_id, launch=Launch())
    groups = site.app(app_id).app.server_groups
    kept = groups[1]._replace(server_list=groups[1].server_list[:1])
    update_app(site.world, app_id, Wanted(groups=(groups[0], kept)))
    site.create(name="other", groups=(("a", 0, (TWO[1][2][1],)),))


def test_more_names_alike_than_are_shown_are_judged_with_the_launch_configuration() -> None:
    site = Site(max_servers=2_000)
    alike = VmServer(vm_name="localhost")
    servers = tuple(Server(server_id=f"s-{number:08x}", vm_server=alike) for number in range(1_200))
    made = create_app(site.world, Wanted("shop", groups=(ServerGroup(name="web", server_list=servers),)))
    assert len(made.app.server_groups[0].server_list) == 1_200
