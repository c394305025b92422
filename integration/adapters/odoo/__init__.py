"""Odoo 16 to 19 in business verbs, over XML-RPC, JSON-RPC or JSON-2."""

from integration.adapters.odoo.gateway import OdooGateway

__all__ = ["OdooGateway"]
