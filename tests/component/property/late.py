"""Calls that Odoo carries out after their client has given up: a proxy lost the answer, a worker of Odoo's was slow."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from integration.sandbox.odoo import SandboxOdoo
from integration.sandbox.odoo.app import App, Reply
from integration.sandbox.odoo.protocols.wire import Codec, Request
from tests.component.engine.death import CLOCK

PEOPLE = "xmlrpc"  # what the tests' own people speak; Crossdock does not
MODEL = "stock.picking"


@dataclass
class LateCalls:
    """``arm``: the next such call of Crossdock's is held, its client hears nothing; ``land`` does what is due."""

    armed: list[tuple[str, float]] = field(default_factory=list)
    held: list[tuple[float, Callable[[], Any]]] = field(default_factory=list)
    landed: int = 0

    def install(self, server: SandboxOdoo) -> None:
        app: App = server._server.RequestHandlerClass.app  # type: ignore[attr-defined]
        carry_out = app._call
        app._call = lambda codec, request: self._take(carry_out, codec, request)  # type: ignore[method-assign]

    def arm(self, method: str, seconds: float) -> None:
        self.armed.append((method, seconds))

    def land(self) -> None:
        """Call when time has passed, before anybody does anything."""
        due = [each for each in self.held if each[0] <= CLOCK.ahead]
        self.held = [each for each in self.held if each not in due]
        for _, carry_out in sorted(due, key=lambda each: each[0]):
            carry_out()
            self.landed += 1

    def forget(self) -> None:
        self.armed, self.held, self.landed = [], [], 0

    def _take(self, carry_out: Callable[[Codec, Request], Reply], codec: Codec, request: Request) -> Reply:
        call = codec.parse(request).facts
        if call["protocol"] != PEOPLE and call["model"] == MODEL:
            for armed in self.armed:
                if armed[0] == call["method"]:
                    self.armed.remove(armed)
                    self.held.append((CLOCK.ahead + armed[1], lambda: carry_out(codec, request)))
                    return Reply(None)
        return carry_out(codec, request)
