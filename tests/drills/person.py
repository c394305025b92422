"""The person at the console: a job whose worker died three times is theirs, and they let it try again."""

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.http import Api

POISON = "CD-9001"


class Person:
    def __init__(self, url: str, token: str, crossdock: Crossdock) -> None:
        self._api, self._crossdock = Api(f"{url}/api/v1", token), crossdock
        self.retried = 0

    def look(self) -> None:
        for job in self._crossdock.waiting():
            if job["failure_code"] == POISON:
                self._api.post(f"/jobs/{job['id']}/retry", {})
                self.retried += 1
