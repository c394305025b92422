"""Business documents and events: the contract between Odoo, us and the warehouses. No Django here."""

VERSION = "v1"  # of what we send, and of a message that names none
VERSIONS = ("v1", "v2")  # of what we take
