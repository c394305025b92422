"""`python -m tests.bench.beside_run ours|pandas FOLDER`: compares both sides once; prints what it took.

A process of its own, so that its memory is nobody else's: what it took at most, beyond what it began with (Linux).
"""

import json
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from config import start


class Static:
    """Answers as Odoo does, from pages that were made beforehand."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._next = folder, 0
        self._page: dict[int, Any] = {}
        self._move = import_module("integration.canonical.agreed").LineMove
        self.agreed = self

    def lines(self, model: str, ids: Sequence[int]) -> Sequence[Any]:
        if ids[0] not in self._page:
            page = pickle.loads((self._folder / f"{self._next}.page").read_bytes())
            self._page, self._next = {line.id: line for line in page}, self._next + 1
        return [self._page[line] for line in ids]

    def moves(self, model: str, ids: Sequence[int]) -> Sequence[Any]:
        """One of each line, on a transfer that is not booked here."""
        return [self._moved(self._page[line]) for line in ids]

    def _moved(self, line: Any) -> Any:
        about = {"product_id": line.product_id, "unit": line.unit, "quantity": line.moved}
        return self._move(id=line.id, line_id=line.id, picking_id=None, **about)


def ours(folder: Path) -> Callable[[], int]:
    start.read_settings()
    models, beside_odoo = import_module("integration.models"), import_module("integration.reconcile.beside_odoo")
    sales = import_module("integration.reconcile.sorts").SORTS[0]
    warehouse, source = models.Warehouse.objects.select_related("erp", "wms").get(), Static(folder)

    def run() -> int:
        while beside_odoo.step(sales, warehouse, source):
            pass
        return int(models.Variance.objects.count())

    return run


def pandas(folder: Path) -> Callable[[], int]:
    """Both sides in memory, as frames that are made of columns."""
    library = import_module("pandas")
    frame, path = library.DataFrame, folder / "columns"

    def run() -> int:
        names = ["line", "product", "moved"]
        left, right = (frame(side, columns=names) for side in pickle.loads(path.read_bytes()))
        both = left.merge(right, on=["line", "product"], how="outer", suffixes=("_here", "_there"), indicator=True)
        differs = (both["_merge"] != "both") | (both["moved_here"] != both["moved_there"])
        return int(differs.sum())

    return run


def main(who: str, folder: str) -> None:
    run = {"ours": ours, "pandas": pandas}[who](Path(folder))
    before, began = _megabytes("VmRSS"), time.perf_counter()
    different = run()
    seconds = time.perf_counter() - began
    memory = _megabytes("VmHWM") - before
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": memory, "different": different}))


def _megabytes(name: str) -> float:
    """VmRSS: now; VmHWM: at most, since it began."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
