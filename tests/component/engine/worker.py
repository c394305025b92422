"""A worker process of its own, for tests that kill it: `python -m tests.component.engine.worker <file>`.

The file is the partner: each write appends a line. Run with CROSSDOCK_FAILPOINTS to die at a point.
"""

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from integration.jobs import effects, engine  # noqa: E402
from integration.jobs.work import Outcome, Work  # noqa: E402
from integration.models import Connection, Lane  # noqa: E402

PARTNER = Path(sys.argv[1])


def send() -> dict[str, str]:
    with PARTNER.open("a") as file:
        file.write("shipped\n")
    return {"picking": "WH/OUT/1"}


def find() -> dict[str, str] | None:
    return {"picking": "WH/OUT/1"} if PARTNER.exists() else None


def handle(work: Work) -> Outcome:
    write = effects.Write("shipment/1", "ship", {"units": 8}, send, probe=find, calls=1)
    return Outcome(str(effects.once(work, Connection.objects.get(), write).result["picking"]))


if __name__ == "__main__":
    engine.run_lane(Lane.ORDER, {"work": handle}, seconds=20)
