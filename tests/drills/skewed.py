"""`python skewed.py <seconds> <module> ...`: runs a module of the folder it is started in, with a clock that is off.

The time of the day is off, by so many seconds; the monotonic clock is not, as on a machine whose clock was set wrong.
"""

import os
import runpy
import sys
import time

import time_machine


def main(seconds: float) -> None:
    sys.path[0] = os.getcwd()
    time_machine.travel(time.time() + seconds, tick=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    off, sys.argv = float(sys.argv[1]), sys.argv[2:]
    main(off)
