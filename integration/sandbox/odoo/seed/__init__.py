"""What a fresh sandbox holds: `empty` has a company and its warehouse, `demo` a trading business."""

from collections.abc import Callable

from ..orm.env import Database
from .base import plant_base
from .demo import plant_demo

# name -> (database, login, password, API key)
SEEDS: dict[str, Callable[[Database, str, str, str], None]] = {"empty": plant_base, "demo": plant_demo}
