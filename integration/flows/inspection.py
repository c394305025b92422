"""Goods that came back and that nobody has judged yet."""

from django.db.models import F

from integration.models import Document, DocumentLine


def waits(order: Document) -> bool:
    """Whether something of the order came back that nobody has said yet what becomes of."""
    returns = DocumentLine.objects.filter(document__parent=order, document__kind=Document.Kind.RETURN)
    return returns.filter(inspected__lt=F("received")).exists()
