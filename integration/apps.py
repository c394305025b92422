"""The one Django app."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate

from integration.jobs import roles
from integration.observe import checks


class IntegrationConfig(AppConfig):
    name = "integration"
    verbose_name = "Crossdock"

    def ready(self) -> None:
        for check in checks.ALL:
            register(check, checks.TAG)
        post_migrate.connect(roles.install, dispatch_uid="roles")
