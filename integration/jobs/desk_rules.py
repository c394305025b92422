"""Whose desk a new case lands on, and when it gets more severe: by the first rule that fits."""

from datetime import timedelta

from django.db.models import Q

from integration.models import CaseRule, Document


def first_that_fits(code: str, flow: str, document: Document | None) -> CaseRule | None:
    warehouse = document.warehouse_id if document is not None else None
    partner = document.erp_partner_id if document is not None else None
    rules = CaseRule.objects.filter(
        Q(flow="") | Q(flow=flow),
        Q(warehouse=None) | Q(warehouse=warehouse),
        Q(erp_partner_id=None) | Q(erp_partner_id=partner),
        active=True,
    )
    return next((rule for rule in rules if code.startswith(rule.code)), None)


def deadline(rule: CaseRule | None, usual: timedelta) -> timedelta:
    return timedelta(minutes=rule.deadline_minutes) if rule and rule.deadline_minutes is not None else usual


def patience(rule: CaseRule | None, due: timedelta) -> timedelta:
    """How long a case stays as severe as it is."""
    return timedelta(minutes=rule.escalate_minutes) if rule and rule.escalate_minutes is not None else due
