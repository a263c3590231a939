"""Validations after a launch: scripts are run, servers are awaited, and all of them end."""

from __future__ import annotations

import pytest

from smsgen.errors import ServiceError
from smsgen.model.launch import S3Location
from smsgen.model.managed import AppValidation, ServerValidation
from smsgen.operations.apps import launching
from smsgen.operations.apps.configure_validation import notify_validation_output, outputs
from smsgen.operations.jobs.carry_out import carry_out_one
from smsgen.operations.ports.records import CommandAnswer
from tests.operations.apps.test_configure_validation import OWN, SCRIPT, put
from tests.operations.worlds import Site


def launch(site: Site, *apps: AppValidation, servers: tuple[ServerValidation, ...] = ()) -> str:
    app_id = site.ready()
    put(site, app_id, *apps, servers=servers)
    launching.launch_app(site.world, app_id)
    return app_id


def ended(site: Site, app_id: str) -> list[tuple[str, str]]:
    return [(one.status, one.message) for one in outputs(site.app(app_id))]


def test_a_script_is_run_once_the_application_is_launched(site: Site) -> None:
    script = SCRIPT._replace(output_bucket="sms-app-out", timeout_seconds=90)
    app_id = launch(site, script)
    assert ended(site, app_id) == [("PENDING", "")]
    assert carry_out_one(site.world, "worker-1")
    assert site.app(app_id).launch.status == "LAUNCHED"
    assert site.commands.sent == []
    site.work()
    assert ended(site, app_id) == [("SUCCEEDED", "fine")]
    (sent,) = site.commands.sent
    assert (sent.instance_id, sent.text, sent.timeout, sent.output_bucket) == (
        "i-12345678",
        "curl localhost",
        90,
        "sms-app-out",
    )
    (output,) = outputs(site.app(app_id))
    assert output.output == S3Location("sms-app-out", f"{sent.output_prefix}/command-1/i-12345678")
    assert output.latest_time
    assert site.store.jobs(app_id) == ()


def test_a_script_that_fails_or_is_refused_fails_the_validation_and_not_the_launch(site: Site) -> None:
    site.commands.answers = [CommandAnswer(True, False, "Failed: connection refused")]
    app_id = launch(site, SCRIPT)
    site.work()
    assert ended(site, app_id) == [("FAILED", "Failed: connection refused")]
    site.commands.error = ServiceError("the instance is not managed", code="InvalidInstanceId")
    launching.launch_app(site.world, app_id)
    assert ended(site, app_id) == [("PENDING", "")]
    site.work()
    assert ended(site, app_id) == [("FAILED", "the instance is not managed")]
    assert site.app(app_id).launch.status == "LAUNCHED"


def test_trouble_that_passes_is_tried_again_and_trouble_that_lasts_ends() -> None:
    site = Site(attempts=3)
    app_id = launch(site, SCRIPT)
    site.commands.error = ServiceError("throttled", code="Throttling")
    for _ in range(3):
        site.work()
        site.clock.sleep(60)
    assert ended(site, app_id) == [("FAILED", "throttled")]
    assert site.app(app_id).launch.message == "all 3 servers launched"


def test_a_server_that_reports_during_the_launch_is_heard(site: Site) -> None:
    app_id = launch(site, servers=(OWN,))
    own = outputs(site.app(app_id))[0].validation_id
    asleep, heard = site.clock.while_asleep, []

    def boot() -> None:
        asleep()
        if not heard and site.app(app_id).launch.status == "LAUNCH_IN_PROGRESS":
            heard.append(own)
            notify_validation_output(site.world, app_id, validation_id=own, status="SUCCEEDED", message="up")

    site.clock.while_asleep = boot
    site.work()
    assert heard
    assert ended(site, app_id) == [("SUCCEEDED", "up")]


@pytest.mark.parametrize("minutes", [15, 1])
def test_a_server_that_does_not_report_in_time_has_failed(minutes: int) -> None:
    site = Site(validation=minutes * 60.0)
    app_id = launch(site, servers=(OWN,))
    site.work()
    assert ended(site, app_id) == [("FAILED", f"the server did not report within {minutes} minutes")]
    assert minutes * 60 <= site.clock.now() - site.app(app_id).launch.latest_time < minutes * 60 + 60


def test_a_server_runs_its_user_data_once_and_keeps_what_came_of_it(site: Site) -> None:
    app_id = launch(site, SCRIPT, servers=(OWN,))
    own = outputs(site.app(app_id))[1].validation_id
    assert carry_out_one(site.world, "worker-1")
    notify_validation_output(site.world, app_id, validation_id=own, status="SUCCEEDED")
    site.work()
    site.images(app_id, "ami-87654321")
    launching.launch_app(site.world, app_id)
    assert [status for status, _ in ended(site, app_id)] == ["PENDING", "SUCCEEDED"]
    site.work()
    assert len(site.commands.sent) == 2


def test_a_validation_stands_in_nobodys_way(site: Site) -> None:
    app_id = launch(site, servers=(OWN,))
    asleep = site.clock.while_asleep

    def midway() -> None:
        asleep()
        if site.app(app_id).launch.status == "LAUNCHED":
            launching.terminate_app(site.world, app_id)

    site.clock.while_asleep = midway
    site.work()
    assert site.app(app_id).launch.status == "TERMINATED"
    assert ended(site, app_id) == [("PENDING", "")]
    assert site.store.jobs(app_id) == ()


def test_a_worker_that_takes_over_asks_for_the_script_that_runs(site: Site) -> None:
    app_id = launch(site, SCRIPT)
    carry_out_one(site.world, "worker-1")

    class Killed(BaseException):
        pass

    def kill(*_: str) -> CommandAnswer:
        raise Killed

    real, site.commands.answer = site.commands.answer, kill  # type: ignore[method-assign] # the fake's
    with pytest.raises(Killed):
        carry_out_one(site.world, "worker-1")
    site.commands.answer = real  # type: ignore[method-assign] # the fake's
    site.clock.sleep(61)
    site.work("worker-2")
    assert ended(site, app_id) == [("SUCCEEDED", "fine")]
    assert len(site.commands.sent) == 1
