"""What the command line and the environment ask for."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

from config.local.errors import LocalError
from integration.sandbox.day.odoo import OdooAddress


@dataclass(frozen=True)
class Asked:
    """``hits`` of each failpoint; ``kill_every`` so many seconds; ``backlog`` of orders on their way at once.

    ``each_flow``: hits of each failpoint around a write, in each flow that writes.
    ``quick``: without the deploy, and with a short outage of Valkey. ``only``: this part alone. ``few``: orders of
    each part but the kills, which wait for people and for time to pass.
    """

    orders: int
    hits: int
    kill_every: float
    backlog: int
    each_flow: int = 0
    quick: bool = False
    only: str = ""
    few: int = 0


@dataclass(frozen=True)
class RealOdoo:
    """An Odoo of somebody's. ``protocol`` empty: as a probe chooses."""

    address: OdooAddress
    protocol: str


PARTS, FEW = ("kills", "outages", "disaster", "promises"), 200
STAND_IN, REAL = Asked(2000, 20, 5.0, 100, each_flow=2), Asked(120, 3, 10.0, 120)  # what is asked for by default


def real_odoo() -> RealOdoo | None:
    """What `make contract` takes too. Raises LocalError for half an address."""
    url, *rest = (os.environ.get(name, "") for name in ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_KEY"))
    if url and not all(rest):
        raise LocalError("ODOO_URL needs ODOO_DB, ODOO_LOGIN and ODOO_KEY beside it.")
    return RealOdoo(OdooAddress(url, *rest), os.environ.get("ODOO_PROTOCOL", "")) if url else None


def read(arguments: Sequence[str], usual: Asked) -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills", description="Kills and breaks things under load; fails unless both sides agree."
    )
    say = "(default: %(default)s)"
    parser.add_argument("--orders", type=int, help=f"how many (default: {usual.orders}, of parts but the kills {FEW})")
    parser.add_argument("--hits", type=int, default=usual.hits, help=f"of each failpoint {say}")
    flows = f"of each failpoint around a write, in each flow that writes {say}"
    parser.add_argument("--each-flow", type=int, default=usual.each_flow, help=flows)
    parser.add_argument("--kill-every", type=float, default=usual.kill_every, help=f"seconds between two kill -9 {say}")
    parser.add_argument(
        "--backlog",
        type=int,
        default=usual.backlog,
        help=f"orders and shipments that may be on their way at once {say}",
    )
    parser.add_argument("--quick", action="store_true", help="without the deploy, and with a short outage of Valkey")
    parser.add_argument("--only", choices=PARTS, default="", help="this part alone")
    given = vars(parser.parse_args(arguments))
    orders = given["orders"]
    given["few"] = orders or FEW if given["only"] else min(orders or FEW, FEW)
    given["orders"] = orders or usual.orders
    return Asked(**given)
