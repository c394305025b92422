"""What the rules would say about an order as Odoo was last read, rule by rule: nothing is changed by asking."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from integration.canonical.erp import Order
from integration.console import said
from integration.console.find import LONGEST
from integration.console.guard import site_context
from integration.console.order_rules import words
from integration.console.reach import scoped
from integration.console.story import captured
from integration.jobs import configuration
from integration.models import Document, OrderRule, Warehouse
from integration.rules.business.deciding import decide, told_of
from integration.rules.business.facts import BY_NAME, Facts, Subject, carrier_of, of

PERSONAL = "integration.view_personal_data"
HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule: ``tone`` colours what came of it."""

    kind: str
    name: str
    version: int
    pk: int
    result: str
    tone: str
    says: str
    facts: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One delivery of the order."""

    release: str
    warehouse: str
    rules: list[Asked]
    facts: list[tuple[str, str]]


def view(request: HttpRequest) -> HttpResponseBase:
    context = site_context(request, OrderRule)
    number = request.GET.get("order", "").replace("\0", "").strip()[:LONGEST]
    orders = scoped(request, Document.objects.filter(kind=Document.Kind.ORDER, reference=number)) if number else []
    context |= {
        "title": _("Try the rules on an order"),
        "opts": admin.site.get_model_admin(OrderRule).opts,
        "number": number,
        "tried": [each for order in orders for each in _tried(request, order)],
    }
    return TemplateResponse(request, "console/order_rule_try.html", context)


def _tried(request: HttpRequest, document: Document) -> Iterator[Tried]:
    record = captured(document).first()
    if record is None or not record.snapshot:
        return
    order, now = Order.model_validate(record.snapshot), datetime.now(UTC)
    warehouses = scoped(request, Warehouse.objects.filter(erp=document.connection_id))
    seen = {row.erp_warehouse_id: row for row in warehouses}
    for picking in order.pickings:
        warehouse = seen.get(picking.warehouse_id or order.warehouse_id)
        if warehouse is not None and picking.code == "outgoing" and picking.return_of is None:
            clock = configuration.times_of(warehouse.pk).clock(carrier_of(picking), now)
            facts = of(Subject(order, picking, warehouse.name, now, clock))
            rows = configuration.order_rules_for(document.connection_id, warehouse.pk)
            asked = [_asked(row, facts, now) for row in rows]
            yield Tried(picking.name, warehouse.name, asked, _shown(request, facts))


def _asked(row: OrderRule, facts: Facts, now: datetime) -> Asked:
    """One rule by itself, whatever those before it say; also one that is switched off or does not count yet."""
    rule = replace(configuration.as_rule(row), since=None, until=None)
    decision = decide(rule.kind, [rule], facts, now)
    result, tone = (_("matches"), "warn") if decision.matched else (_("does not match"), "quiet")
    if decision.unasked:
        result, tone = said.below(decision.unasked[0].why), "bad"
    if not row.enabled or not configuration.as_rule(row).counts(now):
        result = _("{result} (not in force)").format(result=result)
    told = "; ".join(f"{name}: {value or '-'}" for name, value in told_of(rule, facts).items())
    return Asked(words.kind(row.kind), rule.name, rule.version, rule.id, result, tone, words.says(row.outcome), told)


def _shown(request: HttpRequest, facts: Facts) -> list[tuple[str, str]]:
    """What is a person's own is shown to who may see such things."""
    may = request.user.has_perm(PERSONAL)
    return [(name, told if may or not BY_NAME[name].private else _(HIDDEN)) for name, told in facts.told.items()]
