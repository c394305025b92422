"""Stock compared: rows a second and memory, beside pandas, which holds all of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection as database

from tests.bench import report
from tests.bench.report import Row
from tests.bench.stock.shape import Shape

SECTION = "stock"
SMALL, LARGE = 100_000, 1_000_000  # rows a side
MOST_SECONDS, MOST_MB, LINEAR = 60.0, 300.0, 1.1
Told = Callable[[str], None]


class Stock:
    """``empty``: makes the tables empty, for each measurement makes its own rows."""

    def __init__(self, env: Mapping[str, str], empty: Callable[[], None]) -> None:
        self._env, self._empty = {**os.environ, **env}, empty

    def measure(self, rounds: int, tell: Told) -> list[Row]:
        small = [self._both(SMALL, tell) for _ in range(rounds)]
        large = [self._both(LARGE, tell) for _ in range(rounds)]
        ours, theirs = [found[0] for found in large], [found[1] for found in large]
        again = [found["again"]["seconds"] for found in ours]
        per_row = [found[0]["again"]["seconds"] / SMALL for found in small]
        linear = [seconds / LARGE / each for seconds, each in zip(again, per_row, strict=True)]
        many = f"{LARGE:,} rows a side"
        return [
            report.at_most(SECTION, f"{many}: fetched and compared", "s", again, MOST_SECONDS),
            report.at_most(SECTION, f"{many}: most memory", "MB", [found["peak_mb"] for found in ours], MOST_MB),
            report.at_most(SECTION, f"a row of {LARGE:,} : of {SMALL:,}", "x", linear, LINEAR),
            report.figure(SECTION, "rows a second", "/s", [LARGE / seconds for seconds in again]),
            report.figure(SECTION, "... of the comparison alone", "/s", [LARGE / f["again"]["walk"] for f in ours]),
            report.figure(SECTION, "a look when nothing is new", "s", [f["look"]["seconds"] for f in ours]),
            report.figure(SECTION, "... when every row is new", "/s", [LARGE / f["first"]["seconds"] for f in ours]),
            report.figure(SECTION, "pandas, outer merge", "/s", [LARGE / found["seconds"] for found in theirs]),
            report.figure(SECTION, "pandas, most memory", "MB", [found["peak_mb"] for found in theirs]),
        ]

    def _both(self, rows: int, tell: Told) -> tuple[dict[str, Any], dict[str, Any]]:
        self._empty()
        database.close()
        with TemporaryDirectory() as folder, self._served(Path(folder), rows) as port:
            ours, theirs = self._run("ours", port, rows), self._run("frames", port, rows)
        different = {*(ours[turn]["different"] for turn in ("first", "again", "look")), theirs["different"]}
        if len(different) != 1:
            raise RuntimeError(f"not the same differences: {ours}, {theirs}")
        first, again = ours["first"]["seconds"], ours["again"]["seconds"]
        tell(f"stock: {rows:,} rows a side in {again:.1f} s (first time {first:.1f} s), {ours['peak_mb']:.0f} MB")
        tell(f"stock: pandas {theirs['seconds']:.1f} s, {theirs['peak_mb']:.0f} MB")
        return ours, theirs

    def _run(self, module: str, port: str, rows: int) -> dict[str, Any]:
        argv = [sys.executable, "-m", f"tests.bench.stock.{module}", port, str(rows)]
        done = subprocess.run(argv, env=self._env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return dict(json.loads(done.stdout))

    @contextmanager
    def _served(self, folder: Path, rows: int) -> Iterator[str]:
        Shape(rows).render(folder)
        argv = [sys.executable, "-m", "tests.bench.stock.server", str(folder), str(rows)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as server:
            try:
                yield str(server.stdout.readline()).strip() if server.stdout else ""
            finally:
                server.terminate()
