"""What becomes of a parcel: where it is, what it cost, who has it, and what proves it; in Odoo once each."""

import hashlib
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest

from integration.models import BusinessRule, Parcel, ParcelEvent, Proof, ProofFile, Warehouse
from tests.component.engine.yard import until
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
every_odoo = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)
MAY = "2026-05-0{}T10:00:00Z"


def sent(yard: Yard, **script: Any) -> tuple[Sale, str]:
    """An order that has left in full, and its shipment's number."""
    sale = yard.released(("CRATE-S", 4))
    return sale, str(yard.shipped(sale, **{"packages": 1, "shipped_at": MAY.format(1), **script})["shipment"])


def said(yard: Yard, shipment: str, status: str, **how: object) -> None:
    yard.wms.track(shipment, status, **how)
    yard.run()


def usd(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def well(yard: Yard) -> None:
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_parcel_is_where_it_was_seen_last_whatever_comes_late_or_twice(yard: Yard) -> None:
    _, number = sent(yard)
    said(yard, number, "out_for_delivery", at=MAY.format(3), place="Leeds", faults=["renumbered"])
    said(yard, number, "in_transit", at=MAY.format(2), place="Hull")
    parcel = Parcel.objects.get()
    assert (parcel.status, parcel.place, parcel.package) == ("out_for_delivery", "Leeds", f"{number}-P1")
    assert list(ParcelEvent.objects.values_list("status", flat=True)) == ["out_for_delivery", "in_transit"]
    well(yard)


@every_odoo
def test_a_delivery_is_noted_once_in_odoo_with_who_signed(yard: Yard) -> None:
    sale, number = sent(yard)
    said(yard, number, "delivered", at=MAY.format(4), signed_by="J. Roe", faults=["duplicate", "renumbered"])
    said(yard, number, "in_transit", at=MAY.format(5))
    text = f"Parcel TRK-{number}-P1 was delivered on 2026-05-04 10:00 UTC, signed by J. Roe."
    assert yard.odoo.notes(sale.id) == [text]
    parcel = Parcel.objects.get()
    assert (parcel.status, parcel.signed_by, f"{parcel.delivered_at:%d %H}") == ("delivered", "J. Roe", "04 10")
    well(yard)


@pytest.mark.parametrize("status", ["exception", "returned"])
def test_a_parcel_that_is_held_up_or_comes_back_is_a_case(yard: Yard, status: str) -> None:
    sale, number = sent(yard)
    said(yard, number, status, place="Hull", note="address unknown", faults=["renumbered"])
    [(code, cause)] = yard.cases()
    words = {"exception": "held up", "returned": "returned"}[status]
    told = f"Parcel TRK-{number}-P1 of shipment {number} ({sale.release}): {words} at Hull: address unknown."
    assert (code, cause) == ("CD-5023", told)
    said(yard, number, "out_for_delivery")
    assert yard.cases() == []


def test_what_is_old_opens_no_case(yard: Yard) -> None:
    _, number = sent(yard)
    said(yard, number, "delivered", at=MAY.format(4))
    said(yard, number, "exception", at=MAY.format(2))
    well(yard)


@every_odoo
def test_the_freight_of_all_parcels_is_one_sum_on_the_transfer(yard: Yard) -> None:
    sale, number = sent(yard, packages=2, freight_each=usd("4.50"))
    assert yard.odoo.freight(sale.id) == [9.0]
    said(yard, number, "in_transit", number=f"TRK-{number}-P2", freight=usd("6.25"), faults=["renumbered"])
    assert yard.odoo.freight(sale.id) == [10.75]
    assert yard.effects("freight") == ["landed"]
    well(yard)


def test_two_packages_with_one_number_are_two_parcels_and_both_count(yard: Yard) -> None:
    packages = [{"package": name, "tracking_number": "T1", "freight": usd("3")} for name in ("A", "B")]
    sale, _ = sent(yard, packages=packages)
    assert list(Parcel.objects.values_list("number", "package")) == [("B", "B"), ("T1", "A")]
    assert yard.odoo.freight(sale.id) == [6.0]
    well(yard)


def test_what_the_shipment_said_stands_until_each_parcel_says_its_own(yard: Yard) -> None:
    sale, number = sent(yard, packages=2, freight=usd("20"))
    said(yard, number, "in_transit", number=f"TRK-{number}-P1", freight=usd("12"))
    assert yard.odoo.freight(sale.id) == [20.0]
    said(yard, number, "in_transit", number=f"TRK-{number}-P2", freight=usd("11"))
    assert yard.odoo.freight(sale.id) == [23.0]
    well(yard)


@pytest.mark.parametrize("day", [4, 3])
def test_another_parcel_s_freight_of_the_same_moment_or_an_earlier_one_counts_as_well(yard: Yard, day: int) -> None:
    """As on a carrier's invoice, which dates all of its lines alike."""
    sale, number = sent(yard, packages=2)
    said(yard, number, "in_transit", at=MAY.format(4), number=f"TRK-{number}-P1", freight=usd("12"))
    said(yard, number, "in_transit", at=MAY.format(day), number=f"TRK-{number}-P2", freight=usd("11"))
    assert yard.odoo.freight(sale.id) == [23.0]
    well(yard)


def test_late_freight_that_is_older_than_what_is_known_changes_nothing(yard: Yard) -> None:
    sale, number = sent(yard)
    said(yard, number, "in_transit", at=MAY.format(3), freight=usd("12"))
    said(yard, number, "dispatched", at=MAY.format(2), freight=usd("8"))
    assert (yard.odoo.freight(sale.id), Parcel.objects.get().freight) == ([12.0], Decimal(12))
    well(yard)


def test_freight_whose_answer_was_lost_is_found(yard: Yard) -> None:
    sale, number = sent(yard)
    yard.odoo.fault("write", "cut_after_commit")
    said(yard, number, "in_transit", freight=usd("12"))
    yard.later()
    assert (yard.odoo.freight(sale.id), yard.effects("freight")) == ([12.0], ["landed"])
    well(yard)


def test_freight_stays_here_where_the_warehouse_is_set_so(yard: Yard) -> None:
    yard.set(freight_policy=Warehouse.Freight.NONE)
    sale, number = sent(yard, freight=usd("20"))
    said(yard, number, "in_transit", freight=usd("12"))
    assert (yard.odoo.freight(sale.id), Parcel.objects.get().freight) == ([0.0], Decimal(12))
    well(yard)


@pytest.mark.parametrize("late", [False, True])
def test_freight_in_another_currency_is_never_converted_and_a_person_decides(yard: Yard, late: bool) -> None:
    sale, number = sent(yard, **({} if late else {"freight": usd("20", "EUR")}))
    if late:
        said(yard, number, "in_transit", freight=usd("20", "EUR"))
    cause = f"Freight of shipment {number} on {sale.release} is 20 EUR; Odoo keeps it in USD."
    assert (yard.cases(), yard.odoo.freight(sale.id)) == ([("CD-5025", cause)], [0.0])
    assert yard.unfinished() == []


def test_or_it_is_a_note(yard: Yard) -> None:
    yard.set(foreign_freight=Warehouse.ForeignFreight.NOTE)
    sale, number = sent(yard, freight=usd("20", "EUR"))
    note = f"Freight of shipment {number}: 20 EUR. Not entered here: it is not in USD."
    assert (yard.odoo.notes(sale.id), yard.odoo.freight(sale.id)) == ([note], [0.0])
    well(yard)


@every_odoo
def test_proofs_hang_on_the_transfer_once(yard: Yard) -> None:
    sale, number = sent(yard, proof=True)
    said(yard, number, "delivered", proof=True, faults=["duplicate", "renumbered"])
    assert yard.odoo.files(sale.id) == [
        (f"handed-over-{number}.txt", f"handed over {number}\n".encode()),
        (f"delivered-TRK-{number}-P1.txt", f"delivered TRK-{number}-P1\n".encode()),
    ]
    kinds = Proof.objects.order_by("pk").values_list("kind", "number")
    assert list(kinds) == [("dispatch", ""), ("delivery", f"TRK-{number}-P1")]
    well(yard)


def test_a_proof_whose_answer_was_lost_is_found_and_one_file_is_kept_once(yard: Yard) -> None:
    content = b"%PDF-1.4 one page for all"
    digest = hashlib.sha256(content).hexdigest()
    proof = {"name": "pod.pdf", "media_type": "application/pdf", "sha256": digest}
    proof["content"] = b64encode(content).decode()
    sale, number = sent(yard, packages=2)
    yard.odoo.fault("create", "cut_after_commit", model="ir.attachment")
    for parcel in ("P1", "P2"):
        said(yard, number, "delivered", number=f"TRK-{number}-{parcel}", proof=proof)
    yard.later()
    assert yard.odoo.files(sale.id) == [("pod.pdf", content)]
    assert (ProofFile.objects.count(), Proof.objects.count(), yard.effects("attach")) == (1, 2, ["landed"] * 2)
    well(yard)


def test_a_proof_that_is_not_what_it_says_is_refused_at_the_door(yard: Yard) -> None:
    sale, number = sent(yard)
    data = {"shipment": number, "release": sale.release, "tracking_number": "T1", "delivered_at": MAY.format(4)}
    proof = {"name": "pod.txt", "media_type": "text/plain", "sha256": "0" * 64, "content": b64encode(b"x").decode()}
    assert yard.wms.send("shipment.delivered", {**data, "proof": proof}) == 400
    assert (Proof.objects.count(), yard.unfinished()) == (0, [])


def test_a_proof_of_two_megabytes_passes_the_door(yard: Yard) -> None:
    content = b"%PDF" + bytes(1_999_996)
    proof = {"name": "pod.pdf", "media_type": "application/pdf", "sha256": hashlib.sha256(content).hexdigest()}
    sale, number = sent(yard)
    said(yard, number, "delivered", proof={**proof, "content": b64encode(content).decode()})
    assert [(name, len(held)) for name, held in yard.odoo.files(sale.id)] == [("pod.pdf", 2_000_000)]
    well(yard)


def test_news_that_overtook_its_shipment_is_written_when_that_is_booked(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    yard.wms.ship(sale.release, packages=1, faults=["lost"])
    yard.wms.track("SHP-000001", "delivered", at=MAY.format(4), freight=None)
    yard.run()
    assert [code for code, _ in yard.cases()] == ["CD-5026"]
    yard.wms.control("correct", shipment="SHP-000001", packages=1)
    yard.run()
    assert yard.odoo.notes(sale.id) == ["Parcel TRK-SHP-000001-P1 was delivered on 2026-05-04 10:00 UTC."]
    assert [(each.status, each.package) for each in Parcel.objects.all()] == [("delivered", "SHP-000001-P1")]
    well(yard)


def test_a_warehouse_that_works_by_itself_fills_all_of_it(yard: Yard) -> None:
    BusinessRule.objects.create(kind="substitute", warehouse=yard.warehouse, sku="ROPE-10")
    yard.set(progress_notes=Warehouse.Progress.NOTES)
    yard.wms.control("items", **{"P-CRATE-S": {}, "P-ROPE-10": {"instead": "P-GLOVE-M"}, "P-GLOVE-M": {}})
    usual = {"acknowledge_after": 0.0, "ship_after": 0.1, "show_progress": True, "deliver_after": 0.2}
    yard.wms.control("settings", **usual, freight_each=usd("4.50"))
    sale = yard.sell(("CRATE-S", 3), ("ROPE-10", 2))
    yard.look()
    until(lambda: sum(answer.startswith("shipment.delivered") for answer in yard.wms.received()) == 1)
    yard.run()
    assert yard.left(sale) == {"CRATE-S": (3, 3, 3), "GLOVE-M": (2, 2, 2), "ROPE-10": (0, 0, 0)}
    told = yard.odoo.notes(sale.id)
    assert (told[-1].split(" was ")[1][:12], yard.odoo.freight(sale.id)) == ("delivered on", [4.5])
    assert [name for name, _ in yard.odoo.files(sale.id)] == ["delivered-TRK-SHP-000001-P1.txt"]
    well(yard)


def test_what_odoo_refuses_of_one_parcel_holds_up_nothing_else(yard: Yard) -> None:
    sale, number = sent(yard)
    yard.odoo.mail("")
    said(yard, number, "delivered", at=MAY.format(4), proof=True)
    assert ([code for code, _ in yard.cases()], len(yard.odoo.files(sale.id))) == (["CD-5028"], 1)
    yard.odoo.mail("crossdock@example.com")
    yard.retry("CD-5028")
    yard.run()
    assert (len(yard.odoo.notes(sale.id)), len(yard.odoo.files(sale.id))) == (1, 1)
    well(yard)
