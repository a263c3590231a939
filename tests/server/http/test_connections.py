"""How many connections there may be, and who makes room: a model of it, and what it says no to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smsgen.server.http.connections import Connection, ConnectionLimits, Connections, limits_within

ADDRESSES = ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1")
NETWORKS = dict(zip(ADDRESSES, (1, 2, 3, 3, 4), strict=True))


@given(
    st.integers(1, 6),
    st.integers(1, 6),
    st.lists(
        st.tuples(
            st.sampled_from(["enter", "enter", "wait", "work", "leave"]),
            st.sampled_from(ADDRESSES),
            st.integers(0, 5),
        ),
        max_size=40,
    ),
)
def test_there_are_never_more_than_there_may_be(
    total: int, per_address: int, steps: list[tuple[str, str, int]]
) -> None:
    connections = Connections(ConnectionLimits(total, per_address))
    waiting: list[tuple[Connection, int]] = []
    working: list[tuple[Connection, int]] = []
    closed: list[Connection] = []

    def of(network: int) -> int:
        return sum(1 for _, other in (*waiting, *working) if other == network)

    for step, address, at in steps:
        network = NETWORKS[address]
        if step == "enter":
            full = of(network) >= per_address
            candidates = [one for one in waiting if not full or one[1] == network]
            crowded = full or len(waiting) + len(working) >= total
            entered = connections.enter(address)
            assert (entered is None) == (crowded and not candidates)
            if crowded and candidates:
                assert closed.pop() is candidates[0][0]
                waiting.remove(candidates[0])
            if entered:
                entered.close = lambda one=entered: closed.append(one)
                waiting.append((entered, network))
        elif waiting or working:
            everything = [*waiting, *working]
            chosen = everything[at % len(everything)]
            (waiting if chosen in waiting else working).remove(chosen)
            getattr(chosen[0], step)()
            if step != "leave":
                (waiting if step == "wait" else working).append(chosen)
        assert closed == []
        assert len(waiting) + len(working) <= total
        assert all(of(one) <= per_address for one in NETWORKS.values())


def test_what_is_over_is_counted_once() -> None:
    connections = Connections(ConnectionLimits(2, 2))
    first, second = connections.enter("192.0.2.1"), connections.enter("192.0.2.1")
    assert first
    assert second
    first.work()
    second.work()
    first.leave()
    first.leave()
    first.wait()  # too late
    assert connections.enter("192.0.2.1")
    second.wait()
    assert connections.enter("192.0.2.1")
    assert connections.enter("::ffff:192.0.2.1")  # the same address


def test_the_limits_stay_below_what_the_system_allows() -> None:
    assert limits_within(1_024, None, None) == (512, 256)
    assert limits_within(100_000, None, None) == (512, 256)
    assert limits_within(256, None, None) == (128, 64)
    assert limits_within(256, 5_000, None) == (128, 64)
    assert limits_within(100_000, 5_000, 5_000) == (5_000, 5_000)
    assert limits_within(1_024, 10, 500) == (10, 10)
    assert limits_within(1, None, None) == (1, 1)
