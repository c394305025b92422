"""Master data while workers die between any two statements and calls, and while two of them work at once."""

from collections import Counter

import pytest

from integration.handlers import HANDLERS
from integration.jobs import engine, master, sweep, telling
from integration.models import Lane, MasterRecord, MasterRun, MasterTold
from tests.component.engine.death import Death, install
from tests.component.engine.yard import together
from tests.component.flows.test_master_data import known, read, report, told
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["told"]
MOST, STEP = 1500, 29
MISSING = ("CD-3013",)  # the demo's products that nobody mapped


def test_wherever_a_look_or_a_batch_ends_the_warehouse_knows_what_odoo_says(
    told: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(master, "PAGE", 5)
    death = Death()
    install(death, monkeypatch)
    drill = told.odoo.id_of("product.product", "DRILL", "default_code")
    deaths = 0
    for turn, points in enumerate(range(5, MOST, STEP)):
        gone = told.odoo.product(f"D-{turn}")
        told.map("product", f"D-{turn}", f"P-D-{turn}", odoo_has_it=True)  # newer than the last look
        read(told)
        told.odoo.call("product.product", "write", [drill], {"weight": turn + 1})
        told.odoo.call("product.product", "unlink", [gone])
        sweep.start_masters("master_sweep")
        with death.after(points):
            told.run()
        died, deaths = death.kills > deaths, death.kills
        told.later()
        agree(told, turn)
        if not died:
            break
    assert deaths * STEP > 100


def agree(yard: Yard, turn: int) -> None:
    """All three sides, after everything has been done."""
    there = known(yard)
    assert float(there["P-DRILL"]["weight"]) == turn + 1
    assert [there[f"P-D-{each}"]["active"] for each in range(turn + 1)] == [False] * (turn + 1)
    assert MasterRecord.objects.filter(gone_at=None).count() == len(ids(yard))
    assert set(MasterRun.objects.exclude(task="tell").values_list("state", flat=True)) == {"done"}
    assert set(MasterTold.objects.values_list("state", flat=True)) == {"taken"}
    assert (yard.unfinished(), [code for code, _ in yard.cases() if code not in MISSING]) == ([], [])


def ids(yard: Yard) -> list[int]:
    domain = [["type", "!=", "service"], ["active", "in", [True, False]]]
    return [row["id"] for row in yard.odoo.rows("product.product", domain, "id")]


def test_two_workers_at_once_read_and_tell_everything_once(told: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(master, "PAGE", 3)
    monkeypatch.setattr(master, "PAGES_PER_JOB", 1)
    monkeypatch.setattr(telling, "BATCH", 2)
    monkeypatch.setattr(telling, "_DUE", telling._DUE.replace("LIMIT 200", "LIMIT 2"))
    sweep.start_masters("master_sweep")

    def work() -> int:
        return sum(engine.run_lane(lane, HANDLERS, seconds=60) for lane in Lane)

    while sum(together(work, work)):
        pass
    assert Counter(size for _, _, size in report(told)["batches"]) == Counter({2: 3})
    assert len(known(told)) == 6
    assert set(MasterTold.objects.values_list("version", "state")) == {(1, "taken")}
    run = MasterRun.objects.get(kind="item", task="sweep")
    assert (run.met, run.gone, run.state) == (len(ids(told)), 0, "done")
