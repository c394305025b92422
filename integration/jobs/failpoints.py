"""Named places at which a drill kills this process, to prove that nothing is lost or done twice there.

`CROSSDOCK_FAILPOINTS=/path/to/folder` kills the process with SIGKILL when it comes by a point of which the folder has a
file, if that can be renamed: the file is the permission for one death, and says afterwards in which flow it was used.
`after_send@posting` is a permission for that flow alone. At `stands_still` the process is stopped instead, with
SIGSTOP, until somebody lets it go on. `docs/reference/engine.md` says what happens after each of them.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

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
WRITING = ("after_intent", "after_send", "before_settle")  # around a write elsewhere, and before what comes of it here
BETWEEN = "@"  # a point and a flow
_USED = "used."  # how the name of a permit begins once it was used
_folder = os.environ.get("CROSSDOCK_FAILPOINTS", "")
_flow = ""  # of the job in hand: a process works on one at a time


def at_work_on(flow: str) -> None:
    global _flow  # noqa: PLW0603  (so that a point need not be told)
    _flow = flow


def hit(point: str) -> None:
    if not _folder:
        return
    if _use(f"{point}{BETWEEN}{_flow}", point) or _use(point, point):
        os.kill(os.getpid(), signal.SIGSTOP if point == STANDS_STILL else signal.SIGKILL)


def used(folder: Path) -> Iterator[tuple[str, str]]:
    """Point and flow of each permit that was used since the last call; without a flow where no job was in hand."""
    for file in folder.glob(f"{_USED}*"):
        point, _, flow = file.name.removeprefix(_USED).rpartition(".")[0].partition(BETWEEN)
        file.unlink()
        yield point, flow


def _use(permit: str, point: str) -> bool:
    """Of several processes that come by at once one gets it."""
    try:
        os.rename(os.path.join(_folder, permit), os.path.join(_folder, f"{_USED}{point}{BETWEEN}{_flow}.{os.getpid()}"))
    except FileNotFoundError:
        return False
    return True
