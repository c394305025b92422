"""Code mappings: looking codes up, adding them, and letting go of what waited for them."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Now

from integration.jobs import acts, odoo_codes, rows, supposing, telling
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.odoo_codes import NotInOdoo, Unseen
from integration.jobs.tree import changelog
from integration.jobs.tree.changelog import Told
from integration.models import CodeMapping, Connection, ExceptionCase, SyncJob
from integration.rules.codes import Code, CodeBook, CodeKind

Kind = CodeMapping.Kind
# code of the case -> kind of mapping, and whether its ``code`` is the partner's
MISSING = {
    "CD-3001": (Kind.PRODUCT, False),
    "CD-3002": (Kind.PRODUCT, True),
    "CD-3003": (Kind.UNIT, False),
    "CD-3004": (Kind.UNIT, True),
    "CD-3005": (Kind.CARRIER, False),
    "CD-3006": (Kind.CARRIER, True),
}
KEY = ("partner", "kind", "odoo_code", "sku")  # what a mapping is about; a new version keeps it

# A job that started this soon after a mapping was written may not have seen it: clocks differ, transactions last.
UNSEEN = timedelta(seconds=30)

_NAMED = """
partner_id = %(partner)s AND valid_to IS NULL
AND (odoo_code = ANY(%(codes)s::varchar[]) OR partner_code = ANY(%(codes)s::varchar[]))
ORDER BY kind, odoo_code"""


def load(partner: Connection, codes: set[str]) -> CodeBook:
    """Everything that maps one of these codes, of either side, in one query."""
    found = rows.find(CodeMapping, _NAMED, {"partner": partner.pk, "codes": list(codes)})
    return CodeBook(partner.slug, partner.name, tuple(map(_code, supposing.mappings(found, partner.pk, codes))))


def clashes(new: CodeMapping) -> Iterator[tuple[str, str]]:
    """What stands against adding this row, or a new version of it: the field, and the words for people."""
    active = CodeMapping.objects.filter(partner=new.partner, kind=new.kind, valid_to=None)
    same = active.filter(odoo_code=new.odoo_code)
    if new.alias and not _sent(new).exists():
        yield "alias", f"{new.odoo_code} has no code that is sent yet: add that one first, without Alias."
    if same.filter(partner_code=new.partner_code, sku=new.sku).exclude(alias=new.alias).exists():
        known = "the code that is sent already" if new.alias else "an alias: end that one first"
        yield "partner_code", f"{new.partner_code} is known for {new.odoo_code} as {known}."
    other = active.filter(partner_code=new.partner_code).exclude(odoo_code=new.odoo_code).first()
    if new.kind == Kind.PRODUCT and other is not None:
        yield "partner_code", f"{new.partner_code} is mapped to {other.odoo_code} already."


def not_in_odoo(new: CodeMapping) -> dict[str, Unseen]:
    """By the field that names it, what the row takes for a code of Odoo's and Odoo was not seen to have. Of a new
    version, none."""
    if in_force(new) is not None:
        return {}
    named = {"odoo_code": (new.kind, new.odoo_code), **({"sku": (Kind.PRODUCT.value, new.sku)} if new.sku else {})}
    missing = odoo_codes.unseen(new.partner, set(named.values()))
    return {field: missing[code] for field, code in named.items() if code in missing}


def in_force(new: CodeMapping) -> CodeMapping | None:
    """The row that this one would be a new version of."""
    return versions(new).filter(valid_to=None).first()


def add(
    partner: Connection,
    kind: str,
    odoo_code: str,
    partner_code: str,
    *,
    factor: Decimal = Decimal(1),
    per: Decimal = Decimal(1),
    sku: str = "",
    alias: bool = False,
    odoo_has_it: bool = False,
    actor: Actor,
) -> CodeMapping:
    """A new mapping, or a new version of one; lets go of what waited for it. Raises NotAllowed when codes clash.

    ``odoo_has_it``: somebody says so of a code that was not seen there; without it, raises NotInOdoo.
    """
    codes = {"odoo_code": odoo_code, "partner_code": partner_code, "sku": sku, "alias": alias}
    new = CodeMapping(partner=partner, kind=kind, factor=factor, per=per, made_by=actor.name, **codes)
    try:
        with transaction.atomic():
            _held(new)  # first: who was faster has made what this one replaces
            before = changelog.taken(in_force(new))
            _add(new, odoo_has_it)
            changelog.note_mappings([(before, new)], Told(actor))
            said = {"odoo_has_it": True} if odoo_has_it else {}
            acts.note(actor, "map code", str(new), mapping=new.pk, partner=partner.slug, **said)
            telling.renamed(partner, {new.kind})
            let_go()
    except IntegrityError as clash:
        raise NotAllowed(f"{partner_code} is mapped to another {kind} of {partner} already.") from clash
    return new


@transaction.atomic
def change(mapping_id: int, *, partner_code: str, factor: Decimal, per: Decimal, actor: Actor) -> CodeMapping:
    """A new version of a row that is in force. Raises NotAllowed, also when somebody was faster."""
    row = CodeMapping.objects.select_related("partner").get(pk=mapping_id)
    hold(row)
    if row.alias and partner_code != row.partner_code:
        raise NotAllowed(f"{row.partner_code} is an alias: end it, and add the other code.")
    same: dict[str, Any] = {"sku": row.sku, "alias": row.alias, "actor": actor}
    return add(row.partner, row.kind, row.odoo_code, partner_code, factor=factor, per=per, **same)


def hold(row: CodeMapping) -> None:
    """Before anything of it is changed. Raises NotAllowed when it was replaced meanwhile. Call inside a transaction."""
    if row.pk not in _held(row):
        raise NotAllowed(f"{row} is not in force any more: somebody changed or ended it meanwhile.")


@transaction.atomic
def end(mapping_id: int, actor: Actor, reason: str) -> None:
    """Nothing is mapped by the row any more; what needs it later opens its case. Raises NotAllowed."""
    row = CodeMapping.objects.select_for_update(of=("self",)).select_related("partner").filter(pk=mapping_id).first()
    if row is None or row.valid_to is not None:
        raise NotAllowed(f"{row or 'The mapping'} is not in force any more.")
    if left := _left_alone(row):
        raise NotAllowed(f"{row} has aliases: end {', '.join(left)} first.")
    changelog.note_mappings([(changelog.taken(row), None)], Told(actor, why=reason))
    CodeMapping.objects.filter(pk=row.pk).update(valid_to=Now())
    acts.note(actor, "end mapping", str(row), mapping=row.pk, partner=row.partner.slug, reason=reason)


def _left_alone(row: CodeMapping) -> list[str]:
    """The aliases that would have nothing beside them that is sent."""
    if row.alias:
        return []
    same = {"partner": row.partner, "kind": row.kind, "odoo_code": row.odoo_code, "valid_to": None, "alias": True}
    aliases = CodeMapping.objects.filter(**same).order_by("pk")
    return [alias.partner_code for alias in aliases if not _sent(alias).exclude(pk=row.pk).exists()]


def _held(row: CodeMapping) -> list[int]:
    """What is sent under its code, which an alias needs, and what a new version replaces: in one order for all."""
    both = _sent(row) | versions(row).filter(valid_to=None)
    return list(both.order_by("pk").select_for_update().values_list("pk", flat=True))


def _add(new: CodeMapping, odoo_has_it: bool) -> None:
    _held(new)
    for _, words in clashes(new):
        raise NotAllowed(words)
    for missing in () if odoo_has_it else not_in_odoo(new).values():
        raise NotInOdoo(missing)
    versions(new).filter(valid_to=None).update(valid_to=Now())
    latest = versions(new).aggregate(latest=Max("version"))["latest"]
    new.version = (latest or 0) + 1
    new.save(force_insert=True)


def versions(row: CodeMapping) -> QuerySet[CodeMapping]:
    """Those that the row replaced or was replaced by, and itself."""
    names = (*KEY, "alias", *(["partner_code"] if row.alias else []))
    return CodeMapping.objects.filter(**{name: getattr(row, name) for name in names})


def _sent(row: CodeMapping) -> QuerySet[CodeMapping]:
    """What is sent for its Odoo code; a product's own unit may go by the general one."""
    same = CodeMapping.objects.filter(partner=row.partner, kind=row.kind, odoo_code=row.odoo_code, valid_to=None)
    return same.filter(alias=False, sku__in={"", row.sku}).order_by("pk")


def _code(row: CodeMapping) -> Code:
    ratio = Fraction(row.factor) / Fraction(row.per)
    return Code(CodeKind(row.kind), row.odoo_code, row.partner_code, row.sku, ratio, row.alias)


def let_go() -> int:
    """Makes every job due that may have got a mapping since it looked; returns how many. Call inside a transaction."""
    waiting = {pk for case in _missing() for pk in _answered(case)}
    return acts.make_due(SyncJob.objects.filter(pk__in=waiting))


def _missing() -> list[ExceptionCase]:
    return list(ExceptionCase.objects.filter(code__in=MISSING, state__in=ExceptionCase.UNRESOLVED))


def _answered(case: ExceptionCase) -> list[int]:
    """The jobs that wait for the case and have not looked since its code was mapped.

    A mapping of that code may still be another product's: who has looked and found nothing is not sent again.
    """
    kind, theirs = MISSING[case.code]
    code = case.context.get("code", "")
    named = Q(partner_code=code) if theirs else Q(odoo_code=code, alias=False)
    active = CodeMapping.objects.filter(named, partner__slug=case.context.get("scope"), kind=kind, valid_to=None)
    latest = active.aggregate(latest=Max("valid_from"))["latest"]
    if latest is None:
        return []
    jobs = SyncJob.objects.filter(waits_on__case=case, state=SyncJob.State.BLOCKED, started_at__lt=latest + UNSEEN)
    return list(jobs.values_list("pk", flat=True))
