"""Requests a second of `smsgen serve`, beside moto's server answering calls of equal size: `python -m bench.server`.

Both are processes of their own that the same clients ask in turn, over connections that stay open where the server lets
them; requests are signed beforehand. smsgen checks the signatures and writes its access log, and applications are on
the disk (SQLite) before it answers; moto checks nothing, and keeps Systems Manager's parameters in its memory.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.row import Row
from tests.clients.serving import KEY_ID, REGION, SECRET, environment, serving, simulated_aws
from tests.clients.wire import Wire

CLIENTS = 8
ROUNDS = 5
REQUESTS = 800
"""In a round, of all clients together."""

SERVERS = 5
"""Of an application: its document, and so the parameter's value, has some 700 bytes."""

LEAST = 1.0
"""Ours by theirs."""

_SSM = SigV4Auth(Credentials(KEY_ID, SECRET), "ssm", REGION)

Make = Callable[[int], AWSRequest]


class Measured(NamedTuple):
    """Requests a second, and what one of them and its answer take in bytes: ours, moto's."""

    rates: tuple[float, float]
    asked: tuple[int, int]
    answered: tuple[int, int]

    @property
    def note(self) -> str:
        """What stands behind the ratio."""
        ours, theirs = self.rates
        sizes = (f"{one} and {other} bytes" for one, other in (self.asked, self.answered))
        return f"{ours:.0f} and {theirs:.0f} a second, {' asked, '.join(sizes)} answered"


def measure() -> dict[str, Measured]:
    """Start both servers and ask them in turn; give the name of our operation -> what was measured."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sms_url = stack.enter_context(serving(folder, env=environment(folder))).url
        ssm_url = stack.enter_context(simulated_aws())
        sms = [stack.enter_context(closing(Wire(sms_url))) for _ in range(CLIENTS)]
        ssm = [stack.enter_context(closing(Wire(ssm_url, "AmazonSSM", _SSM))) for _ in range(CLIENTS)]
        reading = _reading(sms[0], ssm[0])  # first: as long as both have to keep nothing but this
        return {
            "GetApp": _compare(sms, ssm, *reading),
            "CreateApp": _compare(sms, ssm, *_writing(sms[0], ssm[0])),
        }


def rows() -> Iterator[Row]:
    """Ours by moto's, for what reads and for what writes."""
    like = {"GetApp": "GetParameter", "CreateApp": "PutParameter"}
    for name, measured in measure().items():
        ours, theirs = measured.rates
        title = f"serve: {name} a second / moto's server, {like[name]}"
        yield Row(title, ours / theirs, LEAST, measured.note, at_least=True)


def _reading(sms: Wire, ssm: Wire) -> tuple[Make, Make]:
    made = sms.call("CreateApp", **_application(0)).body["appSummary"]["appId"]
    size = len(sms.send(sms.request("GetApp", {"appId": made}))[1])
    ssm.call("PutParameter", Name="/shop", Type="String", Value="")
    around = len(ssm.send(ssm.request("GetParameter", {"Name": "/shop"}))[1])
    ssm.call("PutParameter", Name="/shop", Type="String", Value="x" * (size - around), Overwrite=True)
    return (
        lambda _: sms.request("GetApp", {"appId": made}),
        lambda _: ssm.request("GetParameter", {"Name": "/shop"}),
    )


def _writing(sms: Wire, ssm: Wire) -> tuple[Make, Make]:
    around = len(json.dumps(_parameter(1, 0)))
    value = len(json.dumps(_application(1))) - around
    return (
        lambda number: sms.request("CreateApp", _application(number)),
        lambda number: ssm.request("PutParameter", _parameter(number, value)),
    )


def _application(number: int) -> dict[str, Any]:
    servers = [
        {
            "serverId": f"s-{number * SERVERS + at:08x}",
            "serverType": "VIRTUAL_MACHINE",
            "vmServer": {"vmName": f"web{at:02}", "vmManagerName": "vcenter.example.com"},
        }
        for at in range(SERVERS)
    ]
    return {"name": f"shop-{number:06}", "serverGroups": [{"name": "web", "serverList": servers}]}


def _parameter(number: int, size: int) -> dict[str, Any]:
    return {"Name": f"/shop/{number:06}", "Type": "String", "Value": "x" * size}


def _compare(sms: Sequence[Wire], ssm: Sequence[Wire], ours: Make, theirs: Make) -> Measured:
    """Ask both, a round the one and a round the other, after one of each that warms them."""
    numbers = iter(range(1, sys.maxsize))
    sides = ((sms, ours), (ssm, theirs))
    rates: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 1):
        for (wires, make), taken in zip(sides, rates, strict=True):
            requests = [make(next(numbers)) for _ in range(REQUESTS)]
            rate = REQUESTS / _seconds(wires, requests)
            if turn:
                taken.append(rate)
    sizes = []
    for wires, make in sides:
        request = make(next(numbers))
        sizes.append((len(request.data), len(wires[0].send(request)[1])))
    (asked, answered), (asked_moto, answered_moto) = sizes
    return Measured((median(rates[0]), median(rates[1])), (asked, asked_moto), (answered, answered_moto))


def _seconds(wires: Sequence[Wire], requests: Sequence[AWSRequest]) -> float:
    """Send the requests, each client its part; raises RuntimeError where one is not answered 200."""

    def each(number: int) -> None:
        for request in requests[number::CLIENTS]:
            status, body = wires[number].send(request)
            if status != 200:
                raise RuntimeError(f"{status}: {body[:200]!r}")

    with ThreadPoolExecutor(CLIENTS) as pool:
        began = time.perf_counter()
        for over in [pool.submit(each, number) for number in range(CLIENTS)]:
            over.result()
        return time.perf_counter() - began


def main() -> int:
    """Print both rows; 1 where one of them is missed."""
    held = True
    for row in rows():
        print(f"{row.name:<62} {row.measured:.2f}  {row.note}")
        held = held and row.holds
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
