"""Sent is not accepted: the warehouse's yes, no, silence and mistakes."""

import pytest

from integration.jobs import sweep
from integration.models import Connection, OutboundMessage
from tests.component.flows.wms import Held
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(yard: Yard) -> Sale:
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert answered(yard) == [(1, "sent", "")]
    return sale


def answered(yard: Yard) -> list[tuple[int, str, str]]:
    rows = OutboundMessage.objects.order_by("version")
    return list(rows.values_list("version", "state", "reason"))


def test_accepted_by_a_message_later(yard: Yard, sent: Sale) -> None:
    yard.wms.accept(sent.release)
    yard.run()
    [message] = OutboundMessage.objects.all()
    assert (message.state, message.partner_reference) == ("accepted", "WMS-000001")
    assert (yard.state(sent.release), yard.cases(), yard.unfinished()) == ("accepted", [], [])


def test_accepted_in_the_answer_itself(yard: Yard) -> None:
    yard.wms.control("settings", answer_at_once=True)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert (answered(yard), yard.state(sale.release)) == ([(1, "accepted", "")], "accepted")


def test_refused_is_a_case_and_retry_releases_the_next_version(yard: Yard, sent: Sale) -> None:
    yard.wms.reject(sent.release, "the gate is closed")
    yard.run()
    words = f"Northgate 3PL refused {sent.release} of order {sent.name}: the gate is closed."
    assert (yard.cases(), yard.state(sent.release)) == ([("CD-4006", words)], "rejected")
    assert yard.odoo.writes() == []
    yard.retry("CD-4006")
    yard.run()
    assert answered(yard) == [(1, "rejected", "the gate is closed"), (2, "sent", "")]
    assert yard.wms.held() == [Held(sent.release, 2, "received", {"P-CRATE-S": "3"})]
    assert (yard.cases(), yard.state(sent.release)) == ([], "released")


def test_refused_in_the_answer_itself_names_the_reason(yard: Yard) -> None:
    yard.wms.control("settings", answer_at_once=True, sites=["SOUTH"])
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    words = f"Northgate 3PL refused {sale.release} of order {sale.name}: site NORTH is not ours."
    assert (yard.cases(), yard.unfinished()) == ([("CD-4006", words)], [])


def test_a_yes_after_a_no_counts_and_closes_the_case(yard: Yard, sent: Sale) -> None:
    yard.wms.reject(sent.release, "the gate is closed")
    yard.wms.accept(sent.release)
    yard.run()
    assert (answered(yard)[0][1], yard.state(sent.release), yard.cases()) == ("accepted", "accepted", [])


def test_silence_is_a_case_after_its_deadline_and_a_late_yes_closes_it(yard: Yard) -> None:
    Connection.objects.filter(pk=yard.partner.pk).update(acknowledge_seconds=1)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    sweep.overdue_acknowledgements()
    assert yard.cases() == []
    _overdue(yard)
    [(code, words)] = yard.cases()
    assert code == "CD-4007"
    assert words.startswith(f"Northgate 3PL has not acknowledged {sale.release}, sent 20")
    yard.wms.accept(sale.release)
    yard.run()
    assert (yard.cases(), yard.state(sale.release)) == ([], "accepted")


def test_silence_is_told_once(yard: Yard, sent: Sale) -> None:
    _overdue(yard)
    sweep.overdue_acknowledgements()
    yard.run()
    assert yard.case("CD-4007").count == 1


def test_retry_after_silence_sends_the_next_version_under_the_same_number(yard: Yard, sent: Sale) -> None:
    _overdue(yard)
    yard.retry("CD-4007")
    yard.run()
    assert yard.wms.held() == [Held(sent.release, 2, "received", {"P-CRATE-S": "3"})]
    assert (yard.cases(), answered(yard)[1]) == ([], (2, "sent", ""))


def test_an_answer_to_a_release_that_never_was(yard: Yard) -> None:
    assert yard.wms.send("order.accepted", {"release": "WH/OUT/99999"}) == 202
    yard.run()
    words = "Northgate 3PL answered (accepted) to WH/OUT/99999, which was never released to it."
    assert yard.cases() == [("CD-4009", words)]
    assert (yard.unfinished(), yard.odoo.writes()) == ([("acknowledgement", "blocked")], [])


def test_an_answer_to_a_version_that_never_was_names_it(yard: Yard, sent: Sale) -> None:
    assert yard.wms.send("order.accepted", {"release": sent.release, "version": 7}) == 202
    yard.run()
    words = f"Northgate 3PL answered (accepted) to {sent.release} version 7, which was never released to it."
    assert yard.cases() == [("CD-4009", words)]
    assert yard.case("CD-4009").fix.endswith("then press Ignore: the answer stays readable under Received.")


def test_a_no_to_an_old_version_says_nothing_about_the_new_one(yard: Yard, sent: Sale) -> None:
    _overdue(yard)
    yard.retry("CD-4007")
    yard.run()
    yard.wms.send("order.rejected", {"release": sent.release, "version": 1, "reason": "too old"})
    yard.run()
    assert [state for _, state, _ in answered(yard)] == ["sent", "sent"]
    assert (yard.state(sent.release), yard.cases()) == ("released", [])


def test_the_same_answer_in_two_messages_is_one_answer(yard: Yard, sent: Sale) -> None:
    yard.wms.accept(sent.release, faults=["renumbered"])
    yard.run()
    assert yard.wms.received() == ["order.accepted 202", "order.accepted 202"]
    assert (answered(yard)[0][1], yard.cases(), yard.unfinished()) == ("accepted", [], [])


def test_what_was_shipped_was_accepted_and_a_late_yes_changes_nothing(yard: Yard, sent: Sale) -> None:
    yard.shipped(sent)
    assert (answered(yard)[0][1], yard.state(sent.release)) == ("accepted", "shipped")
    yard.wms.accept(sent.release)
    yard.run()
    assert (yard.state(sent.release), yard.left(sent), yard.cases()) == ("shipped", {"CRATE-S": (3, 3, 3)}, [])


def test_a_no_to_what_has_left_already_asks_nobody_to_release_it_again(yard: Yard, sent: Sale) -> None:
    yard.shipped(sent)
    yard.wms.reject(sent.release, "nobody home")
    yard.run()
    assert (yard.state(sent.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])
    assert answered(yard) == [(1, "accepted", "")]


def _overdue(yard: Yard) -> None:
    """The time that the warehouse had for its answer is over, and it was asked."""
    message = OutboundMessage.objects.latest("pk")
    OutboundMessage.objects.filter(pk=message.pk, state="sent").update(acknowledge_by=message.sent_at)
    sweep.overdue_acknowledgements()
    yard.run()
