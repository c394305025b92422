"""The pages: every list of the console with its pages, filters and searches, and those that are not lists."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Model
from django.urls import reverse

from integration import models
from integration.console import links
from integration.reports.catalogue import REPORTS
from tests.bench.pages.clock import Page, opened
from tests.bench.pages.people import Person
from tests.bench.volume.places import PARTNERS

HOME_MS = 500.0
PACK_MS = 2000.0  # of 2,000 releases, to be printed
DEEP = {"administrator": 200}  # which page is asked for, by person; who sees little has no such page
DEEP_OF_ONE = 50
PER_PAGE = 50
OK = 200
CHOICES = 5  # of a filter that are looked at
MISSES = "NO-SUCH-4711"


def lists(person: Person, counts: dict[str, int]) -> Iterator[Page]:
    """Whatever tables the person may see."""
    for model, page in sorted(admin.site._registry.items(), key=lambda pair: pair[0].__name__):
        found = opened(person.client, links.listing(model))
        if found is not None:
            yield from _of(model, page, found.context_data["cl"], person, counts)


def _of(model: type[Model], page: Any, listed: Any, person: Person, counts: dict[str, int]) -> Iterator[Page]:
    table, name, address = model._meta.db_table, str(model._meta.verbose_name_plural), links.listing(model)
    yield Page(name, address, table)
    for number in (2, DEEP.get(person.name, DEEP_OF_ONE)):
        further = f"{address}?p={number}"
        if counts.get(table, 0) > (number - 1) * PER_PAGE and _holds_rows(person, further):
            yield Page(f"{name}, page {number}", further, table)
    for spec in listed.filter_specs:
        for choice in [*spec.choices(listed)][1 : CHOICES + 1]:
            chosen = choice["query_string"]
            yield Page(f"{name}, {spec.title} {choice['display']}", f"{address}{chosen}", table)
    for column, value in _terms(model, page):
        yield Page(f"{name}, search by {column}", f"{address}?q={value}", table)


def _holds_rows(person: Person, address: str) -> bool:
    """No link leads to a page behind the last one."""
    found = opened(person.client, address)
    return found is not None and found.status_code == OK and bool(found.context_data["cl"].result_list)


def _terms(model: type[Model], page: Any) -> Iterator[tuple[str, Any]]:
    """A value of a row in the middle for each column that is searched in, and one that is nowhere."""
    columns = [column.lstrip("=^@") for column in page.search_fields or (*page.exact, *page.numbers)]
    if not columns:
        return
    rows = model._default_manager.order_by()
    low, high = (rows.order_by(end).values_list("pk", flat=True).first() for end in ("pk", "-pk"))
    middle = {"pk__gte": (low + high) // 2} if isinstance(low, int) else {}
    for column in columns:
        there = rows.filter(**middle).exclude(**{column: None}).order_by("pk")[:200]
        value = next((value for value in there.values_list(column, flat=True) if value), None)
        if value is not None:
            yield column, value
    yield "nothing that there is", MISSES


def own(person: Person) -> Iterator[Page]:
    """Those that the person may open."""
    found = [*_home(), *_orders(person), *_cases(person), *_differences(person), *_reports(), *_away(person), *_setup()]
    return (page for page in found if opened(person.client, page.address) is not None)


def _home() -> Iterator[Page]:
    yield Page("Today", reverse("admin:index"), goal=HOME_MS)
    yield Page("Today, what it fetches again", reverse("admin:today"), goal=HOME_MS)


def _orders(person: Person) -> Iterator[Page]:
    mine = models.Document.objects.filter(parent=None, kind="order")
    if person.warehouse is not None:
        mine = mine.filter(named_warehouse=person.warehouse)
    usual = mine.order_by("-id")[min(20, len(mine[:21]) - 1)]
    largest = models.Document.objects.filter(parent__gt=0, pk__gt=mine.order_by("-id")[0].pk)
    big = largest.values("parent").annotate(n=Count("pk")).order_by("-n").values_list("parent", flat=True).first()
    line = models.DocumentLine.objects.filter(document__parent=usual).values_list("sku", "partner_sku").first()
    sku, partner_sku = line or ("", "")
    yield Page("order", links.timeline(usual))
    if big is not None:
        yield Page("order with many deliveries", reverse("admin:timeline", args=[big]))
    for says, term in (("order", usual.reference), ("customer's number", usual.customer_reference), ("SKU", sku),
                       ("warehouse's SKU", partner_sku), ("nothing", MISSES)):  # fmt: skip
        yield Page(f"find, by {says}", f"{reverse('admin:find')}?q={term}")
        yield Page(f"order status, by {says}", f"{reverse('admin:service')}?q={term}")


def _cases(person: Person) -> Iterator[Page]:
    waiting = models.CaseJob.objects.order_by().values("case").annotate(n=Count("pk"))
    for says, order in (("case that most waits for", "-n"), ("case", "n")):
        chosen = waiting.order_by(order, "-case").values_list("case", flat=True).first()
        yield Page(says, reverse("admin:integration_exceptioncase_change", args=[chosen]))
    job = models.SyncJob.objects.filter(state="needs_attention").order_by("-id").first()
    yield Page("job", links.page(job))  # type: ignore[arg-type]


def _differences(person: Person) -> Iterator[Page]:
    """One of each warehouse that the person sees."""
    rows = models.Variance.objects.filter(subject="stock", gone_at=None).order_by("warehouse_id", "-id")
    mine = rows if person.warehouse is None else rows.filter(warehouse=person.warehouse)
    for row in mine.distinct("warehouse_id").select_related("warehouse"):
        yield Page(f"variance of {row.warehouse}", links.page(row))
    for rule in models.AlertRule.objects.order_by("pk")[:1]:
        yield Page("rule for alerts", links.page(rule))


def _reports() -> Iterator[Page]:
    """Over the most days that can be chosen; of the lot that moved last; and the longest one to take along."""
    lot = models.StockEvent.objects.exclude(lot="").order_by("-id").values_list("lot", flat=True).first() or MISSES
    for name, entry in REPORTS.items():
        asked = {"lot": lot} if entry.of_lot else {"days": max(entry.days)}
        yield Page(f"report {name}", f"{reverse('admin:report', args=[name])}?{urlencode(asked)}")
    for form in ("xlsx", "pdf"):
        yield Page(f"report hypercare, {form}", f"{reverse('admin:report', args=['hypercare'])}?form={form}")


def _away(person: Person) -> Iterator[Page]:
    """What people have while systems are down. Of a recovery nobody sees anything who does not see all."""
    yield Page("load what was shipped", reverse("admin:downtime_load"))
    for pack in models.DowntimePack.objects.order_by("-orders")[:1]:
        yield Page("sheets of the largest pack", reverse("admin:downtime_sheets", args=[pack.pk]), goal=PACK_MS)
        yield Page("form of the largest pack", reverse("admin:downtime_form", args=[pack.pk]), goal=PACK_MS)
    for row in models.Recovery.objects.order_by("-id")[:1] if person.warehouse is None else ():
        yield Page("recovery", links.page(row))


def _setup() -> Iterator[Page]:
    for pk, slug in PARTNERS.items():
        yield Page(f"connection {slug}", reverse("admin:integration_connection_change", args=[pk]))
    yield Page("gaps", reverse("admin:mapping_gaps"))
    for side, term in (("odoo", "SKU-04"), ("partner", "P-1")):
        asked = {"side": side, "partner": min(PARTNERS), "kind": "product", "q": term}
        yield Page(f"codes to choose from, {side}", f"{reverse('admin:mapping_codes')}?{urlencode(asked)}")
    yield Page("import of mappings", reverse("admin:mapping_import"))
    yield Page("match products", f"{reverse('admin:mapping_match')}?partner={PARTNERS[3]}")
