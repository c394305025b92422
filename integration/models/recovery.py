"""Whether the database is the one that it was, and what is done when it is an older one."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Generation(models.Model):
    """One row: which database this is, and how often beat has said so. Valkey keeps the same count."""

    name = models.CharField(max_length=20, primary_key=True)
    identity = models.CharField(max_length=80, help_text="Of PostgreSQL's cluster, and of the database in it")
    count = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.identity} {self.count}"


class Recovery(models.Model):
    """The database went back in time: nothing is written elsewhere until a person lets it. At most one is open.

    ``lost_after``: what happened later is not in this database. ``look_until``: by then each first write has been
    looked for in the other system before it is made.
    """

    lost_after = models.DateTimeField(help_text="What happened later is not in this database")
    why = models.CharField(max_length=300)
    begun_by = models.CharField(max_length=150)
    began_at = models.DateTimeField(db_default=Now(), editable=False)
    released_at = models.DateTimeField(null=True, editable=False)
    released_by = models.CharField(max_length=150, blank=True)
    released_why = models.CharField(max_length=300, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    look_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "recoveries"
        permissions = [("release_recovery", "Can let writes go on after a backup was restored")]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), name="one_open_recovery", condition=models.Q(released_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.lost_after:%Y-%m-%d %H:%M} UTC"
