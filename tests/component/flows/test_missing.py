"""What a warehouse told and what got lost on its way is seen, fetched, and counts once, by whichever ways it comes."""

import itertools
import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.adapters.base import Fetched
from integration.jobs import acts, cases, inbox, missing, streams, sweep
from integration.models import (
    AuditEvent,
    Connection,
    Effect,
    ExceptionCase,
    InboundMessage,
    MessageGap,
    OutboundMessage,
    Stream,
    SyncJob,
)
from integration.sandbox.wms import messages
from tests.component.engine.yard import somebody_waits, together, until
from tests.component.flows.conftest import SECRET
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
LOST = ["lost"]


@pytest.fixture
def counting(yard: Yard) -> Yard:
    """A warehouse that counts what it sends, and can be asked."""
    yard.wms.control("settings", number_messages=True)
    serve(yard, "events", "states")
    return yard


def count_from(yard: Yard, number: int) -> None:
    yard.wms.server.world._sequence = itertools.count(number)


def serve(yard: Yard, *serves: str) -> None:
    facts = {**yard.partner.profile["facts"], "serves": list(serves)}
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": facts})
    yard.partner.refresh_from_db()


def look(yard: Yard, minutes: int = 0) -> None:
    """The clock strikes, after so many minutes, and all that follows from it."""
    passed = timedelta(minutes=minutes)
    MessageGap.objects.update(seen_at=F("seen_at") - passed, asked_at=F("asked_at") - passed)
    missing.look()
    yard.run()


def compare(yard: Yard) -> None:
    missing.start_comparisons()
    yard.run()


def overdue(yard: Yard) -> None:
    """The time that the warehouse had for its answer is over."""
    OutboundMessage.objects.filter(state="sent").update(acknowledge_by=F("sent_at"))
    sweep.overdue_acknowledgements()
    yard.run()


def told(yard: Yard, sale: Sale) -> Fetched:
    """The last message about an order, delivered or not."""
    last = [each for each in yard.wms.server.world.outbox.told() if each.release == sale.release][-1]
    return Fetched(last.number, last.body)


def push(yard: Yard, message: Fetched) -> int:
    headers = messages.headers(SECRET, message.external_id, message.body)
    status, _ = yard.wms.server.world.outbox.post(headers, message.body)
    yard.run()
    return status


def by(yard: Yard, way: str, message: Fetched) -> Callable[[], object]:
    headers = messages.headers(SECRET, message.external_id, message.body)
    ways: dict[str, Callable[[], object]] = {
        "push": lambda: yard.wms.server.world.outbox.post(headers, message.body),
        "fetch": lambda: inbox.take(yard.partner, [message]),
        "compare": lambda: compare(yard),
        "run": yard.run,
    }
    return ways[way]


def gaps() -> list[str]:
    return [str(gap) for gap in MessageGap.objects.filter(last__isnull=False)]


def flows(flow: str) -> int:
    return SyncJob.objects.filter(flow=flow).count()


def posted() -> tuple[int, int]:
    """How many messages there are of its shipments, and how many writes to Odoo."""
    effects = Effect.objects.filter(verb="ship")
    return InboundMessage.objects.filter(type="shipment.confirmed").count(), effects.count()


class TestGaps:
    def test_a_lost_shipment_is_seen_by_the_next_message_and_fetched_after_a_while(self, counting: Yard) -> None:
        first, second = counting.released(("CRATE-S", 3)), counting.released(("CRATE-S", 2))
        counting.shipped(first, faults=LOST)
        counting.shipped(second)
        look(counting)
        assert (gaps(), flows("messages_fetch"), counting.left(first)) == (["3"], 0, {"CRATE-S": (0, 3, 0)})

        look(counting, minutes=6)
        assert counting.left(first) == {"CRATE-S": (3, 3, 3)}
        assert (gaps(), counting.cases(), flows("messages_fetch")) == ([], [], 1)

    def test_what_comes_by_itself_meanwhile_is_not_asked_for(self, counting: Yard) -> None:
        first, second = counting.released(("CRATE-S", 3)), counting.released(("CRATE-S", 2))
        counting.wms.ship(first.release, faults=LOST)
        counting.shipped(second)
        look(counting)
        push(counting, told(counting, first))
        look(counting, minutes=6)
        assert (gaps(), flows("messages_fetch"), counting.left(first)) == ([], 0, {"CRATE-S": (3, 3, 3)})

    def test_what_cannot_be_had_is_one_case_that_names_it_and_closes_when_it_comes(self, counting: Yard) -> None:
        serve(counting)
        sales = [counting.released(("CRATE-S", 1)) for _ in range(4)]
        for sale in sales[:3]:
            counting.wms.ship(sale.release, faults=LOST)
        counting.shipped(sales[3])
        look(counting, minutes=0)
        look(counting, minutes=6)
        look(counting)
        said = "Northgate 3PL counts what it sends, and 3 of its messages did not come and cannot be had: 5-7."
        assert (counting.cases(), counting.case("CD-8211").count) == ([("CD-8211", said)], 1)

        push(counting, told(counting, sales[1]))
        look(counting)
        assert counting.case("CD-8211").context["numbers"] == "5, 7"
        for sale in (sales[0], sales[2]):
            push(counting, told(counting, sale))
        look(counting)
        assert (counting.cases(), gaps()) == ([], [])
        assert ExceptionCase.objects.get(code="CD-8211").resolution == "They have come."

    def test_what_the_warehouse_does_not_give_is_a_case_and_asked_for_again(self, counting: Yard) -> None:
        sale = counting.released(("CRATE-S", 3))
        counting.wms.ship(sale.release, faults=LOST)
        counting.wms.server.world.outbox.clear()
        counting.released(("CRATE-S", 2))
        look(counting)
        look(counting, minutes=6)
        look(counting)
        assert ([code for code, _ in counting.cases()], flows("messages_fetch")) == (["CD-8211"], 1)
        look(counting, minutes=61)
        assert flows("messages_fetch") == 2

    def test_a_person_may_say_that_nothing_is_missing(self, counting: Yard) -> None:
        serve(counting)
        sale = counting.released(("CRATE-S", 3))
        counting.wms.ship(sale.release, faults=LOST)
        counting.released(("CRATE-S", 2))
        look(counting)
        look(counting, minutes=6)
        acts.ignore_case(counting.case("CD-8211").pk, SOMEBODY, "nothing is missing")
        look(counting, minutes=6)
        assert (gaps(), counting.cases()) == ([], [])

    def test_what_never_comes_keeps_nothing_else_from_being_seen(
        self, counting: Yard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many gaps stay open, and come before it."""
        serve(counting)
        sales = [counting.released(("CRATE-S", 1)) for _ in range(6)]
        for lost, came in zip(sales[::2], sales[1::2], strict=True):
            counting.wms.ship(lost.release, faults=LOST)
            counting.shipped(came)
        look(counting)
        assert gaps() == ["7", "9", "11"]
        monkeypatch.setattr(missing, "AT_ONCE", 2)
        push(counting, told(counting, sales[4]))
        look(counting)
        assert gaps() == ["7", "9"]

    def test_without_a_count_nothing_is_looked_for(self, yard: Yard) -> None:
        yard.shipped(yard.released(("CRATE-S", 3)))
        assert (missing.look(), MessageGap.objects.count()) == (0, 0)

    def test_the_same_number_twice_and_an_order_of_its_own_are_no_gaps(self, counting: Yard) -> None:
        sale = counting.released(("CRATE-S", 3))
        counting.shipped(sale, faults=["renumbered"])
        look(counting, minutes=6)
        assert (gaps(), counting.left(sale)) == ([], {"CRATE-S": (3, 3, 3)})


class TestNewRuns:
    """A count begins anew: the vendor has restored its system, or made it new."""

    def tell(self, yard: Yard, count: int, **how: object) -> None:
        """So many messages of orders that ship."""
        for _ in range(count):
            sale = yard.sell(("CRATE-S", 1))
            yard.look()
            yard.wms.accept(sale.release, **how)
        yard.run()

    def noted(self) -> list[tuple[int, int]]:
        rows = AuditEvent.objects.filter(verb="count begins anew").order_by("pk")
        return [(row.detail["from"], row.detail["to"]) for row in rows]

    def test_it_is_noticed_noted_and_what_is_missing_of_it_is_fetched(self, counting: Yard) -> None:
        count_from(counting, 5000)
        self.tell(counting, 1)
        look(counting)
        count_from(counting, 1)
        self.tell(counting, 2)
        self.tell(counting, 2, faults=LOST)
        self.tell(counting, 2)
        look(counting)
        assert (gaps(), self.noted()) == ([], [])  # four could be late ones

        self.tell(counting, 1)
        look(counting)
        assert (gaps(), self.noted()) == (["3-4"], [(5000, 1)])
        look(counting, minutes=6)
        assert (gaps(), counting.cases(), flows("messages_fetch"), self.noted()) == ([], [], 1, [(5000, 1)])

    def test_what_the_old_one_lacks_is_told_and_not_asked_for_by_numbers_of_the_new_one(self, counting: Yard) -> None:
        count_from(counting, 5000)
        self.tell(counting, 1)
        self.tell(counting, 3, faults=LOST)
        self.tell(counting, 1)
        look(counting)
        count_from(counting, 1)
        self.tell(counting, 5)
        look(counting)
        look(counting, minutes=6)
        assert (str(MessageGap.objects.get(last=None)), gaps(), flows("messages_fetch")) == ("6-", ["5001-5003"], 0)
        assert counting.case("CD-8211").context["numbers"] == "5001-5003"

    def test_a_message_of_the_old_one_that_comes_late_is_no_gap_of_the_new_one(self, counting: Yard) -> None:
        count_from(counting, 5000)
        self.tell(counting, 1)
        self.tell(counting, 3, faults=LOST)
        lost = [Fetched(each.number, each.body) for each in counting.wms.server.world.outbox.told()[-3:]]
        self.tell(counting, 1)
        look(counting)
        count_from(counting, 1)
        self.tell(counting, 6)
        look(counting)
        push(counting, lost[0])
        look(counting)
        self.tell(counting, 2)
        look(counting)
        look(counting, minutes=6)
        assert (str(MessageGap.objects.get(last=None)), gaps()) == ("9-", ["5001-5003"])
        assert self.noted() == [(5004, 1)]

    @pytest.mark.parametrize("order", [(2, 1, 3, 4, 5, 6, 7), (2, 3, 4, 1, 5, 6, 7, 8)])
    def test_the_first_ones_of_a_run_may_overtake_each_other(self, counting: Yard, order: tuple[int, ...]) -> None:
        count_from(counting, 5000)
        self.tell(counting, 1)
        look(counting)
        count_from(counting, 1)
        self.tell(counting, len(order), faults=LOST)
        told = [Fetched(each.number, each.body) for each in counting.wms.server.world.outbox.told()[-len(order) :]]
        for number in order:
            push(counting, told[number - 1])
        look(counting)
        look(counting, minutes=6)
        assert (gaps(), self.noted(), counting.cases()) == ([], [(5000, 1)], [])

    def test_messages_that_come_late_are_no_new_run(self, counting: Yard) -> None:
        count_from(counting, 10)
        self.tell(counting, 1)
        self.tell(counting, 6, faults=LOST)
        late = [Fetched(each.number, each.body) for each in counting.wms.server.world.outbox.told()[-6:]]
        count_from(counting, 5000)
        self.tell(counting, 1)
        look(counting)
        for message in late:
            push(counting, message)
        look(counting)
        assert (gaps(), self.noted()) == (["17-4999"], [])


class TestAtOnce:
    """Whoever looks at a count holds the stream that fetches of it, then the count, and cases last."""

    @pytest.fixture
    def missed(self, counting: Yard) -> Yard:
        sale = counting.released(("CRATE-S", 3))
        counting.wms.ship(sale.release, faults=LOST)
        counting.released(("CRATE-S", 2))
        look(counting)
        return counting

    def test_a_look_and_the_end_of_a_fetch_do_not_block_each_other(self, missed: Yard) -> None:
        MessageGap.objects.update(seen_at=F("seen_at") - timedelta(minutes=6))
        missing.look()
        fetching = Stream.objects.get(key__startswith="messages_fetch")
        held = threading.Event()

        def settle() -> object:
            with transaction.atomic():
                streams.hold([fetching.pk])
                held.set()
                until(somebody_waits)
                return missing.asked(missed.partner, [])

        together(settle, lambda: held.wait(10) and missing.look())
        missed.run()
        assert (gaps(), missed.cases(), flows("messages_fetch")) == ([], [], 1)

    def test_a_look_and_a_person_who_closes_the_case_do_not_block_each_other(self, missed: Yard) -> None:
        serve(missed)
        look(missed, minutes=6)
        case, held = missed.case("CD-8211"), threading.Event()

        def looks() -> object:
            with transaction.atomic():
                list(MessageGap.objects.select_for_update().order_by("pk"))
                held.set()
                until(somebody_waits)
                return cases.hold([case.fingerprint])

        together(looks, lambda: held.wait(10) and acts.ignore_case(case.pk, SOMEBODY, "nothing is missing"))
        assert (gaps(), missed.cases()) == ([], [])


class TestStates:
    def test_what_was_shipped_without_a_message_is_fetched_though_nobody_counts(self, yard: Yard) -> None:
        serve(yard, "events", "states")
        sale = yard.released(("CRATE-S", 3))
        yard.shipped(sale, faults=LOST)
        compare(yard)
        assert (yard.left(sale), yard.cases()) == ({"CRATE-S": (3, 3, 3)}, [])
        note = SyncJob.objects.get(flow="documents_compare").history.get().detail
        assert note == "1 documents, 1 messages fetched"
        compare(yard)
        assert posted()[0] == 1

    def test_what_came_in_without_a_message_is_told(self, yard: Yard) -> None:
        serve(yard, "events", "states")
        yard.set(receipt_mode="live")
        bought = yard.expected(("CRATE-S", 5))
        yard.receive(bought.advice, faults=LOST)
        compare(yard)
        assert (yard.arrived(bought), yard.cases()) == ({"CRATE-S": (5, 5, 5)}, [])

    def test_goods_of_which_nothing_was_ever_told_are_a_case_after_a_second_look(self, yard: Yard) -> None:
        serve(yard, "events", "states")
        sale = yard.released(("CRATE-S", 3))
        yard.shipped(sale, faults=LOST)
        lost = told(yard, sale)
        yard.wms.server.world.outbox.clear()
        compare(yard)
        assert yard.cases() == []
        yard.later()
        said = f"Northgate 3PL says that goods of {sale.release} of order {sale.name} have moved"
        assert yard.cases() == [("CD-8212", f"{said}, and no message about it can be had.")]
        push(yard, lost)
        compare(yard)
        assert (yard.cases(), yard.left(sale)) == ([], {"CRATE-S": (3, 3, 3)})

    def test_what_a_person_ignores_stays_so(self, yard: Yard) -> None:
        serve(yard, "events", "states")
        sale = yard.released(("CRATE-S", 3))
        yard.shipped(sale, faults=LOST)
        yard.wms.server.world.outbox.clear()
        compare(yard)
        yard.later()
        acts.ignore_case(yard.case("CD-8212").pk, SOMEBODY, "booked by hand")
        compare(yard)
        yard.later()
        assert yard.cases() == []

    def test_a_fetched_message_that_makes_no_sense_is_a_case_and_holds_no_other_one_up(self, yard: Yard) -> None:
        serve(yard, "events", "states")
        sale = yard.released(("CRATE-S", 3))
        broken = json.dumps({"type": "order.vanished", "timestamp": "2026-05-04T08:00:00Z", "data": {}}).encode()
        yard.wms.server.world.outbox.send("order.vanished", sale.release, broken, faults=LOST)
        yard.shipped(sale, faults=LOST)
        compare(yard)
        assert ([code for code, _ in yard.cases()], yard.left(sale)) == (["CD-6002"], {"CRATE-S": (3, 3, 3)})

    def test_who_cannot_be_asked_is_not(self, yard: Yard) -> None:
        assert missing.start_comparisons() == 0
        serve(yard, "states")
        assert missing.start_comparisons() == 0


class TestSilence:
    @pytest.fixture
    def sent(self, yard: Yard) -> Sale:
        sale = yard.sell(("CRATE-S", 3))
        yard.look()
        return sale

    def test_a_yes_that_got_lost_is_fetched_as_the_message_that_it_was(self, yard: Yard, sent: Sale) -> None:
        serve(yard, "events")
        yard.wms.accept(sent.release, faults=LOST)
        overdue(yard)
        assert (yard.state(sent.release), yard.cases()) == ("accepted", [])
        assert InboundMessage.objects.get().headers["fetched"] == "yes"

    def test_a_yes_is_asked_for_where_messages_cannot_be_told(self, yard: Yard, sent: Sale) -> None:
        yard.wms.accept(sent.release, faults=LOST)
        overdue(yard)
        message = OutboundMessage.objects.get()
        assert (message.state, message.partner_reference, yard.cases()) == ("accepted", "WMS-000001", [])
        assert (yard.state(sent.release), InboundMessage.objects.count()) == ("accepted", 0)

    def test_a_no_is_the_case_that_it_would_have_been(self, yard: Yard, sent: Sale) -> None:
        yard.wms.control("reject", release=sent.release, reason="the gate is closed", faults=LOST)
        overdue(yard)
        assert [code for code, _ in yard.cases()] == ["CD-4006"]

    def test_one_that_has_not_decided_yet_is_a_person_s_to_ask(self, yard: Yard, sent: Sale) -> None:
        overdue(yard)
        assert [code for code, _ in yard.cases()] == ["CD-4007"]

    def test_a_paused_warehouse_is_not_asked_and_its_silence_is_told_at_once(self, yard: Yard, sent: Sale) -> None:
        yard.pause_sending()
        overdue(yard)
        assert ([code for code, _ in yard.cases()], flows("acknowledgement_ask")) == (["CD-4007"], 0)

    def test_while_the_warehouse_is_down_the_question_waits(self, yard: Yard, sent: Sale) -> None:
        yard.wms.accept(sent.release, faults=LOST)
        yard.wms.control("down", seconds=0.5)
        overdue(yard)
        assert yard.state(sent.release) == "released"
        yard.wms.control("down", seconds=0)
        yard.later()
        assert (yard.state(sent.release), yard.cases()) == ("accepted", [])


class TestOnce:
    """The same message pushed and fetched, in any order: one message, one job, one write."""

    @pytest.mark.parametrize("ways", sorted(set(itertools.permutations(["push", "push", "fetch", "run"]))))
    def test_in_any_order(self, yard: Yard, ways: tuple[str, ...]) -> None:
        serve(yard, "events", "states")
        sale = yard.released(("CRATE-S", 3))
        yard.wms.ship(sale.release, faults=LOST)
        lost = told(yard, sale)
        for way in ways:
            by(yard, way, lost)()
        yard.run()
        assert (posted(), yard.left(sale), yard.cases()) == ((1, 1), {"CRATE-S": (3, 3, 3)}, [])

    def test_both_at_once(self, yard: Yard) -> None:
        serve(yard, "events", "states")
        for _ in range(5):
            sale = yard.released(("CRATE-S", 1))
            yard.wms.ship(sale.release, faults=LOST)
            lost = told(yard, sale)
            together(by(yard, "push", lost), by(yard, "fetch", lost), by(yard, "push", lost))
            yard.run()
            assert yard.left(sale) == {"CRATE-S": (1, 1, 1)}
        assert InboundMessage.objects.filter(type="shipment.confirmed").count() == 5
        assert SyncJob.objects.filter(flow="shipment_confirmation").count() == 5

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        ways=st.lists(
            st.tuples(st.sampled_from(["push", "fetch", "compare", "run"]), st.integers(0, 2)), min_size=1, max_size=8
        )
    )
    def test_three_messages_of_a_release_by_whichever_ways(self, yard: Yard, ways: list[tuple[str, int]]) -> None:
        """The yes and two shipments, each lost at first; whatever did not come by then comes by a comparison."""
        serve(yard, "events", "states")
        sale = yard.sell(("CRATE-S", 3))
        yard.look()
        yard.wms.accept(sale.release, faults=LOST)
        lost = [told(yard, sale)]
        for quantity in ("1", "2"):
            line = yard.line(sale, quantity=quantity)
            yard.wms.ship(sale.release, lines=[line], final=False, faults=LOST)
            lost.append(told(yard, sale))
        before = Effect.objects.filter(verb="ship").count()
        for way, number in ways:
            by(yard, way, lost[number])()
        by(yard, "compare", lost[0])()
        yard.run()
        numbers = [each.external_id for each in lost]
        here = InboundMessage.objects.filter(external_id__in=numbers)
        assert sorted(here.values_list("external_id", flat=True)) == sorted(numbers)
        assert (Effect.objects.filter(verb="ship").count() - before, yard.cases()) == (2, [])
        assert yard.left(sale) == {"CRATE-S": (3, 3, 3)}
