"""`manage.py schemas`: whether the contract in the code is the published one, and breaks nobody who goes by that."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration.canonical.schemas import Schema, published
from integration.management.person import PlainCommand
from integration.rules.compatibility import Direction, breaks

FOLDER = Path(__file__).parents[3] / "docs" / "reference" / "schemas"


class Command(PlainCommand):
    help = "Compares the contract in the code with the published JSON Schemas (docs/reference/schemas)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="publish what was added; a change that breaks is not")
        parser.add_argument("--folder", type=Path, default=FOLDER, help="where the published ones are")

    def handle(self, *, write: bool, folder: Path, **_: Any) -> None:
        code = published()
        broken = list(broken_by(code, folder))
        if broken:
            said = "\n".join(f"  {each}" for each in broken)
            raise CommandError(
                f"The contract breaks whoever goes by the published one:\n{said}\n"
                "Make it a version of its own (integration/canonical/events.py), and leave the published one as it is."
            )
        changed = [name for name, schema in code.items() if _read(folder, name) != schema]
        if changed and not write:
            raise CommandError(f"Not published yet: {', '.join(changed)}. Run manage.py schemas --write.")
        for name in changed:
            _write(folder, name, code[name])
        self.stdout.write(f"{len(code)} messages, {len(changed)} published anew, none breaks.")


def broken_by(code: Mapping[str, Schema], folder: Path) -> Iterator[str]:
    """Each difference that breaks, with the message that it is in."""
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name not in code:
            yield f"{name} is gone"
            continue
        direction = Direction(name.split("/")[1])
        yield from (f"{name}: {each}" for each in breaks(json.loads(path.read_text()), code[name], direction))


def _read(folder: Path, name: str) -> Schema | None:
    path = _path(folder, name)
    found: Schema | None = json.loads(path.read_text()) if path.exists() else None
    return found


def _write(folder: Path, name: str, schema: Schema) -> None:
    path = _path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
