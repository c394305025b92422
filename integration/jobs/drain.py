"""Whether this worker is about to end: its children then give back what they have not begun."""

import mmap

_flag = mmap.mmap(-1, 1)  # one byte that a process shares with the children that it forks


def begin() -> None:
    """For the rest of this process's life, and of its children's."""
    _flag[0] = 1


def begun() -> bool:
    return _flag[0] == 1
