"""A stand-in for Odoo Community 16 to 19: the wire protocols, the faults and the stock behaviour of the real one."""

from .server import SandboxOdoo

__all__ = ["SandboxOdoo"]
