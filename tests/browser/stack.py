"""Crossdock with both stand-ins, as `make demo` runs it, on servers of its own, and the situations of the tests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from config.local.place import CHECKOUT
from config.local.stack import Local
from config.local.supervisor import Supervisor
from integration.management.demo.town import Town
from integration.sandbox.day.branch import Branch, open_branch
from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.doing import People
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.office import Office
from integration.sandbox.day.opening import open_business
from integration.sandbox.day.wms import Wms
from tests.browser import situations
from tests.browser.situations import Situations
from tests.rig.servers import own_servers
from tests.rig.town import new_town, odoo_of, setup

DATABASE = "browser"
ADMIN = "admin"  # whom the demo makes


@dataclass(frozen=True)
class Running:
    """``database``: the address of Crossdock's. ``env``: of its processes. ``branch``: a warehouse of Odoo's that is
    not connected."""

    place: Town
    database: str
    env: Mapping[str, str]
    crossdock: Crossdock
    people: People
    branch: Branch
    found: Situations

    @property
    def url(self) -> str:
        return self.place.url

    def manage(self, *command: str) -> None:
        """`manage.py`, as somebody at a terminal runs it."""
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=CHECKOUT, env={**os.environ, **self.env}, check=True
        )


@contextmanager
def running(log: Path) -> Iterator[Running]:
    with servers() as local, Supervisor(log) as processes:
        place = new_town()
        env = {**place.environment(local.environment()), "CONFIG_TREE": str(_empty_tree(log))}
        for stand_in in (place.odoo, place.wms, place.branch):
            processes.start(stand_in)
        people = open_business(Odoo(odoo_of(place)), Wms(place.wms_url), 1)
        branch = Branch(Wms(place.branch_url), Office(place.url, ADMIN, place.password))
        open_branch(people, branch)
        crossdock = Crossdock(place.url, _prepare(env, place, people), place.wms_slug)
        for command in place.crossdock(env):
            processes.start(command)
        found = situations.make(people, crossdock)
        yield Running(place, local.database_url, env, crossdock, people, branch, found)


def _empty_tree(folder: Path) -> Path:
    """Files of the configuration that say nothing yet."""
    tree = folder / "site"
    tree.mkdir()
    (tree / "site.yaml").write_text("version: 1\n", encoding="utf-8")
    return tree


@contextmanager
def servers() -> Iterator[Local]:
    """Of our own, while the environment goes on naming those of the test session."""
    held = own_servers("browser")
    with mock.patch.dict(os.environ):
        local = held.__enter__().local(DATABASE)
    try:
        yield local
    finally:
        with mock.patch.dict(os.environ):
            held.__exit__(None, None, None)


def _prepare(env: Mapping[str, str], place: Town, people: People) -> str:
    """The text of a token for the API."""
    wanted = {**setup(place), "trading": people.trade.told()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.prepare"], cwd=CHECKOUT, env={**os.environ, **env},
        input=json.dumps(wanted), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"Crossdock could not be configured: {done.stderr}")
    return done.stdout.strip()
