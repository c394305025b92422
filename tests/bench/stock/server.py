"""`python -m tests.bench.stock.server FOLDER ROWS`: answers for an Odoo and for a warehouse by what is in the folder.

It looks for nothing and compares nothing: a question names a product, and the answer is a piece of a file.
"""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.bench.stock.shape import LOTS, MAIN, PARTS, PLACES, ROWS, Shape

PAGE = 5_000  # lines of a snapshot
RELATIONS = {"company_id": "res.company", "lot_stock_id": "stock.location", "currency_id": "res.currency"}
LOCATIONS = [
    {"id": MAIN, "complete_name": "WH/Stock", "location_id": False},
    *({"id": 10 + at, "complete_name": f"WH/Stock/{place}", "location_id": [MAIN, "WH/Stock"]}
      for at, place in enumerate(PLACES) if place),
]  # fmt: skip
USER, VERSION = 2, {"server_version": "18.0", "server_version_info": [18, 0, 0, "final", 0, ""]}
PLAIN: dict[tuple[str, str], object] = {
    ("res.users", "read"): [{"id": 2, "company_ids": [1]}],
    ("stock.location", "search_read"): LOCATIONS,
    ("uom.uom", "search_read"): [{"id": 1, "name": "Units", "rounding": 0.01}],
    ("stock.warehouse", "web_search_read"): {
        "length": 1,
        "records": [{"id": 1, "company_id": {"id": 1, "currency_id": {"id": 1, "name": "EUR"}},
                     "lot_stock_id": {"id": MAIN}}],
    },
}  # fmt: skip


class Files:
    def __init__(self, folder: Path, shape: Shape) -> None:
        self.shape = shape
        self._files = {part: (folder / part).open("rb") for part in PARTS}
        self._starts = {part: json.loads((folder / f"{part}.json").read_text()) for part in PARTS}
        self.taken = 0

    def piece(self, part: str, after: int, upto: int) -> bytes:
        """The rows of the products behind ``after``."""
        starts = self._starts[part]
        first, last = starts[min(after, self.shape.products)], starts[min(upto, self.shape.products)]
        file = self._files[part]
        file.seek(first)
        return b"[" + file.read(last - first).removesuffix(b",") + b"]"

    def some(self, part: str, products: Sequence[int]) -> bytes:
        """The rows of these; in one piece where no other one is between them."""
        if not products or products[-1] - products[0] + 1 == len(products):
            return self.piece(part, products[0] - 1, products[-1]) if products else b"[]"
        return b"[" + b",".join(self.piece(part, each - 1, each)[1:-1] for each in products) + b"]"

    def page(self, number: int) -> bytes:
        """Of the snapshot: the first one takes a new one."""
        each = PAGE // LOTS
        pages = -(-self.shape.products // each)
        if number == 1:
            self.taken += 1
            self.at = datetime.now(UTC).isoformat()
        place, at = PLACES[(number - 1) // pages], (number - 1) % pages
        head = {"snapshot": f"S-{self.taken}", "site": "NORTH", "taken_at": self.at, "page": number}
        lines = self.piece(f"lines {place}", at * each, (at + 1) * each)
        return json.dumps({**head, "pages": pages * len(PLACES)}).encode()[:-1] + b', "lines": ' + lines + b"}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: Files

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        self._answer(self.files.page(int(asked["page"][0])))

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["params"]
        self._answer(b'{"jsonrpc": "2.0", "id": 1, "result": ' + self._result(**asked) + b"}")

    def _result(self, service: str = "", method: str = "", args: Sequence[Any] = ()) -> bytes:
        if service in ("", "common"):
            return json.dumps(USER if method == "authenticate" else VERSION).encode()
        model, method, positional, named = args[3:7]
        if method == "fields_get":
            about = {name: {"type": "char", "relation": RELATIONS.get(name, "")} for name in positional[0]}
            return json.dumps(about).encode()
        if (model, method) in PLAIN:
            return json.dumps(PLAIN[model, method]).encode()
        if "|" in positional[0]:
            return b"[]"  # what was written since: nothing
        terms = {term[0]: term[2] for term in positional[0]}
        if model == "stock.quant":
            left = [product for product in terms["product_id"] if product > terms["id"] // ROWS]
            return self.files.some("quants", left[: named["limit"] // ROWS])
        codes = terms.get("default_code")
        if codes:
            return self.files.some("products", [int(code[4:]) for code in codes])
        return self.files.piece("products", terms["id"], terms["id"] + named["limit"])

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


def main(folder: str, rows: str) -> None:
    Handler.files = Files(Path(folder), Shape(int(rows)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
