"""`python -m tests.browser.prepare`: migrates and configures the browser's database, and makes the users.

A process of its own, because Django keeps the database that it was started with. Prints a token for the API.
"""

import json
import sys
from importlib import import_module

from django.core.management import call_command

from config import start
from tests.browser.people import PASSWORD, ROLES, login_of

TRACKING = "https://carrier.example/track/{number}"


def main() -> None:
    setup = json.load(sys.stdin)
    start.read_settings()
    import_module("config.celery").app.set_default()  # what is stored wakes workers
    call_command("migrate", interactive=False, verbosity=0)
    demo, models = import_module("integration.management.demo.configure"), import_module("integration.models")
    token = demo.configure(demo.Setup(**setup))
    models.TrackingPage.objects.create(carrier="", url=TRACKING)
    _make_users()
    sys.stdout.write(token)


def _make_users() -> None:
    auth, roles = import_module("django.contrib.auth.models"), import_module("integration.rules.roles")
    for role in ROLES:
        user = auth.User.objects.create_user(login_of(role), password=PASSWORD, is_staff=True)
        user.groups.set(auth.Group.objects.filter(name__in=(role, roles.ALL_WAREHOUSES)))


if __name__ == "__main__":
    main()
