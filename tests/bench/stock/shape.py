"""Which rows there are on both sides, and their files: one a kind, with where each product's rows begin."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOTS = 10
PLACES = ("", "A", "B", "C", "D")  # of the warehouse; the first one is wherever goods lie
ROWS = LOTS * len(PLACES)  # a product
ONE_IN = 997  # rows differs
MAIN = 8
LOCATIONS = dict(zip(PLACES, (MAIN, 11, 12, 13, 14), strict=True))
PARTS = ("products", "quants", *(f"lines {place}" for place in PLACES))


@dataclass(frozen=True)
class Shape:
    rows: int

    @property
    def products(self) -> int:
        return self.rows // ROWS

    def render(self, folder: Path) -> None:
        """Rows of one product stand together, those of the next one behind them; of the warehouse place by place."""
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            starts = [0]
            with (folder / part).open("wb") as file:
                for product in range(1, self.products + 1):
                    file.write(b"".join(json.dumps(row).encode() + b"," for row in _rows(part, product)))
                    starts.append(file.tell())
            (folder / f"{part}.json").write_text(json.dumps(starts))


def sku(product: int) -> str:
    return f"SKU-{product:06d}"


def _rows(part: str, product: int) -> Iterator[dict[str, object]]:
    kind, _, place = part.partition(" ")
    if kind == "products":
        yield _product(product)
    elif kind == "quants":
        yield from _quants(product)
    else:
        yield from _lines(product, place)


def _product(product: int) -> dict[str, object]:
    about = {"id": product, "default_code": sku(product), "name": f"Product {product}", "tracking": "lot"}
    return {**about, "uom_id": [1, "Units"], "standard_price": 2.5, "active": True}


def _quants(product: int) -> Iterator[dict[str, object]]:
    for at, (lot, place) in enumerate((lot, place) for lot in range(LOTS) for place in PLACES):
        number = (product - 1) * ROWS + at + 1
        yield {
            "id": number,
            "product_id": [product, f"[{sku(product)}] Product {product}"],
            "location_id": [LOCATIONS[place], f"WH/Stock/{place}"],
            "lot_id": [(product - 1) * LOTS + lot + 1, f"LOT-{lot:03d}"],
            "quantity": float(_held(product, lot, place)),
            "reserved_quantity": 1.0 if not place else 0.0,
        }


def _lines(product: int, place: str) -> Iterator[dict[str, object]]:
    for lot in range(LOTS):
        off = ((product - 1) * ROWS + lot * len(PLACES) + PLACES.index(place)) % ONE_IN == 0
        about = {"sku": f"W-{product:06d}", "unit": "EA", "lot": f"LOT-{lot:03d}"}
        yield {**about, "on_hand": str(_held(product, lot, place) - off), **({"location": place} if place else {})}


def _held(product: int, lot: int, place: str) -> int:
    return 1 + (product * 7 + lot * 3 + len(place)) % 90
