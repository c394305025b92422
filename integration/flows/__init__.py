"""The business flows, one module each. ``HANDLERS`` says which function does which kind of job."""

from collections.abc import Mapping

from integration.flows import (
    acknowledgement,
    capture,
    change_answer,
    inventory_adjustment,
    inventory_count,
    inventory_fetch,
    inventory_read,
    inventory_snapshot,
    inventory_undo,
    inventory_watch,
    order_release,
    put_away,
    receipt_advice,
    receipt_confirmation,
    sending,
    shipment_confirmation,
    transit_loss,
)
from integration.jobs.work import Handler

HANDLERS: Mapping[str, Handler] = {
    "acknowledgement": acknowledgement.handle,
    "change_answer": change_answer.handle,
    "change_send": sending.handle,
    "advice_send": sending.handle,
    "inventory_adjustment": inventory_adjustment.handle,
    "inventory_count": inventory_count.handle,
    "inventory_fetch": inventory_fetch.handle,
    "inventory_read": inventory_read.handle,
    "inventory_recount": inventory_count.again,
    "inventory_snapshot": inventory_snapshot.handle,
    "inventory_undo": inventory_undo.handle,
    "inventory_watch": inventory_watch.handle,
    "odoo_poll": capture.poll,
    "odoo_read": capture.read,
    "odoo_sweep": capture.sweep,
    "order_release": order_release.handle,
    "put_away": put_away.handle,
    "receipt_advice": receipt_advice.handle,
    "receipt_confirmation": receipt_confirmation.handle,
    "release_send": sending.handle,
    "shipment_confirmation": shipment_confirmation.handle,
    "transit_loss": transit_loss.handle,
}
