"""What processes cost."""

import psutil  # type: ignore[import-untyped]


def seconds(*pids: int) -> float:
    """CPU time of these processes and of all that they have started, ended ones included."""
    return sum(_own(process) for pid in pids for process in _family(pid))


def _family(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # it ended just now; its parent counts it from here on
        return 0.0
    return float(sum(times[:4]))  # user, system, and the same of children that were waited for
