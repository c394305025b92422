"""Business documents and events: the contract between Odoo, us and the warehouses. No Django here."""

VERSION = "v1"  # of all of them together
