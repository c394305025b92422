"""`manage.py demo_prepare`: the part of the demo that works in the demo's own database. Started by `manage.py demo`.

A process of its own, because Django keeps the database that it was started with.
"""

import json
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from config.celery import app as celery
from integration.management.demo.configure import Setup, configure


class Command(BaseCommand):
    help = "Migrates an empty database and configures it as the JSON on the standard input says; prints an API token."
    requires_system_checks = ()

    def handle(self, **_: Any) -> None:
        celery.set_default()  # what is stored wakes workers
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(configure(Setup(**json.load(sys.stdin))))
