"""What flows in shadow would have written beside what people keyed, and whether they may go live by that."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.dateparse import parse_datetime

from integration.jobs import baseline, readiness, rollout
from integration.models import CaseJob, ExceptionCase, Rollout, RolloutFlow, ShadowDocument
from integration.reconcile import keyed
from integration.reconcile.keyed import Keyed
from integration.rules import rollout as rules

AT_ONCE = 500
LOOK_AGAIN = timedelta(hours=1)  # at readiness
AGAIN = timedelta(hours=1)  # what differs may be mended by the person who keyed it
Outcome, Judged = ShadowDocument.Outcome, ShadowDocument.Judged
# The jobs whose open cases stand against a flow.
JOBS: Mapping[RolloutFlow, tuple[str, ...]] = {
    RolloutFlow.RELEASE: ("order_release",),
    RolloutFlow.SHIPMENT: ("shipment_confirmation",),
    RolloutFlow.RECEIPT: ("receipt_advice", "receipt_confirmation"),
    RolloutFlow.RETURN: ("receipt_advice", "return_receipt"),
    RolloutFlow.TRANSFER: ("order_release", "shipment_confirmation", "receipt_advice", "receipt_confirmation"),
    RolloutFlow.INVENTORY: ("inventory_adjustment", "inventory_count"),
}


def look() -> int:
    """Compares what waits, and counts anew where it was; returns how many documents were compared."""
    found = sum(_compare(each) for each in Rollout.objects.select_related("warehouse").order_by("pk"))
    for each in Rollout.objects.select_related("warehouse__erp").order_by("pk"):
        count(_with_readiness(each))
    return found


def _with_readiness(of: Rollout) -> Rollout:
    """What people have keyed so far; and readiness, which is looked at every hour and kept as of then."""
    at = rollout.moment()
    of.keyed = baseline.keyed(of)
    before = parse_datetime(of.readiness.get("at", ""))
    if before is None or before < at - LOOK_AGAIN:
        counts = readiness.counts(readiness.of(of.warehouse), RolloutFlow(of.flow))
        of.readiness = {"at": at.isoformat(), "counts": counts}
    of.save(update_fields=["readiness", "keyed"])
    return of


def count(of: Rollout) -> Rollout:
    """The figures of the window, and what stands against going live."""
    figures = figures_of(of)
    of.agreement = {
        "compared": figures.compared,
        "agrees": figures.agrees,
        "unjudged": figures.unjudged,
        "human": figures.human,
        "ours": figures.ours,
        "stops": figures.stops,
        "waiting": figures.waiting,
        "unkeyed": figures.unkeyed,
        "cases": figures.cases,
        "needs": {rules.Against.FEW: needs().documents, rules.Against.SHARE: rules.percent(needs().share)},
        "share": rules.percent(figures.agreement) if figures.agreement is not None else None,
        "right": rules.percent(figures.right) if figures.right is not None else None,
    }
    of.against = [[why, number] for why, number in rules.against(figures, needs())]
    of.go, of.counted_at = not of.against, rollout.moment()
    of.save(update_fields=["agreement", "against", "go", "counted_at"])
    return of


def figures_of(of: Rollout) -> rules.Figures:
    since = rollout.moment() - timedelta(days=settings.ROLLOUT["window_days"])
    told = ShadowDocument.objects.filter(warehouse=of.warehouse_id, flow=of.flow, told_at__gte=since).order_by()
    rows = told.filter(ShadowDocument.LEFT | Q(outcome__in=ShadowDocument.DECIDED))
    sums = {(outcome, judged): count for outcome, judged, count in
            rows.values_list("outcome", "judged").annotate(count=Count("pk"))}  # fmt: skip
    of_outcome = {name: sum(count for (each, _), count in sums.items() if each == name) for name in Outcome.values}
    return rules.Figures(
        agrees=of_outcome[Outcome.AGREES],
        unjudged=sums.get((Outcome.DIFFERS, Judged.NOBODY), 0),
        human=sums.get((Outcome.DIFFERS, Judged.HUMAN), 0),
        ours=sums.get((Outcome.DIFFERS, Judged.OURS), 0),
        stops=rows.filter(outcome=Outcome.AGREES).exclude(stop="").count(),
        waiting=of_outcome[Outcome.WAITING],
        unkeyed=of_outcome[Outcome.UNKEYED],
        cases=_cases(of).count(),
        unready=sum(of.readiness.get("counts", {}).values()),
    )


def needs() -> rules.Needs:
    told = settings.ROLLOUT
    percent = Decimal(100)
    return rules.Needs(
        told["documents"], Decimal(str(told["share"])) / percent, Decimal(str(told["unkeyed_share"])) / percent
    )


def _cases(of: Rollout) -> QuerySet[ExceptionCase]:
    """Open ones that work of the flow waits for, here or of nobody knows which warehouse of the partner's."""
    here = Q(job__document__warehouse=of.warehouse_id)
    unknown = Q(job__document=None, case__connection=of.warehouse.wms_id)
    waits = CaseJob.objects.filter(here | unknown, job__flow__in=JOBS[RolloutFlow(of.flow)])
    return ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED, pk__in=waits.values("case"))


def _compare(of: Rollout) -> int:
    """A page of what waits, that was not looked at for the longest time."""
    at = rollout.moment()
    mended = Q(outcome=Outcome.DIFFERS, judged=Judged.NOBODY, compared_at__lt=at - AGAIN)
    rows = ShadowDocument.objects.filter(ShadowDocument.LEFT | mended, warehouse=of.warehouse_id, flow=of.flow)
    latest_last = F("compared_at").asc(nulls_first=True)
    page = list(rows.select_related("document__parent").order_by(latest_last, "pk")[:AT_ONCE])
    decided = 0
    for row, found in _keyed(page, of, at):
        decided += _settle(row, found, at)
    return decided


def _keyed(page: Sequence[ShadowDocument], of: Rollout, at: datetime) -> Iterator[tuple[ShadowDocument, Keyed]]:
    if of.flow != RolloutFlow.INVENTORY:
        for row in page:
            yield row, keyed.at_warehouse(row) if row.key.startswith(keyed.RELEASE) else keyed.in_odoo(row)
        return
    exact = keyed.movements(page, loosely=False)
    patience = timedelta(minutes=settings.ROLLOUT["decide_minutes"])
    late = [row for row in page if row.pk not in exact and row.told_at <= at - patience]
    for row in page:
        if row.pk in exact:
            yield row, exact[row.pk]
            row.refresh_from_db()
    loose = keyed.movements(late, loosely=True)
    for row in (each for each in page if each.pk not in exact):
        yield row, loose.get(row.pk, Keyed())


def _settle(row: ShadowDocument, found: Keyed, at: datetime) -> bool:
    """Keeps what came of it, unless more was heard of the document meanwhile; whether it is decided."""
    ours = rules.totals(line for told in row.wanted.values() for line in told["lines"])
    tracking = [number for told in row.wanted.values() for number in told["tracking"]]
    apart = rules.differing(ours, rules.totals(found.lines)) + rules.tracking(tracking, found.tracking)
    outcome = _outcome(row, found, at, apart=bool(apart))
    keyed_ = {"lines": [list(line) for line in found.lines], "tracking": found.tracking, "claims": list(found.claims)}
    told: dict[str, Any] = {"outcome": outcome, "keyed": keyed_, "keyed_at": found.at, "compared_at": at}
    told["differences"] = apart if outcome == Outcome.DIFFERS else []
    if found.at is not None and found.at < row.told_at:
        told |= {"stop": "", "stop_text": ""}  # what had been done by hand already could not be tried
    with transaction.atomic():
        same = ShadowDocument.objects.filter(pk=row.pk, told_at=row.told_at, judged=row.judged)
        same.update(**told)
    return outcome in ShadowDocument.DECIDED


def _outcome(row: ShadowDocument, found: Keyed, at: datetime, *, apart: bool) -> ShadowDocument.Outcome:
    told = settings.ROLLOUT
    late = row.told_at <= at - timedelta(hours=told["unkeyed_hours"])
    if found.at is None:
        return Outcome.UNKEYED if late else Outcome.WAITING
    if not apart:
        return Outcome.AGREES
    settled = max(row.told_at, found.at) <= at - timedelta(minutes=told["decide_minutes"])
    told_at = row.told_at.replace(microsecond=0)  # Odoo's own times have no fractions
    since = found.at >= told_at and not row.key.startswith(keyed.RELEASE)  # what was told last is keyed, too
    return Outcome.DIFFERS if late or (settled and (found.closed or since)) else Outcome.WAITING
