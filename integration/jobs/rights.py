"""The rights of each Odoo's user: what the latest look found, beside what the flows that run here need."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Max
from django.db.models.functions import Now

from integration.adapters import registry
from integration.adapters.base import HeldByUser
from integration.jobs.shapes import version_of
from integration.models import (
    BusinessRule,
    CallTotal,
    Connection,
    HeldRights,
    Mode,
    OrderRule,
    RolloutFlow,
    Warehouse,
)
from integration.rules import rights as rules
from integration.rules.business.outcomes import RuleKind
from integration.rules.rights import Judged
from integration.rules.verbs import VERBS

POSTS = (BusinessRule.Kind.INVOICE, BusinessRule.Kind.VENDOR_BILL, BusinessRule.Kind.CREDIT_NOTE)


def asked(connection: Connection) -> list[str]:
    """The models whose rights are asked for."""
    return rules.models(registry.recorded(connection.kind).uses(version_of(connection)))


def keep(connection: Connection, found: HeldByUser) -> None:
    about = {"version": str(connection.profile.get("version", ""))[:20], "looked_at": Now()}
    held = {model: list(operations) for model, operations in found.operations.items()}
    HeldRights.objects.update_or_create(
        connection=connection, defaults={**about, "held": held, "groups": list(found.groups)}
    )


def judged(row: HeldRights) -> Sequence[Judged]:
    connection = row.connection
    uses = registry.recorded(connection.kind).uses(version_of(connection))
    verbs = rules.running(VERBS, _on(connection), books=_has_books(), routes=_has_routes())
    return rules.judge(row.held, rules.needed(uses, verbs), _called(connection))


def _on(connection: Connection) -> set[str]:
    """Live, in shadow, or to be so from a date on: what they need is not to be taken away before."""
    rows = Warehouse.objects.filter(erp=connection)
    modes = {flow: f"{flow}_mode" for flow in RolloutFlow.values}
    return {
        mode for row in rows for flow, mode in modes.items() if {getattr(row, mode), row.in_force(flow)} != {Mode.OFF}
    }


def _has_books() -> bool:
    return BusinessRule.objects.filter(kind__in=POSTS).exists()


def _has_routes() -> bool:
    return OrderRule.objects.filter(kind=RuleKind.ROUTE.value, enabled=True).exists()


def _called(connection: Connection) -> Mapping[str, Mapping[str, datetime]]:
    """When each right was last used with success."""
    rows = CallTotal.objects.filter(connection=connection, outcome="ok", last_at__isnull=False).order_by()
    found: dict[str, dict[str, datetime]] = {}
    for method, at in rows.values_list("method").annotate(last=Max("last_at")):
        model, _, name = method.rpartition(".")
        for operation in rules.of_method(name) if model else ():
            known = found.setdefault(model, {})
            known[operation] = max(at, known.get(operation, at))
    return found
