"""Goods that came back: has everybody said what becomes of them?"""

from collections.abc import Iterator

from django.db.models import F

from integration.models import Document, DocumentLine, StockEvent


def waits(order: Document) -> bool:
    """Whether something of the order came back that nobody has said yet what becomes of."""
    returns = DocumentLine.objects.filter(document__parent=order, document__kind=Document.Kind.RETURN)
    return returns.filter(inspected__lt=F("received")).exists()


def returns_of(order: Document) -> Iterator[tuple[Document, str, str]]:
    """The order's returns that are not credited yet: document, key of the event, and its own number."""
    came = StockEvent.objects.filter(document__parent=order, kind=StockEvent.Kind.RETURNED).order_by("pk")
    seen = dict.fromkeys(came.values_list("document_id", "source"))
    documents = Document.objects.in_bulk({document for document, _ in seen})
    for document, source in seen:
        yield documents[document], source, source.rpartition("/")[2]
