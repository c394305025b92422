"""Master data from Odoo to the warehouse: what is read, what is told, what is refused, and who dies in between."""

import pytest
from django.db import transaction

from integration.jobs import acts, failpoints, fetching, mapping_files, master, matches, sweep, telling
from integration.models import (
    AuditEvent,
    Connection,
    ExceptionCase,
    JobAttempt,
    MasterRecord,
    MasterRun,
    MasterTold,
    PartnerItem,
    SyncJob,
)
from integration.rules.matching import Reason
from tests.component.flows.yard import SOMEBODY, Yard

MANY = 1000
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(yard: Yard) -> Yard:
    """A warehouse that takes items, and has told so."""
    take(yard, "item")
    return yard


def take(yard: Yard, *kinds: str, same: bool = False) -> None:
    profile = {"facts": {"accepts": ["order.release", "master.batch"], "serves": ["items"]}}
    Connection.objects.filter(pk=yard.partner.pk).update(master_kinds=list(kinds), same_codes=same, profile=profile)
    yard.partner.refresh_from_db()


def read(yard: Yard, flow: str = "master_poll") -> None:
    sweep.start_masters(flow)
    yard.run()


def known(yard: Yard, kind: str = "item") -> dict[str, dict]:
    """What the warehouse was told, by its code."""
    return {row["code"]: row for row in report(yard)["records"] if row["kind"] == kind}


def report(yard: Yard) -> dict:
    return yard.wms._control.get("master").json()


def writes(yard: Yard) -> list[str]:
    return yard.odoo.writes()


def test_the_first_look_reads_everything_and_the_warehouse_learns_what_is_mapped(told: Yard) -> None:
    read(told)
    assert sorted(known(told)) == ["P-CRATE-M", "P-CRATE-S", "P-DRILL", "P-GLOVE-M", "P-PAINT-W", "P-ROPE-10"]
    drill = known(told)["P-DRILL"]
    assert (drill["tracking"], drill["unit"], drill["active"]) == ("serial", "EA", True)
    assert MasterRecord.objects.filter(kind="item", name="").count() == 0
    assert (told.unfinished(), writes(told)) == ([], [])


def test_products_that_nobody_mapped_are_one_case_and_not_sent(told: Yard) -> None:
    told.odoo.product("LOOSE")
    read(told)
    [(code, words)] = told.cases()
    assert code == "CD-3013"
    assert f"{telling.unmapped(told.partner, 'item')} products" in words
    assert "LOOSE" not in known(told)


def test_a_mapping_lets_the_product_go_and_the_last_one_closes_the_case(told: Yard) -> None:
    told.odoo.product("LOOSE")
    read(told)
    for record in MasterRecord.objects.filter(kind="item").exclude(code=""):
        if f"P-{record.code}" not in known(told):
            told.map("product", record.code, f"P-{record.code}")
    for record in MasterRecord.objects.filter(kind="item", code=""):
        told.odoo.call("product.product", "write", [record.erp_id], {"default_code": f"X-{record.erp_id}"})
        told.map("product", f"X-{record.erp_id}", f"P-X-{record.erp_id}")
    read(told)
    assert "P-LOOSE" in known(told)
    assert told.cases() == []


def test_a_unit_that_is_mapped_anew_is_told_with_every_item(told: Yard) -> None:
    read(told)
    told.map("unit", "Units", "PCE")
    read(told)
    assert {item["unit"] for item in known(told).values()} == {"PCE"}


def test_where_odoo_s_codes_serve_nothing_needs_a_mapping(yard: Yard) -> None:
    take(yard, "item", same=True)
    yard.odoo.product("LOOSE")
    read(yard)
    assert {"LOOSE", "P-DRILL"} <= set(known(yard))
    assert "DRILL" not in known(yard)


def test_nothing_changed_means_nothing_is_told_again(told: Yard) -> None:
    read(told)
    before = report(told)["batches"]
    read(told)
    read(told, "master_sweep")
    assert report(told)["batches"] == before
    assert MasterRecord.objects.exclude(version=1).count() == 0


def test_only_what_changed_is_told(told: Yard) -> None:
    read(told)
    count = len(report(told)["batches"])
    product = told.odoo.id_of("product.product", "DRILL", "default_code")
    told.odoo.call("product.product", "write", [product], {"weight": 4.5})
    read(told)
    assert report(told)["batches"][count:] == [["item", count + 1, 1]]
    assert float(known(told)["P-DRILL"]["weight"]) == 4.5


def test_a_box_with_a_barcode_reaches_the_warehouse(told: Yard) -> None:
    read(told)
    product = told.odoo.id_of("product.product", "DRILL", "default_code")
    told.odoo.call(
        "product.packaging", "create", {"name": "Crate", "product_id": product, "qty": 6, "barcode": "5012345678900"}
    )
    read(told)
    [box] = known(told)["P-DRILL"]["packagings"]
    assert (box["barcode"], float(box["quantity"])) == ("5012345678900", 6)


def test_a_sweep_finds_what_was_deleted_and_the_warehouse_is_told(told: Yard) -> None:
    product = told.odoo.product("GONE")
    told.map("product", "GONE", "P-GONE")
    read(told)
    assert known(told)["P-GONE"]["active"] is True
    told.odoo.call("product.product", "unlink", [product])
    read(told)
    assert known(told)["P-GONE"]["active"] is True
    read(told, "master_sweep")
    assert known(told)["P-GONE"]["active"] is False
    record = MasterRecord.objects.get(code="GONE")
    assert (record.active, record.gone_at is None, record.version) == (False, False, 2)


def test_much_that_is_gone_at_once_is_believed_when_a_person_says_so(told: Yard) -> None:
    """As when the integration user lost a company: Odoo leaves out silently what it may not see."""
    count = 25
    ids = told.odoo.call(
        "product.product", "create", [{"name": f"N{n}", "default_code": f"N{n}"} for n in range(count)]
    )
    read(told)
    told.odoo.call("product.product", "unlink", ids)
    read(told, "master_sweep")
    total = MasterRecord.objects.count()
    assert told.case("CD-3014").cause == f"Odoo shows {count} fewer items than the {total} that it had."
    assert MasterRecord.objects.exclude(gone_at=None).count() == 0
    told.retry("CD-3014")
    told.run()
    assert MasterRecord.objects.exclude(gone_at=None).count() == count
    assert "CD-3014" not in dict(told.cases())
    assert told.unfinished() == []


def test_what_nobody_was_told_of_needs_no_farewell(told: Yard) -> None:
    archived = told.odoo.product("OLD", active=False)
    told.map("product", "OLD", "P-OLD")
    read(told)
    assert MasterRecord.objects.get(erp_id=archived, kind="item").active is False
    assert "P-OLD" not in known(told)


def test_a_record_that_the_warehouse_refuses_is_a_case_and_the_others_are_taken(told: Yard) -> None:
    told.wms.control("refuse", **{"P-DRILL": "no tariff code"})
    read(told)
    refused = [case for case in told.cases() if case[0] == "CD-3010"]
    assert refused == [("CD-3010", "Northgate 3PL does not take item DRILL: no tariff code.")]
    assert len(known(told)) == 5
    told.wms.control("refuse")
    told.retry("CD-3010")
    told.run()
    assert "P-DRILL" in known(told)
    assert not ExceptionCase.objects.filter(code="CD-3010", state__in=ExceptionCase.UNRESOLVED).exists()


def test_a_batch_whose_answer_was_lost_is_taken_once_and_its_refusals_are_heard(told: Yard) -> None:
    told.wms.control("refuse", **{"P-DRILL": "no tariff code"})
    match = {"side": "request", "method": "POST", "path": "/master"}
    told.wms.control("faults", match=match, fault="cut_after_commit", times=1)
    read(told)
    assert MasterTold.objects.filter(state="sending").count() == 6
    told.later()
    assert [batch[2] for batch in report(told)["batches"]] == [6]
    assert dict(MasterTold.objects.values_list("record__code", "state"))["DRILL"] == "refused"
    assert [code for code, _ in told.cases()] == ["CD-3010", "CD-3013"]


def test_a_batch_that_is_refused_as_a_whole_is_one_case_and_a_person_sends_it_again(told: Yard) -> None:
    told.wms.control("refuse", **{"*": "closed for stock-taking"})
    read(told)
    assert dict(told.cases())["CD-3011"] == "Northgate 3PL takes none of the batch item 1: closed for stock-taking."
    assert set(MasterTold.objects.values_list("state", "reason")) == {("refused", "closed for stock-taking")}
    told.wms.control("refuse")
    told.retry("CD-3011")
    told.run()
    assert len(known(told)) == 6
    assert [code for code, _ in told.cases()] == ["CD-3013"]


def test_a_warehouse_that_takes_no_master_data_is_a_case(yard: Yard) -> None:
    Connection.objects.filter(pk=yard.partner.pk).update(master_kinds=["item"])
    read(yard)
    assert [code for code, _ in yard.cases()] == ["CD-3012"]
    assert known(yard) == {}


def test_customers_lots_units_and_sites_are_told_in_the_warehouse_s_words(yard: Yard) -> None:
    take(yard, "customer", "lot", "unit", "site", "carrier")
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"customer_rank": 1, "ref": "ALDER"})
    read(yard)
    assert known(yard, "customer")["ALDER"]["address"]["city"] == "Springfield"
    assert set(known(yard, "unit")) == {"EA"}
    assert set(known(yard, "carrier")) == {"STD"}
    assert set(known(yard, "site")) == {"NORTH"}
    assert {row["item"] for row in known(yard, "lot").values()} <= {"P-PAINT-W", "P-DRILL"}
    assert not MasterRecord.objects.filter(kind="customer").exclude(name="").exists()


def test_a_look_that_dies_goes_on_where_it_stopped(told: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        told.odoo.product(f"N-{number:02}")
    monkeypatch.setattr(master, "PAGE", 4)
    hits = iter(range(100))

    def die(point: str) -> None:
        if point == "in_look" and next(hits) == 1:
            raise SystemExit

    monkeypatch.setattr(failpoints, "hit", die)
    with pytest.raises(SystemExit):
        read(told, "master_sweep")
    run = MasterRun.objects.get(kind="item", task="sweep")
    done = list(MasterRecord.objects.filter(kind="item").values_list("erp_id", flat=True))
    assert (run.state, run.met, len(done), run.after_id) == ("running", 8, 8, max(done))
    monkeypatch.setattr(failpoints, "hit", lambda point: None)
    told.odoo.forget_calls()
    told.later()
    run.refresh_from_db()
    assert (run.state, run.number, run.gone) == ("done", 1, 0)
    assert run.met == MasterRecord.objects.filter(kind="item").count() > 14


def test_a_batch_that_waits_lets_nothing_newer_past_it(told: Yard) -> None:
    match = {"side": "request", "method": "POST", "path": "/master"}
    told.wms.control("faults", match=match, fault="cut_before", times=1000)  # its next try may be due at once
    read(told)
    product = told.odoo.id_of("product.product", "DRILL", "default_code")
    told.odoo.call("product.product", "write", [product], {"weight": 9})
    read(told)
    assert report(told)["batches"] == []
    told.wms.mend()
    told.later()
    assert report(told)["batches"] == [["item", 1, 6], ["item", 2, 1]]
    assert float(known(told)["P-DRILL"]["weight"]) == 9


def test_a_batch_that_a_person_ended_is_not_on_its_way_any_more(told: Yard) -> None:
    match = {"side": "request", "method": "POST", "path": "/master"}
    told.wms.control("faults", match=match, fault="cut_before", times=1000)  # its next try may be due at once
    read(told)
    job = SyncJob.objects.get(state="retry", flow="master_send")
    acts.cancel_job(job.pk, SOMEBODY, "it knows them")
    told.run()
    assert set(MasterTold.objects.values_list("state", flat=True)) == {"left_out"}
    read(told)
    assert report(told)["batches"] == []


def test_many_products_are_read_in_pages_by_several_jobs(told: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(master, "PAGE", 50)
    for start in range(0, MANY, 1000):
        rows = [{"name": f"Bulk {n}", "default_code": f"BULK-{n}"} for n in range(start, start + 1000)]
        told.odoo.call("product.product", "create", rows)
    read(told, "master_sweep")
    run = MasterRun.objects.get(kind="item", task="sweep")
    assert (run.state, run.met, run.gone) == ("done", MasterRecord.objects.count(), 0)
    jobs = JobAttempt.objects.filter(job__flow="master_sweep")
    asked = [[call["what"] for call in each.calls if call["what"].startswith("product.product")] for each in jobs]
    calls = [len([what for what in each if not what.endswith(".fields_get")]) for each in asked]  # those once a process
    pages = -(-run.met // master.PAGE)
    assert len(calls) >= pages // master.PAGES_PER_JOB
    assert max(calls) <= 2 * master.PAGES_PER_JOB + 2
    assert sum(calls) <= 2 * (pages + 1) + 4


def test_the_warehouse_s_own_items_are_read_page_by_page_and_the_old_ones_end(told: Yard) -> None:
    told.wms.control("catalogue", **{f"SKU-{n:04}": {"name": "x", "barcodes": [f"{n:013}"]} for n in range(250)})
    fetch(told)
    assert PartnerItem.objects.filter(active=True).count() == 250
    told.wms.control("catalogue", **{"SKU-0001": {}})
    fetch(told)
    assert list(PartnerItem.objects.filter(active=True).values_list("sku", flat=True)) == ["SKU-0001"]
    assert MasterRun.objects.get(task="fetch").gone == 249


def test_what_a_person_matches_is_told_and_lets_waiting_orders_go(told: Yard) -> None:
    told.odoo.product("new-07")
    sale = told.sell(("new-07", 2))
    told.look()
    assert [code for code, _ in told.cases()] == ["CD-3001"]
    read(told)
    told.wms.control("catalogue", **{"NEW 7": {}, "NEW07": {}})
    fetch(told)
    [proposal] = matches.proposals(told.partner).proposals
    assert (proposal.product.code, proposal.item.code, proposal.reason) == ("new-07", "NEW07", Reason.NORMALISED)
    assert mapping_files.accept(told.partner, [("new-07", "NEW07")], SOMEBODY) == 1
    told.run()
    read(told)
    assert told.wms.held(sale.name)[0].lines == {"NEW07": "2"}
    assert "NEW07" in known(told)
    assert AuditEvent.objects.get(verb="match products").detail["new"] == ["product new-07 NEW07  1 1 no"]


def fetch(yard: Yard) -> None:
    with transaction.atomic():
        fetching.ask(yard.partner, SOMEBODY)
    yard.run()
