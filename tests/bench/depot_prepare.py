"""`python -m tests.bench.depot_prepare`: migrates and configures the depot's database.

A process of its own, because Django keeps the database that it was started with.
"""

import json
import sys
from decimal import Decimal
from importlib import import_module

from django.core.management import call_command

from config import start


def main() -> None:
    wanted = json.load(sys.stdin)
    start.read_settings()
    import_module("config.celery").app.set_default()  # what is stored wakes workers
    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
    demo, models = import_module("integration.management.demo.configure"), import_module("integration.models")
    demo.configure(demo.Setup(**wanted["setup"]))
    wms = models.Connection.objects.get(slug=wanted["setup"]["wms_slug"])
    kind = models.CodeMapping.Kind.PRODUCT
    models.CodeMapping.objects.bulk_create(
        models.CodeMapping(partner=wms, kind=kind, odoo_code=ours, partner_code=theirs, factor=Decimal(1))
        for ours, theirs in wanted["codes"].items()
    )


if __name__ == "__main__":
    main()
