"""A day in a warehouse: sells in Odoo, works on the warehouse's floor, breaks things, and proves what came of it.

Speaks to Odoo, the warehouse and Crossdock by HTTP alone, and imports nothing of Crossdock's.
"""
