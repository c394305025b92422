"""What the command line and the environment ask for."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

from config.local.errors import LocalError
from integration.sandbox.day.odoo import OdooAddress


@dataclass(frozen=True)
class Asked:
    """``seconds`` over which the orders are sold; ``hits`` of each failpoint; ``kill_every`` so many seconds."""

    orders: int
    seconds: float
    hits: int
    kill_every: float


@dataclass(frozen=True)
class RealOdoo:
    """An Odoo of somebody's. ``protocol`` empty: as a probe chooses."""

    address: OdooAddress
    protocol: str


def real_odoo() -> RealOdoo | None:
    """What `make contract` takes too. Raises LocalError for half an address."""
    url, *rest = (os.environ.get(name, "") for name in ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_KEY"))
    if url and not all(rest):
        raise LocalError("ODOO_URL needs ODOO_DB, ODOO_LOGIN and ODOO_KEY beside it.")
    return RealOdoo(OdooAddress(url, *rest), os.environ.get("ODOO_PROTOCOL", "")) if url else None


def read(arguments: Sequence[str]) -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills", description="Kills and breaks things under load; fails unless both sides agree."
    )
    parser.add_argument("--orders", type=int, default=120, help="how many (default: 120)")
    parser.add_argument("--seconds", type=float, default=90.0, help="over which they are sold (default: 90)")
    parser.add_argument("--hits", type=int, default=3, help="of each failpoint (default: 3)")
    parser.add_argument("--kill-every", type=float, default=10.0, help="seconds between two kill -9 (default: 10)")
    return Asked(**vars(parser.parse_args(arguments)))
