"""Where disks go: what fits the guest, what somebody chooses, and that every word of an import is understood."""

from __future__ import annotations

import pytest

from smsgen.model.managed import ReplicationParameters
from smsgen.model.replicating.jobs import ReplicationJob
from smsgen.model.replication import ReplicationTarget
from smsgen.operations.apps.configure_replication import GroupReplication, put_replication_configuration
from smsgen.operations.apps.world import BadParameter, find_app
from smsgen.operations.ports.copying import CopySettings
from smsgen.operations.ports.images import ImportState, ImportTask
from smsgen.operations.replication import apps, jobs
from smsgen.operations.replication.making.choose import choose_target, choose_target_of_job
from smsgen.operations.replication.making.images import IMPORT_STAGES, stage_of
from smsgen.operations.replication.making.targets import target_for
from smsgen.operations.replication.refusals import UnknownJob
from tests.operations.replication.site import HOURLY, ids, job, replicate, runs, with_catalog
from tests.operations.worlds import Site
from tests.servers.aws.imports import STEPS

EBS, FILES = ReplicationTarget.EBS_DIRECT, ReplicationTarget.IMPORT_IMAGE
ANY = CopySettings()
LINUX, WINDOWS = "Ubuntu Linux (64-bit)", "Microsoft Windows Server 2019 (64-bit)"


@pytest.mark.parametrize(
    ("guest", "firmware", "target", "settings", "expected"),
    [
        (LINUX, "BIOS", None, ANY, (EBS, False)),
        (LINUX, "EFI", None, ANY, (EBS, False)),
        (WINDOWS, "BIOS", None, ANY, (EBS, True)),
        (WINDOWS, "EFI", None, ANY, (EBS, True)),
        ("", "BIOS", None, ANY, (EBS, True)),
        ("", "EFI", None, ANY, (FILES, True)),
        ("", "EFI", None, CopySettings(route="register"), (EBS, False)),
        ("", "EFI", EBS, ANY, (EBS, True)),
        (LINUX, "BIOS", FILES, ANY, (FILES, True)),
        (LINUX, "BIOS", None, CopySettings(target=FILES), (FILES, True)),
        (LINUX, "BIOS", EBS, CopySettings(target=FILES), (EBS, False)),
    ],
)
def test_the_target_of_a_guest(
    guest: str,
    firmware: str,
    target: ReplicationTarget | None,
    settings: CopySettings,
    expected: tuple[ReplicationTarget, bool],
) -> None:
    choice = target_for(ReplicationJob("j", "s", guest=guest, firmware=firmware, target=target), settings)
    assert (choice.target, choice.imports) == expected
    assert choice.why.startswith(f"{expected[0]}: ")


def test_every_word_of_an_import_is_explained() -> None:
    assert {word for word, _ in STEPS} <= IMPORT_STAGES.keys()
    task = ImportTask("import-ami-1", ImportState.ACTIVE, "converting", 28)
    assert stage_of(task) == "converting 28 %: the disks become EBS volumes"
    assert stage_of(task._replace(message="something new")) == "something new 28 %"


# --- Chosen ---------------------------------------------------------------------------------------------------------


def application(site: Site, how: ReplicationParameters = HOURLY) -> str:
    """An application of one group of two servers, which can be replicated."""
    first, second = ids(site)
    app_id = site.create(groups=(("servers", 0, (first, second)),)).app.app_id
    group = find_app(site.world, app_id).app.server_groups[0]
    put_replication_configuration(
        site.world,
        app_id,
        (GroupReplication(group.server_group_id, ((first, how), (second, how))),),
    )
    return app_id


def test_an_application_chooses_and_what_was_put_again_does_not_change_it() -> None:
    site = with_catalog("vm-1", "vm-2")
    app_id = application(site)
    choose_target(site.world, app_id, FILES)
    group = find_app(site.world, app_id).app.server_groups[0]
    again = GroupReplication(group.server_group_id, ((ids(site)[0], HOURLY._replace(frequency=12)),))
    put_replication_configuration(site.world, app_id, (again,))
    apps.start_app_replication(site.world, app_id)
    site.work()
    made = site.store.replication_jobs(limit=9)
    assert [one.target for one in made] == [FILES, FILES]
    assert {run.target for one in made for run in runs(site, one)} == {FILES}
    assert len(site.uploads.forgotten) == 2
    assert site.snapshots.stored == {}
    choose_target(site.world, app_id, EBS, groups=(group.server_group_id,))
    site.clock.time += 12 * 3600.0
    site.work()
    assert {runs(site, one)[0].target for one in made} == {EBS}


def test_a_group_that_is_not_there_is_refused() -> None:
    site = with_catalog("vm-1", "vm-2")
    with pytest.raises(BadParameter, match="no server group web"):
        choose_target(site.world, application(site), FILES, groups=("web",))


def test_a_job_chooses_for_its_next_run_and_goes_on_with_its_snapshots_when_it_comes_back() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    site.work()
    for target in (FILES, EBS):
        choose_target_of_job(site.world, made.replication_job_id, target)
        site.clock.time += 3600.0
        site.work()
    assert [run.target for run in reversed(runs(site, made))] == [EBS, FILES, EBS]
    first, _, third = (run.snapshots for run in reversed(runs(site, made)))
    assert site.snapshots.stored[third[0]].request.parent == first[0]
    with pytest.raises(UnknownJob):
        choose_target_of_job(site.world, "sms-job-none", FILES)


# --- Runs -----------------------------------------------------------------------------------------------------------


def test_what_an_import_refuses_is_said_before_a_byte_is_sent() -> None:
    site = with_catalog("vm-1", firmware="EFI")
    made = replicate(site, ReplicationParameters(frequency=1, encrypted=True))
    choose_target_of_job(site.world, made.replication_job_id, FILES)
    site.work()
    (run,) = runs(site, made)
    assert "encrypts no image that boots by UEFI" in run.message
    assert "--target ebs-direct" in run.message
    assert site.uploads.files == {}


def test_a_role_that_is_wrong_is_told_before_hours_of_copying() -> None:
    site = with_catalog("vm-1", guest=WINDOWS)
    site.ec2.role_is_wrong = "there is no role vmimport"
    made = replicate(site)
    site.work()
    assert "there is no role vmimport" in runs(site, made)[0].message
    assert site.snapshots.stored == {}


def test_more_disks_than_an_import_takes_are_not_uploaded() -> None:
    site = with_catalog("vm-1", disks=22)
    site.inventories.machines["vm-1"] *= 22
    made = replicate(site)
    choose_target_of_job(site.world, made.replication_job_id, FILES)
    site.work()
    assert "22 disks, and an import takes 21" in runs(site, made)[0].message
    assert site.uploads.files == {}


def test_a_job_that_is_deleted_meanwhile_leaves_neither_files_nor_an_import() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    choose_target_of_job(site.world, made.replication_job_id, FILES)

    def delete() -> None:
        jobs.delete_replication_job(site.world, made.replication_job_id)
        site.uploads.before_upload = lambda: None

    site.uploads.before_upload = delete
    site.work()
    assert job(site, made).state == "DELETED"
    assert runs(site, made)[0].state == "DELETED"
    assert site.uploads.files == {}
    assert site.ec2.imports == {}
