"""What was changed of the configuration: by whom, why, and what it was before."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integration.models.connections import Warehouse
from integration.models.fields import EncryptedJSONField


class ConfigurationChange(models.Model):
    """One row of what a site configures, before and after, as ``jobs.tree`` says it; or what somebody wants it to be.

    ``secrets``: names of those that were entered. ``kept``: they themselves, while a second person has not looked.
    """

    class Verb(models.TextChoices):
        ADD = "add", "added"
        CHANGE = "change", "changed"
        REMOVE = "remove", "removed"

    class Source(models.TextChoices):
        CONSOLE = "console", "in the console"
        FILE = "file", "by a file"
        COMMAND = "command", "by a command"
        ROLLBACK = "rollback", "rolled back"

    class State(models.TextChoices):
        DONE = "done"
        WAITING = "waiting", "waits for a second person"
        REFUSED = "refused"

    section = models.CharField(max_length=30)
    row_id = models.BigIntegerField(null=True, help_text="Ours, of the row")
    name = models.CharField(max_length=300)
    warehouse = models.ForeignKey(Warehouse, models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=6, choices=Verb)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    secrets = models.JSONField(default=list, help_text="Which ones were entered, never what")
    kept = EncryptedJSONField(default=dict, editable=False)
    why = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=8, choices=Source)
    state = models.CharField(max_length=7, choices=State, default=State.DONE)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.CharField(max_length=150)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_why = models.CharField(max_length=300, blank=True)
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, related_name="undone_by")

    class Meta:
        ordering = ["-id"]
        permissions = [("approve_configuration", "Can approve what somebody else wants to change")]
        indexes = [
            models.Index(fields=["section", "row_id", "-id"], name="change_of_row"),
            models.Index(fields=["id"], name="change_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.name}"[:200]


class ConfigurationDrift(models.Model):
    """One row in which the database and the files that it is kept in (CONFIG_TREE) differ now.

    ``differs``: lists of a column, what it is here, and what it is in the file. ``place``: of several rows of a name.
    """

    class How(models.TextChoices):
        MISSING = "missing", "in the file only"
        DIFFERS = "differs", "says something else"
        BEYOND = "beyond", "not in the file"
        UNREAD = "unread", "the file cannot be read"

    section = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=300)
    place = models.PositiveIntegerField(default=0)
    how = models.CharField(max_length=8, choices=How)
    differs = models.JSONField(default=list)
    says = models.TextField(blank=True, default="")
    row_id = models.BigIntegerField(null=True, help_text="Ours, of the row")
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, null=True, related_name="+")
    changed_by = models.CharField(max_length=150, blank=True, default="", help_text="Who last changed the row")
    changed_at = models.DateTimeField(null=True)
    first_at = models.DateTimeField(db_default=Now(), editable=False, help_text="Since when it differs")
    seen_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["section", "name", "place"]
        constraints = [models.UniqueConstraint(fields=["section", "name", "place"], name="one_row_per_difference")]

    def __str__(self) -> str:
        return f"{self.section}: {self.name}"[:200]
