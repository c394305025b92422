"""What came back, by the codes and beside what was left to take back when it was booked.

Odoo is asked what left and what is back of it; what came back later than this return is not counted.
"""

from collections.abc import Sequence
from dataclasses import replace

from integration.adapters.base import ErpGateway
from integration.canonical.base import Part
from integration.canonical.erp import Picking
from integration.errors import IntegrationError
from integration.flows import return_receipt, returning
from integration.flows.return_receipt import Known
from integration.flows.returning import Case
from integration.flows.tried import bench as benches
from integration.flows.tried import sent
from integration.flows.tried.bench import Bench, or_stopped
from integration.jobs.remote import open_erp
from integration.models import InboundMessage
from integration.rules import returns as rules
from integration.rules.otherwise import Course, Untold, stopped
from integration.rules.returns import Returned
from integration.rules.units import plain

NOTHING_SAYS = "Odoo does not say what left that came back with this advice."


def both(bench: Bench, message: InboundMessage, _document: Part) -> tuple[Course, Course]:
    """Raises Untold, and what Odoo's not answering raises."""
    try:
        case = _undecided(returning.read(message))
    except IntegrationError as wrong:
        return stopped(wrong.causes), stopped(wrong.causes)
    with open_erp(case.warehouse.erp, bench.work) as erp:
        return benches.both(bench, lambda: or_stopped(lambda: _course(bench, case, erp)))


def _undecided(case: Case) -> Case:
    """A person may have said what it left with; what people let through is left out."""
    return replace(case, decided={key: said for key, said in case.decided.items() if key == (rules.UNKNOWN, "")})


def _course(bench: Bench, case: Case, erp: ErpGateway) -> Course:
    known = return_receipt.look(case, erp)
    deliveries = known.origin.deliveries if known.origin else ()
    for document in (*deliveries, *filter(None, [case.advised])):
        sent.as_it_was(bench, case.partner, document)
    left, back = _then(case, known)
    candidates = return_receipt.candidates_of(replace(known, left=left), back)
    if known.announced and not candidates:
        raise Untold(NOTHING_SAYS)
    shares = rules.translate(case.told, known.facts, candidates)
    found = rules.allocate(case.told, shares, known.facts, candidates)
    return Course(says={f"line {number}": _said(share) for number, share in enumerate(found, start=1)})


def _then(case: Case, known: Known) -> tuple[Sequence[Picking], Sequence[Picking]]:
    """What had left, and what others had brought back, when this one was booked. Not booked: by now."""
    others = [each for each in known.back if each.mark != case.mark]
    ours = [
        (each.done_at, each.id) for each in (*known.back, *known.announced) if each.mark == case.mark and each.done_at
    ]
    if not ours:
        return known.left, others
    at, number = min(ours)  # of two in one second the first one has the lower number
    left = [each for each in known.left if each.done_at is None or each.done_at <= at]
    return left, [each for each in others if each.done_at is None or (each.done_at, each.id) < (at, number)]


def _said(share: Returned) -> str:
    lot = f", lot {share.lot}" if share.lot else ""
    return f"{plain(share.quantity)} {share.sku}{lot} ({share.condition})"
