"""The limits of SMS: how much at a time, how long, with which keys; and runs that nobody was there for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from smsgen.errors import ServiceError
from smsgen.model.managed import ReplicationParameters
from smsgen.operations.apps.world import BadParameter, NotPermitted
from smsgen.operations.ports.keys import KeyInfo
from smsgen.operations.replication import apps, catalog, jobs
from smsgen.operations.replication.refusals import NotReplicable
from tests.operations.replication.fakes import Disk
from tests.operations.replication.site import HOURLY, found, ids, job, replicate, runs, states, with_catalog
from tests.operations.replication.test_apps import shop, status
from tests.operations.worlds import Site

HOUR, DAY = 3600.0, 86_400.0
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:eu-central-1:123456789012:key/{KEY}"
NAMES = (KEY, "alias/disks", ARN, "arn:aws:kms:eu-central-1:123456789012:alias/disks")


def with_keys(site: Site, **facts: str) -> Site:
    """Let a key be there, by its id, its alias, and the ARNs of both."""
    site.keys.there = dict.fromkeys(NAMES, KeyInfo(ARN)._replace(**facts))
    return site


def encrypted(key: str) -> ReplicationParameters:
    return HOURLY._replace(encrypted=True, kms_key_id=key)


@pytest.mark.parametrize("key", NAMES)
def test_a_key_is_named_by_its_id_its_alias_or_the_arn_of_either(key: str) -> None:
    site = with_keys(with_catalog("vm-1"))
    made = replicate(site, encrypted(key))
    site.work()
    assert states(site, made) == ["COMPLETED"]
    (run,) = runs(site, made)
    assert (run.encrypted, run.kms_key_id) == (True, key)
    assert site.snapshots.stored[run.snapshots[0]].request.kms_key_id == key


UNFIT = [
    ({"state": "Disabled"}, KEY, "its state is Disabled"),
    ({"state": "PendingDeletion"}, "alias/disks", "its state is PendingDeletion"),
    ({"spec": "RSA_2048"}, KEY, "no symmetric encryption key"),
    ({"spec": "HMAC_256", "usage": "GENERATE_VERIFY_MAC"}, KEY, "no symmetric encryption key"),
    ({}, "alias/none", "there is no KMS key alias/none in eu-central-1"),
    ({}, ARN.replace("eu-central-1", "eu-west-1"), "is in eu-west-1, and images are made in eu-central-1"),
]


@pytest.mark.parametrize(("facts", "key", "words"), UNFIT)
def test_a_key_that_images_cannot_be_encrypted_with(facts: dict[str, str], key: str, words: str) -> None:
    site = with_keys(with_catalog("vm-1", "vm-2"), **facts)
    with pytest.raises(BadParameter, match=words):
        replicate(site, encrypted(key))
    made = replicate(site)
    with pytest.raises(BadParameter, match=words):
        jobs.update_replication_job(
            site.world, made.replication_job_id, jobs.JobUpdate(encrypted=True, kms_key_id=key)
        )
    assert job(site, made).parameters == HOURLY
    jobs.delete_replication_job(site.world, made.replication_job_id)
    site.work()
    app_id = shop(site, encrypted(key))
    apps.start_app_replication(site.world, app_id)
    site.work()
    assert status(site, app_id) == "CONFIGURATION_INVALID"
    assert site.app(app_id).replication.message.count(words) == 2


def test_without_a_key_the_accounts_own_is_used_and_nobody_is_asked() -> None:
    site = with_catalog("vm-1")
    site.keys.error = AssertionError("asked")
    made = replicate(site, HOURLY._replace(encrypted=True))
    site.work()
    request = site.snapshots.stored[runs(site, made)[0].snapshots[0]].request
    assert (request.encrypted, request.kms_key_id) == (True, "")


def test_a_start_that_may_not_ask_for_the_key_fails_and_says_so() -> None:
    site = with_catalog("vm-1")
    site.keys.error = ServiceError("AWS denies kms:DescribeKey", code="AccessDeniedException")
    app_id = shop(site, encrypted(KEY))
    apps.start_app_replication(site.world, app_id)
    site.work()
    assert status(site, app_id) == "REPLICATION_FAILED"
    assert "kms:DescribeKey" in site.app(app_id).replication.message


def test_as_many_applications_are_replicated_at_a_time_as_may_be() -> None:
    site = with_catalog("vm-1", "vm-2", site=Site(max_app_replications=1))
    first, second = (_application(site, f"shop-{number}", number) for number in range(2))
    apps.start_app_replication(site.world, first)
    with pytest.raises(NotPermitted, match="at most 1 applications"):
        apps.start_app_replication(site.world, second)
    site.work()
    with pytest.raises(NotPermitted, match="at most 1 applications"):
        apps.start_app_replication(site.world, second)
    apps.stop_app_replication(site.world, first)
    site.work()
    apps.start_app_replication(site.world, second)
    site.work()
    assert status(site, second) == "REPLICATED"


def _application(site: Site, name: str, server: int) -> str:
    """An application of one server of the catalog, whose replication is configured."""
    from smsgen.operations.apps.configure_replication import GroupReplication, put_replication_configuration

    server_id = ids(site)[server]
    app_id = site.create(name, (("web", 0, (server_id,)),)).app.app_id
    (group,) = site.app(app_id).app.server_groups
    wanted = GroupReplication(group.server_group_id, ((server_id, HOURLY),))
    put_replication_configuration(site.world, app_id, (wanted,))
    return app_id


def test_callers_at_the_same_instant_stay_within_the_limits() -> None:
    site = with_catalog(*(f"vm-{number}" for number in range(8)), site=Site(max_replications=3))
    applications = [_application(site, f"shop-{number}", number) for number in range(8)]
    servers = ids(site)

    def tried(call: Callable[[], object]) -> bool:
        try:
            call()
        except NotPermitted:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        made = list(
            pool.map(lambda one: tried(lambda: jobs.create_replication_job(site.world, one, HOURLY)), servers)
        )
        settings = site.world.settings._replace(max_app_replications=2)
        world = replace(site.world, settings=settings)
        started = list(
            pool.map(lambda one: tried(lambda: apps.start_app_replication(world, one)), applications)
        )
    assert (sum(made), sum(started)) == (3, 2)


def test_fifty_is_what_there_may_be_of_both() -> None:
    settings = Site().world.settings
    assert (settings.max_replications, settings.max_app_replications) == (50, 50)
    assert settings.replication_age == 90 * DAY


def test_runs_that_fell_due_while_nobody_was_there_are_missed_and_the_last_one_begins() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    begun = site.clock.now()
    site.work()
    site.clock.time += 5.5 * HOUR
    site.work()
    assert states(site, made) == ["COMPLETED", *["MISSED"] * 4, "COMPLETED"]
    newest, *missed, _ = runs(site, made)
    assert [run.scheduled - begun for run in reversed(missed)] == [HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR]
    assert {run.message for run in missed} == {"nobody was there to begin it"}
    assert (newest.scheduled - begun, newest.number) == (5 * HOUR, 6)
    assert job(site, made).next_run == begun + 6 * HOUR


def test_every_tenth_run_that_is_carried_out_reads_all_however_many_are_missed() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    full: list[bool] = []
    machine = site.inventories.machines["vm-1"]
    for number in range(12):
        disk = Disk({0: 1, 3: 7}, mark=str(number), tracking=[3])
        machine[:] = [disk]
        site.work()
        full.append(disk.reads[0] > 0)
        site.clock.time += 2.5 * HOUR
    assert [number for number, read in enumerate(full, 1) if read] == [1, 11]
    assert states(site, made).count("COMPLETED") == 12


def test_a_job_that_began_late_by_less_than_its_period_misses_nothing() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, HOURLY._replace(frequency=24))
    site.clock.time += 23 * HOUR
    site.work()
    assert states(site, made) == ["COMPLETED"]


def test_a_paused_job_misses_no_runs() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    machines = site.inventories.machines.pop("vm-1")
    for _ in range(3):
        site.work()
        site.clock.time += HOUR
    assert (job(site, made).state, states(site, made)) == ("PAUSED_ON_FAILURE", ["FAILED"] * 3)
    site.inventories.machines["vm-1"] = machines
    site.clock.time += DAY
    jobs.update_replication_job(site.world, made.replication_job_id, jobs.JobUpdate())
    site.work()
    assert states(site, made) == [*["FAILED"] * 3, "COMPLETED"]


def test_a_server_that_cannot_be_replicated_any_more_is_not_taken_up_again() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    site.inventories.found["/images"] = [found("vm-1", refused="its disk 1 is a raw device map")]
    catalog.import_server_catalog(site.world)
    site.work()
    update = jobs.JobUpdate(next_run=site.clock.now() + DAY)
    with pytest.raises(NotReplicable, match="raw device map"):
        jobs.update_replication_job(site.world, made.replication_job_id, update)
    after = jobs.update_replication_job(site.world, made.replication_job_id, jobs.JobUpdate(description="x"))
    assert after.description == "x"
