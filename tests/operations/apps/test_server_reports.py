"""Servers that validate themselves: what their boot scripts are told, and what is read of them."""

from __future__ import annotations

import json

import pytest

from smsgen.errors import ServiceError
from smsgen.model.launch import S3Location
from smsgen.operations.apps import launching
from smsgen.operations.apps.configure_validation import outputs
from smsgen.operations.apps.server_reports import read_report, report_place
from smsgen.operations.jobs.carry_out import carry_out_one
from tests.operations.apps.test_configure_validation import OWN, put
from tests.operations.jobs.test_validation import ended, launch
from tests.operations.worlds import Site


@pytest.fixture
def site() -> Site:
    return Site()


def place_of(site: Site, app_id: str) -> S3Location:
    managed = site.app(app_id)
    (own,) = managed.validation.servers
    return report_place(managed, own.validation_id, site.artifacts)  # type: ignore[arg-type] # it stands in for it


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (b"0\nall is well\n", ("SUCCEEDED", "all is well")),
        (b"0\n", ("SUCCEEDED", "")),
        (b"\xef\xbb\xbf0\r\nfrom Windows\r\n", ("SUCCEEDED", "from Windows")),
        (b"3\nno database\nat all", ("FAILED", "exit code 3: no database at all")),
        (b"", ("FAILED", "exit code")),
        (b"\xff\xfe\x00", ("FAILED", "exit code \ufffd\ufffd\x00")),
    ],
)
def test_what_a_server_reports_is_the_outcome(site: Site, report: bytes, expected: tuple[str, str]) -> None:
    app_id = launch(site, servers=(OWN,))
    assert carry_out_one(site.world, "worker-1")
    place = place_of(site, app_id)
    body = json.loads(json.dumps(site.aws.template(site.app(app_id).launch.stack_id)))
    assert f"s3://{place.bucket}/{place.key}" in body
    assert "s3://sms-app-scripts/v.sh" in body
    site.artifacts.documents[place] = report
    site.work()
    status, message = expected
    ((found, said),) = ended(site, app_id)
    assert (found, said.strip()) == (status, message.strip())


def test_a_new_stack_reports_elsewhere_and_a_changed_one_where_it_did(site: Site) -> None:
    app_id = launch(site, servers=(OWN,))
    assert carry_out_one(site.world, "worker-1")
    first = place_of(site, app_id)
    site.artifacts.documents[first] = b"1\nnot yet"
    site.work()
    launching.launch_app(site.world, app_id)
    assert place_of(site, app_id) == first
    site.work()
    launching.terminate_app(site.world, app_id)
    site.work()
    launching.launch_app(site.world, app_id)
    second = place_of(site, app_id)
    assert second != first
    assert carry_out_one(site.world, "worker-1")
    site.artifacts.documents[second] = b"0\nnow"
    site.work()
    assert ended(site, app_id) == [("SUCCEEDED", "now")]


def test_a_launched_application_with_its_validation_is_as_it_was_launched(site: Site) -> None:
    app_id = launch(site, servers=(OWN,))
    assert carry_out_one(site.world, "worker-1")
    location = launching.generate_change_set(site.world, app_id, format="json")
    assert json.loads(site.artifacts.documents[location])["changeSet"]["Changes"] == []


def test_a_bucket_that_may_not_be_read_is_as_if_nothing_were_there_and_trouble_passes(site: Site) -> None:
    app_id = launch(site, servers=(OWN,))
    assert carry_out_one(site.world, "worker-1")
    managed = site.app(app_id)
    (own,) = managed.validation.servers
    assert read_report(managed, own.validation_id, site.artifacts) is None  # type: ignore[arg-type] # as above
    site.artifacts.error = ServiceError("no such key", code="KMS.DisabledException")
    site.work()
    assert ended(site, app_id) == [("FAILED", "the server did not report within 15 minutes")]


def test_an_application_without_own_validations_asks_for_no_bucket(site: Site) -> None:
    app_id = site.ready()
    put(site, app_id)
    launching.launch_app(site.world, app_id)
    site.artifacts.error = ServiceError("no bucket", code="AccessDenied")
    site.work()
    assert site.app(app_id).launch.status == "LAUNCHED"
    assert outputs(site.app(app_id)) == ()
