"""A small model layer that answers as Odoo's: records in tables, domains, reading, writing, importing."""
