"""Which installation this is and which systems it speaks to, as people have confirmed it; and the lock for when that
is not so any more."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Connection
from integration.models.fields import EncryptedBytesField


class Installation(models.Model):
    """One row: what this installation is. A copy of the database keeps it, whose settings say something else."""

    name = models.CharField(max_length=20, primary_key=True)
    environment = models.CharField(max_length=12)
    public_url = models.CharField(max_length=200)
    pepper = EncryptedBytesField(editable=False, help_text="What fingerprints of credentials are made with")
    confirmed_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.environment} {self.public_url}"


class KnownSystem(models.Model):
    """The system that a connection speaks to, as it was confirmed. Of credentials there are fingerprints only.

    ``seen_uuid`` and ``seen_born``: what the latest look found, where the system tells.
    """

    connection = models.OneToOneField(Connection, models.CASCADE, primary_key=True, related_name="known")
    environment = models.CharField(max_length=12)
    base_url = models.CharField(max_length=200)
    database = models.CharField(max_length=200, blank=True)
    uuid = models.CharField(max_length=64, blank=True, help_text="Of the Odoo database, where its user may read it")
    born = models.CharField(max_length=100, blank=True, help_text="When our user was made in it")
    credential = models.CharField(max_length=64, blank=True, help_text="Fingerprint of what we log in with")
    former = models.JSONField(default=list, editable=False, help_text="Fingerprints of those before")
    accepted = models.CharField(max_length=64, blank=True, help_text="Fingerprint of production's that may be used")
    seen_uuid = models.CharField(max_length=64, blank=True)
    seen_born = models.CharField(max_length=100, blank=True)
    seen_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["connection"]

    def __str__(self) -> str:
        return f"{self.connection} {self.base_url}"


class EnvironmentLock(models.Model):
    """Something is not what was confirmed: nothing is sent anywhere until a person lets it. At most one is open.

    ``differences``: a list of {about, what, before, after}.
    """

    differences = models.JSONField(default=list, editable=False)
    began_at = models.DateTimeField(db_default=Now(), editable=False)
    released_at = models.DateTimeField(null=True, editable=False)
    released_by = models.CharField(max_length=150, blank=True)
    released_why = models.CharField(max_length=300, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        permissions = [("confirm_environment", "Can confirm which systems this installation speaks to")]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), name="one_open_environment_lock", condition=models.Q(released_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} UTC"
