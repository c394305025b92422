"""`manage.py connect odoo | wms | warehouse`: probes first, tells what it found, then stores."""

from typing import Any

from django.core.management.base import CommandParser

from config.celery import app as celery
from integration.management.connecting import odoo, warehouse, wms
from integration.management.person import PlainCommand

KINDS = {
    "odoo": (odoo, "an Odoo database, 16 to 19"),
    "wms": (wms, "a warehouse system"),
    "warehouse": (warehouse, "which Odoo warehouse is which site of a warehouse system"),
}


class Command(PlainCommand):
    help = "Connects an Odoo or a warehouse system after looking at it. Run again to change it or to look anew."

    def add_arguments(self, parser: CommandParser) -> None:
        chosen = parser.add_subparsers(dest="what", required=True)
        for what, (module, about) in KINDS.items():
            module.add_arguments(chosen.add_parser(what, help=about))

    def handle(self, *, what: str, **options: Any) -> None:
        celery.set_default()  # what is stored wakes workers
        module, _ = KINDS[what]
        module.run(options, self.show, self.stdout.write)
