"""The console in German: chrome, problems, numbers and dates; and that all else stays in English."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Thread

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from integration.console import said, words
from integration.console.language import plainly
from integration.errors import MappingMissing
from integration.errors.catalogue import PROBLEMS
from integration.jobs import cases
from integration.models import AuditEvent, CaseRule, CodeMapping, ExceptionCase, Replay
from tests.component.console.conftest import SECRET

ENGLISH = [  # of the chrome: none of it is on a page in German
    "Work", "Cases", "Documents", "Jobs", "Stock differences", "Messages", "Received", "Replays", "Connections",
    "Warehouses", "Code mappings", "History", "Machinery", "Access", "Skip to the content", "What to do", "Facts",
    "Deadline", "At stake", "Cases to be done", "Not done yet", "Needs a person now", "Retry now", "Resolve",
    "Done by hand", "Ignore", "At whose desk", "Owner", "Comment", "Save", "Lines", "Asks for", "Booked",
    "What happened", "Nothing here", "Filters", "Log out", "Tries", "high", "open", "Open in Odoo", "master data",
]  # fmt: skip


@pytest.fixture
def german(admin_client) -> Client:
    admin_client.cookies["django_language"] = "de"
    return admin_client


def shown(page: str) -> set[str]:
    """The texts of a page."""
    bare = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.S)
    return {text.strip() for text in re.sub(r"<[^>]+>", "\n", bare).splitlines() if text.strip()}


def pages(rows) -> dict[str, str]:
    return {
        "today": reverse("admin:index"),
        "cases": reverse("admin:integration_exceptioncase_changelist"),
        "case": reverse("admin:integration_exceptioncase_change", args=[rows.case.pk]),
        "order": reverse("admin:timeline", args=[rows.order.pk]),
        "job": reverse("admin:integration_syncjob_change", args=[rows.job.pk]),
        "message": reverse("admin:integration_inboundmessage_change", args=[rows.received.pk]),
        "connections": reverse("admin:integration_connection_changelist"),
        "connection": reverse("admin:integration_connection_change", args=[rows.wms.pk]),
        "mappings": reverse("admin:integration_codemapping_changelist"),
        "gaps": reverse("admin:mapping_gaps"),
        "service": reverse("admin:service"),
    }


PAGES = (
    "today",
    "cases",
    "case",
    "order",
    "job",
    "message",
    "connections",
    "connection",
    "mappings",
    "gaps",
    "service",
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_german_has_no_english_of_its_own(name, rows, german):
    page = german.get(pages(rows)[name])
    assert page.status_code == 200
    assert '<html lang="de"' in page.text
    assert shown(page.text) & set(ENGLISH) == set()
    assert {"Arbeit", "Fälle", "Verbindungen"} <= shown(page.text)
    assert SECRET not in page.text


def test_the_browser_decides_until_the_user_has_chosen(rows, admin_client):
    home = reverse("admin:index")
    assert '<html lang="de"' in admin_client.get(home, HTTP_ACCEPT_LANGUAGE="de-AT,de;q=0.9,en;q=0.8").text
    chosen = admin_client.post(reverse("admin:set_language"), {"language": "en", "next": home})
    assert chosen.cookies["django_language"].value == "en"
    assert '<html lang="en"' in admin_client.get(home, HTTP_ACCEPT_LANGUAGE="de").text


@pytest.mark.parametrize("asked", ["fr", "xx", "de_", "../de", ""])
def test_a_language_that_nobody_has_translated_is_english(asked, rows, admin_client):
    admin_client.cookies["django_language"] = asked
    assert '<html lang="en"' in admin_client.get(reverse("admin:index"), HTTP_ACCEPT_LANGUAGE=asked).text


def test_a_german_page_leaves_no_german_behind(rows, german):
    german.get(reverse("admin:index"))
    assert translation.get_language() == "en"


def test_the_page_offers_both_languages(rows, german):
    page = german.get(reverse("admin:index")).text
    assert f'action="{reverse("admin:set_language")}"' in page
    assert all(f'name="language" type="hidden" value="{code}"' in page for code in ("en", "de"))


AT = datetime(2026, 11, 3, 5, 7, tzinfo=UTC)
NUMBERS = [
    (lambda: words.money(Decimal("1234.5"), "EUR"), "1,234.50 EUR", "1.234,50 EUR"),
    (lambda: words.quantity(Decimal("1234.500")), "1234.5", "1234,5"),
    (lambda: words.whole(1234567), "1,234,567", "1.234.567"),
    (lambda: words.span(timedelta(days=2, hours=4, minutes=3)), "2 d 4 h", "2 T 4 Std."),
    (lambda: words.span(timedelta(minutes=12)), "12 min", "12 Min."),
    (lambda: words.ago(timedelta(minutes=12)), "12 min ago", "vor 12 Min."),
    (lambda: words.duration(1234), "1.2 s", "1,2 Sek."),
    (lambda: words.plural(1, "order"), "1 order", "1 Auftrag"),
    (lambda: words.plural(1037, "order"), "1,037 orders", "1.037 Aufträge"),
    (lambda: date_format(AT, "DATETIME_FORMAT"), "3 Nov 2026 05:07", "03.11.2026 05:07"),
    (lambda: date_format(AT, "DAY_FORMAT"), "Tuesday 3 November 2026", "Dienstag, 3. November 2026"),
]  # fmt: skip


@pytest.mark.parametrize(("write", "english", "german"), NUMBERS)
def test_numbers_and_dates_are_written_as_the_language_writes_them(write, english, german):
    with translation.override("en"):
        assert write() == english
    with translation.override("de"):
        assert write() == german


@pytest.mark.parametrize(
    ("typed", "english", "german"),
    [
        ("2.5", Decimal("2.5"), Decimal("2.5")),
        ("2,5", Decimal("2.5"), Decimal("2.5")),
        ("1.000", Decimal("1.000"), None),  # a thousand, or one: nobody guesses
        ("1000", Decimal(1000), Decimal(1000)),
        ("NaN", None, None),
        ("twelve", None, None),
    ],
)
def test_a_number_is_taken_as_it_is_typed_or_refused(typed, english, german):
    with translation.override("en"):
        assert words.typed(typed) == english
    with translation.override("de"):
        assert words.typed(typed) == german


def opened(**context) -> ExceptionCase:
    return cases.open_case(MappingMissing("CD-3001", **{"code": "BOLT", "partner": "Nord", "scope": "n"} | context))


def test_a_case_is_stored_in_english_and_told_in_german(db):
    with translation.override("de"):
        case = opened()
    assert case.cause == "Odoo product BOLT has no SKU at Nord."
    with translation.override("de"):
        assert said.title(case) == "Produkt nicht zugeordnet"
        assert said.cause(case) == "Das Odoo-Produkt BOLT hat bei Nord keine SKU."
        assert said.fix(case).startswith("Legen Sie eine Produktzuordnung für BOLT an.")
    assert said.cause(case) == case.cause


def test_what_the_context_lacks_is_told_as_it_was_stored(db):
    case = opened()
    with translation.override("de"):
        case.context = {"code": "BOLT"}
        assert said.cause(case) == case.cause
        case.context, case.cause = {"code": "BOLT", "partner": "Nord"}, "What an older release said."
        assert said.cause(case) == "What an older release said."
        case.code = "CD-0000"
        assert said.fix(case) == case.fix


def test_why_a_case_closed_by_itself_is_told_in_german(rows, german):
    case = opened()
    cases.clear("Its cause is gone.", case.fingerprint)
    page = german.get(reverse("admin:integration_exceptioncase_change", args=[case.pk])).text
    assert "Die Ursache ist weg." in page
    assert "Its cause is gone." not in page


def test_a_name_in_a_context_is_text_and_no_template(db):
    case = opened(code="{partner.__class__}", partner="{code}")
    with translation.override("de"):
        assert said.cause(case) == "Das Odoo-Produkt {partner.__class__} hat bei {code} keine SKU."


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_can_be_filled_in_german(code):
    with translation.override("de"):
        for text in (PROBLEMS[code].cause, PROBLEMS[code].fix):
            assert "{" not in translation.gettext(text).format_map(Anything())


class Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def test_the_list_and_the_page_of_cases_tell_the_problem_in_german(rows, german):
    case = opened()
    for address in (pages(rows)["cases"], reverse("admin:integration_exceptioncase_change", args=[case.pk])):
        page = german.get(address).text
        assert "Das Odoo-Produkt BOLT hat bei Nord keine SKU." in page
        assert "has no SKU" not in page


def test_the_runbook_says_in_german_that_it_is_in_english(rows, german):
    page = german.get(reverse("admin:runbook", args=["CD-1001"])).text
    assert "Die Seiten des Betriebshandbuchs sind auf Englisch." in page
    assert '<article class="cd-card cd-text" lang="en">' in page


def test_the_api_answers_in_english_whatever_is_asked_for(db, client):
    page = client.get("/api/v1/orders/", HTTP_ACCEPT_LANGUAGE="de", HTTP_COOKIE="django_language=de")
    assert "Content-Language" not in page.headers
    assert "Language" not in page.headers.get("Vary", "")
    assert page.json() == client.get("/api/v1/orders/").json()
    assert "Zugang" not in page.text
    assert translation.get_language() == "en"


def test_the_audit_log_is_in_english_whoever_acts(rows, german):
    address = reverse("admin:integration_caserule_add")
    german.post(address, {"order": 5, "code": "CD-30", "team": "warehouse", "active": "on"})
    rule = CaseRule.objects.get(order=5)
    noted = AuditEvent.objects.get(verb="added", subject__startswith="case rule")
    assert noted.subject == f"case rule CD-30 ({rule.pk})"


def test_what_a_replay_is_called_is_kept_in_english(rows, german):
    german.post(f"{reverse('admin:replay_matching')}?work=ship")
    assert Replay.objects.latest("pk").chosen == "work: Shipments"


def test_what_people_choose_in_german_is_done(rows, german):
    """A number typed with a comma becomes the mapping's new version."""
    unit = CodeMapping.objects.create(kind="unit", partner=rows.wms, odoo_code="Kg", partner_code="KG")
    given = {"row": unit.pk, f"partner_code_{unit.pk}": "KG", f"factor_{unit.pk}": "2,5", f"per_{unit.pk}": "1"}
    german.post(reverse("admin:mapping_many"), given)
    assert CodeMapping.objects.get(kind="unit", odoo_code="Kg", valid_to=None).factor == Decimal("2.5")


def test_a_new_thread_such_as_a_worker_s_speaks_english():
    spoken: list[str] = []
    with translation.override("de"):
        other = Thread(target=lambda: spoken.append(translation.get_language()))
        other.start()
        other.join()
    assert spoken == ["en"]


def test_plainly_is_english_within_a_german_page():
    with translation.override("de"), plainly():
        assert translation.gettext("Retry now") == "Retry now"


def test_the_names_of_columns_do_not_change_the_tables(db):
    """What the language of a page shows is no change of a model."""
    field = ExceptionCase._meta.get_field("state")
    assert str(field.verbose_name) == "state"
    assert str(dict(field.flatchoices)["waiting_odoo"]) == "waiting for Odoo"
    with translation.override("de"):
        assert str(field.verbose_name) == "Status"
        assert ExceptionCase(state="waiting_odoo").get_state_display() == "wartet auf Odoo"


def test_a_page_of_the_console_says_that_it_depends_on_the_language(rows, german):
    page = german.get(reverse("admin:index"))
    assert page.headers["Content-Language"] == "de"
    assert "Accept-Language" in page.headers["Vary"]
