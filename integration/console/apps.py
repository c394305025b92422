"""Makes the console the default admin site."""

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    default_site = "integration.console.site.ConsoleSite"
