"""Orders on both sides: the stand-ins of the flows' tests."""

from tests.component.flows.conftest import _fresh_broker, _late_retries, odoo_server, wms, yard

__all__ = ["_fresh_broker", "_late_retries", "odoo_server", "wms", "yard"]
