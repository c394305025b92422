"""`manage.py connect wms`."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.urls import reverse

from integration.adapters import registry
from integration.jobs import connections
from integration.management.connecting import storing
from integration.management.connecting.storing import Say, Show
from integration.management.person import secret
from integration.models import Connection


def add_arguments(parser: CommandParser) -> None:
    storing.add_common(parser)
    parser.add_argument("--kind", choices=sorted(registry.WMS), default="http_json", help="which adapter speaks to it")
    parser.add_argument("--token-env", default="WMS_TOKEN", metavar="NAME", help="variable with the token of our calls")
    parser.add_argument("--token-file", default="", metavar="PATH")
    parser.add_argument(
        "--signing-env", default="WMS_SIGNING", metavar="NAME", help="variable with the signing secret, whsec_..."
    )
    parser.add_argument("--signing-file", default="", metavar="PATH")
    parser.add_argument("--keep-previous", action="store_true", help="the signing secret until now stays good, too")
    parser.add_argument("--drop-previous", action="store_true", help="the signing secret before the last is refused")


def run(options: dict[str, Any], show: Show, say: Say) -> None:
    connection, _ = storing.connect(_wanted(options), show, say, meant=options["another_system"])
    path = reverse("webhook", args=[connection.slug])
    say(f"It sends its messages to {settings.PUBLIC_URL.rstrip('/')}{path}")
    if not connection.wms_warehouses.exists():
        say(f"Next: manage.py connect warehouse --wms {connection.slug} --odoo ... --odoo-warehouse ... --site ...")


def _wanted(options: dict[str, Any]) -> connections.Wanted:
    stored = Connection.objects.filter(slug=options["slug"]).first()
    new = stored is None
    signing = secret("signing secret", variable=options["signing_env"], file=options["signing_file"], prompt=new)
    token = secret("token", variable=options["token_env"], file=options["token_file"], prompt=new)
    if not signing and stored is None:
        raise CommandError(f"Put the signing secret into the variable {options['signing_env']}, or use --signing-file.")
    return connections.Wanted(
        slug=options["slug"],
        kind=options["kind"],
        name=options["name"],
        base_url=options["url"],
        environment=options["environment"],
        secrets={
            **({"signing": signing} if signing else {}),
            **({"token": token} if token else {}),
            **_previous(stored, signing, options),
        },
        limits=storing.limits(options),
    )


def _previous(stored: Connection | None, signing: str, options: dict[str, Any]) -> dict[str, str]:
    """An empty secret is dropped."""
    if options["drop_previous"]:
        return {"signing_previous": ""}
    former = stored.secrets.get("signing", "") if stored else ""
    return {"signing_previous": former} if options["keep_previous"] and signing not in ("", former) else {}
