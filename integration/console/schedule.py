"""The scheduler's own tables are not edited here: schedules come from the settings."""

from django.contrib import admin
from django_celery_beat import models as beat

from integration.console.base import HistoryAdmin

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
