"""Stand-ins for the remote systems: an Odoo and a WMS that run in memory and fail on request."""
