"""What the codec must keep: everything, exactly, and across versions of smsgen."""

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.model.app import App, Server, ServerGroup, Tag
from smsgen.model.launch import Launch, UserData
from smsgen.model.managed import (
    AppValidation,
    LaunchState,
    ManagedApp,
    ReplicationParameters,
    ReplicationState,
)
from smsgen.model.replicating.catalog import Catalog, CatalogServer, CatalogStatus, Connector
from smsgen.model.replicating.jobs import JobState, ReplicationJob, ReplicationRun, RunState, RunType
from smsgen.model.status import LaunchStatus
from smsgen.operations.ports.store import Job, StoreError, Token
from smsgen.store.codec import to_plain, to_record
from tests.store.records import record


def through_json(value: Any) -> Any:
    """The value as it comes back from a database."""
    return to_record(type(value), json.loads(json.dumps(to_plain(value), allow_nan=False)))


def same(one: Any, other: Any) -> bool:
    """Say whether values are equal and of the same types all through: 1 == True == 1.0 elsewhere."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and type(one) is type(other)


@given(record(ManagedApp))
def test_any_application_comes_back_as_it_was(app: ManagedApp) -> None:
    assert same(through_json(app), app)


@given(st.one_of(record(Job), record(Token)))
def test_any_job_and_token_comes_back_as_it_was(value: Any) -> None:
    assert same(through_json(value), value)


@given(
    st.one_of([record(kind) for kind in (Connector, Catalog, CatalogServer, ReplicationJob, ReplicationRun)])
)
def test_any_record_of_replication_comes_back_as_it_was(value: Any) -> None:
    assert same(through_json(value), value)


def test_what_was_kept_while_states_were_texts_is_read() -> None:
    job = to_record(
        ReplicationJob, {"replication_job_id": "sms-job-1", "server_id": "s-1", "state": "FAILING"}
    )
    run = {"replication_run_id": "r-1", "replication_job_id": "sms-job-1", "number": 1}
    assert job.state is JobState.FAILING
    read = to_record(ReplicationRun, {**run, "state": "MISSED", "type": "ON_DEMAND"})
    assert (read.state, read.type) == (RunState.MISSED, RunType.ON_DEMAND)
    assert (read.state, read.type) == ("MISSED", "ON_DEMAND")
    assert to_plain(read) == {**run, "state": "MISSED", "type": "ON_DEMAND", "scheduled": 0.0, "version": 0}
    assert to_record(Catalog, {"status": "EXPIRED"}).status is CatalogStatus.EXPIRED


def test_nothing_said_is_not_an_empty_text_nor_no_entries() -> None:
    launches = (Launch(), Launch(logical_id=""), Launch(volumes=()), Launch(user_data=UserData(inline="")))
    made = [through_json(ServerGroup(launch_defaults=launch)).launch_defaults for launch in launches]
    assert made == list(launches)
    assert [made[0].logical_id, made[1].logical_id, made[0].volumes, made[2].volumes] == [None, "", None, ()]


def test_a_tag_where_a_pair_is_declared_is_kept_as_one() -> None:
    server = Server("s-1", launch=Launch(tags=(Tag("key", "value"),)))
    assert through_json(server) == server


def test_what_is_not_said_takes_no_room() -> None:
    assert to_plain(Server("s-1", launch=Launch(monitoring=False))) == {
        "server_id": "s-1",
        "launch": {"monitoring": False},
    }


def test_a_default_that_says_something_is_written_out() -> None:
    written = to_plain(ManagedApp(App("shop")))
    assert written["status"] == "ACTIVE"
    assert written["app"]["profile"] == "hardened"
    assert written["launch"] == {"configured": False, "status": "READY_FOR_CONFIGURATION"}


def test_a_status_is_kept_as_its_word() -> None:
    written = to_plain(LaunchState(status=LaunchStatus.LAUNCHED))
    assert same(written, {"configured": False, "status": "LAUNCHED"})
    assert type(written["status"]) is str
    assert to_record(LaunchState, {"status": "LAUNCHED"}).status is LaunchStatus.LAUNCHED


@pytest.mark.parametrize("word", ["LAUNCHED_ON_THE_MOON", None, ["LAUNCHED"], 1])
def test_a_status_that_is_none_of_its_list_is_refused_in_a_sentence(word: Any) -> None:
    with pytest.raises(
        StoreError, match=r"^the store holds the LaunchStatus .+, which this smsgen does not know$"
    ):
        to_record(ManagedApp, {"app": {"name": "shop"}, "launch": {"status": word}})


def test_missing_fields_get_their_defaults_and_unknown_ones_are_passed_over() -> None:
    data = {"app": {"name": "shop", "colour": "red"}, "later": [1], "launch": {"stack_id": "x"}}
    assert to_record(ManagedApp, data) == ManagedApp(App("shop"), launch=LaunchState(stack_id="x"))


def test_a_whole_number_is_read_where_a_time_belongs() -> None:
    state = to_record(ReplicationParameters, {"seed_time": 1})
    assert type(state.seed_time) is float


def test_pairs_of_an_id_and_a_record_are_kept() -> None:
    state = ReplicationState(parameters=(("s-1", ReplicationParameters(frequency=12)),), terminated=("s-1",))
    assert through_json(state) == state
    assert through_json(AppValidation("val-1", timeout_seconds=60)).timeout_seconds == 60


def test_what_json_does_not_hold_is_refused() -> None:
    class Odd(NamedTuple):
        stamp: complex = 0j

    with pytest.raises(TypeError, match="keeps no"):
        to_plain(Odd())
