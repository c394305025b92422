"""`python -m tests.bench.stock.frames PORT ROWS`: the peer. The same pages as two pandas frames, and an outer merge."""

import json
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pandas as pd

from tests.bench.stock.shape import LOCATIONS, Shape, sku

AT_ONCE = 250
KEY = ["sku", "lot", "place"]


def main(port: str, rows: str) -> None:
    address, shape = f"http://127.0.0.1:{port}", Shape(int(rows))
    started = time.monotonic()
    held = pd.concat(_held(address, shape), ignore_index=True)
    said = pd.concat(_said(address), ignore_index=True)
    merged = held.merge(said, on=KEY, how="outer")
    different = int((merged["held"].fillna(0) != merged["said"].fillna(0)).sum())
    took, peak = time.monotonic() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": took, "rows": len(merged), "different": different, "peak_mb": peak}))


def _held(address: str, shape: Shape) -> Iterator[pd.DataFrame]:
    places = {location: place for place, location in LOCATIONS.items()}
    for first in range(0, shape.products, AT_ONCE):
        last, after = min(first + AT_ONCE, shape.products), 0
        while rows := _quants(address, first + 1, last, after):
            after = rows[-1]["id"]
            yield pd.DataFrame(
                {
                    "sku": [sku(row["product_id"][0]) for row in rows],
                    "lot": [row["lot_id"][1] for row in rows],
                    "place": [places[row["location_id"][0]] for row in rows],
                    "held": [row["quantity"] for row in rows],
                }
            )


def _quants(address: str, first: int, last: int, after: int) -> list[dict[str, Any]]:
    if after // 50 >= last:
        return []
    domain = [["id", ">", after], ["product_id", "in", list(range(first, last + 1))]]
    args = ["bench", 2, "x", "stock.quant", "search_read", [domain, []], {"limit": 5_000}]
    body = json.dumps({"params": {"service": "object", "method": "execute_kw", "args": args}}).encode()
    with urlopen(Request(f"{address}/jsonrpc", body)) as answer:
        return list(json.load(answer)["result"])


def _said(address: str) -> Iterator[pd.DataFrame]:
    number, pages = 1, 1
    while number <= pages:
        with urlopen(f"{address}/inventory?page={number}") as answer:
            page = json.load(answer)
        number, pages, rows = number + 1, page["pages"], page["lines"]
        yield pd.DataFrame(
            {
                "sku": [f"SKU-{row['sku'][2:]}" for row in rows],
                "lot": [row["lot"] for row in rows],
                "place": [row.get("location", "") for row in rows],
                "said": [float(row["on_hand"]) for row in rows],
            }
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
