"""`manage.py connect odoo`."""

import secrets as random
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.urls import reverse

from integration.adapters.base import ErpGateway
from integration.errors import Forbidden, IntegrationError, Permanent
from integration.jobs import connections
from integration.jobs.acts import note
from integration.management.connecting import storing
from integration.management.connecting.storing import Say, Show
from integration.management.person import operator, plain, secret
from integration.models import Connection

TRANSPORTS = ("auto", "jsonrpc", "xmlrpc", "json2")
ONLINE = {"calls_per_second": 1.0, "max_concurrency": 1}
WITHOUT_HINTS = "16."


def add_arguments(parser: CommandParser) -> None:
    storing.add_common(parser)
    parser.add_argument("--database", default="")
    parser.add_argument("--login", default="", help="of the integration user")
    parser.add_argument("--key-env", default="ODOO_KEY", metavar="NAME", help="variable with the API key or password")
    parser.add_argument("--key-file", default="", metavar="PATH", help="file with the API key or password")
    parser.add_argument("--key-expires", type=date.fromisoformat, metavar="YYYY-MM-DD", help="doctor warns before")
    parser.add_argument("--transport", choices=TRANSPORTS, help="default: auto, what fits the version and the key")
    parser.add_argument("--odoo-online", action="store_true", help="one call a second, one at a time")
    hints = parser.add_argument_group("hints", "Odoo's webhooks (17 and later) say at once what changed")
    hints.add_argument("--install-hints", action="store_true", help="needs Settings rights in Odoo, once")
    hints.add_argument("--rotate-hints", action="store_true", help="give them an address with a new token")
    hints.add_argument("--hints-login", default="", help="an administrator who installs them; not stored")
    hints.add_argument("--hints-key-env", default="ODOO_ADMIN_KEY", metavar="NAME", help="variable with that key")


def run(options: dict[str, Any], show: Show, say: Say) -> None:
    connection, profile = storing.connect(_wanted(options), show, say, meant=options["another_system"])
    if options["install_hints"] or options["rotate_hints"]:
        _install_hints(connection, options, say)
    elif not connection.secrets.get("hint_token") and not profile.version.startswith(WITHOUT_HINTS):
        say("Odoo can say at once what changed: run this again with --install-hints.")
    if not Connection.objects.exclude(kind="odoo").exists():
        say("Next: manage.py connect wms")


def _wanted(options: dict[str, Any]) -> connections.Wanted:
    stored = Connection.objects.filter(slug=options["slug"], kind="odoo").first()
    key = secret("API key or password", variable=options["key_env"], file=options["key_file"], prompt=stored is None)
    if not key and stored is None:
        raise CommandError(f"Put the API key into the variable {options['key_env']}, or name a file by --key-file.")
    if stored is None and not options["login"]:
        raise CommandError("--login is missing.")
    transport = {"transport": "" if options["transport"] == "auto" else options["transport"]}
    given = {"database": options["database"], "login": options["login"]}
    expires = {"key_expires": options["key_expires"].isoformat()} if options["key_expires"] else {}
    return connections.Wanted(
        slug=options["slug"],
        kind="odoo",
        name=options["name"],
        base_url=options["url"],
        environment=options["environment"],
        options={
            **{name: value for name, value in given.items() if value},
            **(transport if options["transport"] else {}),
            **expires,
        },
        secrets={"key": key} if key else {},
        limits={**(ONLINE if options["odoo_online"] else {}), **storing.limits(options)},
    )


def _install_hints(connection: Connection, options: dict[str, Any], say: Say) -> None:
    """Both tokens are good until Odoo surely has the new one; then only the new one is."""
    kept = {name: connection.secrets.get(name, "") for name in ("hint_token", "hint_token_previous")}
    before = kept["hint_token"]
    token = random.token_urlsafe(32) if options["rotate_hints"] or not before else before
    url = settings.PUBLIC_URL.rstrip("/") + reverse("hint", args=[connection.slug, token])
    if token != before:  # a former rotation that did not end well left Odoo with the token before
        former = kept["hint_token_previous"] or before
        connections.keep_secrets(connection, {"hint_token": token, "hint_token_previous": former})
    try:
        models = _gateway(connection, options).install_hints(url)
    except IntegrationError as wrong:
        if isinstance(wrong, Permanent):  # surely not done
            connections.keep_secrets(connection, kept)
        raise CommandError(f"The connection is stored, its hints are not. {_explained(wrong)}") from wrong
    connections.keep_secrets(connection, {"hint_token_previous": ""})
    note(operator(), "install hints", str(connection), models=list(models), rotated=token != before)
    say(f"Odoo hints at changes of {', '.join(models)}.")


def _gateway(connection: Connection, options: dict[str, Any]) -> ErpGateway:
    login = options["hints_login"]
    key = secret(f"key of {login}", variable=options["hints_key_env"]) if login else ""
    if login and not key:
        raise CommandError(f"Put the key of {login} into the variable {options['hints_key_env']}.")
    return connections.erp(connection, login=login, key=key)


def _explained(wrong: IntegrationError) -> str:
    if isinstance(wrong, Forbidden):
        return "Automation rules need Settings rights: name an administrator by --hints-login, whose key is not stored."
    return plain(wrong)
