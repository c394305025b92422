"""The warehouse works by its pack: takes it out beforehand, fills the form in, and has it loaded."""

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.drills.manage import manage

SITE = "MAIN"


class Paper:
    """Crossdock's own commands, as a person on its machine runs them. ``loads``: what each load said."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._env, self._folder = env, folder
        self._rows: list[dict[str, str]] = []
        self.typed: set[str] = set()
        self.loads: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    def take_out(self) -> None:
        """The forms as they are now."""
        manage(self._env, "downtime_pack", "--site", SITE, "--into", str(self._folder))
        [form] = sorted(self._folder.glob("downtime-*.csv"))
        with form.open(encoding="utf-8-sig", newline="") as read:
            self._rows = list(csv.DictReader(read))

    @property
    def listed(self) -> set[str]:
        """The releases on it."""
        return {row["release"] for row in self._rows}

    def fill_in(self, releases: Iterable[str]) -> int:
        """All of these has left; returns how many were on the form."""
        wanted = set(releases)
        rows = [row for row in self._rows if row["release"] in wanted]
        at = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
        filled = [{**row, "quantity": row["open"], "shipped_at": at, "carrier": ""} for row in rows]
        with self._form.open("w", encoding="utf-8-sig", newline="") as write:
            writer = csv.DictWriter(write, list(rows[0]))
            writer.writeheader()
            writer.writerows(filled)
        found = {row["release"] for row in rows}
        self.typed |= found
        return len(found)

    def load(self) -> None:
        """By two people, one after the other: the second one loads nothing."""
        self.loads += [manage(self._env, "downtime_load", str(self._form), "--site", SITE) for _ in range(2)]

    @property
    def _form(self) -> Path:
        return self._folder / "filled.csv"
