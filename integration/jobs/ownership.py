"""A write from the side that does not own a field becomes a case; ``rules.ownership`` says which field is whose."""

from collections.abc import Sequence

from integration.errors import InvalidDocument, Permanent
from integration.jobs import cases
from integration.models import Connection, Document, ExceptionCase
from integration.rules.ownership import FOREIGN, Foreign


def said(partner: Connection, kind: str, number: str, fields: Sequence[Foreign]) -> None:
    """A message says what is Odoo's to say: one case for each such field of a kind of message. Call inside the
    transaction that keeps the message, which is taken without these fields."""
    for each in fields:
        tell(
            InvalidDocument(
                FOREIGN,
                connection=partner.name,
                partner=partner.name,
                type=kind,
                field=each.path,
                what=f"{each.field.name} of a {each.field.entity}",
                message=number,
            ),
            partner,
        )


def tell(cause: Permanent, connection: Connection, document: Document | None = None) -> None:
    """Once a person has ignored it, for good. Call inside a transaction."""
    told = ExceptionCase.objects.filter(fingerprint=cause.fingerprint, state=ExceptionCase.State.IGNORED)
    if not told.exists():
        cases.open_case(cause, connection, document)
