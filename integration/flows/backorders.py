"""Which of Odoo's backorders still belong to what the warehouse was told."""

from collections.abc import Sequence

from integration.canonical.erp import Picking
from integration.models import Document


def own(document: Document, pickings: Sequence[Picking]) -> list[Picking]:
    """Of a chain of backorders, those that belong to it. One that was told anew is another document, with its own."""
    others = [picking.id for picking in pickings if picking.id != document.erp_id]
    if not others:
        return list(pickings)
    known = Document.objects.filter(connection=document.connection_id, kind=document.kind, erp_id__in=others)
    foreign = set(known.values_list("erp_id", flat=True))
    mine: list[Picking] = []
    for picking in pickings:
        if picking.id in foreign or picking.backorder_of in foreign:
            foreign.add(picking.id)
        else:
            mine.append(picking)
    return mine
