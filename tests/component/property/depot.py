"""The yard of the flows, made new for each example; its network and its workers' deaths are in the test's hands."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import connection as database
from django.db.transaction import atomic

from integration.handlers import HANDLERS
from integration.jobs import acts, engine, inbox, shipments, sweep
from integration.models import (
    CodeMapping,
    Connection,
    ConnectionGate,
    Document,
    Effect,
    ExceptionCase,
    Lane,
    OutboundMessage,
    RemoteSlot,
    ResourceLock,
    StockEvent,
    Stream,
    SyncJob,
    Warehouse,
)
from integration.sandbox.odoo import SandboxOdoo
from integration.sandbox.wms import SandboxWms, messages
from integration.sandbox.wms.orders import HeldOrder
from tests.component.engine.death import CLOCK, Death
from tests.component.flows.conftest import SECRET, SLUG, TAKES, TOKEN, _map_codes
from tests.component.flows.odoo import Odoo
from tests.component.flows.wms import Wms
from tests.component.flows.yard import SOMEBODY, Bought, Sale, Yard
from tests.component.property import goods
from tests.component.property.late import LateCalls
from tests.component.property.post import Letter, Post
from tests.rig.flush import UNGUARDED

HOUR = 3600
ROUNDS, RESTS = 12, 2
# What its worker's deaths or a run of lost answers have stopped: a person looks and says "again".
STOPPED = ("CD-9001", "CD-9003")
TIMES = {
    Stream: ("next_due_at", "claimed_until"),
    SyncJob: ("next_attempt_at",),
    Effect: ("intended_at", "may_land_until"),
    ConnectionGate: ("probe_at", "next_call_at"),
    RemoteSlot: ("leased_until",),
    ResourceLock: ("held_until",),
    OutboundMessage: ("acknowledge_by",),
    Document: ("shipments_due_at",),
}


@dataclass
class Depot(Yard):
    """``excused``: codes of cases that what was done to an order may open, by the order's name.

    ``ended``: orders of which a person has ended a job, so that a part of their work is never done. ``by_hand``: of
    which a person validated a delivery in Odoo. ``uneven``: Odoo's order asks for less than its transfers move: it was
    cancelled, or lowered, which reaches no transfer. ``refused``: shipments of something else than was ordered.
    ``given_up``: messages of which a person has ended the job, ``parted``: of which one left goods out, by number.
    """

    death: Death = field(default_factory=Death)
    post: Post = field(default_factory=Post)
    late: LateCalls = field(default_factory=LateCalls)
    sales: list[Sale] = field(default_factory=list)
    purchases: list[Bought] = field(default_factory=list)
    transfers: list[Any] = field(default_factory=list)
    freight: dict[str, str] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)
    excused: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ended: set[str] = field(default_factory=set)
    uneven: set[str] = field(default_factory=set)
    by_hand: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    parted: set[str] = field(default_factory=set)

    def sold(self, *basket: goods.Item) -> Sale:
        sale = self.sell(order_line=[[0, 0, goods.line(self.odoo, item)] for item in basket])
        self.sales.append(sale)
        return sale

    def excuse(self, order: str, *codes: str) -> None:
        self.excused[order] |= set(codes)

    def run(self) -> None:
        """Workers run until nothing is due."""
        while sum(engine.run_lane(lane, HANDLERS, seconds=60) for lane in Lane):
            pass

    def arrive(self, letter: Letter, number: str = "") -> None:
        """One try to deliver it; the sender has its yes, or comes again."""
        inbox.receive(self.partner, self._headers(letter, number), letter.body)
        if not number and letter in self.post.letters:
            self.post.letters.remove(letter)

    def all_arrive(self) -> None:
        for letter in list(self.post.letters):
            self.arrive(letter)

    def _headers(self, letter: Letter, number: str) -> dict[str, str]:
        return messages.headers(SECRET, number or letter.number, letter.body)

    def held_orders(self) -> list[HeldOrder]:
        return list(self.wms.server.world.orders.held.values())

    def is_sale(self, order: str) -> bool:
        return any(sale.name == order for sale in self.sales)

    def sale_of(self, order: str) -> Sale:
        return next(sale for sale in self.sales if sale.name == order)

    def pass_time(self, seconds: int) -> None:
        CLOCK.ahead += seconds
        self.late.land()
        shift = f"interval '{seconds} seconds'"
        with database.cursor() as cursor:
            for model, columns in TIMES.items():
                moved = ", ".join(f"{column} = {column} - {shift}" for column in columns)
                cursor.execute(f"UPDATE {model._meta.db_table} SET {moved}")

    def drain(self) -> None:
        """Everything works again, an hour passes and another one, until nothing changes any more."""
        self.mend()
        rests = 0
        for _ in range(ROUNDS):
            before = self.standing()
            self._one_round()
            rests = rests + 1 if self.standing() == before and not self.post.letters else 0
            if rests == RESTS:
                return
        raise AssertionError(f"it never comes to rest: {self.standing()}")

    def mend(self) -> None:
        self.late.armed.clear()
        self.odoo.server.service.faults.clear()
        self.odoo.server.service.go_down(0)
        self.wms.server.world.rules.clear()
        self.wms.server.world.go_down(0)

    def _one_round(self) -> None:
        self.all_arrive()
        self.run()
        for case in ExceptionCase.objects.filter(code__in=STOPPED, state__in=ExceptionCase.UNRESOLVED):
            with suppress(acts.NotAllowed):  # one retry may close several
                acts.retry_case(case.pk, SOMEBODY)
        self.pass_time(HOUR)
        sweep.probe_breakers()
        sweep.release_mapped()
        sweep.overdue_acknowledgements()
        shipments.tell_missing()
        self.look()
        self.sweep()

    def standing(self) -> list[Any]:
        """What is left to do, and what has been done."""
        jobs = SyncJob.objects.filter(state__in=SyncJob.ACTIVE).order_by("pk")
        cases = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).order_by("pk")
        return [
            *jobs.values_list("subject", "flow", "state", "failure_code"),
            *cases.values_list("code", "fingerprint"),
            *Document.objects.order_by("pk").values_list("reference", "version", "state"),
            *OutboundMessage.objects.order_by("pk").values_list("key", "state"),
            (StockEvent.objects.count(), Effect.objects.filter(state="landed").count()),
        ]


def clear_tables() -> None:
    with atomic(), database.cursor() as cursor:
        cursor.execute(UNGUARDED)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'integration_%'")
        names = ", ".join(f'"{row[0]}"' for row in cursor.fetchall())
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def build(
    of_odoo: tuple[SandboxOdoo, LateCalls], wms_server: SandboxWms, post: Post, death: Death, **policy: Any
) -> Depot:
    """Both sides as they were at first, and Crossdock with nothing but its configuration."""
    clear_tables()
    wms_server.world.reset()
    post.written = 0
    server, late = of_odoo
    late.forget()
    odoo = Odoo(server)
    goods.make(odoo)
    secrets, options = {"key": server.api_key}, {"database": server.db, "login": server.login}
    erp = Connection.objects.create(
        slug="odoo", name="Odoo", kind="odoo", base_url=server.url, secrets=secrets, options=options
    )
    partner = Connection.objects.create(
        slug=SLUG,
        name="Northgate 3PL",
        kind="http_json",
        base_url=wms_server.url,
        secrets={"signing": SECRET, "token": TOKEN},
        profile={"facts": {"accepts": list(TAKES)}},
    )
    _map_codes(partner)
    goods.permit(partner)
    [own] = odoo.rows("stock.warehouse", [["code", "=", "WH"]], "company_id")
    live = Warehouse.Mode.LIVE
    fixed = {"site": "NORTH", "release_mode": live, "shipment_mode": live, "company_id": own["company_id"]}
    given = {"erp_warehouse_id": own["id"], **fixed, **policy}
    warehouse = Warehouse.objects.create(name="Main warehouse", erp=erp, wms=partner, **given)
    return Depot(odoo, Wms(wms_server), erp, partner, warehouse, death, post, late)


def mapping_of(code: str) -> CodeMapping | None:
    """What is sent for a product's code now."""
    return CodeMapping.objects.filter(kind="product", odoo_code=code, valid_to=None, alias=False).first()
