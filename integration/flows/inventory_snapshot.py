"""What a warehouse says that it has, page by page, as it came: compared with Odoo once all of it is here."""

from functools import partial

from integration.canonical.events import InventorySnapshotEvent
from integration.canonical.inventory import InventorySnapshot, StockLine
from integration.errors import InvalidDocument
from integration.flows import stock_site
from integration.flows.events import event_of
from integration.jobs import configuration, inventories, rows, sql
from integration.jobs.work import Outcome, Work
from integration.models import InboundMessage, Mode, StockLevel, StockSnapshot, Warehouse

LEVEL = StockLevel._meta.db_table
COLUMNS = ("snapshot_id", "page", "partner_sku", "unit", "lot", "location", "condition", "on_hand", "allocated")


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    event = event_of(message)
    assert isinstance(event, InventorySnapshotEvent)  # noqa: S101  (the inbox routes by type)
    document = event.data
    warehouse = stock_site.warehouse_of(work, message.connection, document.site, document.owner, document.snapshot)
    same_snapshot(warehouse, document)
    return Outcome(f"page {document.page} of {document.pages}", partial(keep, warehouse, document))


def same_snapshot(warehouse: Warehouse, document: InventorySnapshot) -> None:
    """Raises InvalidDocument CD-8005 for a number that another snapshot has."""
    known = StockSnapshot.objects.filter(warehouse=warehouse, number=document.snapshot).first()
    if known is None or (known.taken_at, known.pages) == (document.taken_at, document.pages):
        return
    partner = warehouse.wms.name
    was, now = f"{known.pages} pages of {known.taken_at:%c}", f"{document.pages} pages of {document.taken_at:%c}"
    raise InvalidDocument(
        "CD-8005", connection=partner, partner=partner, document=document.snapshot, difference=f"{was}, now {now}"
    )


def keep(warehouse: Warehouse, document: InventorySnapshot) -> None:
    """One page, once. Call inside the transaction that settles the job; pages are kept one after the other."""
    snapshot, _ = StockSnapshot.objects.select_for_update().get_or_create(
        warehouse=warehouse,
        number=document.snapshot,
        defaults={"taken_at": document.taken_at, "pages": document.pages},
    )
    if document.page in snapshot.seen:
        return
    snapshot.seen = [*snapshot.seen, document.page]
    snapshot.complete = len(snapshot.seen) == snapshot.pages
    snapshot.save()
    sql.copy_text(LEVEL, COLUMNS, _text(snapshot, document))
    if snapshot.complete:
        inventories.forget_old(warehouse)
        if warehouse.in_force("inventory") == Mode.LIVE:
            inventories.start_read(warehouse)


def _text(snapshot: StockSnapshot, document: InventorySnapshot) -> str:
    """As COPY reads it. No code holds a control character, so that nothing but a backslash has to be marked."""
    head = f"{snapshot.pk}\t{document.page}"
    return "".join(f"{head}\t{_level(line)}\n" for line in document.lines).replace("\\", "\\\\")


def _level(line: StockLine) -> str:
    codes = f"{line.sku}\t{line.unit}\t{line.lot or ''}\t{line.location or ''}\t{line.condition}"
    return f"{codes}\t{line.on_hand!s}\t{line.allocated!s}"
