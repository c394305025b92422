"""Two web processes: what one does not answer is asked of the other, as a load balancer would."""

from collections.abc import Sequence
from typing import Any

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.http import Api, NoAnswer

VERSION = "/api/v1"


class Balanced(Api):
    """``asked`` and ``unserved`` count what was asked, and what no process answered."""

    def __init__(self, urls: Sequence[str], token: str) -> None:
        self._each = [Api(f"{url}{VERSION}", token, seconds=10.0) for url in urls]
        self.asked = self.unserved = 0

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        """Raises NoAnswer, Refused. Only what may be repeated is asked a second time."""
        self.asked += 1
        for api in self._each if method == "GET" else self._each[-1:]:
            try:
                return api._ask(method, _local(path), **how)
            except NoAnswer as lost:
                last = lost
        self.unserved += method == "GET"
        raise last


class Watched(Crossdock):
    """By whichever web process answers."""

    def __init__(self, web: Balanced, partner: str) -> None:
        self._api, self._partner = web, partner


def _local(path: str) -> str:
    """The next page is told with the address of the process that told it."""
    return path.partition(VERSION)[2] if VERSION in path else path
