"""A later message about goods that came back: what somebody has found of them moves them on, or leaves them there."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.stock import Relocation
from integration.errors import InvalidDocument, Rejected
from integration.flows import intents, origins, return_bookings, return_receipt, returning, sites
from integration.flows.intents import Goods
from integration.flows.returning import Case
from integration.jobs import effects
from integration.jobs.work import Outcome, Work
from integration.models import Document, Effect
from integration.rules import returns as rules
from integration.rules.inspecting import Contradiction, Judged, after, judged
from integration.rules.returns import Target

VERB = "inspect"
Moved = tuple[Mapping[str, Any], Decimal, Effect]


def judge(work: Work, case: Case, gateway: ErpGateway) -> Outcome:
    """The same message again says nothing new."""
    parts = returning.parts(case)
    if returning.is_judged(case):
        return Outcome(f"{case.told.receipt} is known, and judged so")
    if not parts:
        return Outcome(f"{case.told.receipt} is booked, and nobody remembers how")
    before = after(returning.recalled(parts[0].intent["said"]), returning.judgements(case))
    try:
        found = judged(before, returning.said(_shares(case, parts)))
    except Contradiction as difference:
        raise InvalidDocument("CD-7036", **case.about(difference=str(difference))) from None
    if not found:
        again = partial(return_bookings.commit, case, _origin(case, parts), parts)
        return Outcome(f"{case.told.receipt} is known", again)
    moved = [one for number, each in enumerate(found) for one in _move(work, case, gateway, parts, number, each)]
    note = f"{len(found)} lines of {case.told.receipt} are judged"
    return Outcome(note, partial(_commit, case, moved))


def _commit(case: Case, moved: Sequence[Moved]) -> None:
    by_part: dict[int, list[Moved]] = {}
    for booked, quantity, effect in moved:
        by_part.setdefault(booked["part"], []).append((booked, quantity, effect))
    for part, rows in by_part.items():
        document = Document.objects.select_related("parent").filter(stock_events__effect=part).distinct().get()
        return_bookings.judged(case, document, rows, f"{case.digest}/{rows[0][0]['picking_id']}")


def _shares(case: Case, parts: Sequence[Effect]) -> list[rules.Returned]:
    """The message in Odoo's codes, by what was booked of these goods."""
    booked = [share for part in parts for share in part.result["booked"]]
    known = [_as_left(share) for share in booked]
    origin = _origin(case, parts)
    documents = [*(origin.deliveries if origin else ()), *([case.advised] if case.advised else [])]
    lines = [line for document in documents for line in sites.released_lines(document)]
    facts = rules.Facts(case.partner.name, case.source, returning.book_of(case), lines)
    return rules.translate(case.told, facts, known)


def _as_left(share: Mapping[str, Any]) -> rules.Returnable:
    """Its codes and its tracking are what counts here."""
    names = (share["product"], share["sku"], share["unit"], share["tracking"])
    return rules.Returnable(0, share["move"], None, *names, Decimal(0), {})


def _origin(case: Case, parts: Sequence[Effect]) -> origins.Origin | None:
    of = next((part.result["return_of"] for part in parts if part.result["return_of"]), None)
    return origins.of_transfer(case.warehouse.erp, of) if of else None


def _move(
    work: Work, case: Case, gateway: ErpGateway, parts: Sequence[Effect], number: int, each: Judged
) -> Iterator[Moved]:
    """From quarantine to where it goes; what stays there is only remembered."""
    erp, left = case.warehouse.erp, each.quantity
    for place, booked in enumerate(_waiting(parts, each)):
        quantity = min(left, Decimal(booked["quantity"]))
        left -= quantity
        if quantity <= 0:
            return
        key = f"{case.source}/judged/{case.digest}/{number}.{place}"
        part = Judged(each.key, each.condition, each.disposition, quantity)
        intent = {"judged": returning.plain([part])[0]}
        if each.target == Target.QUARANTINE:
            yield booked, quantity, effects.found(work, erp, key, VERB, intent, {})
            continue
        intent |= intents.moving(case.warehouse, case.said_at, _goods(booked, part))
        relocation = _relocation(case, gateway, booked, part, f"{number}.{place}")
        write = effects.Write(
            key=key,
            verb=VERB,
            intent=intent,
            send=partial(_relocated, gateway, relocation),
            probe=partial(_found, gateway, relocation),
            calls=6,
        )
        yield booked, quantity, effects.once(work, erp, write)


def _goods(booked: Mapping[str, Any], part: Judged) -> Iterator[Goods]:
    of, lot = (booked["product"], booked["sku"]), booked["lot"]
    yield Goods(*of, -part.quantity, lot, Target.QUARANTINE.value)
    if part.target != Target.SCRAP:
        yield Goods(*of, part.quantity, lot, part.target.value)


def _waiting(parts: Sequence[Effect], each: Judged) -> Iterator[dict[str, Any]]:
    """The booked shares of these units that nobody had judged."""
    for part in parts:
        for share in part.result["booked"]:
            if (share["line"], share["sku"], share["lot"]) == each.key and not share["disposition"]:
                yield {**share, "part": part.pk, "picking_id": part.result["picking_id"]}


def _relocation(case: Case, gateway: ErpGateway, booked: Mapping[str, Any], each: Judged, name: str) -> Relocation:
    places, warehouse = returning.places(case), case.warehouse
    [product] = gateway.stock.products(warehouse.company_id, ids=[booked["product"]])
    if product.unit != booked["unit"]:
        about = {"quantity": each.quantity, "unit": booked["unit"], "sku": booked["sku"], "other": product.unit}
        raise Rejected("CD-7037", **case.about(**about))
    return Relocation(
        mark=f"{case.mark}/{case.digest}/{name}",
        text=f"return {case.told.receipt}: {each.disposition}",
        company_id=warehouse.company_id,
        warehouse_id=warehouse.erp_warehouse_id,
        product_id=booked["product"],
        sku=booked["sku"],
        lot=booked["lot"],
        from_id=return_receipt.location(case, gateway, places, Target.QUARANTINE),
        to_id=return_receipt.location(case, gateway, places, each.target),
        quantity=each.quantity,
    )


def _relocated(gateway: ErpGateway, relocation: Relocation) -> dict[str, Any]:
    return {"picking": gateway.stock.relocate(relocation).picking}


def _found(gateway: ErpGateway, relocation: Relocation) -> dict[str, Any] | None:
    landed = gateway.stock.relocated(relocation)
    return {"picking": landed.picking} if landed else None
