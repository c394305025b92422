"""Sets everything up, plays the day, shows the proof."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from config.local.errors import LocalError
from config.local.place import CHECKOUT
from config.local.stack import running
from config.local.supervisor import Supervisor
from integration.management.demo import database, town
from integration.management.demo.configure import LOGIN, Setup
from integration.management.demo.screen import Screen
from integration.management.demo.town import Town
from integration.sandbox.day.branch import Branch
from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.day import Day
from integration.sandbox.day.odoo import OdooAddress
from integration.sandbox.day.office import Office
from integration.sandbox.day.trade import Trade
from integration.sandbox.day.wms import Wms

LOG = CHECKOUT / "var" / "log" / "demo"


def run(orders: int, *, stay: bool, before_proof: str, screen: Screen) -> bool:
    """Whether both systems agree. ``before_proof``: a shell command that may look, or meddle, before they are compared.

    With ``stay`` everything runs on until Ctrl-C, which is no error.
    """
    place = Town()
    branch = Branch(Wms(place.branch_url), Office(place.url, LOGIN, place.password))
    odoo = OdooAddress(place.odoo_url, town.DATABASE, town.LOGIN, place.odoo_key)
    day = Day(odoo, place.wms_url, branch, orders)
    _empty_logs()
    with running() as local, Supervisor(LOG) as processes:
        screen.step("PostgreSQL and Valkey run")
        env = place.environment({**local.environment(), "DATABASE_URL": database.recreate(local)})
        for stand_in in (place.odoo, place.wms, place.branch):
            processes.start(stand_in)
        trade = day.open()
        screen.step("A sandbox Odoo and two sandbox warehouse systems run, filled with goods")
        token = _prepare(env, _setup(place, trade))
        screen.step("The database is migrated; connections, warehouse and codes are configured")
        for command in place.crossdock(env):
            processes.start(command)
        screen.step("Web, worker and beat run")
        screen.address(place)
        crossdock = Crossdock(place.url, token, place.wms_slug)
        with screen.day(day.expected) as listener:
            day.play(crossdock, listener)
        processes.check()
        if before_proof:
            _meddle(before_proof, place)
        verdict = day.prove(crossdock)
        screen.result(day.orders, day.doings, verdict, day.figures())
        if stay:
            day.leave()
            screen.stays(place)
            with _until_told():
                processes.wait()
        return verdict.good


def _setup(place: Town, trade: Trade) -> Setup:
    return Setup(
        odoo_slug=town.ODOO,
        odoo_url=place.odoo_url,
        odoo_database=town.DATABASE,
        odoo_login=town.LOGIN,
        odoo_key=place.odoo_key,
        hint_token=place.hint_token,
        hint_url=place.hint_url,
        wms_slug=place.wms_slug,
        wms_url=place.wms_url,
        wms_token=place.wms_token,
        signing=place.signing,
        password=place.password,
        trading=trade.told(),
        branch=place.branch_setup,
    )


def _prepare(env: Mapping[str, str], setup: Setup) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "demo_prepare"],
        cwd=CHECKOUT,
        env={**os.environ, **env},
        input=json.dumps(setup.as_json()),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise LocalError(f"Crossdock could not be configured: {said}")
    return done.stdout.strip()


def _meddle(command: str, place: Town) -> None:
    addresses = {"DEMO_ODOO_URL": place.odoo_url, "DEMO_WMS_URL": place.wms_url, "DEMO_URL": place.url}
    done = subprocess.run(command, shell=True, env={**os.environ, **addresses}, check=False)  # noqa: S602
    if done.returncode:
        raise LocalError(f"{command!r} ended with status {done.returncode}.")


@contextmanager
def _until_told() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        return


def _empty_logs() -> None:
    """The files stay: another demo of this checkout may be writing to them."""
    for log in LOG.glob("*.log"):
        log.write_bytes(b"")
