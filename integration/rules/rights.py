"""Which rights of Odoo's user are needed, by what the gateway is recorded to call; which it has beside them, and which
it lacks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from integration.canonical.shapes import Uses

OPERATIONS = ("read", "write", "create", "unlink")
READ, WRITE, CREATE, UNLINK = OPERATIONS
PACKAGES = ("stock.quant.package", "stock.package")  # before 19, and since
# Methods that need another right than to write, by name; none: whoever has a key may call them.
BY_METHOD: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("search", "search_read", "search_count", "web_search_read", "read", "export_data"), (READ,)),
    "copy_data": (READ,),
    **dict.fromkeys(("fields_get", "read_group", "formatted_read_group", "default_get", "message_post"), (READ,)),
    **dict.fromkeys(("check_access_rights", "has_access", "has_group", "context_get", "generate", "revoke"), ()),
    "create": (CREATE,),
    "load": (CREATE, WRITE),
    "unlink": (UNLINK,),
    "write": (WRITE,),
}
# What a verb writes beside the models that it calls: lines are written with their transfer.
_LINES = {"stock.move": (WRITE,), "stock.move.line": (READ, WRITE, CREATE, UNLINK)}
WITHIN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ship": {**_LINES, **dict.fromkeys(PACKAGES, (READ, CREATE))},
    "receive": {**_LINES, "stock.lot": (READ, WRITE, CREATE)},
    "put_away": _LINES,
    "stock.relocate": _LINES,
    "returns.take_back": _LINES,
    "routing.move": _LINES,
    "routing.settle": _LINES,
    "substitutes.add": {"sale.order": (WRITE,), "sale.order.line": (WRITE, CREATE)},
}
# What is asked for beside what is used: whose user may do these could do harm that no flow needs.
BESIDE = (
    *("account.account", "account.journal", "account.move", "account.payment", "crm.lead", "hr.employee"),
    *("ir.actions.server", "ir.config_parameter", "ir.cron", "ir.mail_server", "ir.model.access", "ir.rule"),
    *("mail.mail", "product.pricelist", "project.task", "purchase.order", "res.company", "res.groups", "res.partner"),
    *("res.partner.bank", "res.users", "sale.order", "stock.location", "stock.picking.type", "stock.warehouse"),
)
MODES: Mapping[str, tuple[str, ...]] = {  # a warehouse's mode: the flows that run because of it
    "release_mode": ("order_release",),
    "shipment_mode": ("shipment_confirmation", "parcel_posting", "shipment_tracking", "surplus"),
    "receipt_mode": ("receipt_advice", "receipt_confirmation", "put_away"),
    "return_mode": ("receipt_advice", "return_receipt", "put_away"),
    "transfer_mode": (
        *("order_release", "shipment_confirmation", "parcel_posting", "shipment_tracking", "surplus"),
        *("receipt_advice", "receipt_confirmation", "put_away", "transit_loss"),
    ),
    "inventory_mode": (
        *("inventory_adjustment", "inventory_count", "inventory_recount", "inventory_undo", "inventory_read"),
        *("inventory_watch", "inventory_snapshot", "inventory_fetch"),
    ),
}
BY_RULE = ("posting",)  # where a rule has invoices made
BY_ROUTE = "routing."  # verbs, where a rule says where deliveries leave from

# What a verb does without, where our user may not.
WITHOUT: Mapping[str, tuple[str, ...]] = {"identity": ("ir.config_parameter",), "rights": ("res.groups",)}

Held = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Judged:
    """Of one model. ``called``: when a right of it was last used, by what was really called; None: never."""

    model: str
    held: tuple[str, ...]
    needed: tuple[str, ...]
    called: datetime | None = None

    @property
    def lacks(self) -> tuple[str, ...]:
        return tuple(each for each in self.needed if each not in self.held)

    @property
    def unused(self) -> tuple[str, ...]:
        """Held, needed by no flow that runs here, and not used since calls are counted."""
        return tuple(each for each in self.held if each not in self.needed)


def models(uses: Uses) -> list[str]:
    """Those whose rights are asked for."""
    return sorted({*BESIDE, *(model for used in uses.values() for model in used)})


def running(verbs: Mapping[str, Sequence[str]], live: Iterable[str], *, books: bool, routes: bool = False) -> set[str]:
    """Verbs of the flows that run: ``live`` names the modes that a warehouse has switched on; ``books``: whether a rule
    has something posted; ``routes``: whether one says where deliveries leave from."""
    of_modes = {flow for flows in MODES.values() for flow in flows}
    on = {flow for mode in live for flow in MODES.get(mode, ())} | (set(BY_RULE) if books else set())
    flows = {flow for flow in verbs if flow in on or flow not in (*of_modes, *BY_RULE)}
    return {verb for flow in flows for verb in verbs[flow] if routes or not verb.startswith(BY_ROUTE)}


def needed(uses: Uses, verbs: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for verb in verbs:
        for model, used in uses.get(verb, {}).items():
            if model in WITHOUT.get(verb, ()):
                continue
            operations = found.setdefault(model, {READ} if used.fields else set())
            for method in used.methods:
                operations.update(of_method(method))
        for model, within in WITHIN.get(verb, {}).items():
            found.setdefault(model, set()).update(within)
    return found


def of_method(method: str) -> tuple[str, ...]:
    return BY_METHOD.get(method, (WRITE,))


def judge(held: Held, wanted: Mapping[str, set[str]], called: Mapping[str, Mapping[str, datetime]]) -> list[Judged]:
    """By model. What was really called counts as needed, whatever the recordings say. A model that nothing is held of
    and nothing needed is left out, and so is one that Odoo has not got."""
    found = []
    for model in sorted({*held, *(each for each in wanted if each in held)}):
        seen = called.get(model, {})
        ops = _ordered(held.get(model, ()))
        need = _ordered({*wanted.get(model, set()), *(each for each in seen if each in ops)})
        if ops or need:
            found.append(Judged(model, ops, need, max(seen.values(), default=None)))
    return found


def _ordered(operations: Iterable[str]) -> tuple[str, ...]:
    given = set(operations)
    return tuple(each for each in OPERATIONS if each in given)
