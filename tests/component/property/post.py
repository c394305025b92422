"""The network between the warehouse and us: what was sent lies here until a test lets it arrive."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Letter:
    number: str
    kind: str
    release: str
    body: bytes


@dataclass
class Post:
    """Stands in for the stand-in's outbox."""

    letters: list[Letter] = field(default_factory=list)
    written: int = 0

    def send(
        self,
        kind: str,
        release: str,
        body: bytes,
        *,
        faults: Collection[str] = (),
        delay: float = 0.0,
        sequence: int | None = None,
    ) -> str:
        letter = Letter(self.new_number(), kind, release, body)
        self.letters.append(letter)
        return letter.number

    def new_number(self) -> str:
        self.written += 1
        return f"msg_{self.written:04d}"

    def overtakes(self, letter: Letter) -> bool:
        """Whether an earlier letter about its release still lies here."""
        return next(each for each in self.letters if each.release == letter.release) is not letter

    def clear(self) -> None:
        self.letters.clear()

    def start(self) -> None:
        """Nobody delivers by himself."""

    stop = start

    def describe(self) -> dict[str, Any]:
        return {"pending": len(self.letters), "deliveries": []}
