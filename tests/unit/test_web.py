"""A web process as it is when it takes its first request."""

import subprocess
import sys

LOOK = "import gc, sys, config.wsgi; print(gc.get_freeze_count(), len(gc.get_objects()), 'config.urls' in sys.modules)"


def test_the_garbage_collector_does_not_look_at_what_stays() -> None:
    """It would keep one request of eighty waiting."""
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, timeout=60)
    stays, looked_at, addresses = done.stdout.split()
    assert int(looked_at) < int(stays) / 100
    assert addresses == "True"
