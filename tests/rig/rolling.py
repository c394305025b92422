"""A supervisor whose processes come and go while it does other things: none of its acts waits for them."""

import os
import signal

from config.local.supervisor import Supervisor


class Rolling(Supervisor):
    def ask_to_end(self, name: str) -> None:
        """SIGTERM to the process itself, as a deploy sends it; its children are its own affair."""
        os.kill(self._expect_end(name).process.pid, signal.SIGTERM)

    def may_end(self, name: str) -> None:
        """It is no failure when it ends by itself: somebody looks after it."""
        self._expect_end(name)

    def is_gone(self, name: str) -> bool:
        """Whether nothing of it and of what it started is left."""
        return self._group_is_gone(self._running[name])
