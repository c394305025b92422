"""Keys and secrets of connections that are exchanged for new ones, and what an Odoo user may do."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integration.models.connections import Connection
from integration.models.fields import EncryptedJSONField


class KeyRotation(models.Model):
    """One key or secret that is exchanged for another. ``secrets``: {"new", "old"}, as long as either is needed.

    ASKED: there is no new one yet. MADE: it is there and not proven. BOTH: the new one is in use, and the old one is
    still good. LEFT: the old one is still good, and only a person can take it away.
    """

    class Kind(models.TextChoices):
        KEY = "key", "key of Odoo"
        SIGNING = "signing", "signing secret"

    class State(models.TextChoices):
        ASKED = "asked", "a new one is to be made"
        MADE = "made", "made, to be proven"
        BOTH = "both", "in use; the old one is good, too"
        LEFT = "left", "the old one is to be taken away by hand"
        ENDED = "ended", "over"
        FAILED = "failed", "given up; the old one goes on"

    OPEN = (State.ASKED, State.MADE, State.BOTH, State.LEFT)

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="rotations")
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=6, choices=State, default=State.ASKED)
    secrets = EncryptedJSONField(default=dict, editable=False)
    made_here = models.BooleanField(default=True, help_text="Made by us; else a person has brought it")
    name = models.CharField(max_length=100, blank=True, help_text="Of the new key, as Odoo shows it")
    old_name = models.CharField(max_length=100, blank=True, help_text="Of the old key, where it is known")
    strays = models.JSONField(default=list, editable=False, help_text="Names of keys that nobody holds")
    expires = models.DateField(null=True, help_text="When the new one ends")
    until = models.DateTimeField(null=True, help_text="From then on the old one is refused")
    old_used_at = models.DateTimeField(null=True, help_text="When the old one was used last")
    failure = models.CharField(max_length=500, blank=True, help_text="What went wrong, and what is left to do")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    asked_by = models.CharField(max_length=150)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    swapped_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind"],
                name="one_open_rotation_per_secret",
                condition=Q(state__in=("asked", "made", "both", "left")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class HeldRights(models.Model):
    """What the user of an Odoo connection may do there, as the latest look found it: {model: [operations]}."""

    connection = models.OneToOneField(Connection, models.CASCADE, primary_key=True, related_name="rights")
    version = models.CharField(max_length=20, blank=True)
    held = models.JSONField(default=dict, editable=False)
    groups = models.JSONField(default=list, editable=False)
    looked_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["connection"]
        verbose_name_plural = "held rights"

    def __str__(self) -> str:
        return f"{self.connection} {self.looked_at:%Y-%m-%d}"
