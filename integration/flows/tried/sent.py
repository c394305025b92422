"""What a warehouse answers in the codes that it was told: where those would have been others, so would the answer."""

from integration.flows import sites
from integration.flows.tried.bench import Bench, both
from integration.jobs import mappings
from integration.models import Connection, Document
from integration.rules.codes import Code, CodeKind
from integration.rules.otherwise import Untold

OTHER_CODES = "The warehouse would have been told other codes: what it would have answered, nobody knows."


def as_it_was(bench: Bench, partner: Connection, document: Document) -> None:
    """Raises Untold where the document itself would have gone out in other codes."""
    if not bench.codes:
        return
    before, after = both(bench, lambda: _told(partner, document))
    if before != after:
        raise Untold(OTHER_CODES)


def _told(partner: Connection, document: Document) -> list[Code | None]:
    lines = sites.released_lines(document)
    carrier = {document.carrier} - {""}
    book = mappings.load(partner, {code for line in lines for code in (line.sku, line.unit)} | carrier)
    goods = [
        code
        for line in lines
        for code in (book.to_partner(CodeKind.PRODUCT, line.sku), book.to_partner(CodeKind.UNIT, line.unit, line.sku))
    ]
    return [*goods, *(book.to_partner(CodeKind.CARRIER, name) for name in carrier)]
