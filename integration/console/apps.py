"""Makes the console the default admin site."""

from django.contrib.admin.apps import AdminConfig

from integration.console import labels


class ConsoleConfig(AdminConfig):
    default_site = "integration.console.site.ConsoleSite"

    def ready(self) -> None:
        labels.translate()
        super().ready()
