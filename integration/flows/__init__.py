"""The business flows, one module each. ``HANDLERS`` says which function does which kind of job."""

from collections.abc import Mapping

from integration.flows import acknowledgement, capture, order_release, posting, sending, shipment_confirmation
from integration.jobs.work import Handler

HANDLERS: Mapping[str, Handler] = {
    "acknowledgement": acknowledgement.handle,
    "odoo_poll": capture.poll,
    "odoo_read": capture.read,
    "odoo_sweep": capture.sweep,
    "order_release": order_release.handle,
    "posting": posting.handle,
    "release_send": sending.handle,
    "shipment_confirmation": shipment_confirmation.handle,
}
