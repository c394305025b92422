"""Named places at which a drill kills this process, to prove that nothing is lost or done twice there.

`CROSSDOCK_FAILPOINTS=/path/to/folder` kills the process with SIGKILL when it comes by a point of which the folder has a
file, if that can be removed: the file is the permission for one death. At `stands_still` it is stopped instead, with
SIGSTOP, until somebody lets it go on. `docs/reference/engine.md` says what happens after each of them.
"""

import os
import signal

STANDS_STILL = "stands_still"
IN_WORKERS = (
    "in_look",
    "in_taking",
    "before_handler",
    "batch_taken",
    "after_intent",
    "after_send",
    "before_stock.picking.button_validate",
    "after_result",
    "before_settle",
    "in_settle",
    "before_batch_commit",
    "after_settle",
    "holding_slot",
    "holding_stock",
    "after_breaker",
    STANDS_STILL,
)
IN_WEB = ("before_message", "after_message", "in_act")
POINTS = IN_WORKERS + IN_WEB
_folder = os.environ.get("CROSSDOCK_FAILPOINTS", "")


def hit(point: str) -> None:
    if not _folder:
        return
    try:
        os.unlink(os.path.join(_folder, point))
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGSTOP if point == STANDS_STILL else signal.SIGKILL)
