"""Reports by mail: which are due, and what is in them. Each day of a schedule is one mail to each recipient.

The row is the proof that a mail was begun; its job sends it. A mail of which nobody knows whether it arrived is sent
again under the same Message-ID, by which mail servers and readers recognise it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from integration.jobs import routes
from integration.jobs.acts import Actor, NotAllowed, note
from integration.jobs.queue import NewJob, enqueue
from integration.models import ReportMail, ReportSchedule, Warehouse
from integration.reports import keeping, pdf, xlsx
from integration.reports.catalogue import REPORTS
from integration.reports.figures import Day
from integration.reports.parts import Kind, Report, Scope
from integration.reports.words import say

FLOW = "report_mail"
PAGE = "/console/reports/{}/"  # a worker need not know all addresses of the web process
KEPT_DAYS = 90
LATEST = timedelta(hours=24)  # what was missed for longer is not mailed any more
Form = ReportSchedule.Form
Writer = tuple[Callable[[Report], bytes], str, str]  # what writes it, how its name ends, and its media type
PAPER: Writer = (pdf.write, "pdf", "application/pdf")
SHEET: Writer = (xlsx.write, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
WRITERS: Mapping[str, tuple[Writer, ...]] = {Form.PDF: (PAPER,), Form.XLSX: (SHEET,), Form.BOTH: (PAPER, SHEET)}


def start() -> int:
    """Begins every mail that is due and not begun; returns how many. Whoever does so at once begins none twice."""
    moment, count = datetime.now(UTC), 0
    for schedule in ReportSchedule.objects.filter(active=True).order_by("pk"):
        day = due_day(schedule, moment)
        if day is not None:
            count += sum(_begin(schedule, day, recipient) for recipient in schedule.recipients)
    return count


def due_day(schedule: ReportSchedule, moment: datetime) -> date | None:
    """The day whose mail is due by now, by the schedule's own calendar; None: none is."""
    zone = ZoneInfo(schedule.time_zone)
    today = moment.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        due = datetime.combine(day, schedule.time, zone).astimezone(UTC)
        if day.weekday() in schedule.days and max(schedule.set_at, moment - LATEST) < due <= moment:
            return day
    return None


@transaction.atomic
def send_now(pk: int, actor: Actor) -> int:
    """One mail to each recipient, as if it were due now and whatever was sent before; returns how many. Raises
    NotAllowed."""
    schedule = ReportSchedule.objects.filter(pk=pk).first()
    if schedule is None:
        raise NotAllowed("There is no such schedule any more.")
    day = datetime.now(ZoneInfo(schedule.time_zone)).date()
    mails = [ReportMail(schedule=schedule, day=day, recipient=to, asked_by=actor.name) for to in schedule.recipients]
    for mail in ReportMail.objects.bulk_create(mails):
        enqueue(_job(mail))
    note(actor, "send report now", str(schedule), schedule=pk, mails=len(mails))
    return len(mails)


@transaction.atomic
def _begin(schedule: ReportSchedule, day: date, recipient: str) -> bool:
    mail, is_new = ReportMail.objects.get_or_create(schedule=schedule, day=day, recipient=recipient, asked_by="")
    if is_new:
        enqueue(_job(mail))
    return is_new


def _job(mail: ReportMail) -> NewJob:
    """Of a stream of its own: one that waits for a person keeps no other mail."""
    return NewJob(
        flow=FLOW,
        stream=f"{FLOW}:{mail.pk}",
        lane=routes.lane_of(FLOW),
        subject=f"report {mail.schedule.name}"[:100],
        payload={"mail": mail.pk},
    )


def compose(mail: ReportMail) -> EmailMessage:
    """In the schedule's language and zone. What its day came to is looked at anew where that is still open."""
    schedule = mail.schedule
    with translation.override(schedule.language), timezone.override(ZoneInfo(schedule.time_zone)):
        scope = _scope(schedule, mail.day)
        for warehouse in scope.warehouses:
            keeping.take(Day(warehouse, scope.day))
        report = REPORTS[schedule.report].build(scope)
        subject = f"{schedule.name}: {report.title}, {say(scope.day, Kind.DAY)}"
        message = EmailMessage(
            " ".join(subject.split()), _body(report, scope, schedule), settings.DEFAULT_FROM_EMAIL, [mail.recipient],
            headers={"Message-ID": message_id(mail), "Auto-Submitted": "auto-generated"},
        )  # fmt: skip
        for write, ending, kind in WRITERS[schedule.form]:
            message.attach(f"{schedule.report}-{scope.day:%Y-%m-%d}.{ending}", write(report), kind)
    return message


def message_id(mail: ReportMail) -> str:
    """The same for each try."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "crossdock"
    return f"<report.{mail.schedule_id}.{mail.day:%Y%m%d}.{mail.pk}@{host}>"


def sent(mail: ReportMail) -> None:
    ReportMail.objects.filter(pk=mail.pk).update(sent_at=Now())


def forget() -> int:
    """Mails of which nobody asks any more: their rows hold addresses."""
    old = ReportMail.objects.filter(made_at__lt=Now() - timedelta(days=KEPT_DAYS))
    return old.delete()[0]


def _scope(schedule: ReportSchedule, day: date) -> Scope:
    rows = Warehouse.objects.order_by("name", "pk")
    chosen = rows.filter(pk__in=schedule.warehouses) if schedule.warehouses else rows
    before = timedelta(days=schedule.covers == ReportSchedule.Covers.DAY_BEFORE)
    return Scope(list(chosen), day - before, days=REPORTS[schedule.report].days[0])


def _body(report: Report, scope: Scope, schedule: ReportSchedule) -> str:
    return "\n".join(_lines(report, scope, schedule))


def _lines(report: Report, scope: Scope, schedule: ReportSchedule) -> Iterator[str]:
    yield f"{report.title}, {say(scope.day, Kind.DAY)}"
    yield report.about
    yield ""
    if report.nothing:
        yield report.nothing
    for tile in report.tiles:
        yield f"{tile.label}: {say(tile.value, tile.kind)}"
    yield ""
    yield f"{settings.PUBLIC_URL.rstrip('/')}{PAGE.format(schedule.report)}?{urlencode({'day': scope.day})}"
    yield ""
    yield _("Crossdock sends this by the schedule “{name}”.").format(name=schedule.name)
