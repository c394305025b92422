"""What must not happen on any page: an error in the browser's console, a refused resource, a word with a stranger."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

LOUD = ("error", "warning", "assert")
LOCAL = ("data", "blob")


class Watch:
    """``seen``: one line for each thing that should not be; empty on a good page."""

    def __init__(self, page: Page, url: str) -> None:
        self.seen: list[str] = []
        self._host = urlsplit(url).netloc
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in LOUD:
            self.seen.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in LOCAL and parts.netloc != self._host:
            self.seen.append(f"asks {parts.netloc}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.seen.append(f"{response.status} {response.url}")
