"""What every process does before it works: read the settings, and refuse to start with wrong ones, in one line each."""

import gc
import os
import sys
from typing import Any

import django
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

TAG = "crossdock"


def read_settings() -> None:
    """Raises SystemExit for an environment that cannot be read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as wrong:
        sys.exit(f"Configuration: {wrong}")


def refuse_wrong_settings(*_: Any, **__: Any) -> None:
    """Raises SystemExit when a system check of ours fails. Takes whatever a signal of Celery sends along."""
    read_settings()
    failed = [found for found in checks.run_checks(tags=[TAG]) if found.is_serious()]
    if failed:
        sys.exit("\n".join(f"Configuration: {found.msg} {found.hint} ({found.id})" for found in failed))


def settle() -> None:
    """What is there by now is there to stay: the garbage collector does not look at it again.

    A look at all that Django, the console and their tables are made of keeps a request waiting for 130 to 200 ms.
    """
    gc.collect()
    gc.freeze()
