"""`python -m tests.drills.prepare`: migrates and configures the drill's database; prints a token for the API.

A process of its own, because Django keeps the database that it was started with.
"""

import json
import sys
from importlib import import_module

from django.core.management import call_command

from config import start

# A drill waits for every one of these after a kill; they are long enough for a busy machine.
TIMES = {"connect_timeout": 2.0, "read_timeout": 4.0, "settle_seconds": 2, "acknowledge_seconds": 300}
SCOPES = ("cases:read", "jobs:read", "jobs:write")
PROTOCOL = "xmlrpc"  # the drill itself speaks JSON-RPC, so that faults can be meant for Crossdock alone


def main() -> None:
    start.read_settings()
    call_command("migrate", interactive=False, verbosity=0)
    demo, models = import_module("integration.management.demo.configure"), import_module("integration.models")
    demo.configure(demo.Setup(**json.load(sys.stdin)))
    for row in models.Connection.objects.all():
        row.options = {**row.options, "transport": PROTOCOL}
        for name, value in TIMES.items():
            setattr(row, name, value)
        row.save()
    _, token = import_module("integration.jobs.tokens").make("the drill", SCOPES, None)
    sys.stdout.write(token)


if __name__ == "__main__":
    main()
