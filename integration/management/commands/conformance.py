"""`manage.py conformance <connection>`: the contract suite against a warehouse's endpoint and what it sends."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration.adapters.conformance import Goods
from integration.jobs import conformance
from integration.management.person import PlainCommand, operator
from integration.models import Connection

WORDS = {True: "ok", False: "BROKEN", None: "not asked"}


class Command(PlainCommand):
    help = "Sends marked test orders to a warehouse, looks at its answers and messages, and cancels them again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("connection", help="its short name")
        parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for its yes or no")
        parser.add_argument("--production", action="store_true", help="also where the connection is in production")
        for name, text in (("site", "of the warehouse"), ("owner", "of the goods"), ("sku", ""), ("unit", "")):
            parser.add_argument(f"--{name}", default="", help=f"the partner's code {text}".strip())

    def handle(self, *, connection: str, wait: float, production: bool, **codes: Any) -> None:
        partner = Connection.objects.filter(slug=connection).first()
        if partner is None:
            raise CommandError(f"There is no connection by the name {connection}.")
        run = conformance.run(partner, operator(), _goods(codes), wait=wait, production=production)
        for check in run.checks:
            self.stdout.write(f"{WORDS[check['ok']]:<10} {check['name']}: {check['detail']}")
        if not run.passed:
            broken = sum(check["ok"] is False for check in run.checks)
            raise CommandError(f"{partner} does not keep to the contract in {broken} points. Report {run.number}.")
        self.stdout.write(f"{partner} keeps to the contract. Report {run.number}, kept in the console.")


def _goods(codes: dict[str, Any]) -> Goods | None:
    named = {name: str(codes.get(name) or "") for name in ("site", "owner", "sku", "unit")}
    if not any(named.values()):
        return None
    if not (named["site"] and named["sku"] and named["unit"]):
        raise CommandError("Name --site, --sku and --unit together.")
    return Goods(**named)
