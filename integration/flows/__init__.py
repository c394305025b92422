"""The business flows, one module each. ``HANDLERS`` says which function does which kind of job."""

from collections.abc import Mapping

from integration.flows import (
    acknowledgement,
    capture,
    change_answer,
    order_progress,
    order_release,
    parcel_posting,
    progress_note,
    sending,
    shipment_confirmation,
    shipment_tracking,
)
from integration.jobs.work import Handler

HANDLERS: Mapping[str, Handler] = {
    "acknowledgement": acknowledgement.handle,
    "change_answer": change_answer.handle,
    "change_send": sending.handle,
    "odoo_poll": capture.poll,
    "odoo_read": capture.read,
    "odoo_sweep": capture.sweep,
    "order_progress": order_progress.handle,
    "order_release": order_release.handle,
    "parcel_posting": parcel_posting.handle,
    "progress_note": progress_note.handle,
    "release_send": sending.handle,
    "shipment_confirmation": shipment_confirmation.handle,
    "shipment_tracking": shipment_tracking.handle,
}
