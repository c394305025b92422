"""`python -m tests.bench.volume`: fills the empty database that DATABASE_URL names.

Its role has to be a superuser's: foreign keys and triggers are left out meanwhile.
"""

import argparse
import os
import sys
from importlib import import_module

from config import start
from tests.bench.volume.sizes import CASES, JOBS, ORDERS, Sizes


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.volume", description=__doc__)
    for name, usual in (("jobs", JOBS), ("orders", ORDERS), ("cases", CASES)):
        parser.add_argument(f"--{name}", type=int, default=usual, help=f"default: {usual:,}")
    asked = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    start.read_settings()
    command = import_module("django.core.management").call_command
    command("migrate", interactive=False, verbosity=0)
    loading = import_module("tests.bench.volume.loading")  # imports what needs the settings
    loading.load(Sizes(asked.jobs, asked.orders, asked.cases), lambda said: print(said, flush=True))  # noqa: T201


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ValueError as wrong:
        sys.exit(str(wrong))
