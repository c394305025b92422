"""The supervisor at the console: reads its pages and presses its buttons, by HTTP, as a browser does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from integration.sandbox.day.http import SECONDS, NoAnswer, Refused

LOGIN = "/console/login/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ROW = re.compile(r"<tr><td>([^<]+)</td><td>([^<]+)</td></tr>")
SHADOW = "shadowdocument"


@dataclass(frozen=True)
class Flow:
    """The page of a flow on its way to live. ``buttons``: names of what may be done. ``counts``: by what is counted."""

    number: int
    buttons: frozenset[str]
    counts: Mapping[str, int]

    @property
    def is_live(self) -> bool:
        return not self.buttons & {"live", "spite"}


class Office:
    """Signs in when it is first asked for something. All raises NoAnswer, Refused."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=SECONDS, trust_env=False, follow_redirects=True)
        self._login, self._password = login, password

    def shadow(self, reference: str, flow: str, outcome: str = "") -> int:
        """The row of what Crossdock would have written about a document, with this outcome or any; 0: there is none."""
        wanted = {"q": reference, "flow__exact": flow}
        return self._listed(SHADOW, {**wanted, **({"outcome__exact": outcome} if outcome else {})})

    def flow(self, name: str) -> Flow:
        """Of the one warehouse that is, or was, in shadow."""
        number = self._listed("rollout", {"flow__exact": name})
        if not number:
            raise NoAnswer(f"{name}: no warehouse was ever in shadow")
        page = self._page(_path("rollout", number))
        buttons = re.findall(rf"/rollout/{number}/act/(\w+)/", page)
        counts = {name: int(count) for name, count in ROW.findall(page) if count.isdecimal()}
        return Flow(number, frozenset(buttons), counts)

    def press(self, table: str, number: int, act: str, reason: str = "") -> None:
        """A button of a row's page. Whether it was granted is seen on the page."""
        path = _path(table, number)
        self._post(path.replace("change/", f"act/{act}/"), self._page(path), {"reason": reason})

    def _listed(self, table: str, wanted: Mapping[str, str]) -> int:
        page = self._page(f"/console/integration/{table}/", wanted)
        found = re.search(rf"/{table}/(\d+)/change/", page)
        return int(found.group(1)) if found else 0

    def _page(self, path: str, wanted: Mapping[str, str] | None = None) -> str:
        page = self._ask("GET", path, params=wanted)
        if LOGIN in str(page.url):
            self._post(LOGIN, page.text, {"username": self._login, "password": self._password})
            page = self._ask("GET", path, params=wanted)
            if LOGIN in str(page.url):
                raise Refused(f"{path}: the console does not let {self._login} in")
        return page.text

    def _post(self, path: str, page: str, values: Mapping[str, str]) -> None:
        token = TOKEN.search(page)
        if token is None:
            raise Refused(f"{path}: the page has no form")
        self._ask("POST", path, data={**values, "csrfmiddlewaretoken": token.group(1)})

    def _ask(self, method: str, path: str, **how: object) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **how)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            raise NoAnswer(f"{method} {path}: {type(error).__name__}") from error
        if answer.is_server_error:
            raise NoAnswer(f"{method} {path}: {answer.status_code}")
        if answer.is_error:
            raise Refused(f"{method} {path}: {answer.status_code}")
        return answer


def _path(table: str, number: int) -> str:
    return f"/console/integration/{table}/{number}/change/"
