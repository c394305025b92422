"""Takes back in Odoo what a person changed there, as another person decided."""

from functools import partial

from integration.flows import stock_postings, stock_site
from integration.jobs import configuration, recount
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import StockDifference

BY = "undo"


def handle(work: Work) -> Outcome:
    row = StockDifference.objects.get(source=work.job.payload["source"])
    if row.state != StockDifference.State.APPROVED:
        return Outcome("it is not to be undone any more")
    warehouse = configuration.warehouse(row.warehouse_id)
    back = -row.quantity
    if row.to_place is not None:
        row.place, row.to_place, back = row.to_place, row.place, row.quantity
    with open_erp(warehouse.erp, work) as erp:
        stock_postings.post(work, erp, stock_site.look(warehouse, erp), row, back, BY)
    return Outcome(f"{row.number} was undone", partial(_undone, row))


def _undone(row: StockDifference) -> None:
    """A count that was taken since may have corrected it already."""
    StockDifference.objects.filter(pk=row.pk).update(state=StockDifference.State.UNDONE)
    recount.moved(row.warehouse_id, [row.product_id], row.happened_at)
