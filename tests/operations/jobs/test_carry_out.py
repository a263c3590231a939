"""Jobs through every fault: a worker that is killed or stopped, a lease that is lost, AWS in trouble."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from smsgen.errors import ServiceError
from smsgen.model.app import App
from smsgen.model.launch import Launch
from smsgen.operations.apps import launching
from smsgen.operations.apps.world import NotPermitted
from smsgen.operations.jobs.carry_out import carry_out_one
from smsgen.operations.jobs.lease import Stopped
from smsgen.operations.ports.store import StoreError
from tests.operations.fake_stacks import Killed
from tests.operations.worlds import Site


def launch(site: Site) -> str:
    app_id = site.ready()
    launching.launch_app(site.world, app_id)
    return app_id


def kill(site: Site, method: str, *, after: bool = False) -> None:
    """Kill the worker at the next call of a method of CloudFormation."""
    site.aws.kill(method, after=after)
    with pytest.raises(Killed):
        carry_out_one(site.world, "worker-1")
    site.aws.revive()
    assert not carry_out_one(site.world, "worker-2")  # its lease still holds


def later(site: Site, seconds: float = 61.0) -> None:
    site.clock.sleep(seconds)


def creations(site: Site, app_id: str) -> int:
    return len(site.aws.statuses(f"sms-{app_id}"))


def said(site: Site, app_id: str) -> tuple[str, str]:
    state = site.app(app_id).launch
    return state.status, state.message


def test_a_launch_goes_through_its_statuses_and_tells_how_it_goes() -> None:
    site = Site()
    site.aws.per_nap = 1
    app_id = launch(site)
    site.work()
    seen = [one.launch for one in site.store.history if one]
    statuses = list(dict.fromkeys(one.status for one in seen))
    assert statuses == [
        "READY_FOR_CONFIGURATION",
        "READY_FOR_LAUNCH",
        "VALIDATION_IN_PROGRESS",
        "LAUNCH_PENDING",
        "LAUNCH_IN_PROGRESS",
        "LAUNCHED",
    ]
    messages = [one.message for one in seen if one.status == "LAUNCH_IN_PROGRESS"]
    assert "launch order 0: 0 of 1 servers launched" in messages
    assert "launch order 1: 0 of 2 servers launched" in messages
    assert "launch order 1: 1 of 2 servers launched" in messages
    done = site.app(app_id).launch
    assert done.message == "all 3 servers launched"
    assert done.latest_time == site.clock.now()
    assert done.stack_id == site.aws.find(f"sms-{app_id}").stack_id
    assert site.store.jobs(app_id) == ()


def test_launching_asks_nothing_of_aws_by_itself(site: Site) -> None:
    launch(site)
    assert site.aws.calls == []


def test_tags_go_to_the_stack_and_the_servers(site: Site) -> None:
    from smsgen.model.app import Tag

    app_id = site.launched(tags=(Tag("CostCenter", "4711"),))
    stack = site.aws.find(f"sms-{app_id}")
    assert stack.tags == {"CostCenter": "4711"}
    body = site.aws.stacks[stack.stack_id].body
    assert {"Key": "CostCenter", "Value": "4711"} in body["Resources"]["Vm1"]["Properties"]["Tags"]


def test_the_role_of_the_configuration_is_cloudformations() -> None:
    site = Site()
    app_id = site.ready()
    site.configure(app_id, role_name="sms-launch")
    launching.launch_app(site.world, app_id)
    site.work()
    assert site.aws.asked[-1].role_name == "sms-launch"


def test_a_second_launch_is_refused_while_one_runs(site: Site) -> None:
    app_id = launch(site)
    with pytest.raises(NotPermitted):
        launching.launch_app(site.world, app_id)


def test_servers_without_an_image_are_named(site: Site) -> None:
    app_id = site.create().app.app_id
    site.configure(app_id)
    with pytest.raises(NotPermitted, match="s-00000001, s-00000002, s-00000003"):
        launching.launch_app(site.world, app_id)
    assert site.store.jobs(app_id) == ()


def test_a_launch_that_fails_names_the_first_real_failure_and_can_be_tried_again(site: Site) -> None:
    site.aws.broken["Vm2"] = "the AMI does not exist"
    app_id = launch(site)
    site.work()
    assert said(site, app_id) == (
        "LAUNCH_FAILED",
        f"sms-{app_id} is ROLLBACK_COMPLETE: Vm2 (AWS::EC2::Instance): the AMI does not exist",
    )
    site.aws.broken.clear()
    launching.launch_app(site.world, app_id)
    site.work()
    assert said(site, app_id)[0] == "LAUNCHED"
    assert site.aws.statuses(f"sms-{app_id}") == ["DELETE_COMPLETE", "CREATE_COMPLETE"]


def test_a_failure_that_leaves_servers_standing_is_a_launch_in_part() -> None:
    site = Site(on_failure="DO_NOTHING")
    site.aws.broken["Vm2"] = "the AMI does not exist"
    app_id = launch(site)
    site.work()
    assert said(site, app_id)[0] == "PARTIALLY_LAUNCHED"
    site.aws.broken.clear()
    launching.launch_app(site.world, app_id)
    assert said(site, app_id)[0] == "DELTA_LAUNCH_IN_PROGRESS"
    site.work()
    assert said(site, app_id)[0] == "LAUNCHED"


def test_a_delta_launch_changes_what_is_launched(site: Site) -> None:
    app_id = site.launched()
    site.images(app_id, "ami-87654321")
    launching.launch_app(site.world, app_id)
    assert said(site, app_id)[0] == "DELTA_LAUNCH_IN_PROGRESS"
    with pytest.raises(NotPermitted):
        launching.terminate_app(site.world, app_id)
    site.work()
    assert said(site, app_id)[0] == "LAUNCHED"
    assert site.aws.statuses(f"sms-{app_id}") == ["UPDATE_COMPLETE"]


def test_a_delta_launch_without_changes_is_launched(site: Site) -> None:
    app_id = site.launched()
    launching.launch_app(site.world, app_id)
    site.work()
    assert said(site, app_id)[0] == "LAUNCHED"
    assert site.aws.statuses(f"sms-{app_id}") == ["CREATE_COMPLETE"]


def test_a_delta_launch_that_fails_leaves_what_was_launched(site: Site) -> None:
    app_id = site.launched()
    site.images(app_id, "ami-87654321")
    site.aws.broken["Vm1"] = "no capacity"
    launching.launch_app(site.world, app_id)
    site.work()
    status, message = said(site, app_id)
    assert status == "DELTA_LAUNCH_FAILED"
    assert "no capacity" in message
    site.configure(app_id, launch=Launch())
    launching.launch_app(site.world, app_id)
    site.work()
    assert said(site, app_id)[0] == "DELTA_LAUNCH_FAILED"
    assert "has no subnet" in said(site, app_id)[1]
    launching.terminate_app(site.world, app_id)
    site.work()
    assert said(site, app_id) == ("TERMINATED", "")


def renamed(site: Site, app_id: str, **launch: str) -> None:
    """Give the first server another VM name, as UpdateApp would, and what is said of its launch."""

    def change(app: App) -> App:
        group, *groups = app.server_groups
        server, *servers = group.server_list
        vm = server.vm_server._replace(vm_name="moved")
        server = server._replace(vm_server=vm, launch=server.launch._replace(**launch))
        return app._replace(server_groups=(group._replace(server_list=(server, *servers)), *groups))

    site.edit(app_id, change)


def test_a_server_is_not_removed_for_a_new_name_that_nobody_pinned(site: Site) -> None:
    app_id = site.launched()
    before = site.aws.template(site.app(app_id).launch.stack_id)
    renamed(site, app_id)
    launching.launch_app(site.world, app_id)
    site.work()
    status, message = said(site, app_id)
    assert status == "DELTA_LAUNCH_FAILED"
    assert "Moved: same server, new logical id; pin logicalId: Vm1" in message
    assert site.aws.template(site.app(app_id).launch.stack_id) == before


@pytest.mark.parametrize("pin", ["Vm1", "Moved"])
def test_a_name_that_is_pinned_is_launched(site: Site, pin: str) -> None:
    app_id = site.launched()
    renamed(site, app_id, logical_id=pin)
    launching.launch_app(site.world, app_id)
    site.work()
    assert said(site, app_id)[0] == "LAUNCHED"
    assert f'"{pin}"' in site.aws.template(site.app(app_id).launch.stack_id).replace(f"  {pin}:", f'"{pin}"')


def test_a_configuration_that_broke_meanwhile_is_found_before_aws_is_asked(site: Site) -> None:
    app_id = launch(site)
    site.edit(app_id, lambda app: app._replace(launch_defaults=Launch(platform="beos")))
    site.work()
    assert said(site, app_id)[0] == "CONFIGURATION_INVALID"
    assert site.aws.calls == []


def test_an_application_is_terminated(site: Site) -> None:
    app_id = site.launched()
    launching.terminate_app(site.world, app_id)
    assert said(site, app_id)[0] == "TERMINATE_IN_PROGRESS"
    with pytest.raises(NotPermitted):
        launching.terminate_app(site.world, app_id)
    site.work()
    state = site.app(app_id).launch
    assert (state.status, state.stack_id) == ("TERMINATED", "")
    launching.launch_app(site.world, app_id)
    site.work()
    assert said(site, app_id)[0] == "LAUNCHED"


def test_there_is_nothing_to_terminate_before_a_launch(site: Site) -> None:
    app_id = site.ready()
    with pytest.raises(NotPermitted, match="READY_FOR_LAUNCH"):
        launching.terminate_app(site.world, app_id)


def test_a_termination_that_fails_names_what_stays(site: Site) -> None:
    app_id = site.launched()
    site.aws.undeletable["Vm1"] = "termination protection"
    launching.terminate_app(site.world, app_id)
    site.work()
    status, message = said(site, app_id)
    assert status == "TERMINATE_FAILED"
    assert "Vm1 (AWS::EC2::Instance): termination protection" in message
    site.aws.undeletable.clear()
    launching.terminate_app(site.world, app_id)
    site.work()
    assert said(site, app_id)[0] == "TERMINATED"


def test_a_launch_that_is_terminated_stops_and_its_stack_goes(site: Site) -> None:
    app_id = launch(site)
    asleep = site.clock.while_asleep

    def midway() -> None:
        asleep()
        if said(site, app_id)[0] == "LAUNCH_IN_PROGRESS":
            launching.terminate_app(site.world, app_id)

    site.clock.while_asleep = midway
    site.work()
    assert said(site, app_id) == ("TERMINATED", "")
    assert site.aws.statuses(f"sms-{app_id}") == ["DELETE_COMPLETE"]
    assert site.store.jobs(app_id) == ()


def test_a_launch_that_is_terminated_before_it_began_never_begins(site: Site) -> None:
    app_id = launch(site)
    launching.terminate_app(site.world, app_id)
    site.work()
    assert said(site, app_id) == ("TERMINATED", "")
    assert site.aws.count("create_change_set") == 0


# --- Workers that are killed ----------------------------------------------------------------------------------------

STEPS = [
    (method, after)
    for method in ("find", "create_change_set", "change_set", "describe_change_set", "execute", "events")
    for after in (False, True)
]


@pytest.mark.parametrize(("method", "after"), STEPS)
def test_a_worker_that_is_killed_is_replaced_and_nothing_is_launched_twice(
    site: Site, method: str, after: bool
) -> None:
    app_id = launch(site)
    kill(site, method, after=after)
    later(site)
    site.work("worker-2")
    assert said(site, app_id) == ("LAUNCHED", "all 3 servers launched")
    assert site.aws.statuses(f"sms-{app_id}") == ["CREATE_COMPLETE"]
    assert site.store.jobs(app_id) == ()


@pytest.mark.parametrize("seconds", [61.0, 600.0])
def test_a_creation_that_failed_while_nobody_watched_is_not_begun_again(site: Site, seconds: float) -> None:
    site.aws.broken["Vm2"] = "the AMI does not exist"
    app_id = launch(site)
    kill(site, "execute", after=True)
    later(site, seconds)
    for _ in range(10):
        site.aws.work()
    site.work("worker-2")
    status, message = said(site, app_id)
    assert status == "LAUNCH_FAILED"
    assert "the AMI does not exist" in message
    assert creations(site, app_id) == 1


def test_a_removal_that_a_killed_worker_began_is_finished_and_the_launch_goes_on(site: Site) -> None:
    site.aws.broken["Vm2"] = "the AMI does not exist"
    app_id = launch(site)
    site.work()
    site.aws.broken.clear()
    launching.launch_app(site.world, app_id)
    kill(site, "delete", after=True)
    later(site)
    site.work("worker-2")
    assert said(site, app_id)[0] == "LAUNCHED"
    assert site.aws.statuses(f"sms-{app_id}") == ["DELETE_COMPLETE", "CREATE_COMPLETE"]


@pytest.mark.parametrize(("method", "after"), STEPS)
def test_a_delta_launch_survives_its_worker(site: Site, method: str, after: bool) -> None:
    app_id = site.launched()
    site.images(app_id, "ami-87654321")
    launching.launch_app(site.world, app_id)
    kill(site, method, after=after)
    later(site)
    site.work("worker-2")
    assert said(site, app_id)[0] == "LAUNCHED"
    assert site.aws.statuses(f"sms-{app_id}") == ["UPDATE_COMPLETE"]


@pytest.mark.parametrize(
    ("method", "after"), [("find", False), ("delete", False), ("delete", True), ("events", True)]
)
def test_a_termination_survives_its_worker(site: Site, method: str, after: bool) -> None:
    app_id = site.launched()
    launching.terminate_app(site.world, app_id)
    kill(site, method, after=after)
    later(site)
    site.work("worker-2")
    assert said(site, app_id) == ("TERMINATED", "")


# --- Leases that are lost -------------------------------------------------------------------------------------------


def frozen(site: Site, at: str, meanwhile: Callable[[], Any]) -> None:
    """Have the worker freeze just before a call of CloudFormation, for longer than its lease; others go on."""
    real = getattr(site.aws, at)

    def call(*args: Any, **kwargs: Any) -> Any:
        setattr(site.aws, at, real)
        later(site)
        meanwhile()
        return real(*args, **kwargs)

    setattr(site.aws, at, call)


@pytest.mark.parametrize(
    "at", ["find", "change_set", "create_change_set", "describe_change_set", "execute", "events"]
)
def test_a_worker_that_wakes_up_without_its_lease_does_no_more(site: Site, at: str) -> None:
    app_id = launch(site)
    frozen(site, at, lambda: site.work("worker-2"))
    site.work("worker-1")
    assert said(site, app_id) == ("LAUNCHED", "all 3 servers launched")
    assert site.aws.statuses(f"sms-{app_id}") == ["CREATE_COMPLETE"]
    assert site.aws.made == {}


@pytest.mark.parametrize("at", ["change_set", "describe_change_set", "execute"])
def test_two_workers_in_turns_launch_once(site: Site, at: str) -> None:
    app_id = launch(site)

    def half_a_turn() -> None:
        site.aws.fail("find", ServiceError("throttled", code="Throttling"))
        carry_out_one(site.world, "worker-2")

    frozen(site, at, half_a_turn)
    carry_out_one(site.world, "worker-1")
    later(site, 600)
    site.work("worker-3")
    assert said(site, app_id)[0] == "LAUNCHED"
    assert site.aws.statuses(f"sms-{app_id}") == ["CREATE_COMPLETE"]


def test_a_worker_at_work_keeps_its_lease() -> None:
    site = Site(lease=6.0)
    site.aws.per_nap = 1
    app_id = launch(site)
    asleep, others = site.clock.while_asleep, []

    def another_looks() -> None:
        asleep()
        others.append(carry_out_one(site.world, "worker-2"))

    site.clock.while_asleep = another_looks
    site.work("worker-1")
    assert said(site, app_id)[0] == "LAUNCHED"
    assert len(others) > 3
    assert not any(others)
    assert max(site.clock.naps) <= 2.0


def test_a_worker_that_is_stopped_gives_its_job_back_at_once(site: Site) -> None:
    app_id = launch(site)
    asleep = site.clock.while_asleep

    def stop() -> None:
        asleep()
        site.clock.while_asleep = asleep
        raise Stopped("the server stops")

    site.clock.while_asleep = stop
    assert carry_out_one(site.world, "worker-1")
    (job,) = site.store.jobs(app_id)
    assert (job.owner, job.until <= site.clock.now()) == ("", True)
    site.work("worker-2")
    assert said(site, app_id)[0] == "LAUNCHED"
    assert site.aws.statuses(f"sms-{app_id}") == ["CREATE_COMPLETE"]


# --- AWS in trouble -------------------------------------------------------------------------------------------------

THROTTLED = ServiceError("AWS still throttles the call after every retry", code="Throttling")
LOST = ServiceError("AWS could not be reached")
DENIED = ServiceError("not allowed: cloudformation:CreateChangeSet (AccessDenied)", code="AccessDenied")


@pytest.mark.parametrize("error", [THROTTLED, LOST])
@pytest.mark.parametrize("method", ["find", "create_change_set", "describe_change_set", "execute"])
def test_trouble_that_passes_is_tried_again(site: Site, error: ServiceError, method: str) -> None:
    app_id = launch(site)
    site.aws.fail(method, error)
    assert carry_out_one(site.world, "worker-1")
    assert said(site, app_id)[1].endswith("; trying again")
    assert not carry_out_one(site.world, "worker-1")
    later(site, 10)
    site.work()
    assert said(site, app_id)[0] == "LAUNCHED"


def test_the_pauses_grow_and_end() -> None:
    site = Site(attempts=4)
    app_id = launch(site)
    pauses = []
    for _ in range(3):
        site.aws.fail("find", LOST)
        carry_out_one(site.world, "worker-1")
        (job,) = site.store.jobs(app_id)
        pauses.append(job.until - site.clock.now())
        site.clock.time = job.until
    assert pauses == [5.625, 11.25, 22.5]
    site.aws.fail("find", LOST)
    site.work()
    assert said(site, app_id) == ("LAUNCH_FAILED", "AWS could not be reached")
    assert site.store.jobs(app_id) == ()


def test_trouble_that_lasts_fails_the_launch_with_a_sentence(site: Site) -> None:
    app_id = launch(site)
    site.aws.fail("create_change_set", DENIED)
    site.work()
    assert said(site, app_id) == ("LAUNCH_FAILED", str(DENIED))


def test_what_nobody_foresaw_is_tried_again_and_told_without_its_words() -> None:
    site = Site(attempts=2)
    app_id = launch(site)
    for _ in range(2):
        site.aws.fail("find", ZeroDivisionError("secret"))
        carry_out_one(site.world, "worker-1")
        later(site, 10)
    assert said(site, app_id) == ("LAUNCH_FAILED", "internal error (ZeroDivisionError)")


def test_a_store_that_fails_is_the_callers_business() -> None:
    site = Site()
    launch(site)

    def fail(*_: Any, **__: Any) -> None:
        raise StoreError("the disk is full")

    site.store.commit = fail
    with pytest.raises(StoreError):
        carry_out_one(site.world, "worker-1")


def test_a_large_template_goes_through_the_bucket() -> None:
    site = Site()
    groups = [("web", 0, tuple(f"s-{n:08x}" for n in range(50)))]
    app_id = site.create(groups=groups).app.app_id
    site.configure(app_id, groups=groups)
    site.images(app_id)
    launching.launch_app(site.world, app_id)
    site.aws.template_of = lambda url: next(iter(site.artifacts.documents.values())).decode()
    site.work()
    assert site.aws.asked[-1].template_url.startswith("https://sms-app-")
    assert said(site, app_id) == ("LAUNCHED", "all 50 servers launched")


def test_there_is_nothing_to_do_without_jobs(site: Site) -> None:
    site.ready()
    assert not carry_out_one(site.world, "worker-1")
