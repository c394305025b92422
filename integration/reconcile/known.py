"""Which of Odoo's transfers are known here: as a delivery, receipt or return, by a number, or in a snapshot."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction

from integration.adapters.base import ErpGateway
from integration.canonical.agreed import Confirmed
from integration.canonical.erp import Root
from integration.jobs import capture, inbox
from integration.jobs.looks import SNAPSHOTS, TRANSFER
from integration.models import CapturedRecord, Connection, Document, ExternalReference

Kind = Document.Kind
LEGS = (Kind.DELIVERY, Kind.RECEIPT, Kind.RETURN)
LOOSE = "stock.picking"


def strangers(connection: Connection, erp: ErpGateway, page: Sequence[Confirmed]) -> list[Confirmed]:
    """Those of the page that are kept of this Odoo, and are not known here."""
    kept = {TRANSFER: LOOSE}
    models = {kept.get(model, model) for model in capture.captured(connection, erp)}
    named = _named(connection, [each.id for each in page])
    left = [each for each in page if each.root and each.root.model in models and each.id not in named]
    seen = _seen(connection, [each.root for each in left if each.root])
    left = [each for each in left if each.id not in seen]
    return [each for each in left if not _is_loose(each) or _is_stranger(connection, erp, each)]


def read_again(connection: Connection, found: Iterable[Confirmed]) -> None:
    """Has what they belong to read, as if a poll had met it."""
    roots = {each.root for each in found if each.root}
    with transaction.atomic():
        for model in sorted({root.model for root in roots}):
            inbox.mark_dirty(connection, model, [root.id for root in roots if root.model == model])


def still_to_be_read(connection: Connection, found: Iterable[Confirmed]) -> set[int]:
    """Those of which a mark waits for the reader."""
    marked = CapturedRecord.objects.filter(connection=connection, dirty_at__isnull=False)
    of = {(root.model, root.id): each.id for each in found if (root := each.root)}
    keys = marked.filter(record_id__in={number for _, number in of}).values_list("model", "record_id")
    return {of[key] for key in keys if key in of}


def _named(connection: Connection, ids: Collection[int]) -> set[int]:
    documents = Document.objects.filter(connection=connection, kind__in=LEGS, erp_id__in=ids)
    numbers = ExternalReference.objects.filter(erp=connection, model=LOOSE, record_id__in=ids)
    return {*documents.values_list("erp_id", flat=True), *numbers.values_list("record_id", flat=True)}


def _seen(connection: Connection, roots: Iterable[Root]) -> set[int]:
    """The transfers in the latest snapshots of these."""
    of = defaultdict[str, set[int]](set)
    for root in roots:
        of[root.model].add(root.id)
    return {number for model, ids in of.items() for number in _in_snapshots(connection, model, ids)}


def _in_snapshots(connection: Connection, model: str, ids: Collection[int]) -> Iterable[int]:
    if model not in SNAPSHOTS:
        return
    for record in CapturedRecord.objects.filter(connection=connection, model=model, record_id__in=ids):
        snapshot: Mapping[str, Sequence[Mapping[str, int]]] = record.snapshot or {}
        yield from (picking["id"] for picking in snapshot.get("pickings", ()))


def _is_loose(each: Confirmed) -> bool:
    return each.root is not None and each.root.model == LOOSE


def _is_stranger(connection: Connection, erp: ErpGateway, each: Confirmed) -> bool:
    """Of a transfer that belongs to no order, Odoo is asked what hangs together with it."""
    roots = erp.roots_of(LOOSE, [each.id])
    return bool(roots) and each.id not in _seen(connection, roots)
