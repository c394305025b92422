"""`python -m tests.drills`: kills and breaks things under load; ends with 1 unless both sides agree.

Against the stand-in for Odoo, in four parts one after the other, or the first of them against the Odoo that the
environment names.
"""

import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console

from config.local.errors import LocalError
from tests.drills import asked, kills, promises, report
from tests.drills.asked import PARTS, Asked
from tests.drills.disaster import drill as disaster
from tests.drills.outages import drill as outages
from tests.drills.prepare import LOG
from tests.drills.real.drill import drill as drill_a_real_one

Tell = Callable[[str], None]
EACH: Mapping[str, Callable[[Asked, Tell, Console], bool]] = {
    "kills": kills.drill,
    "outages": outages.drill,
    "disaster": disaster.drill,
    "promises": promises.drill,
}


def main(arguments: Sequence[str]) -> int:
    real = asked.real_odoo()
    wanted = asked.read(arguments, asked.REAL if real else asked.STAND_IN)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else report.WIDTH)
    started = time.monotonic()
    shutil.rmtree(LOG, ignore_errors=True)

    def tell(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:5.0f} s[/]  {what}", soft_wrap=True)

    if real:
        return 0 if drill_a_real_one(real, wanted, tell, console) else 1
    parts = [wanted.only] if wanted.only else list(PARTS)
    good = {name: _part(name, wanted, tell, console) for name in parts}
    report.show_parts(good, console)
    return 0 if all(good.values()) else 1


def _part(name: str, wanted: Asked, tell: Tell, console: Console) -> bool:
    """One that breaks off has failed; the others are had all the same."""
    tell(f"[bold]{name}[/]")
    try:
        return EACH[name](wanted, tell, console)
    except LocalError as wrong:
        console.print(f"[bold red]{name}: {wrong}[/]", soft_wrap=True)
        return False


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LocalError as wrong:
        sys.exit(str(wrong))
