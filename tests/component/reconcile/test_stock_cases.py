"""Stock that differs is one case a product: it says why, in units, and what is done about it is done once."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integration.handlers import HANDLERS
from integration.jobs import acts, differences, engine, inventories, variances
from integration.jobs.acts import NotAllowed
from integration.models import (
    AuditEvent,
    Connection,
    ExceptionCase,
    Lane,
    StockDifference,
    SyncJob,
    Variance,
    VarianceCause,
)
from integration.reconcile.evidence import by_hand
from tests.component.engine.yard import together, until
from tests.component.flows.shelves import SITE, Shelves
from tests.component.flows.yard import SOMEBODY
from tests.component.reconcile.hands import AN_HOUR

pytestmark = pytest.mark.django_db(transaction=True)
CODE = variances.CODE
D = Decimal


def lose(shelves: Shelves, code: str, quantity: int, lot: str = "") -> None:
    """Nobody sees it go."""
    shelves.yard.wms.control("stock", site=SITE, lines=[{"sku": f"P-{code}", "lot": lot, "quantity": str(-quantity)}])


def snapshot(shelves: Shelves) -> None:
    shelves.yard.wms.control("snapshot", site=SITE)
    shelves.yard.run()


def case(sku: str = "NAIL") -> ExceptionCase:
    return ExceptionCase.objects.get(code=CODE, context__sku=sku, state="open")


def cases() -> list[tuple[str, str]]:
    """Of what is filled in here: the stand-in for Odoo has more, which this warehouse has not."""
    rows = ExceptionCase.objects.filter(code=CODE, context__sku__in=["NAIL", "GLUE", "WHAT"])
    return list(rows.order_by("id").values_list("context__sku", "state"))


def variance(sku: str = "NAIL") -> Variance:
    return Variance.objects.get(sku=sku, gone_at=None)


def causes(sku: str = "NAIL") -> list[tuple[str, Decimal, str]]:
    rows = VarianceCause.objects.filter(variance__sku=sku, variance__gone_at=None).order_by("pk")
    return list(rows.values_list("cause", "quantity", "number"))


def test_it_says_why_in_units_with_what_it_is_worth(shelves: Shelves) -> None:
    shelves.stock("NAIL", 320, standard_price=2.5)
    sale = shelves.yard.released(("NAIL", 6))
    shelves.yard.shipped(sale, carrier="NEW", shipment="S-88")
    shelves.adjust({"sku": "P-NAIL", "quantity": "-1", "reason": "BROKEN"}, adjustment="ADJ-1")
    lose(shelves, "NAIL", 1)
    snapshot(shelves)
    row = variance()
    assert (row.says, row.found, row.unexplained, row.value, row.currency) == (320, 312, -1, 20, "USD")
    assert causes() == [("mapping", -6, "S-88"), ("failed", -1, "ADJ-1")]
    why = "6 by a code that is not mapped (S-88); 1 in ADJ-1 waits for a person (CD-8001). Unexplained: 1."
    assert case().cause == f"NAIL at Main warehouse: Odoo 320, warehouse 312. Why: {why}"
    assert (case().value, case().currency, case().connection) == (20, "USD", shelves.yard.partner)
    assert "Add the mapping" in case().fix


def test_a_count_that_waits_for_a_person_is_why(shelves: Shelves) -> None:
    shelves.stock("NAIL", 100)
    lose(shelves, "NAIL", 30)
    number = shelves.count({"sku": "P-NAIL"})["count"]
    shelves.yard.run()
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    assert (causes(), variance().unexplained) == ([("failed", -30, number)], -2)
    assert f"30 in {number} waits for a person (CD-8002). Unexplained: 2." in case().cause
    shelves.approve("CD-8002")
    snapshot(shelves)
    assert (causes(), variance().unexplained) == ([], -2)


def test_what_is_under_way_is_no_difference_until_it_is_late(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    sale = shelves.yard.released(("NAIL", 5))
    shelves.yard.wms.ship(sale.release)
    shelves.yard.wms.control("snapshot", site=SITE)
    compare(shelves)
    assert cases() == []
    SyncJob.objects.filter(state__in=SyncJob.ACTIVE).update(created_at=F("created_at") - AN_HOUR)
    compare(shelves)
    assert (causes()[0][:2], variance().unexplained) == (("not_yet", -5), 0)
    with pytest.raises(NotAllowed, match="Nothing of it waits"):
        variances.work_again(case().pk, SOMEBODY, "it is late")
    shelves.yard.run()
    shelves.read()
    assert cases() == [("NAIL", "resolved")]


def compare(shelves: Shelves) -> None:
    """Only what is about inventory is worked on."""
    until(lambda: shelves.yard.wms.pending() == 0)
    inventories.start_reads()
    engine.run_lane(Lane.INVENTORY, HANDLERS, seconds=60)


def test_a_message_that_got_lost_is_fetched_once_from_its_case(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    sale = shelves.yard.released(("NAIL", 5))
    shelves.yard.wms.ship(sale.release, faults=["lost"])
    shelves.yard.wms.control("tell", release=sale.release, stage="shipped")
    shelves.yard.run()
    snapshot(shelves)
    assert causes() == [("missing", -5, sale.release)]
    with pytest.raises(NotAllowed, match="cannot be asked"):
        variances.fetch(case().pk, SOMEBODY, "it left at noon")
    profile = {"facts": {**shelves.yard.partner.profile["facts"], "serves": ["events"]}}
    Connection.objects.filter(pk=shelves.yard.partner.pk).update(profile=profile)
    for _ in range(2):  # a double click
        assert variances.fetch(case().pk, SOMEBODY, "it left at noon") == 1
    assert SyncJob.objects.filter(flow="messages_fetch").count() == 1
    shelves.yard.run()
    shelves.read()
    assert (cases(), shelves.yard.left(sale)) == ([("NAIL", "resolved")], {"NAIL": (5, 5, 5)})


def test_it_closes_by_itself_and_is_told_anew_when_it_says_something_else(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    shelves.read()
    assert (cases(), case().count) == ([("NAIL", "open")], 1)
    lose(shelves, "NAIL", 1)
    snapshot(shelves)
    assert (case().count, case().context["found"]) == (2, "17")
    lose(shelves, "NAIL", -3)
    snapshot(shelves)
    assert (cases(), Variance.objects.filter(sku="NAIL", gone_at=None).count()) == ([("NAIL", "resolved")], 0)


def test_a_code_that_is_a_product_s_number_is_a_case_of_its_own(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    lose(shelves, "NAIL", 2)
    number = str(shelves.products["NAIL"])
    shelves.yard.wms.control("stock", site=SITE, lines=[{"sku": number, "quantity": "4"}])
    snapshot(shelves)
    assert [[row.sku for row in variances.of(case(sku))] for sku in ("NAIL", number)] == [["NAIL"], [number]]
    assert (case().context["found"], case(number).context["found"]) == ("18", "4")
    lose(shelves, "NAIL", -2)
    snapshot(shelves)
    assert (cases(), case(number).state) == ([("NAIL", "resolved")], "open")


def test_what_a_person_has_closed_stays_closed_while_it_says_the_same(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    acts.ignore_case(case().pk, SOMEBODY, "samples")
    snapshot(shelves)
    assert cases() == [("NAIL", "ignored")]
    lose(shelves, "NAIL", 1)
    snapshot(shelves)
    assert cases() == [("NAIL", "ignored"), ("NAIL", "open")]


def test_the_rest_is_posted_once_somebody_approves_it(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    sale = shelves.yard.released(("NAIL", 5))
    shelves.yard.shipped(sale, carrier="NEW")
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    assert variances.correct(case().pk, SOMEBODY, "counted") == 1
    with pytest.raises(NotAllowed, match="being corrected already"):
        variances.correct(case().pk, SOMEBODY, "counted")
    shelves.yard.run()
    assert (shelves.odoo(), StockDifference.objects.get().state) == ({("NAIL", "", "good"): D(20)}, "waiting")
    differences.approve(shelves.yard.case("CD-8002").pk, SOMEBODY, "counted again")
    shelves.yard.run()
    assert shelves.odoo() == {("NAIL", "", "good"): D(18)}
    shelves.yard.map("carrier", "Express", "NEW")
    shelves.yard.run()
    shelves.read()
    assert (shelves.agree(), cases(), Variance.objects.filter(sku="NAIL", gone_at=None).exists()) == (
        True,
        [("NAIL", "resolved")],
        False,
    )
    assert AuditEvent.objects.get(verb="correct stock").detail["lines"] == 1


@pytest.mark.parametrize("is_allowed", [True, False])
def test_several_products_of_one_snapshot_are_corrected_each(shelves: Shelves, is_allowed: bool) -> None:
    """Each is judged, and where no rule lets it through, approved by itself."""
    if is_allowed:
        shelves.allow()
    for code in ("NAIL", "GLUE"):
        shelves.stock(code, 20)
        lose(shelves, code, 2)
    snapshot(shelves)
    assert [variances.correct(case(code).pk, SOMEBODY, "counted") for code in ("NAIL", "GLUE")] == [1, 1]
    shelves.yard.run()
    waiting = ExceptionCase.objects.filter(code="CD-8002", state="open")
    assert waiting.count() == (0 if is_allowed else 2)
    for pk in list(waiting.values_list("pk", flat=True)):
        differences.approve(pk, SOMEBODY, "counted again")
    shelves.yard.run()
    assert shelves.odoo() == {("NAIL", "", "good"): D(18), ("GLUE", "", "good"): D(18)}


def test_what_is_older_than_the_last_movement_is_not_posted(shelves: Shelves, admin_client: Any) -> None:
    shelves.allow()
    shelves.stock("NAIL", 20)
    sale = shelves.yard.released(("NAIL", 5))
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    address = reverse("admin:integration_exceptioncase_change", args=[case().pk])
    page = admin_client.get(address).text
    assert ("The warehouse: as of" in page, "moved there since" in page) == (True, False)
    shelves.yard.shipped(sale)
    with pytest.raises(NotAllowed, match=r"NAIL moved there at .*: ask for its stock first\."):
        variances.correct(case().pk, SOMEBODY, "counted")
    assert "moved there since" in admin_client.get(address).text
    assert not StockDifference.objects.exists()
    snapshot(shelves)
    assert variances.correct(case().pk, SOMEBODY, "counted") == 1
    shelves.yard.run()
    assert (shelves.odoo(), shelves.agree()) == ({("NAIL", "", "good"): D(13)}, True)


@pytest.mark.parametrize(
    ("limit", "said", "state"),
    [
        ("10", "A rule lets 1 line through: it is posted at once, without approval.", "Posted"),
        ("1", "No rule lets 1 line through: it waits for approval.", "waits for a person"),
    ],
)
def test_who_posts_the_rest_is_told_whether_it_is_posted_or_waits(
    shelves: Shelves, admin_client: Any, limit: str, said: str, state: str
) -> None:
    shelves.allow(value=limit)
    shelves.stock("NAIL", 20)
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    pk = case().pk
    address = reverse("admin:integration_exceptioncase_act", args=[pk, "correct"])
    assert "at once where a business rule lets it through" in admin_client.post(address).text
    assert said in admin_client.post(address, {"reason": "counted"}, follow=True).text
    shelves.yard.run()
    page = admin_client.get(reverse("admin:integration_exceptioncase_change", args=[pk])).text
    assert state in page.partition("What was handed on to be posted")[2].partition("</ul>")[0]


def test_two_who_press_at_once_have_it_posted_once(shelves: Shelves) -> None:
    shelves.allow()
    shelves.stock("NAIL", 20)
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    pk = case().pk

    def press() -> int:
        try:
            return variances.correct(pk, SOMEBODY, "counted")
        except NotAllowed:
            return 0

    assert sorted(together(press, press, press)) == [0, 0, 1]
    shelves.yard.run()
    shelves.read()
    assert (shelves.odoo(), cases()) == ({("NAIL", "", "good"): D(18)}, [("NAIL", "resolved")])
    assert len(shelves.texts("NAIL")) == 2  # what was filled in at first, and this


def test_what_another_act_is_for_is_not_corrected(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    sale = shelves.yard.released(("NAIL", 5))
    shelves.yard.wms.ship(sale.release, faults=["lost"])
    shelves.yard.wms.progress(sale.release, "shipped")
    snapshot(shelves)
    assert causes() == [("missing", -5, sale.release)]
    with pytest.raises(NotAllowed, match="asks for something else"):
        variances.correct(case().pk, SOMEBODY, "counted")


def test_of_what_was_refused_nothing_is_posted_with_the_rest(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    shelves.adjust({"sku": "P-NAIL", "quantity": "4", "reason": "FOUND"})
    shelves.yard.run()
    shelves.refuse()
    lose(shelves, "NAIL", -1)
    snapshot(shelves)
    assert (causes()[0][:2], variance().unexplained) == (("refused", 4), 1)
    variances.correct(case().pk, SOMEBODY, "counted")
    shelves.yard.run()
    differences.approve(shelves.yard.case("CD-8002").pk, SOMEBODY, "yes")
    shelves.yard.run()
    assert shelves.odoo() == {("NAIL", "", "good"): D(21)}


def test_a_message_that_a_person_ended_is_worked_on_again_from_the_case(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    sale = shelves.yard.released(("NAIL", 5))
    shelves.yard.shipped(sale, carrier="NEW")
    acts.ignore_case(shelves.yard.case("CD-3006").pk, SOMEBODY, "no")
    snapshot(shelves)
    assert [(cause, quantity) for cause, quantity, _ in causes()] == [("refused", -5)]
    shelves.yard.map("carrier", "Express", "NEW")
    assert variances.work_again(case().pk, SOMEBODY, "mapped") == 1
    with pytest.raises(NotAllowed, match="it is being worked on"):
        variances.work_again(case().pk, SOMEBODY, "mapped")
    shelves.yard.run()
    shelves.read()
    assert (shelves.agree(), cases()) == (True, [("NAIL", "resolved")])


def test_the_warehouse_is_asked_once_however_often_somebody_asks(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    assert variances.ask(case().pk, SOMEBODY, "") is False
    shelves.yard.run()
    Connection.objects.filter(pk=shelves.yard.partner.pk).update(profile={"facts": {"serves": ["inventory"]}})
    lose(shelves, "NAIL", -2)
    assert (variances.ask(case().pk, SOMEBODY, ""), variances.ask(case().pk, SOMEBODY, "")) == (True, True)
    assert SyncJob.objects.filter(flow="inventory_fetch").count() == 1
    shelves.yard.run()
    assert cases() == [("NAIL", "resolved")]


def test_what_was_before_the_slot_agreed_is_no_reason(shelves: Shelves) -> None:
    """Somebody at the warehouse keyed it without a word: it agreed then."""
    shelves.stock("NAIL", 20)
    shelves.adjust({"sku": "P-NAIL", "quantity": "4", "reason": "FOUND"})
    shelves.yard.run()
    shelves.refuse()
    lose(shelves, "NAIL", 4)
    snapshot(shelves)
    lose(shelves, "NAIL", -4)
    snapshot(shelves)
    assert (causes(), variance().unexplained) == ([], 4)


def test_lots_and_codes_have_one_case_a_product(shelves: Shelves) -> None:
    shelves.stock("GLUE", lots={"L1": 5, "L2": 5})
    lose(shelves, "GLUE", 2, "L1")
    lose(shelves, "GLUE", -2, "L2")
    shelves.yard.wms.control("stock", site=SITE, lines=[{"sku": "WHAT", "quantity": "4"}])
    snapshot(shelves)
    assert sorted(cases()) == [("GLUE", "open"), ("WHAT", "open")]
    assert "Why: 4 as another lot or in another place. Unexplained: 0." in case("GLUE").cause
    assert "Odoo 0, warehouse 4. Why: 4 by a code that is not mapped (WHAT)" in case("WHAT").cause


def test_its_page_names_each_part_and_offers_what_fits(shelves: Shelves, admin_client: Any) -> None:
    shelves.stock("NAIL", 20)
    sale = shelves.yard.released(("NAIL", 5))
    shelves.yard.shipped(sale, carrier="NEW", shipment="S-88")
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    job = SyncJob.objects.get(flow="shipment_confirmation")
    page = admin_client.get(reverse("admin:integration_exceptioncase_change", args=[case().pk])).text
    for text in ("S-88", "Work on it again", "Ask for its stock", "Post the rest for approval"):
        assert text in page
    assert reverse("admin:integration_syncjob_change", args=[job.pk]) in page
    row = admin_client.get(reverse("admin:integration_variance_change", args=[variance().pk])).text
    assert "code not mapped" in row
    assert reverse("admin:integration_inboundmessage_change", args=[job.inbound_id]) in row
    address = reverse("admin:integration_exceptioncase_act", args=[case().pk, "correct"])
    admin_client.post(address, {"reason": "counted"})
    admin_client.post(address, {"reason": "counted"})
    assert StockDifference.objects.count() == 1


def test_what_was_shipped_by_hand_is_looked_for_a_page_of_orders_at_a_time(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that Odoo says of an order is large, and thousands may be open."""
    monkeypatch.setattr(by_hand, "AT_ONCE", 2)
    shelves.stock("NAIL", 320)
    sales = [shelves.yard.released(("NAIL", quantity)) for quantity in (5, 3, 2)]
    for sale in sales:
        shelves.yard.odoo.validate_by_hand(sale.id)
    shelves.yard.look()
    with CaptureQueriesContext(connection) as asked:
        snapshot(shelves)
    found = sorted((cause, quantity) for cause, quantity, _ in causes())
    assert found == [("by_hand", D(2)), ("by_hand", D(3)), ("by_hand", D(5))]
    read = [each["sql"] for each in asked if 'FROM "integration_capturedrecord"' in each["sql"]]
    pages = [each.partition('"record_id" IN (')[2].partition(")")[0].count(",") + 1 for each in read if " IN (" in each]
    assert max(pages) == 2
