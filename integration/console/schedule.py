"""What the clock starts, who leads, who lives. Schedules are not edited here: they come from the settings."""

from django.contrib import admin
from django_celery_beat import models as beat

from integration.console.base import HistoryAdmin
from integration.models import BeatLease, BeatSlot, Canary

OTHERS = (beat.IntervalSchedule, beat.CrontabSchedule, beat.SolarSchedule, beat.ClockedSchedule)

admin.site.unregister([beat.PeriodicTask, *OTHERS])


@admin.register(beat.PeriodicTask)
class PeriodicTaskAdmin(HistoryAdmin):
    search_fields = ("name", "task")
    list_display = ("name", "task", "schedule", "enabled", "last_run_at")
    list_select_related = ("interval", "crontab", "solar", "clocked")
    ordering = ("name",)
    nothing = "The schedules appear when the scheduler has started once."

    @admin.display(description="when")
    def schedule(self, task: beat.PeriodicTask) -> str:
        return str(task.scheduler)


@admin.register(BeatSlot)
class BeatSlotAdmin(HistoryAdmin):
    exact = ("schedule",)
    search_help_text = "The whole name of a schedule"
    list_display = ("schedule", "slot", "started_at", "term")
    ordering = ("-started_at",)
    nothing = "A row appears with each run that the scheduler starts."


@admin.register(BeatLease)
class BeatLeaseAdmin(HistoryAdmin):
    exact, numbers = ("name",), ()
    list_display = ("name", "node", "term", "held_until")
    exclude = ("holder",)
    nothing = "A row appears when the scheduler has started once."


@admin.register(Canary)
class CanaryAdmin(HistoryAdmin):
    exact, numbers = ("process",), ()
    search_help_text = "The whole name of a process"
    list_display = ("process", "kind", "host", "pid", "settled_at")
    nothing = "A row appears with the first sign of life of a worker or scheduler."
