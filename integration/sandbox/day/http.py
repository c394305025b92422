"""JSON over HTTP, with two kinds of failure: no answer, and an answer that says no."""

from typing import Any

import httpx

SECONDS = 30.0


class NoAnswer(RuntimeError):
    """Nobody is there, or the connection was cut: try again later."""


class Refused(RuntimeError):
    """The other side understood, and said no; the text says why."""


class Api:
    """One base address. ``token`` goes as a bearer token; ``seconds`` is the patience with one answer."""

    def __init__(self, base_url: str, token: str = "", *, seconds: float = SECONDS) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=seconds, trust_env=False)

    def get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", path, params=params or None)  # no parameters would take those away that the path has

    def post(self, path: str, body: Any) -> Any:
        return self._ask("POST", path, json=body)

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        try:
            answer = self._client.request(method, path, **how)
        except httpx.TransportError as error:
            raise NoAnswer(f"{method} {path}: {type(error).__name__}") from error
        if answer.is_error:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()
