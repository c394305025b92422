"""The two stand-ins and Crossdock between them, as the flows have them."""

from tests.component.flows.conftest import _fresh_broker, _late_retries, odoo_server, shelves, wms, yard

__all__ = ["_fresh_broker", "odoo_server", "shelves", "wms", "yard"]
_late = _late_retries
