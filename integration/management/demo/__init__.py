"""`manage.py demo`: a whole installation with stand-ins for Odoo and a warehouse, and a day of work in it."""
