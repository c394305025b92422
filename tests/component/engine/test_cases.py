"""One case per cause, however many jobs meet it at once; closed when, and only when, nothing waits any more."""

import threading
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from django.db.models import F

from integration.errors import Causes, IntegrationError, MappingMissing, Permanent, Rejected
from integration.errors.catalogue import PROBLEMS
from integration.jobs import acts, cases, mappings
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.work import Outcome, Work
from integration.models import AuditEvent, CaseJob, CodeMapping, Document, ExceptionCase
from tests.component.engine.yard import (
    State,
    failing,
    fine,
    open_codes,
    partner,
    put,
    run,
    somebody_waits,
    states,
    together,
    until,
)
from tests.component.engine.yard import cases as all_cases

pytestmark = pytest.mark.django_db(transaction=True)
ADA = Actor("ada")
KIND = CodeMapping.Kind


def missing(*codes: str, code: str = "CD-3001") -> Permanent:
    return Causes([MappingMissing(code, scope="wms", partner="WMS", code=one) for one in codes])


def test_a_hundred_jobs_with_one_cause_make_one_case() -> None:
    jobs = [put(f"order:{number}") for number in range(100)]
    run(failing(missing("CHAIR")), seconds=60)
    assert all_cases() == [("CD-3001", "open", 100)]
    assert CaseJob.objects.count() == len(jobs)


def test_a_job_waits_for_each_of_its_causes_once() -> None:
    put()
    run(failing(missing("CHAIR", "LAMP", "CHAIR")))
    assert all_cases() == [("CD-3001", "open", 1), ("CD-3001", "open", 1)]


def test_a_case_says_what_to_do_who_does_it_and_by_when() -> None:
    connection = partner()
    order = Document.objects.create(
        connection=connection, kind="order", reference="S1", erp_id=1, value=Decimal("99.5"), currency="GBP"
    )
    with transaction.atomic():
        case = cases.open_case(Rejected("CD-5009", shipment="SHP-1", picking="OUT/1", detail="no"), connection, order)
    case.refresh_from_db()
    assert (case.title, case.owner, case.severity) == ("Odoo refused the shipment", "operations", "high")
    assert case.cause == "Odoo refused shipment SHP-1 on OUT/1: no"
    assert (case.fix, case.value, case.currency) == (PROBLEMS["CD-5009"].fix, Decimal("99.50"), "GBP")
    assert case.deadline is not None
    assert (case.deadline - case.last_seen).total_seconds() == 4 * 3600


def test_jobs_that_meet_the_same_causes_at_once_neither_block_each_other_nor_open_two_cases() -> None:
    codes = [f"SKU-{number}" for number in range(12)]
    for number in range(80):
        put(f"order:{number}")

    def handle(work: Work) -> Outcome:
        raise missing(*(codes if work.job.pk % 2 else reversed(codes)))

    ran = together(*[partial(run, handle, seconds=60)] * 3)
    assert sum(ran) == 80
    assert all_cases() == [("CD-3001", "open", 80)] * 12
    assert CaseJob.objects.count() == 80 * 12


def test_a_case_closes_by_itself_when_the_last_of_many_went_through_at_once() -> None:
    jobs = [put(f"order:{number}") for number in range(60)]
    run(failing(missing("CHAIR")), seconds=60)
    acts.retry_case(ExceptionCase.objects.get().pk, ADA)
    together(*[partial(run, fine, seconds=60)] * 4)
    assert set(states(*jobs)) == {State.SUCCEEDED}
    assert ExceptionCase.objects.values_list("state", "resolution").get() == ("resolved", "It went through.")


def test_of_two_that_leave_at_once_the_last_closes_the_case() -> None:
    """Neither sees that the other has gone until it commits."""
    one, other = put("order:1"), put("order:2")
    run(failing(missing("CHAIR")))
    left, gone = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            cases.went_on(one, "It went through.")
            left.set()
            until(lambda: gone.is_set() or somebody_waits())

    def second() -> None:
        assert left.wait(10)
        with transaction.atomic():
            cases.went_on(other, "It went through.")
        gone.set()

    together(first, second)
    assert (all_cases(), CaseJob.objects.count()) == ([("CD-3001", "resolved", 2)], 0)


def test_a_job_that_fails_otherwise_leaves_its_old_case() -> None:
    put()
    run(failing(missing("CHAIR")))
    acts.retry_case(ExceptionCase.objects.get().pk, ADA)
    run(failing(missing("LAMP")))
    assert all_cases() == [("CD-3001", "resolved", 1), ("CD-3001", "open", 1)]


def test_a_cause_that_comes_back_names_the_case_that_it_was() -> None:
    for _ in range(2):
        put()
        run(failing(missing("CHAIR")))
        acts.retry_case(ExceptionCase.objects.latest("pk").pk, ADA)
        run(fine)
    first, second = ExceptionCase.objects.order_by("pk")
    assert (first.regression_of, second.regression_of) == (None, first)


def test_whoever_fails_while_a_person_resolves_the_case_stays_with_it() -> None:
    jobs = [put(f"order:{number}") for number in range(30)]
    run(failing(missing("CHAIR")))
    case = ExceptionCase.objects.get()

    def resolve() -> int:
        return sum(acts.resolve_case(case.pk, ADA, "mended") for _ in range(40))

    assert together(resolve, partial(run, failing(missing("CHAIR")), seconds=3))[0] == 40 * 30
    run(failing(missing("CHAIR")), seconds=60)
    assert ExceptionCase.objects.values_list("state", "resolution", "resolved_at").get() == ("open", "", None)
    assert (set(states(*jobs)), CaseJob.objects.filter(case=case).count()) == ({State.BLOCKED}, 30)


def test_whoever_fails_while_a_person_closes_the_case_opens_a_new_one() -> None:
    for number in range(30):
        put(f"order:{number}")
    run(failing(missing("CHAIR")))

    def close() -> int:
        closed = 0
        for number in range(40):
            if case := ExceptionCase.objects.filter(state="open").first():
                with suppress(NotAllowed):  # one of its jobs runs
                    acts.done_by_hand(case.pk, ADA, "made by hand")
                    closed += 1
            put(f"order:{number}")
        return closed

    assert together(close, partial(run, failing(missing("CHAIR")), seconds=3))[0] > 0
    orphans = CaseJob.objects.exclude(case__state__in=ExceptionCase.UNRESOLVED)
    assert (orphans.count(), ExceptionCase.objects.filter(state="open").count() <= 1) == (0, True)


def test_a_new_mapping_lets_go_of_everything_that_waited_for_it() -> None:
    connection = partner()
    chairs = [put(f"order:{number}") for number in range(3)]
    run(failing(missing("CHAIR")))
    lamp = put("order:lamp")
    run(failing(missing("LAMP")))
    mappings.add(connection, KIND.PRODUCT, "CHAIR", "100-441", actor=ADA)
    assert run(fine) == 3
    assert (states(*chairs, lamp), open_codes()) == ([State.SUCCEEDED] * 3 + [State.BLOCKED], ["CD-3001"])
    assert AuditEvent.objects.values_list("actor", "verb", "subject").get() == (
        "ada",
        "map code",
        "product CHAIR = 100-441",
    )


@pytest.mark.parametrize(
    ("code", "mapping"),
    [
        ("CD-3002", (KIND.PRODUCT, "CHAIR", "X")),
        ("CD-3003", (KIND.UNIT, "X", "EA")),
        ("CD-3004", (KIND.UNIT, "Units", "X")),
        ("CD-3005", (KIND.CARRIER, "X", "PCL")),
        ("CD-3006", (KIND.CARRIER, "Parcel", "X")),
    ],
)
def test_each_kind_of_mapping_lets_go_of_its_own_cases(code: str, mapping: tuple[str, str, str]) -> None:
    connection = partner()
    job = put()
    run(failing(missing("X", code=code)))
    mappings.add(partner("other"), *mapping, actor=ADA)
    assert states(job) == [State.BLOCKED]
    mappings.add(connection, *mapping, actor=ADA)
    assert states(job) == [State.PENDING]


def test_a_mapping_that_did_not_help_is_not_tried_over_and_over() -> None:
    """It may be another product's own unit: whoever has looked and found nothing waits for a newer one."""
    connection = partner()
    mappings.add(connection, KIND.UNIT, "Units", "CS", sku="GLUE", actor=ADA)
    put()
    run(failing(missing("Units", code="CD-3003")))
    CodeMapping.objects.update(valid_from=F("valid_from") - timedelta(hours=1))
    for _ in range(5):
        with transaction.atomic():
            assert mappings.let_go() == 0
    mappings.add(connection, KIND.UNIT, "Units", "EA", actor=ADA)
    assert run(fine) == 1


def test_a_new_version_of_a_mapping_closes_the_old_one() -> None:
    connection = partner()
    mappings.add(connection, KIND.PRODUCT, "CHAIR", "100-441", actor=ADA)
    mappings.add(connection, KIND.PRODUCT, "CHAIR", "100-442", actor=ADA)
    rows = [(row.version, row.partner_code, row.valid_to is None) for row in CodeMapping.objects.order_by("version")]
    assert rows == [(1, "100-441", False), (2, "100-442", True)]


def test_one_partner_code_is_one_product() -> None:
    connection = partner()
    mappings.add(connection, KIND.PRODUCT, "CHAIR", "100-441", actor=ADA)
    with pytest.raises(NotAllowed, match="100-441 is mapped to CHAIR already"):
        mappings.add(connection, KIND.PRODUCT, "LAMP", "100-441", actor=ADA)
    assert (CodeMapping.objects.count(), AuditEvent.objects.count()) == (1, 1)


def test_errors_are_told_apart_by_their_subject() -> None:
    one: IntegrationError = Rejected("CD-5009", connection="Odoo", shipment="A", detail="x")
    other: IntegrationError = Rejected("CD-5009", connection="Odoo", shipment="A", detail="y")
    with transaction.atomic():
        cases.open_case(one)
        cases.open_case(other)
    assert all_cases() == [("CD-5009", "open", 2)]
    assert ExceptionCase.objects.get().cause.endswith(": y")
