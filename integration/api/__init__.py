"""How other systems reach us: signed webhooks, Odoo's hints, and a REST API to read and to act."""
