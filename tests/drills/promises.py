"""How soon it is seen that what the warehouse has shipped is not in Odoo as promised."""

from collections.abc import Callable

from rich.console import Console

from tests.drills.asked import Asked


def drill(wanted: Asked, tell: Callable[[str], None], console: Console) -> bool:
    return True
