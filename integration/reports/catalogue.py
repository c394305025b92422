"""Which reports there are, who may see them, and what each is made by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from integration.reports import hypercare, lots, readiness, scorecards, transit
from integration.reports.parts import Report, Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """``right``: without it nobody sees it. ``days``: over how many days up to its own one, the usual number first;
    none: it is of a lot, or of this moment."""

    title: StrOrPromise
    says: StrOrPromise
    right: str
    build: Callable[[Scope], Report]
    days: tuple[int, ...] = (14,)
    of_day: bool = True
    of_lot: bool = False


REPORTS: Mapping[str, Entry] = {
    "hypercare": Entry(
        _("Daily hypercare"),
        _("What came through on a day: matched, explained, unexplained; what people keyed again in Odoo"),
        "integration.see_hypercare",
        hypercare.build,
    ),
    "warehouse": Entry(
        _("Scorecard of warehouses"),
        _("What left, on time or late, short or too much; which messages stopped; which promises were kept"),
        "integration.see_scorecards",
        scorecards.of_warehouses,
        days=(30, 7, 90),
    ),
    "partner": Entry(
        _("Scorecard of partners"),
        _("How fast and how well partners answer, what they refuse, which promises were kept"),
        "integration.see_scorecards",
        scorecards.of_partners,
        days=(30, 7, 90),
    ),
    "lot": Entry(
        _("Where a lot has been"),
        _("A lot's movements, the orders they belong to, and the customers who have it"),
        "integration.see_lot_trace",
        lots.build,
        of_day=False,
        of_lot=True,
    ),
    "transit": Entry(
        _("Goods in transit"),
        _("What has left one warehouse and not come in at the other, by age"),
        "integration.see_transit_ageing",
        transit.build,
        of_day=False,
    ),
    "readiness": Entry(
        _("Readiness"),
        _("What the two sides of a warehouse do not know of each other: SKUs, units, places, customers, lots"),
        "integration.see_readiness",
        readiness.build,
        of_day=False,
    ),
}
