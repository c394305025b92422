"""What came too late for a release: one case with the choices, and what was chosen before the goods left.

Call inside the transaction that settles the job.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, Q, QuerySet

from integration.errors import Rejected
from integration.flows import releases
from integration.flows.releases import Delivery
from integration.jobs import cases, decisions, looks
from integration.jobs.queue import enqueue
from integration.models import ChangeLine, ChangeRequest, Decision, Document, DocumentLine, ExceptionCase
from integration.rules import changes as rules
from integration.rules import choices

Kind = ChangeRequest.Kind
CODES = {Kind.CHANGE: choices.CHANGED, Kind.CANCEL: choices.CANCELLED}


def judge(document: Document, request: ChangeRequest) -> None:
    """Where more will leave than Odoo wants, or otherwise, a person chooses; what is less follows as a backorder."""
    lines = list(request.lines.all())
    more = [line for line in lines if line.granted is not None and line.granted > line.wanted]
    if more or request.refused_fields:
        said = [_will_leave(line) for line in more]
        said += [rules.HEADER[name] for name in request.refused_fields]
        tell(document, request.kind, "; ".join(said), request.reason)


def left(document: Document, kind: str, lines: Sequence[DocumentLine]) -> None:
    """More of these lines has left than Odoo asks for: done as was chosen, or told."""
    cases.hold(about(code, document).fingerprint for code in CODES.values())
    if decided(document):
        enqueue(looks.surplus_job(document))
    else:
        tell(document, kind, "; ".join(map(_has_left, lines)), "it had left")


def decided(document: Document) -> Decision | None:
    """What a person has said becomes of it, unless something was told to people since."""
    told = ExceptionCase.objects.filter(document=document, code__in=CODES.values()).aggregate(at=Max("last_seen"))
    said = decisions.latest(decisions.surplus_of(document))
    return said if said is not None and told["at"] is not None and said.made_at >= told["at"] else None


def beyond(document: Document) -> list[DocumentLine]:
    """Lines of which more has left than Odoo asks for and the rules let through."""
    over = document.lines.filter(over__gt=0)
    return [line for line in over if line.over > releases.tolerance(document, line)]


def cancelled(delivery: Delivery) -> None:
    """The order was cancelled after all had left: told once, whatever is made of it."""
    known = delivery.known
    assert known is not None  # noqa: S101
    told = ExceptionCase.objects.filter(document=known, code=choices.CANCELLED)
    if told.exists() or known.changes.filter(kind=Kind.CANCEL).exists():
        return
    back = _came_back(delivery)
    gone = [(line.sku, line.gone - back[line.sale_line_id, line.product_id]) for line in known.lines.all()]
    words = [f"{sku}: {_plain(quantity)} left" for sku, quantity in gone if quantity > 0]
    if words:
        known.lines.update(cancelled=F("ordered"), over=F("shipped") + F("substituted"))
        tell(known, Kind.CANCEL, "; ".join(words), "it had left")


def tell(document: Document, kind: str, difference: str, answer: str) -> None:
    """One case: it stands for what was told before, and a cancel for whatever change was refused before it."""
    assert document.warehouse is not None  # noqa: S101
    told = ["CD-4004", "CD-4005", *([choices.CHANGED] if kind == Kind.CANCEL else [])]
    clear(document, "It was too late: see the newer case.", *told)
    said = {"difference": difference, "answer": answer or "no reason given"}
    choice = {"source": decisions.surplus_of(document)} if surplus(document).exists() else {}
    cases.open_case(
        about(CODES[Kind(kind)], document, **said, **choice), document.warehouse.wms, document, flow="change_answer"
    )


def settled(document: Document, words: str) -> None:
    """Nothing leaves, or left, otherwise than Odoo asks for."""
    clear(document, words, *CODES.values())


def clear(document: Document, words: str, *codes: str) -> None:
    cases.clear(words, *(about(code, document).fingerprint for code in codes))


def surplus(document: Document) -> QuerySet[DocumentLine]:
    """Lines of which more leaves, or left, than Odoo asks for."""
    return document.lines.filter(Q(released__gt=F("ordered") - F("cancelled")) | Q(over__gt=0))


def about(code: str, document: Document, **more: Any) -> Rejected:
    assert document.warehouse is not None  # noqa: S101
    name = document.warehouse.wms.name
    order = document.parent.reference if document.parent else document.reference
    return Rejected(code, connection=name, partner=name, release=document.reference, order=order, **more)


def _came_back(delivery: Delivery) -> Mapping[tuple[int | None, int], Decimal]:
    """By line of the order, of what this release brought out."""
    chain = rules.chain(delivery.order, delivery.picking.id, delivery.released_otherwise)
    own = {move.id for picking in chain for move in picking.moves}
    back: defaultdict[tuple[int | None, int], Decimal] = defaultdict(Decimal)
    for move in (move for picking in delivery.order.pickings for move in picking.moves):
        if move.takes_back in own and move.state == "done":
            back[move.sale_line_id, move.product_id] += move.done
    return back


def _has_left(line: DocumentLine) -> str:
    return f"{line.sku}: {_plain(line.gone)} left, {_plain(line.gone - line.over)} wanted"


def _will_leave(line: ChangeLine) -> str:
    reason = ", ".join(filter(None, (line.stage, line.reason)))
    said = f" ({reason})" if reason else ""
    return f"{line.sku}: {_plain(line.wanted)} wanted, {_plain(line.granted or Decimal(0))} will leave{said}"


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
