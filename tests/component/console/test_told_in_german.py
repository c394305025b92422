"""What the layers below put together, on a German page: in German, and stored in English as before."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from integration.console import links, said
from integration.errors import Causes, MappingMissing, Rejected
from integration.jobs import cases, desk
from integration.jobs.acts import Actor
from integration.jobs.forecast import Facts, Held, Pace, forecast
from integration.jobs.settle import _keep_attempt
from integration.models import (
    AuditEvent,
    CodeMapping,
    ExceptionCase,
    InboundMessage,
    JobAttempt,
    Lane,
    Replay,
    ReplayItem,
    Stream,
    SyncJob,
)


@pytest.fixture
def german(admin_client) -> Client:
    admin_client.cookies["django_language"] = "de"
    return admin_client


def told(problem, **context) -> str:
    """The cause of a case, as a German page shows it."""
    with translation.override("de"):
        return said.cause(cases.open_case(Rejected(problem, connection="N", **context)))


CAUSES = [
    (
        "CD-8001",
        {"partner": "Nord", "document": "A-1", "lines": "-2.5 of BOLT, lot L1 (damaged) [nass]; +3 of NUT",
         "value": "12.50 EUR"},
        "Nord hat seinen Bestand mit A-1 angepasst: -2,5 von BOLT, Charge L1 (beschädigt) [nass]; +3 von NUT. "
        "Keine Regel lässt dies durch (12,50 EUR).",
    ),
    (
        "CD-8020",
        {"user": "Anna", "warehouse": "Main", "text": "Product Quantity Updated", "quantity": "5",
         "sku": "BOLT, lot L1", "direction": "moved from Shelf to Dock"},
        "Anna hat den Bestand von Main in Odoo geändert (Product Quantity Updated): 5 von BOLT, Charge L1 "
        "umgelagert von Shelf nach Dock. Das Lager weiß es nicht.",
    ),
    (
        "CD-5010",
        {"shipment": "S1", "picking": "WH/OUT/1", "difference": "3 of BOLT instead of 5; another tracking number"},
        "Sendung S1 wurde auf WH/OUT/1 geschrieben, und Odoo zeigt 3 von BOLT statt 5; eine andere Trackingnummer. "
        "Sie wurde nicht bestätigt.",
    ),
    (
        "CD-4012",
        {"partner": "N", "order": "S1", "release": "W1", "answer": "no reason given",
         "difference": "BOLT: 5 wanted, 7 will leave; the address"},
        "Auftrag S1 wurde in Odoo geändert, und N konnte W1 nicht mehr ändern: BOLT: 5 gewünscht, 7 gehen ab; "
        "die Adresse (ohne Angabe eines Grundes).",
    ),
    ("CD-4001", {"order": "S1", "missing": "name, city"}, "In der Lieferadresse des Auftrags S1 fehlt: Name, Ort."),
    (
        "CD-9003",
        {"document": "S1", "attempts": 20, "age": "1 day, 3:02:11",
         "detail": "Nord is down; calls are held back until a probe gets through."},
        "S1 ist in 20 Versuchen über 1 T 3 Std. nicht gelungen: Nord ist ausgefallen; Aufrufe werden zurückgehalten, "
        "bis ein Testaufruf durchkommt.",
    ),
    (
        "CD-6003",
        {"field": "data.lines.0.quantity", "detail": "must be a whole number; data.sku is missing"},
        "data.lines.0.quantity: muss eine ganze Zahl sein; data.sku fehlt.",
    ),
    (
        "CD-1006",
        {"verb": "receive"},
        "N gab keine brauchbare Antwort auf Wareneingang; vielleicht wurde es ausgeführt.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "context", "expected"), CAUSES, ids=[code for code, *_ in CAUSES])
def test_the_cause_of_a_case_has_no_english_words_of_ours(db, code, context, expected):
    assert told(code, **context) == expected


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"code": "nothing to release", "partner": "open"}, "Das Odoo-Produkt nothing to release hat bei open keine"),
        ({"code": "5 of BOLT", "partner": "draft"}, "Das Odoo-Produkt 5 of BOLT hat bei draft keine SKU."),
    ],
)
def test_codes_and_names_are_never_translated(db, context, words):
    assert words in told("CD-3001", scope="n", **context)


def test_what_odoo_said_is_left_as_it_was(db):
    quoted = "You cannot ship more than 5 of BOLT. Please ask your manager."
    assert told("CD-5009", shipment="S", picking="P", detail=quoted).endswith(quoted)


def job_of(rows, **given):
    """A job without a case."""
    stream = Stream.objects.create(key="alone", lane=1)
    about = {"flow": "order_release", "subject": "S7", "state": "needs_attention", "started_at": now()}
    return SyncJob.objects.create(stream=stream, **{**about, **given})


def test_why_a_job_without_a_case_stopped_and_its_tries_are_told_in_german(rows, german):
    missing = [MappingMissing(code, scope="n", code=name, partner="Nord") for code, name in TWO]
    error = Causes(missing)
    job = job_of(rows, failure_code=error.code, failure_text=str(error))
    _keep_attempt(job, "blocked", error=error)
    _keep_attempt(SyncJob(pk=job.pk, tries=2, started_at=now()), "crashed", detail="started together with 3 others")
    page = german.get(links.page(job)).text
    both = "Das Odoo-Produkt BOLT hat bei Nord keine SKU. Die Odoo-Einheit kg hat bei Nord keinen Code."
    assert page.count(both) == 2
    assert "zusammen mit 3 anderen begonnen" in page
    assert "has no" not in page
    assert JobAttempt.objects.get(job=job, number=0).detail == str(error)


TWO = [("CD-3001", "BOLT"), ("CD-3003", "kg")]


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        ("WH/OUT/1 released; WH/OUT/2 changed after its release", "WH/OUT/1 freigegeben; WH/OUT/2 nach der Freigabe"),
        ("nothing to release", "nichts freizugeben"),
        ("1,234 writes met", "1.234 Schreibvorgänge bemerkt"),
    ],
)
def test_what_a_try_that_went_well_says_is_told_in_german(rows, german, note, shown):
    attempt = JobAttempt.objects.create(job=job_of(rows), number=1, worker="w", started_at=now(), detail=note)
    assert shown in german.get(links.page(attempt.job)).text


def test_the_tries_on_the_page_of_an_order_and_of_a_message_are_in_german(rows, german):
    cause = "Nord cannot be reached: no answer within 30 s."
    JobAttempt.objects.update(code="CD-1001", detail=cause)
    for address in (reverse("admin:timeline", args=[rows.order.pk]), links.page(rows.received)):
        assert "Nord ist nicht erreichbar: keine Antwort innerhalb von 30 Sekunden." in german.get(address).text


def test_what_is_in_the_way_of_a_lane_is_told_in_german_and_in_the_zone_of_the_user(rows):
    down = Held("Nord", 1400, datetime(2026, 3, 2, 11, 40, tzinfo=UTC))
    facts = Facts(Lane.ORDER, due=9, waited=61, held=[down], paces=[Pace("Odoo", 0.0), Pace("Süd", 1.0)])
    with translation.override("de"):
        assert [said.in_the_way(why) for why in forecast(facts).why] == [
            "1.400 warten auf Nord, das seit 02.03.2026 11:40 nicht antwortet",
            "Odoo ist ausgeschaltet",
            "Süd nimmt 1 Aufruf je Sekunde an",
            "kein Vorgang davon ist fertig geworden",
        ]


def test_a_lane_on_today_says_it_in_german(rows, german):
    SyncJob.objects.update(waits_for=rows.wms, state="retry")
    page = german.get(reverse("admin:index")).text
    assert "das nicht antwortet" in page
    assert "does not answer" not in page


def button(row, act):
    return reverse(f"admin:integration_{row._meta.model_name}_act", args=[row.pk, act])


def warned(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_a_refusal_that_names_something_is_told_in_german(rows, german):
    job = job_of(rows, state="succeeded")
    assert warned(german.post(button(job, "retry"), follow=True)) == [
        "Auftragsfreigabe S7 hat den Stand „Gelungen“ und kann nicht erneut versucht werden."
    ]
    ExceptionCase.objects.update(state="ignored")
    [refused] = warned(german.post(button(rows.case, "retry"), follow=True))
    assert refused.endswith("Der Fall hat bereits den Status „ignoriert“.")


def test_a_code_that_is_taken_is_refused_in_german(rows, german):
    ExceptionCase.objects.update(code="CD-3001", context={"scope": "north", "code": "CHAIR"})
    CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="STOOL", partner_code="P-1")
    page = german.post(reverse("admin:mapping_gaps"), {f"code_{rows.case.pk}": "P-1"}).text
    assert "P-1 ist schon STOOL zugeordnet." in page
    new = {"kind": "product", "partner": rows.wms.pk, "odoo_code": "DESK", "partner_code": "P-1", "factor": 1, "per": 1}
    form = german.post(reverse("admin:integration_codemapping_add"), new)
    assert "P-1 ist schon STOOL zugeordnet." in form.text


def test_the_history_of_a_case_is_in_german_and_kept_in_english(rows, german):
    case, anna = rows.case, Actor("anna")
    desk.change(case.pk, anna, desk.Wish(team="warehouse", comment="to nobody"))
    until = now() + timedelta(days=1)
    desk.change(case.pk, anna, desk.Wish(state="snoozed", until=until))
    ExceptionCase.objects.update(state="open", snoozed_until=None, escalate_at=now() - timedelta(minutes=1))
    desk.tick()
    page = german.get(links.page(case)).text
    assert "an das Team Lager" in page
    assert "Niemand hat ihn beendet: Aus „hoch“ wird „kritisch“." in page
    assert f"bis {until:%d.%m.%Y %H:%M}" in page
    assert "to nobody" in page
    kept = set(case.events.values_list("text", flat=True))
    assert {"to the team warehouse", "Nobody has ended it: high becomes critical."} <= kept


@pytest.mark.parametrize(
    ("resolution", "shown"),
    [
        ("Take it in: it is ours", "Annehmen: it is ours"),
        ("Approved by anna. Was counted twice.", "Freigegeben von anna. Was counted twice."),
        ("The parcel moved on: delivered.", "Das Paket ist weitergekommen: Zugestellt."),
        ("told to nobody", "told to nobody"),
    ],
)
def test_how_a_case_ended_is_told_in_german_beside_what_a_person_wrote(rows, german, resolution, shown):
    ExceptionCase.objects.update(state="resolved", resolved_at=now(), resolution=resolution)
    assert shown in german.get(links.page(rows.case)).text


def test_a_replay_is_told_in_german(rows, german, admin_user):
    replay = Replay.objects.create(
        made_by=admin_user, made_by_name="admin", chosen="work: Shipments; day: Yesterday; found by “SHP”", size=1,
        digest="d", warehouses=[], state="done",
    )  # fmt: skip
    ReplayItem.objects.create(
        replay=replay, message=rows.received, verdict="fails", code="CD-3002",
        note="it was worked on since it was tried",
        text="Nord shipped SKU X, which is mapped to no Odoo product.",
        writes=[{"verb": "ship", "connection": "Odoo", "key": "k", "what": "5 x A (lot L1, damaged) and 3 more"}],
    )  # fmt: skip
    page = german.get(links.page(replay)).text
    for words in (
        "Arbeit: Sendungen; Tag: Gestern; gefunden mit „SHP“",
        "seit dem Probelauf wurde daran gearbeitet",
        "Nord hat die SKU X versandt, die keinem Odoo-Produkt zugeordnet ist.",
        "5 x A (Charge L1, beschädigt) und 3 weitere",
        "Versandmeldung SHP",
    ):
        assert words in page
    assert "Arbeit: Sendungen" in german.get(links.listing(Replay)).text
    assert "seit dem Probelauf" in german.get(links.listing(ReplayItem)).text


def test_rows_that_are_named_by_codes_are_called_in_german(rows):
    mapping = CodeMapping(kind="product", odoo_code="A", partner_code="B")
    with translation.override("de"):
        assert said.row(SyncJob(flow="connection_test", subject="test of Nord")).endswith("Prüfung von Nord")
        assert said.row(InboundMessage(type="shipment.confirmed", reference="SHP-1")) == "Versandmeldung SHP-1"
        assert said.row(mapping) == "Produkt A = B"
        assert said.row(ExceptionCase(title="Product not mapped")) == "Produkt nicht zugeordnet"
        assert said.row(JobAttempt(job_id=5, number=2, outcome="succeeded")) == "5 #2 Gelungen"
    assert said.row(mapping) == str(mapping)


def test_an_english_page_says_what_is_stored(rows, admin_client):
    cause = "Nord cannot be reached: no answer within 30 s."
    JobAttempt.objects.update(code="CD-1001", detail=cause)
    assert cause in admin_client.get(links.page(rows.job)).text


def test_a_warehouse_s_number_that_only_looks_like_a_moment_stops_no_page(rows, admin_client):
    cause = "Nord sent 2026-13-45 25:61 UTC for an order that is not known."
    ExceptionCase.objects.filter(pk=rows.case.pk).update(cause=cause)
    assert cause in admin_client.get(links.page(rows.case)).text
    assert cause in admin_client.get(reverse("admin:index")).text


def test_the_audit_log_keeps_a_refused_case_in_english(rows, german):
    german.post(button(rows.case, "ignore"), {"reason": "doppelt"})
    assert AuditEvent.objects.get(verb="ignore case").subject == rows.case.title
