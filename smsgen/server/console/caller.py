"""The operations of the API, as whoever is signed in may call them: the only way in which pages act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from smsgen.server.api.operations import OPERATIONS, PAGES
from smsgen.server.api.plain import answer_of, request_of
from smsgen.server.api.protocol import Call, Fault, check_request
from smsgen.server.http.answer import check_permitted
from smsgen.server.http.credentials import Key

Answer = dict[str, Any]


class Caller:
    """Calls operations with the rights of an access key (None: of who needs none).

    `perform` carries a call out, as the endpoint does; `new_id` gives so many random hexadecimal digits.
    """

    def __init__(self, perform: Callable[[Call], Any], new_id: Callable[[int], str], key: Key | None) -> None:
        self._perform = perform
        self._new_id = new_id
        self._key = key

    @property
    def readonly(self) -> bool:
        """Return whether only what reads is permitted."""
        return self._key is not None and self._key.readonly

    def call(self, operation: str, **arguments: Any) -> Answer:
        """Call an operation as boto3 would, and return its answer; raises Fault."""
        check_permitted(self._key, operation)
        try:
            request = request_of(OPERATIONS[operation].request, arguments)
        except TypeError as error:
            raise Fault("InvalidParameterException", str(error)) from None
        check_request(request)
        return answer_of(self._perform(Call(operation, request, self._new_id(32))))

    def pages(self, operation: str, **arguments: Any) -> Iterator[Answer]:
        """Yield what an operation lists, page after page, item by item; raises Fault."""
        token: str | None = None
        while True:
            answer = self.call(operation, nextToken=token, **arguments)
            yield from answer.get(PAGES[operation], [])
            token = answer.get("nextToken")
            if not token:
                return
