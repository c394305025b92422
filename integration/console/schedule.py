"""What the clock starts, in plain words, with a button to have it now; who leads, who lives.

Schedules are not edited here: they come from the settings.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django_celery_beat import models as beat
from django_stubs_ext import StrOrPromise

from integration.console.acting import Act, ActingAdmin
from integration.console.base import HistoryAdmin
from integration.console.words import ago, badge, span, until, whole
from integration.jobs import acts, schedules
from integration.models import BeatLease, BeatSlot, Canary
from integration.rules.slots import CatchUp, Every

OTHERS = (beat.IntervalSchedule, beat.CrontabSchedule, beat.SolarSchedule, beat.ClockedSchedule)
ONE_WAITS = _("adds work only where none of it waits yet")
TAKES_TURNS = _("two at once take turns, or share what there is")
# By task: what it does; what becomes of a run that meets another one.
SAYS: Mapping[str, tuple[StrOrPromise, StrOrPromise]] = {
    "tasks.maintenance.wake": (_("Wakes workers for what is due, and probes systems that were away"), TAKES_TURNS),
    "tasks.maintenance.clear": (
        _("Lets go on what waited for a mapping, tells what was not answered, wakes and raises cases"), TAKES_TURNS,
    ),
    "tasks.maintenance.count": (_("Counts what went through, for the charts"), TAKES_TURNS),
    "tasks.alerts.look": (_("Looks whether people have to be told something, and has them told"), TAKES_TURNS),
    "tasks.alerts.heartbeat": (_("Gives a sign of life to whoever watches from outside"), TAKES_TURNS),
    "tasks.maintenance.seal": (_("Seals the newest rows of the audit log"), TAKES_TURNS),
    "tasks.maintenance.forget": (_("Removes rows that only the last days need"), TAKES_TURNS),
    "tasks.maintenance.compare_configuration": (
        _("Compares the configuration with the files that it is kept in"), TAKES_TURNS,
    ),
    "tasks.maintenance.make_packs": (
        _("Makes anew what each warehouse works by while systems are down"), TAKES_TURNS,
    ),
    "tasks.maintenance.remove_old": (_("Removes what has been kept long enough, for some seconds"), TAKES_TURNS),
    "tasks.reconcile.look_at_lines": (
        _("Looks whether the lines of what is open, or has just moved, add up"), TAKES_TURNS,
    ),
    "tasks.reconcile.look_for_messages": (
        _("Looks for gaps in what senders count, and has what is missing fetched"), TAKES_TURNS,
    ),
    "tasks.reconcile.sign_lines": (
        _("Once a day, looks whether all lines add up, and signs their sums in the audit log"), TAKES_TURNS,
    ),
    "tasks.reconcile.look_at_promises": (
        _("Looks for what the warehouses have confirmed and Odoo has not got in time"), TAKES_TURNS,
    ),
    "tasks.reconcile.compare_orders": (
        _("Has orders that have moved compared with Odoo, and once a day all of them"), ONE_WAITS,
    ),
    "tasks.reconcile.compare_shadow": (
        _("Compares what flows in shadow would have written with what people keyed"), TAKES_TURNS,
    ),
    "tasks.reports.take_figures": (_("Counts what the day has come to in each warehouse, for reports"), TAKES_TURNS),
    "tasks.reports.mail": (_("Starts the reports that are to be mailed now, each once"), TAKES_TURNS),
    "tasks.polling.poll": (_("Asks every Odoo what was written"), ONE_WAITS),
    "tasks.polling.release_waves": (_("Lets the waves of orders go whose time has come"), TAKES_TURNS),
    "tasks.polling.full_sweep": (_("Looks at every open order, whatever was missed"), ONE_WAITS),
    "tasks.polling.read_stock": (_("Reads Odoo's stock and compares it"), ONE_WAITS),
    "tasks.polling.watch_stock": (_("Looks for stock that people changed in Odoo"), ONE_WAITS),
    "tasks.polling.fetch_stock": (_("Asks warehouses what they have"), ONE_WAITS),
    "tasks.polling.compare_documents": (_("Asks warehouses what has become of their documents"), ONE_WAITS),
    "tasks.polling.look_at_shapes": (_("Looks whether each Odoo still has what is used of it"), ONE_WAITS),
    "tasks.polling.look_at_systems": (_("Asks each Odoo which database it is"), ONE_WAITS),
    "tasks.polling.rotate_keys": (_("Refuses old secrets, and takes old keys away, when it is time"), TAKES_TURNS),
    "tasks.polling.master_data": (_("Reads what changed of master data"), ONE_WAITS),
    "tasks.polling.all_master_data": (_("Looks at all master data"), ONE_WAITS),
}  # fmt: skip
CAUGHT_UP = {
    CatchUp.LATEST: _("after a stop, once for all that was missed"),
    CatchUp.EVERY: _("after a stop, once for each that was missed"),
    CatchUp.NONE: _("what was missed is dropped"),
}
PLAIN = ("does", "often", "last", "following", "overlap", "missed", "runs")  # first on a schedule's page
LATE = 3  # times the usual time between two runs

admin.site.unregister([beat.PeriodicTask, *OTHERS])


def _run(pk: int, actor: acts.Actor, _reason: str) -> str:
    schedules.run_now(pk, actor)
    return str(_("A worker takes it in a moment."))


RUN = Act("run", _("Run now"), _run, _("started"))


@admin.register(beat.PeriodicTask)
class PeriodicTaskAdmin(ActingAdmin):
    acts = (RUN,)
    search_fields = ("name", "task")
    list_display = ("what", "often", "last", "following", "overlap", "missed", "total_run_count")
    list_display_links = ("what",)
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    change_form_outer_before_template = "console/schedule_panel.html"
    ordering = ("name",)
    nothing = _("The schedules appear when the scheduler has started once.")

    def get_fieldsets(self, request: HttpRequest, obj: beat.PeriodicTask | None = None) -> list[tuple[Any, Any]]:
        """Celery's own columns are there for who looks after the machinery, folded away."""
        celery = [name for name in self.get_fields(request, obj) if name not in PLAIN]
        return [(None, {"fields": PLAIN}), (_("As Celery keeps it"), {"fields": celery, "classes": ["collapse"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: beat.PeriodicTask | None = None) -> Sequence[str]:
        return (*PLAIN, *self.get_fields(request, obj))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        task = self.get_object(request, object_id) if object_id else None
        context = (extra_context or {}) | {
            "title": capfirst(_(task.name)) if task else "",
            "buttons": self.allowed(request, self.acts) if task else (),
        }
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description=_("schedule"))
    def what(self, task: beat.PeriodicTask) -> SafeString:
        says = self.does(task)
        return format_html('<b class="cd-title">{}</b><span class="cd-cause">{}</span>', capfirst(_(task.name)), says)

    @admin.display(description=_("what it does"))
    def does(self, task: beat.PeriodicTask) -> str:
        return str(SAYS.get(task.task, ("-", ""))[0])

    @admin.display(description=_("how often"))
    def often(self, task: beat.PeriodicTask) -> str:
        found = schedules.times(task)
        if isinstance(found, Every):
            return _("every {span}").format(span=span(found.span))
        return str(task.crontab.human_readable if task.crontab else task.scheduler)

    @admin.display(description=_("last run"))
    def last(self, task: beat.PeriodicTask) -> SafeString | str:
        if task.last_run_at is None:
            return str(_("never"))
        gone, found = now() - task.last_run_at, schedules.times(task)
        late = task.enabled and isinstance(found, Every) and gone > LATE * found.span
        return badge(ago(gone), "failed") if late else ago(gone)

    @admin.display(description=_("next run"))
    def following(self, task: beat.PeriodicTask) -> SafeString | str:
        if not task.enabled:
            return badge(_("switched off"), "cancelled")
        at = schedules.next_run(task, datetime.now(UTC))
        return until(at - now()) if at else "-"

    @admin.display(description=_("two at once"))
    def overlap(self, task: beat.PeriodicTask) -> str:
        return str(SAYS.get(task.task, ("", "-"))[1])

    @admin.display(description=_("when runs were missed"))
    def missed(self, task: beat.PeriodicTask) -> str:
        return str(CAUGHT_UP[schedules.catch_up(task)])

    @admin.display(description=_("runs so far"))
    def runs(self, task: beat.PeriodicTask) -> str:
        return whole(task.total_run_count)


@admin.register(BeatSlot)
class BeatSlotAdmin(HistoryAdmin):
    exact = ("schedule",)
    search_help_text = _("The whole name of a schedule")
    list_display = ("schedule", "slot", "started_at", "term")
    ordering = ("-started_at",)
    nothing = _("A row appears with each run that the scheduler starts.")


@admin.register(BeatLease)
class BeatLeaseAdmin(HistoryAdmin):
    exact, numbers = ("name",), ()
    list_display = ("name", "node", "term", "held_until")
    exclude = ("holder",)
    nothing = _("A row appears when the scheduler has started once.")


@admin.register(Canary)
class CanaryAdmin(HistoryAdmin):
    exact, numbers = ("process",), ()
    search_help_text = _("The whole name of a process")
    list_display = ("process", "kind", "host", "pid", "settled_at")
    nothing = _("A row appears with the first sign of life of a worker or scheduler.")
