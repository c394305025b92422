"""Which reports are mailed when and to whom, what was mailed, and the figures that reports are made from."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from integration.console.acting import Act, Acting
from integration.console.base import ConfigurationAdmin, HistoryAdmin
from integration.console.reach import limit, scoped
from integration.console.words import duration, whole
from integration.jobs.acts import Actor
from integration.models import DayFigures, FlowDay, ReportMail, ReportSchedule, Warehouse
from integration.models.reports import MOST_RECIPIENTS
from integration.reports import mailing
from integration.reports.catalogue import REPORTS

DAYS = list(WEEKDAYS_ABBR.items())


class Addresses(forms.CharField):
    """One a line. Each once."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().to_python(value) or "").replace(",", "\n").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_RECIPIENTS:
            raise ValidationError(
                _("At most %(n)s addresses: use a list of your mail server.") % {"n": MOST_RECIPIENTS}
            )
        for address in value:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(_("%(address)s is no address.") % {"address": address}) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    """``request``: set by the page that it is made for."""

    request: HttpRequest
    recipients = Addresses(label=_("Recipients"), help_text=_("One address a line; each gets a mail of its own"))
    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=DAYS, coerce=int, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    warehouses = forms.TypedMultipleChoiceField(
        label=_("Warehouses"), coerce=int, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None: all there are when it is sent, for who sees them all"),
    )  # fmt: skip

    class Meta:
        model = ReportSchedule
        fields = (
            "name", "report", "warehouses", "recipients", "time", "days", "time_zone", "covers", "form", "language",
            "active",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "report" not in self.fields:  # who may only look gets no fields of the table
            return
        rows = scoped(self.request, Warehouse.objects.order_by("name", "pk"))
        chosen: Any = self.fields["warehouses"]
        chosen.choices = list(rows.values_list("pk", "name"))
        chosen.required = limit(self.request) is not None
        reports: Any = self.fields["report"]
        reports.choices = [
            (name, label) for name, label in reports.choices
            if not name or self.request.user.has_perm(REPORTS[name].right)
        ]  # fmt: skip


def _send(pk: int, actor: Actor, _reason: str) -> str:
    count = mailing.send_now(pk, actor)
    told = ngettext("{count} mail goes out in a moment: see Mails of reports.",
                    "{count} mails go out in a moment: see Mails of reports.", count)  # fmt: skip
    return told.format(count=count)


SEND = Act("send", _("Send now"), _send, _("is sent at once"))


@admin.register(ReportSchedule)
class ReportScheduleAdmin(Acting, ConfigurationAdmin):
    acts = (SEND,)
    form = ScheduleForm
    change_form_outer_before_template = "console/send_panel.html"
    list_display = ("name", "report", "about", "to", "time", "days_shown", "time_zone", "active")
    list_filter = ("report", "active")
    search_fields = ("name",)
    nothing = _("Add one, and a report is mailed by itself: say which, when, and to whom.")

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """With its mails: switched off it tells what was sent."""
        return False

    def refusal(self, request: HttpRequest, row: Model) -> str:
        """Nobody has a report sent that he may not see."""
        may = isinstance(row, ReportSchedule) and request.user.has_perm(REPORTS[row.report].right)
        return super().refusal(request, row) if may else str(_("You may not see this report."))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        buttons = self.allowed(request, self.acts) if object_id else []
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), "buttons": buttons})

    @admin.display(description=_("warehouses"))
    def about(self, row: ReportSchedule) -> str:
        names = Warehouse.objects.filter(pk__in=row.warehouses).order_by("name").values_list("name", flat=True)
        return ", ".join(names) if row.warehouses else str(_("all"))

    @admin.display(description=_("recipients"))
    def to(self, row: ReportSchedule) -> str:
        return ", ".join(row.recipients)

    @admin.display(description=_("days"))
    def days_shown(self, row: ReportSchedule) -> str:
        return ", ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(row.days))


@admin.register(ReportMail)
class ReportMailAdmin(HistoryAdmin):
    exact, numbers = ("recipient",), ("pk",)
    search_help_text = _("The whole address of a recipient")
    list_display = ("schedule", "day", "recipient", "made_at", "sent_at", "asked_by")
    list_filter = ("schedule",)
    list_select_related = ("schedule",)
    nothing = _("A row appears with each mail of a schedule. What was not sent has a case.")


@admin.register(DayFigures)
class DayFiguresAdmin(HistoryAdmin):
    list_display = ("day", "warehouse", "closed", "taken_at")
    list_filter = ("warehouse",)
    list_select_related = ("warehouse",)
    nothing = _("A row appears for each warehouse and day when the scheduler and a worker run.")


@admin.register(FlowDay)
class FlowDayAdmin(HistoryAdmin):
    list_display = ("day", "warehouse", "flow", "jobs_shown", "kept_shown", "usual")
    list_filter = ("warehouse", "flow")
    list_select_related = ("warehouse",)
    nothing = _("A row appears when a job of a warehouse has gone through.")

    @admin.display(description=_("jobs"))
    def jobs_shown(self, row: FlowDay) -> str:
        return whole(row.jobs)

    @admin.display(description=_("kept"))
    def kept_shown(self, row: FlowDay) -> str:
        return whole(row.kept)

    @admin.display(description=_("usually"))
    def usual(self, row: FlowDay) -> str:
        return duration(1000 * row.seconds / row.jobs) if row.jobs else "-"
