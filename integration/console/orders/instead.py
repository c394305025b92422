"""What left in the place of what was ordered, as it was booked from here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from integration.models import DocumentLine, Effect

Instead = Mapping[int, Mapping[str, Decimal]]


def of(lines: Sequence[DocumentLine]) -> Instead:
    """By line, how much of which product, in the line's unit. Without a query where nothing was substituted."""
    swapped = {(line.document_id, line.line): line.pk for line in lines if line.substituted}
    if not swapped:
        return {}
    documents = {document for document, _ in swapped}
    effects = Effect.objects.filter(stock_events__document__in=documents).order_by("pk").distinct()
    found: defaultdict[int, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for document, _, result in effects.values_list("stock_events__document", "pk", "result"):
        for each in result.get("substitutes", ()):
            if (document, each["line"]) in swapped:
                found[swapped[document, each["line"]]][each["substitute"]] += Decimal(each["quantity"])
    return {line: dict(by_sku) for line, by_sku in found.items()}  # a template asks it for items
