"""A warehouse's own items beside Odoo's products, both as far as they are not mapped."""

from collections.abc import Iterator, Sequence

from integration.canonical.master import WarehouseItem
from integration.jobs import acts, fetching, odoo_codes
from integration.jobs.acts import Actor
from integration.models import CodeMapping, Connection, MasterRecord, MasterRun, PartnerItem
from integration.rules.item_sheet import items_of
from integration.rules.mapping_sheet import Fault
from integration.rules.matching import Matches, Thing, match

SQL_CHUNK = 2000


def proposals(partner: Connection) -> Matches:
    mapped = CodeMapping.objects.filter(partner=partner, kind="product", valid_to=None)
    ours, theirs = set(), set()
    for odoo_code, partner_code in mapped.values_list("odoo_code", "partner_code"):
        ours.add(odoo_code)
        theirs.add(partner_code)
    items = (item for item in _items(partner) if item.code not in theirs)
    return match((product for product in _products(partner) if product.code not in ours), items)


def bring_in(
    partner: Connection, heads: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]], actor: Actor
) -> list[Fault]:
    """A list of the warehouse's items from a file, in the place of the one that there was; or what is wrong with it.
    Call inside a transaction."""
    items, faults = items_of(heads, rows)
    if faults:
        return faults
    run, _ = MasterRun.objects.get_or_create(connection=partner, kind="item", task=MasterRun.Task.FETCH)
    run.number, run.met = run.number + 1, len(items)
    fetching.store(
        partner, [WarehouseItem(sku=sku, name=name, barcodes=codes) for sku, name, codes in items], run.number
    )
    run.gone = PartnerItem.objects.filter(partner=partner, active=True, run__lt=run.number).update(active=False)
    run.save()
    acts.note(actor, "import items", partner.name, partner=partner.slug, items=run.met, gone=run.gone)
    return []


def _products(partner: Connection) -> Iterator[Thing]:
    """Of the companies that the warehouse works for. A code that two of them share stands for one product here."""
    rows = MasterRecord.objects.filter(odoo_codes.owned(partner), kind="item", active=True).exclude(code="")
    for code, name, barcodes in rows.values_list("code", "name", "barcodes").iterator(chunk_size=SQL_CHUNK):
        yield Thing(code, name, tuple(barcodes))


def _items(partner: Connection) -> Iterator[Thing]:
    rows = PartnerItem.objects.filter(partner=partner, active=True).order_by("sku")
    for sku, name, barcodes in rows.values_list("sku", "name", "barcodes").iterator(chunk_size=SQL_CHUNK):
        yield Thing(sku, name, tuple(barcodes))
