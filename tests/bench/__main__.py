"""`python -m tests.bench`: measures the product beside its peers, in one run, in rounds that take turns."""

import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module

from rich.console import Console

from config import start
from config.local.errors import LocalError
from config.local.place import CHECKOUT
from config.local.stack import Stack
from config.local.supervisor import Supervisor
from tests.bench import asked, report
from tests.rig.servers import own_servers

LOG = CHECKOUT / "var" / "log" / "bench"
RESULTS = CHECKOUT / "var" / "bench"


def main(arguments: Sequence[str]) -> None:
    wanted = asked.read(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else report.WIDTH)
    started = time.monotonic()

    def tell(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:5.0f} s[/]  {what}", soft_wrap=True)

    with own_servers("bench") as stack, Supervisor(LOG) as processes:
        env = _environment(stack)
        os.environ.update(env)
        start.read_settings()
        sections = import_module("tests.bench.sections")  # imports what needs the settings
        rows = sections.measure(wanted, stack, processes, env, tell)
    console.print()
    report.show(rows, console)
    console.print(f"Every round: {report.save(rows, RESULTS).relative_to(CHECKOUT)}", soft_wrap=True)


def _environment(stack: Stack) -> dict[str, str]:
    """As in production, but for the limit of messages in a second, which the bench is there to pass."""
    local = stack.local("bench").environment()
    return {**local, "DJANGO_SETTINGS_MODULE": "tests.bench.settings", "WEBHOOK_RATE": "1000000"}


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (LocalError, TimeoutError) as wrong:
        sys.exit(str(wrong))
