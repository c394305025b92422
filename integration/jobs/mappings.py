"""Code mappings: looking codes up, adding them, and letting go of what waited for them."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.db.models.functions import Now

from integration.jobs import acts
from integration.jobs.acts import Actor, NotAllowed
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

# A job that started this soon after a mapping was written may not have seen it: clocks differ, transactions last.
UNSEEN = timedelta(seconds=30)


def load(partner: Connection, codes: set[str]) -> CodeBook:
    """Everything that maps one of these codes, of either side, in one query."""
    named = Q(odoo_code__in=codes) | Q(partner_code__in=codes)
    rows = CodeMapping.objects.filter(named, partner=partner, valid_to__isnull=True)
    return CodeBook(
        partner.slug,
        partner.name,
        tuple(Code(CodeKind(row.kind), row.odoo_code, row.partner_code, row.sku, _ratio(row)) for row in rows),
    )


def add(
    partner: Connection,
    kind: str,
    odoo_code: str,
    partner_code: str,
    *,
    factor: Decimal = Decimal(1),
    per: Decimal = Decimal(1),
    sku: str = "",
    actor: Actor,
) -> CodeMapping:
    """A new mapping, or a new version of one; lets go of what waited for it. Raises NotAllowed when codes clash."""
    try:
        with transaction.atomic():
            same = {"partner": partner, "kind": kind, "odoo_code": odoo_code, "sku": sku}
            old = CodeMapping.objects.select_for_update().filter(**same, valid_to__isnull=True).first()
            if old is not None:
                CodeMapping.objects.filter(pk=old.pk).update(valid_to=Now())
            version = old.version + 1 if old else 1
            new = CodeMapping.objects.create(**same, partner_code=partner_code, factor=factor, per=per, version=version)
            acts.note(actor, "map code", str(new), mapping=new.pk, partner=partner.slug)
            let_go()
    except IntegrityError as clash:
        raise NotAllowed(f"{partner_code} is mapped to another {kind} of {partner} already.") from clash
    return new


def _ratio(row: CodeMapping) -> Fraction:
    return Fraction(row.factor) / Fraction(row.per)


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
    named = Q(partner_code=code) if theirs else Q(odoo_code=code)
    active = CodeMapping.objects.filter(named, partner__slug=case.context.get("scope"), kind=kind, valid_to=None)
    latest = active.aggregate(latest=Max("valid_from"))["latest"]
    if latest is None:
        return []
    jobs = SyncJob.objects.filter(waits_on__case=case, state=SyncJob.State.BLOCKED, started_at__lt=latest + UNSEEN)
    return list(jobs.values_list("pk", flat=True))
