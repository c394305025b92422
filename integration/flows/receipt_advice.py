"""Receipt advice: goods that will come in are announced, announced again when they change, and taken back.

Works on the latest snapshot of a purchase, of a transfer between warehouses, or of an order that a customer sends goods
back of. Operational impact: the warehouse books nothing in without it; minutes count.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from integration.adapters import registry
from integration.adapters.base import Capability
from integration.canonical.erp import Agreed, Picking, Purchase
from integration.canonical.receipts import ReceiptCancel
from integration.errors import Causes, Permanent
from integration.flows import advices, books, forgotten, return_transfers, sites, transits
from integration.flows.advices import Change, Coming
from integration.flows.findings import Findings
from integration.jobs import configuration, outbox, remote, rollout, rows
from integration.jobs.looks import KINDS, SNAPSHOTS
from integration.jobs.work import Outcome, Work
from integration.models import CapturedRecord, Document, ExternalReference, Mode, RolloutFlow, Warehouse
from integration.rules import advices as rules

State, Kind = Document.State, Document.Kind
FLOWS = {"purchase": RolloutFlow.RECEIPT, "transfer": RolloutFlow.TRANSFER, "return": RolloutFlow.RETURN}
KEPT = "kept: in shadow it is not sent"
ENDED = (State.RECEIVED, State.CANCELLED)
_RECORD = "connection_id = %(connection)s AND model = %(model)s AND record_id = %(record)s"
_OURS = """
connection_id = %(connection)s
AND (kind = %(kind)s AND erp_id = %(record)s OR kind IN ('receipt', 'return') AND erp_id = ANY(%(pickings)s::int[]))"""
_KNOWN = f"""
kind IN ('receipt', 'return') AND reference = %s
AND warehouse_id IN (SELECT id FROM {Warehouse._meta.db_table} WHERE wms_id = %s) LIMIT 1"""  # noqa: S608


def handle(work: Work) -> Outcome:
    """Looks at all that comes in by it; what is right goes out even when something else has to wait."""
    [record] = rows.find(CapturedRecord, _RECORD, work.job.payload)
    if not record.content_hash:
        return Outcome("it is being read again")
    seen = SNAPSHOTS[record.model].model_validate(record.snapshot)
    found = Findings(record)
    for coming in _comings(record, seen, found):
        work.connection = coming.warehouse.wms
        _look(work, coming, found)
    if transits.is_one(seen):
        found.changes.append(transits.Between(record, seen))
    error = Causes(found.against) if found.against else None
    return Outcome("; ".join(found.notes) or "nothing to announce", found.commit, error)


def known_at(partner_id: int, number: str) -> Document | None:
    """The receipt or return that the warehouse knows by this number."""
    return rows.first(Document, _KNOWN, [number, partner_id])


def _comings(record: CapturedRecord, seen: Agreed, found: Findings) -> Iterator[Coming]:
    connected = configuration.warehouses_of(record.connection_id)
    parent, known = _documents(record, seen)
    if isinstance(seen, Purchase):
        found.also = partial(books.all_in, seen, parent, connected)
    for picking in seen.pickings:
        if not _comes_in(picking):
            continue
        warehouse = connected.get(picking.warehouse_id or 0)
        if warehouse is None:
            found.notes.append(f"{picking.name} comes in at a warehouse that is not connected")
        elif (mode := _mode(warehouse, picking, parent, known.get(picking.id))) != Mode.OFF:
            chain, shadow = rules.family(picking, seen.pickings), mode == Mode.SHADOW
            yield Coming(seen, picking, chain, parent, warehouse, known.get(picking.id), shadow)


def _comes_in(picking: Picking) -> bool:
    """Of a sales order, only what a customer sends back."""
    if picking.source:
        return picking.comes_in
    return picking.code == "incoming" and picking.return_of is not None


def _mode(warehouse: Warehouse, picking: Picking, parent: Document, known: Document | None) -> Mode:
    flow = FLOWS[rules.kind_of(picking)]
    return rollout.of_document(warehouse, flow, parent.created_at, known=known is not None)


def _documents(record: CapturedRecord, seen: Agreed) -> tuple[Document, dict[int, Document]]:
    """Ours of what was agreed, and of those of its pickings that we know, by Odoo's id."""
    kind = KINDS[record.model]
    named = {"connection": record.connection_id, "record": record.record_id, "kind": kind.value}
    found = rows.find(Document, _OURS, {**named, "pickings": [picking.id for picking in seen.pickings]})
    parent = next(row for row in found if row.kind == kind)
    return parent, {row.erp_id: row for row in found if row.kind != kind}


def _look(work: Work, coming: Coming, found: Findings) -> None:
    known = coming.known
    if known is not None and (coming.shadow or outbox.is_kept(known, advices.ADVICE)):
        _look_in_shadow(work, coming, known, found)
    elif known is None:
        _look_first(work, coming, found)
    elif known.state not in ENDED:
        _look_again(work, coming, known, found)


def _look_in_shadow(work: Work, coming: Coming, known: Document, found: Findings) -> None:
    """People tell the warehouse. What was sent before the flow was in shadow is told no change any more."""
    wanted = rules.expected(coming.chain, sites.released_lines(known))
    if not outbox.is_kept(known, advices.ADVICE):
        found.notes.append(f"{known.reference} is in shadow")
    elif all(picking.state == "cancel" for picking in coming.chain):
        found.changes.append(Change(coming, advices.given_up))
    elif not rules.is_open(coming.chain):
        found.changes.append(Change(coming, advices.came_by_hand))
    elif wanted and rules.digest(coming.seen, coming.picking, wanted) != known.content_hash:
        _announce(work, replace(coming, shadow=True), found)  # kept anew: a taking over sends it as it is by then
    else:
        found.notes.append(f"{known.reference} stays with people")


def _look_first(work: Work, coming: Coming, found: Findings) -> None:
    coming = forgotten.as_announced(coming) or coming
    if not _is_wanted(coming) or _belongs_to_another(coming, found) or _is_being_taken_in(coming, found):
        return
    if known_at(coming.warehouse.wms.pk, coming.picking.name) is not None:
        found.against.append(coming.about("CD-7018"))
    else:
        _announce(work, coming, found)


def _is_wanted(coming: Coming) -> bool:
    cancelled = isinstance(coming.seen, Purchase) and coming.seen.state == "cancel"
    return not cancelled and coming.picking.state not in rules.CLOSED and rules.is_open(coming.chain)


def _belongs_to_another(coming: Coming, found: Findings) -> bool:
    """A backorder of an advice that the warehouse has not finished comes in with that one; one of a transfer that came
    in short waits for a person's word."""
    known = _earlier(coming)
    if not known and forgotten.comes_with_another(coming):
        return True
    earlier = [row for row in known if row.state != State.CANCELLED]
    if any(row.state != State.RECEIVED for row in earlier):
        return True
    short = next((row for row in earlier if transits.waits_for_a_person(row, coming.picking)), None)
    if short is not None:
        found.notes.append(f"{coming.picking.name} waits: {short.reference} came in short")
    return short is not None


def _is_being_taken_in(coming: Coming, found: Findings) -> bool:
    """A return that nobody announced is here already when its transfer is made."""
    taken = coming.kind == Kind.RETURN and return_transfers.is_ours(coming.warehouse.erp, coming.picking)
    if taken:
        found.notes.append(f"{coming.picking.name} takes in what is here already")
    return taken


def _earlier(coming: Coming) -> list[Document]:
    """The documents that this picking is a backorder of, of whatever generation."""
    backorder_of = {picking.id: picking.backorder_of for picking in coming.seen.pickings}
    numbers: list[int] = []
    earlier = coming.picking.backorder_of
    while earlier is not None and earlier not in numbers:
        numbers.append(earlier)
        earlier = backorder_of.get(earlier)
    if not numbers:
        return []
    erp, wms = coming.warehouse.erp, coming.warehouse.wms
    held = ExternalReference.objects.filter(erp=erp, model="stock.picking", record_id__in=numbers, partner=wms)
    names = list(held.filter(document_type="advice").values_list("reference", flat=True))
    known = Document.objects.filter(connection=erp, warehouse__wms=wms, kind__in=[Kind.RECEIPT, Kind.RETURN])
    return list(known.filter(reference__in=names))


def _look_again(work: Work, coming: Coming, known: Document, found: Findings) -> None:
    """It was announced before: has it changed since?"""
    if _is_being_booked(coming):
        found.notes.append(f"{known.reference}: what came in of it is being booked")
        return
    wanted = rules.expected(coming.chain, sites.released_lines(known))
    if all(picking.state == "cancel" for picking in coming.chain) or not wanted:
        _cancel(work, coming, known, found)
    elif rules.digest(coming.seen, coming.picking, wanted) != known.content_hash:
        _announce(work, coming, found)


def _is_being_booked(coming: Coming) -> bool:
    """Odoo holds what we posted and have not counted yet, so that nobody can say what is expected in all. It is looked
    at again when it is counted."""
    marked = {each.id for each in coming.chain if each.state == "done" and each.mark is not None}
    if not marked:
        return False
    ours = ExternalReference.objects.filter(erp=coming.warehouse.erp, model="stock.picking", record_id__in=marked)
    counted = ours.filter(document_type__in=["receipt", "return"]).values_list("record_id", flat=True)
    return bool(marked - set(counted))


def _announce(work: Work, coming: Coming, found: Findings) -> None:
    warehouse, known = coming.warehouse, coming.known
    wms = registry.wms_for_receiving(remote.settings_for(warehouse.wms))  # rendering uses no network
    if Capability.ADVICE not in wms.capabilities:
        found.notes.append(f"{warehouse.wms} takes no advices")
        return
    wanted = rules.expected(coming.chain, sites.released_lines(known) if known else ())
    try:
        decided = rules.decide(coming.seen, coming.picking, wanted, sites.site_of(warehouse, _codes(coming)))
    except Causes as against:
        found.against += [cause for cause in against.causes if isinstance(cause, Permanent)]
        return
    decided = decided.as_version(known.version + 1 if known else 1)
    body = wms.render(decided.document)
    make = partial(advices.announce, decided=decided, body=body, trace_id=work.job.trace_id)
    found.changes.append(Change(coming, make))
    found.notes.append(f"{coming.picking.name} {KEPT if coming.shadow else 'announced'}")


def _cancel(work: Work, coming: Coming, known: Document, found: Findings) -> None:
    warehouse = coming.warehouse
    if known.state == State.PART_RECEIVED:
        found.notes.append(f"the rest of {known.reference} will not come")
        return
    wms = registry.wms_for_receiving(remote.settings_for(warehouse.wms))
    document = ReceiptCancel(
        advice=known.reference,
        version=known.version,
        site=warehouse.site,
        owner=warehouse.owner_code,
        reason="cancelled in Odoo",
    )
    body = wms.render(document)
    found.changes.append(Change(coming, partial(advices.cancel, body=body, trace_id=work.job.trace_id)))
    found.notes.append(f"{coming.picking.name} is cancelled in Odoo")


def _codes(coming: Coming) -> set[str]:
    moves = [move for picking in coming.chain for move in picking.moves]
    return {code for move in moves for code in (move.sku, move.unit) if code}
