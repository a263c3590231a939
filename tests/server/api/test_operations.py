"""The tables of the API hang together."""

from __future__ import annotations

from smsgen.server.api.operations import COMMON_ERRORS, ERRORS, OPERATIONS


def test_every_listed_error_is_described_and_every_described_one_listed() -> None:
    assert {error for one in OPERATIONS.values() for error in one.errors} == set(ERRORS)
    assert not set(ERRORS) & set(COMMON_ERRORS)


def test_faults_are_the_servers_and_the_rest_the_callers() -> None:
    for name, error in {**ERRORS, **COMMON_ERRORS}.items():
        assert (error.status >= 500) == error.fault, name
        assert error.fault or 400 <= error.status < 500, name


def test_the_messages_of_an_operation_are_named_after_it() -> None:
    for name, one in OPERATIONS.items():
        assert (one.name, one.request.__name__, one.response.__name__) == (
            name,
            f"{name}Request",
            f"{name}Response",
        )
