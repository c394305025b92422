"""A sheet of a warehouse's own items."""

from collections.abc import Iterable, Sequence

from integration.rules.mapping_sheet import LONGEST, Fault

COLUMNS = ("sku", "name", "barcodes")
LONGEST_NAME = 500
LONGEST_BARCODE = 64
Items = list[tuple[str, str, tuple[str, ...]]]


def items_of(heads: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> tuple[Items, list[Fault]]:
    """SKU, name and barcodes of each row, and everything that is wrong. Other columns are left aside."""
    heads = [head.strip().lower() for head in heads]
    if "sku" not in heads:
        return [], [Fault(0, "sku", "the column sku is missing")]
    items: Items = []
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for number, cells in rows:
        row = {name: cell.strip() for name, cell in zip(heads, cells, strict=False) if name in COLUMNS}
        sku, name, barcodes = row.get("sku", ""), row.get("name", ""), tuple(row.get("barcodes", "").split())
        wrong = _wrong(sku, name, barcodes)
        if sku in first:
            wrong.append(("sku", f"row {first[sku]} is about the same SKU"))
        faults += [Fault(number, column, words) for column, words in wrong]
        first.setdefault(sku, number)
        items.append((sku, name, barcodes))
    return items, faults


def _wrong(sku: str, name: str, barcodes: Sequence[str]) -> list[tuple[str, str]]:
    wrong = []
    if not sku:
        wrong.append(("sku", "it is empty"))
    elif len(sku) > LONGEST or not sku.isprintable():
        wrong.append(("sku", f"it is longer than {LONGEST} characters, or holds one that cannot be seen"))
    if len(name) > LONGEST_NAME:
        wrong.append(("name", f"it is longer than {LONGEST_NAME} characters"))
    if any(len(code) > LONGEST_BARCODE or not code.isprintable() for code in barcodes):
        wrong.append(("barcodes", f"one is longer than {LONGEST_BARCODE} characters; put spaces between them"))
    return wrong
