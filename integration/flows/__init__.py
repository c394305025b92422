"""The business flows, one module each. ``HANDLERS`` says which function does which kind of job."""

from collections.abc import Mapping
from functools import partial

from integration.flows import (
    acknowledgement,
    capture,
    change_answer,
    connection_test,
    inventory_adjustment,
    inventory_count,
    inventory_fetch,
    inventory_snapshot,
    inventory_undo,
    inventory_watch,
    master_data,
    order_progress,
    order_release,
    parcel_posting,
    posting,
    progress_note,
    put_away,
    receipt_advice,
    receipt_confirmation,
    replay_preview,
    replay_run,
    return_receipt,
    sending,
    shipment_confirmation,
    shipment_tracking,
    surplus,
    transit_loss,
)
from integration.jobs.routes import ROUTES
from integration.jobs.work import Handler

_WORK: Mapping[str, Handler] = {
    "acknowledgement": acknowledgement.handle,
    "advice_send": sending.handle,
    "change_answer": change_answer.handle,
    "change_send": sending.handle,
    "connection_test": connection_test.handle,
    "inventory_adjustment": inventory_adjustment.handle,
    "inventory_count": inventory_count.handle,
    "inventory_fetch": inventory_fetch.handle,
    "inventory_recount": inventory_count.again,
    "inventory_snapshot": inventory_snapshot.handle,
    "inventory_undo": inventory_undo.handle,
    "inventory_watch": inventory_watch.handle,
    "items_fetch": master_data.fetch_items,
    "master_poll": master_data.poll,
    "master_send": sending.handle,
    "master_sweep": master_data.sweep_all,
    "master_tell": master_data.tell,
    "odoo_poll": capture.poll,
    "odoo_read": capture.read,
    "odoo_sweep": capture.sweep,
    "order_progress": order_progress.handle,
    "order_release": order_release.handle,
    "parcel_posting": parcel_posting.handle,
    "posting": posting.handle,
    "progress_note": progress_note.handle,
    "put_away": put_away.handle,
    "receipt_advice": receipt_advice.handle,
    "receipt_confirmation": receipt_confirmation.handle,
    "release_send": sending.handle,
    "return_receipt": return_receipt.handle,
    "shipment_confirmation": shipment_confirmation.handle,
    "shipment_tracking": shipment_tracking.handle,
    "surplus": surplus.handle,
    "transit_loss": transit_loss.handle,
}
# Those that work on messages may be tried first.
_OF_MESSAGES = {route.flow: _WORK[route.flow] for route in ROUTES.values()}
HANDLERS: Mapping[str, Handler] = {
    **_WORK,
    "replay_preview": partial(replay_preview.handle, _OF_MESSAGES),
    "replay_run": replay_run.handle,
}
