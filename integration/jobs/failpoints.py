"""Named places at which a drill kills this process, to prove that nothing is lost or done twice there.

`CROSSDOCK_FAILPOINT=after_intent:/path/to/file` kills the process with SIGKILL the next time it comes by, if the
file can be removed: the file is the permission for one kill.
"""

import os
import signal

POINTS = ("before_handler", "after_intent", "after_send", "after_result", "before_settle", "after_settle")
_name, _, _permit = os.environ.get("CROSSDOCK_FAILPOINT", "").partition(":")


def hit(point: str) -> None:
    if point != _name:
        return
    try:
        os.unlink(_permit)
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
