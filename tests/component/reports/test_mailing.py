"""Reports by mail, to a real mail server beside the test: when they are due, once each, and what comes of refusals."""

import email
import email.policy
import io
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from integration.flows import HANDLERS
from integration.jobs import acts, engine
from integration.jobs.acts import Actor
from integration.models import AuditEvent, ExceptionCase, Lane, ReportMail, ReportSchedule, SyncJob
from integration.reports import mailing
from tests.component.console.conftest import user_with
from tests.component.engine.yard import time_passes, together
from tests.component.reports.conftest import TODAY, YESTERDAY, ZONE, Town, at, busy_day

pytestmark = pytest.mark.django_db(transaction=True)
ANNA, BEN = "anna@north.example", "ben@south.example"


class Post:
    """Keeps what it takes. ``refuses``: what it says to a recipient instead; ``hangs_up``: after it took the mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses: dict[str, str] = {}
        self.hangs_up = False

    async def handle_RCPT(  # noqa: N802  (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
        self.mails.append(content)
        if self.hangs_up:
            self.hangs_up = False
            server.transport.close()
        return "250 OK"

    @property
    def to(self) -> list[str]:
        return sorted(str(mail["To"]) for mail in self.mails)


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    office = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = "127.0.0.1", False, 5
    settings.EMAIL_PORT = port
    settings.DEFAULT_FROM_EMAIL = "crossdock@dock.example"
    yield office
    controller.stop()


def schedule(**given: Any) -> ReportSchedule:
    """Due an hour ago, made two days ago."""
    usual: dict[str, Any] = {
        "name": "Morning", "recipients": [ANNA], "time": time(11), "days": list(range(7)), "time_zone": ZONE.key,
    }  # fmt: skip
    made = ReportSchedule.objects.create(**usual | given)
    ReportSchedule.objects.filter(pk=made.pk).update(set_at=datetime.now(UTC) - timedelta(days=2))
    made.refresh_from_db()
    return made


def run() -> None:
    engine.run_lane(Lane.MASTER_DATA, HANDLERS, seconds=30)


def begun() -> list[tuple[date, str, bool]]:
    rows = ReportMail.objects.order_by("pk")
    return [(row.day, row.recipient, row.sent_at is not None) for row in rows]


def cases() -> list[tuple[str, str]]:
    return list(ExceptionCase.objects.order_by("pk").values_list("code", "state"))


def test_a_mail_holds_the_report_of_the_day_before_in_both_forms(town: Town, post: Post) -> None:
    busy_day(town)
    schedule(form="both")
    assert mailing.start() == 1
    run()
    assert begun() == [(TODAY, ANNA, True)]
    [mail] = post.mails
    assert mail["Subject"].startswith("Morning: Daily hypercare, ")
    assert (mail["From"], mail["To"]) == ("crossdock@dock.example", ANNA)
    body = mail.get_body()
    assert body is not None
    assert "Unexplained: 2" in body.get_content()
    assert f"/console/reports/hypercare/?day={YESTERDAY}" in body.get_content()
    paper, book = mail.iter_attachments()
    assert [part.get_filename() for part in (paper, book)] == [
        f"hypercare-{YESTERDAY}.pdf",
        f"hypercare-{YESTERDAY}.xlsx",
    ]
    assert "Orders 6 4 1 1" in PdfReader(io.BytesIO(paper.get_content())).pages[0].extract_text().replace("\n", " ")
    sheet = load_workbook(io.BytesIO(book.get_content()))["What came through"]
    assert [cell.value for cell in sheet[2]] == ["Orders", 6, 4, 1, 1, 83.3]


def test_it_is_of_the_warehouses_that_were_chosen_in_the_language_that_was_chosen(town: Town, post: Post) -> None:
    busy_day(town)
    schedule(warehouses=[town.other.pk], language="de", covers="same_day", report="warehouse")
    mailing.start()
    run()
    [mail] = post.mails
    body = mail.get_body()
    assert body is not None
    assert ("Other" in body.get_content(), "Main" in body.get_content()) == (True, False)
    assert "Pünktlich" in body.get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == [f"warehouse-{TODAY}.pdf"]


def test_each_recipient_gets_one_and_whoever_starts_it_again_begins_none(town: Town, post: Post) -> None:
    schedule(recipients=[ANNA, BEN])
    assert [mailing.start(), mailing.start()] == [2, 0]
    run()
    assert post.to == [ANNA, BEN]
    assert mailing.start() == 0


def test_what_a_person_has_sent_now_goes_beside_what_is_due(town: Town, post: Post) -> None:
    made = schedule(recipients=[ANNA, BEN], active=False)
    assert [mailing.send_now(made.pk, Actor("mia")) for _ in range(2)] == [2, 2]
    run()
    assert post.to == [ANNA, ANNA, BEN, BEN]
    ReportSchedule.objects.update(active=True)
    assert mailing.start() == 2
    run()
    assert (len(post.mails), len({mail["Message-ID"] for mail in post.mails}), cases()) == (6, 6, [])


def test_two_workers_begin_and_send_each_mail_once(town: Town, post: Post) -> None:
    schedule(recipients=[ANNA, BEN])
    assert sum(together(*[mailing.start] * 4)) == 2
    together(*[run] * 4)
    assert (post.to, SyncJob.objects.count()) == ([ANNA, BEN], 2)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (at(6, 59, day=TODAY), YESTERDAY),
        (at(7, 0, day=TODAY), TODAY),
        (at(23, 59, day=TODAY), TODAY),
        (at(7, 0, day=TODAY + timedelta(days=5)), TODAY + timedelta(days=5)),
    ],
)
def test_the_day_that_is_due(moment: datetime, day: date, town: Town) -> None:
    assert mailing.due_day(schedule(time=time(7)), moment) == day


def test_only_on_its_days_and_not_before_it_was_set(town: Town) -> None:
    moment = at(12, day=TODAY)
    other = (TODAY.weekday() + 3) % 7
    assert mailing.due_day(schedule(name="a", days=[other]), moment) is None
    late = schedule(name="b")
    late.set_at = at(11, 30, day=TODAY)
    assert mailing.due_day(late, moment) is None
    assert mailing.due_day(late, at(12, day=TODAY + timedelta(days=1))) == TODAY + timedelta(days=1)
    late.delete()
    schedule(name="c", active=False)
    schedule(name="d", days=[other])
    assert mailing.start() == 0


def test_what_was_missed_is_sent_within_a_day_and_then_no_more(town: Town) -> None:
    [day] = [TODAY.weekday()]
    only = schedule(time=time(7), days=[day])
    assert mailing.due_day(only, at(6, 59, day=TODAY + timedelta(days=1))) == TODAY
    assert mailing.due_day(only, at(7, 0, day=TODAY + timedelta(days=1))) is None


def test_a_time_that_the_change_of_clocks_leaves_out_is_due_all_the_same(town: Town) -> None:
    nightly = schedule(time=time(2, 30), time_zone="Europe/Berlin")
    nightly.set_at = datetime(2026, 1, 1, tzinfo=UTC)
    days = [mailing.due_day(nightly, datetime(2026, 3, 29, hour, 45, tzinfo=UTC)) for hour in (0, 1, 2)]
    assert days == [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 29)]


def test_a_server_that_is_away_is_asked_again(town: Town, post: Post, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    schedule()
    mailing.start()
    run()
    job = SyncJob.objects.get()
    assert (job.state, job.failure_code, cases()) == ("retry", "CD-9501", [])
    settings.EMAIL_PORT = port
    time_passes()
    run()
    assert (post.to, begun()[0][2]) == ([ANNA], True)


def test_a_mail_whose_answer_was_lost_is_sent_again_under_the_same_number(town: Town, post: Post) -> None:
    post.hangs_up = True
    schedule()
    mailing.start()
    run()
    time_passes()
    run()
    first, second = post.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert SyncJob.objects.get().state == "succeeded"


def test_a_job_that_is_run_again_sends_nothing_twice(town: Town, post: Post) -> None:
    schedule()
    mailing.start()
    run()
    SyncJob.objects.update(state="pending")
    SyncJob.objects.get().stream.__class__.objects.update(next_due_at=datetime.now(UTC) - timedelta(seconds=1))
    run()
    assert (len(post.mails), SyncJob.objects.get().state) == (1, "succeeded")


def test_a_refused_recipient_is_a_case_and_the_others_get_theirs(town: Town, post: Post) -> None:
    post.refuses[ANNA] = "550 no such user anna@north.example"
    schedule(recipients=[ANNA, BEN])
    mailing.start()
    run()
    case = ExceptionCase.objects.get()
    assert (case.code, case.state, post.to) == ("CD-9503", "open", [BEN])
    assert case.cause == "The mail server refused the report Morning for a recipient at north.example (reply 550)."
    post.refuses.clear()
    acts.retry_case(case.pk, acts.Actor("anna"))
    run()
    case.refresh_from_db()
    assert (case.state, post.to) == ("resolved", [ANNA, BEN])


def test_a_recipient_that_is_put_off_is_tried_again(town: Town, post: Post) -> None:
    post.refuses[ANNA] = "451 try later"
    schedule()
    mailing.start()
    run()
    assert (SyncJob.objects.get().state, SyncJob.objects.get().failure_code) == ("retry", "CD-9501")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EMAIL_HOST", "", "no mail server is set (EMAIL_HOST)"),
        ("EMAIL_USE_TLS", True, "takes neither this login nor this EMAIL_SECURITY"),
        ("EMAIL_USE_SSL", True, "no encrypted connection can be made"),
    ],
)
def test_a_wrong_setting_is_a_case_that_names_it(
    name: str, value: object, said: str, town: Town, post: Post, settings: Any
) -> None:
    schedule()
    setattr(settings, name, value)
    mailing.start()
    run()
    case = ExceptionCase.objects.get()
    assert (case.code, said in case.cause, post.mails) == ("CD-9502", True, [])


def test_a_schedule_that_was_switched_off_meanwhile_sends_nothing(town: Town, post: Post) -> None:
    schedule()
    mailing.start()
    ReportSchedule.objects.update(active=False)
    run()
    assert (post.mails, begun()[0][2], SyncJob.objects.get().state) == ([], False, "succeeded")


def test_mails_are_forgotten_and_young_ones_are_not(town: Town) -> None:
    made = schedule()
    mailing.start()
    old = ReportMail.objects.create(schedule=made, day=TODAY - timedelta(days=100), recipient=ANNA)
    ReportMail.objects.filter(pk=old.pk).update(made_at=datetime.now(UTC) - timedelta(days=91))
    assert (mailing.forget(), ReportMail.objects.count()) == (1, 1)


class TestSchedules:
    """Made in the console."""

    @pytest.fixture(autouse=True)
    def _static(self, settings: Any) -> None:
        settings.STORAGES = settings.STORAGES | {
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        }

    def fill(self, **given: object) -> dict[str, object]:
        usual: dict[str, object] = {
            "name": "Morning", "report": "hypercare", "recipients": f"{ANNA}\n {ANNA} \n{BEN}", "time": "07:00",
            "days": ["0", "1"], "time_zone": "Europe/Berlin", "covers": "day_before", "form": "pdf", "language": "en",
            "active": "on",
        }  # fmt: skip
        return usual | given

    def add(self, client: Client, **given: object) -> Any:
        return client.post(reverse("admin:integration_reportschedule_add"), self.fill(**given))

    def test_one_is_added_and_changed_and_noted(self, town: Town, admin_client: Client) -> None:
        assert self.add(admin_client).status_code == 302
        made = ReportSchedule.objects.get()
        assert (made.recipients, made.days, made.warehouses) == ([ANNA, BEN], [0, 1], [])
        page = reverse("admin:integration_reportschedule_change", args=[made.pk])
        assert f"{ANNA}\n{BEN}" in admin_client.get(page).text
        sent = self.fill(recipients=BEN, warehouses=[str(town.main.pk)])
        assert admin_client.post(page, sent).status_code == 302
        made.refresh_from_db()
        assert (made.recipients, made.warehouses) == ([BEN], [town.main.pk])
        assert [event.verb for event in AuditEvent.objects.order_by("pk")] == ["added", "changed"]

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"recipients": "nobody"}, "nobody is no address."),
            ({"recipients": "\n".join(f"a{n}@x.example" for n in range(21))}, "At most 20 addresses"),
            ({"recipients": " \n"}, "This field is required."),
            ({"time_zone": "Mars"}, "Mars is no time zone"),
            ({"days": []}, "This field is required."),
            ({"report": "lot"}, "Select a valid choice"),
        ],
    )
    def test_what_cannot_work_is_refused(self, given: Any, said: str, town: Town, admin_client: Client) -> None:
        page = self.add(admin_client, **given)
        assert (page.status_code, said in page.text, ReportSchedule.objects.count()) == (200, True, 0)

    def test_who_sees_some_warehouses_mails_reports_of_these_and_no_others(self, town: Town) -> None:
        user, client = user_with("supervisor")
        user.reach.create(warehouse=town.main)
        assert self.add(client).status_code == 200
        assert self.add(client, warehouses=[str(town.other.pk)]).status_code == 200
        assert ReportSchedule.objects.count() == 0
        assert self.add(client, warehouses=[str(town.main.pk)]).status_code == 302
        schedule(name="All")
        schedule(name="Both", warehouses=[town.main.pk, town.other.pk])
        shown = client.get(reverse("admin:integration_reportschedule_changelist")).context["cl"].result_list
        assert [row.name for row in shown] == ["Morning"]

    def test_a_button_sends_it_now_and_says_so(self, town: Town, admin_client: Client, post: Post) -> None:
        made = schedule()
        page = reverse("admin:integration_reportschedule_change", args=[made.pk])
        address = reverse("admin:integration_reportschedule_act", args=[made.pk, "send"])
        assert address in admin_client.get(page).text
        told = admin_client.post(address, follow=True).text
        assert "1 report schedule is sent at once. 1 mail goes out in a moment: see Mails of reports." in told
        run()
        assert (post.to, ReportMail.objects.get().asked_by) == ([ANNA], "admin")
        assert AuditEvent.objects.get().verb == "send report now"

    def test_who_may_not_see_a_report_has_none_sent(self, town: Town) -> None:
        made = schedule()
        user, client = user_with("every warehouse")
        rights = ("change_reportschedule", "view_reportschedule", "see_transit_ageing")
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        address = reverse("admin:integration_reportschedule_act", args=[made.pk, "send"])
        assert "You may not see this report." in client.post(address, follow=True).text
        assert ReportMail.objects.count() == 0

    def test_a_report_that_somebody_may_not_see_is_not_mailed_by_him(self, town: Town) -> None:
        user, client = user_with("every warehouse")
        rights = ("add_reportschedule", "change_reportschedule", "view_reportschedule", "see_transit_ageing")
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        assert self.add(client).status_code == 200
        assert self.add(client, report="transit").status_code == 302
