"""Many code mappings at once: all of a plan that a person agreed to, or nothing."""

import hashlib
from collections.abc import Callable, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from integration.jobs import acts, mappings, odoo_codes, telling
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.tree import changelog
from integration.jobs.tree.cells import Row
from integration.jobs.tree.changelog import Told
from integration.jobs.tree.names import Names
from integration.models import CodeMapping, Connection
from integration.rules.codes import CodeKind
from integration.rules.mapping_sheet import COLUMNS, Entry, Fault, Key, Plan, plan

Rows = Sequence[tuple[int, Sequence[str]]]
OUTDATED = "Mappings have changed since this was shown: look at it again."
CLASH = "Somebody mapped one of these codes at the same moment: look at it again."


def in_force(partner: Connection) -> list[Entry]:
    rows = CodeMapping.objects.filter(partner=partner, valid_to=None).order_by("kind", "odoo_code", "alias", "pk")
    return [_entry(row) for row in rows]


def preview(partner: Connection, heads: Sequence[str], rows: Rows) -> Plan:
    made = plan(heads, rows, in_force(partner))
    _look_up(partner, made)
    return made


def digest(made: Plan) -> str:
    """Of what a person agrees to."""
    return hashlib.sha256(repr((made.new, made.changed)).encode()).hexdigest()


def write(
    partner: Connection, heads: Sequence[str], rows: Rows, agreed: str, actor: Actor, *, odoo_has_it: bool = False
) -> Plan:
    """Raises NotAllowed when the sheet is wrong, or would do something else by now. ``odoo_has_it``: somebody says so
    of what was not seen there."""

    def look() -> Plan:
        made = preview(partner, heads, rows)
        if made.unseen and not odoo_has_it:
            raise NotAllowed("The file names codes that Odoo was not seen to have: look at it again.")
        return made

    return _write(partner, look, agreed, actor, "import mappings")


def accept(partner: Connection, pairs: Sequence[tuple[str, str]], actor: Actor) -> int:
    """Maps products, by the code of either side. Raises NotAllowed when one of them is mapped by now."""
    rows = [(number, ("product", ours, theirs)) for number, (ours, theirs) in enumerate(pairs, start=1)]
    made = preview(partner, COLUMNS[:3], rows)
    if made.changed or made.same:
        raise NotAllowed(OUTDATED)
    return len(_write(partner, lambda: preview(partner, COLUMNS[:3], rows), digest(made), actor, "match products").new)


def _look_up(partner: Connection, made: Plan) -> None:
    """Adds which of Odoo's codes it was not seen to have."""
    named = [(entry, "odoo_code", (entry.kind, entry.odoo_code)) for entry in made.new]
    named += [(entry, "sku", (CodeKind.PRODUCT.value, entry.sku)) for entry in made.new if entry.sku]
    missing = odoo_codes.unseen(partner, {code for _, _, code in named})
    made.unseen = [
        Fault(made.rows[entry.key], column, missing[code].about) for entry, column, code in named if code in missing
    ]
    made.read_at = min((code.read_at for code in missing.values()), default=None)


def as_cells(entry: Entry) -> list[str]:
    numbers = [f"{number.normalize():f}" for number in (entry.factor, entry.per)]
    return [entry.kind, entry.odoo_code, entry.partner_code, entry.sku, *numbers, "yes" if entry.alias else "no"]


def _write(partner: Connection, look: Callable[[], Plan], agreed: str, actor: Actor, verb: str) -> Plan:
    try:
        with transaction.atomic():
            list(CodeMapping.objects.select_for_update().filter(partner=partner, valid_to=None).order_by("pk"))
            made = look()
            if made.faults:
                raise NotAllowed(f"Row {made.faults[0].row}: {made.faults[0].words}.")
            if digest(made) != agreed:
                raise NotAllowed(OUTDATED)
            changelog.note_mappings(_store(partner, made, actor), Told(actor))
            acts.note(actor, verb, partner.name, partner=partner.slug, **_told(made))
            telling.renamed(partner, {entry.kind for entry in (*made.new, *(after for _, after in made.changed))})
            mappings.let_go()
    except IntegrityError as clash:
        raise NotAllowed(CLASH) from clash
    return made


def _store(partner: Connection, made: Plan, actor: Actor) -> list[tuple[Row | None, CodeMapping]]:
    """What is replaced ends before what replaces it begins: two rows may swap their codes. Returns each row as it was,
    and as it is."""
    latest: dict[Key, int] = {}
    for row in CodeMapping.objects.filter(partner=partner).only(
        "kind", "odoo_code", "partner_code", "sku", "alias", "version", "factor", "per"
    ):
        key = _entry(row).key
        latest[key] = max(latest.get(key, 0), row.version)
    ended = Q(pk__in=())
    for before, _ in made.changed:
        same = Q(kind=before.kind, odoo_code=before.odoo_code, sku=before.sku, alias=before.alias)
        ended |= same & Q(partner_code=before.partner_code)
    CodeMapping.objects.filter(ended, partner=partner, valid_to=None).update(valid_to=Now())
    entries = [*made.new, *(after for _, after in made.changed)]
    rows = CodeMapping.objects.bulk_create(
        _row(partner, entry, latest.get(entry.key, 0) + 1, actor) for entry in entries
    )
    names = Names()
    were = [changelog.row_of(_row(partner, entry, 0, actor), names) for entry, _ in made.changed]
    return list(zip([*[None] * len(made.new), *were], rows, strict=True))


def _told(made: Plan) -> dict[str, object]:
    changed = [f"{' '.join(as_cells(before))} -> {' '.join(as_cells(after))}" for before, after in made.changed]
    return {"new": [" ".join(as_cells(entry)) for entry in made.new], "changed": changed, "same": made.same}


def _row(partner: Connection, entry: Entry, version: int, actor: Actor) -> CodeMapping:
    return CodeMapping(
        partner=partner,
        kind=entry.kind,
        odoo_code=entry.odoo_code,
        partner_code=entry.partner_code,
        sku=entry.sku,
        factor=entry.factor,
        per=entry.per,
        alias=entry.alias,
        version=version,
        made_by=actor.name,
    )


def _entry(row: CodeMapping) -> Entry:
    return Entry(row.kind, row.odoo_code, row.partner_code, row.sku, row.factor, row.per, row.alias)
