"""The business flows, one module each. ``HANDLERS`` says which function does which kind of job."""

from collections.abc import Mapping

from integration.flows import (
    acknowledgement,
    capture,
    change_answer,
    master_data,
    order_release,
    sending,
    shipment_confirmation,
)
from integration.jobs.work import Handler

HANDLERS: Mapping[str, Handler] = {
    "acknowledgement": acknowledgement.handle,
    "change_answer": change_answer.handle,
    "change_send": sending.handle,
    "items_fetch": master_data.fetch_items,
    "master_poll": master_data.poll,
    "master_send": sending.handle,
    "master_sweep": master_data.sweep_all,
    "master_tell": master_data.tell,
    "odoo_poll": capture.poll,
    "odoo_read": capture.read,
    "odoo_sweep": capture.sweep,
    "order_release": order_release.handle,
    "release_send": sending.handle,
    "shipment_confirmation": shipment_confirmation.handle,
}
