"""Readiness: what the two sides of a warehouse do not know of each other, before a flow goes live."""

from collections import Counter

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from integration.jobs import readiness
from integration.jobs.readiness import Kind as Sort
from integration.jobs.readiness import Why
from integration.reports.parts import Column, Report, Scope, Table, Tile

SORTS: dict[str, StrOrPromise] = {
    Sort.SKU: gettext_lazy("SKU"),
    Sort.UNIT: gettext_lazy("Unit"),
    Sort.WAREHOUSE: gettext_lazy("Warehouse"),
    Sort.LOCATION: gettext_lazy("Location"),
    Sort.CUSTOMER: gettext_lazy("Customer"),
    Sort.LOT: gettext_lazy("Lot"),
}
SAYS: dict[str, StrOrPromise] = {
    Why.WAITS: gettext_lazy("Work waits for it: it has no counterpart"),
    Why.UNMAPPED: gettext_lazy("It lies in the warehouse, and nobody has mapped it"),
    Why.GONE: gettext_lazy("It is mapped, and Odoo does not have it any more"),
    Why.UNLISTED: gettext_lazy("It is mapped, and the warehouse does not list it"),
    Why.REFUSED: gettext_lazy("The warehouse refuses it"),
    Why.UNPLACED: gettext_lazy("Goods in this condition have no place in Odoo"),
    Why.UNKNOWN: gettext_lazy("Odoo does not know it"),
}


def build(scope: Scope) -> Report:
    found = [(str(warehouse), each) for warehouse in scope.warehouses for each in readiness.of(warehouse)]
    counts = Counter(each.kind for _warehouse, each in found)
    columns = [
        Column("warehouse", _("Warehouse")),
        Column("kind", _("Kind")),
        Column("ours", _("In Odoo")),
        Column("theirs", _("At the warehouse")),
        Column("why", _("What is wrong")),
    ]
    rows = [(name, str(SORTS[each.kind]), each.ours, each.theirs, str(SAYS[each.why])) for name, each in found]
    nothing = _("Both sides know the same.")
    note = _("From mappings, master data, open cases and the last stock that the warehouse told.")
    return Report(
        key="readiness",
        title=_("Readiness"),
        about=scope.names,
        as_of=now(),
        tiles=[
            Tile(kind, str(label), counts[Sort(kind)], tone="bad" if counts[Sort(kind)] else "good")
            for kind, label in SORTS.items()
        ],
        tables=[Table("mismatches", _("What the two sides do not know of each other"), columns, rows, nothing, note)],
        nothing="" if scope.warehouses else _("You see no warehouse yet. Ask an administrator to give you one."),
    )
