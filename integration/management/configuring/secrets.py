"""Secrets from a folder of files, as containers get them mounted: ``connections.main.key``,
``alert_channels.Ops.address``. They are in no tree, and never shown.
"""

from pathlib import Path

from django.core.exceptions import ValidationError

from integration.console.connections import SECRETS, signing_secret
from integration.jobs.tree.reading import Tree
from integration.jobs.tree.wrong import Wrong

CHECKED = {"signing": (signing_secret,)}
CHANNEL = frozenset({"address"})
LARGEST = 10_000  # bytes of one
Found = dict[tuple[str, str], dict[str, str]]


def read(folder: Path, tree: Tree) -> Found:
    """Raises Wrong for a file whose name says nothing, or that the tree has no row for."""
    kinds = {row["slug"]: row["kind"] for row in tree.get("connections", [])}
    known = {("connections", slug): frozenset(SECRETS.get(kind, {})) for slug, kind in kinds.items()}
    known |= {("alert_channels", row["name"]): CHANNEL for row in tree.get("alert_channels", [])}
    found: Found = {}
    for file in _files(folder):
        section, _, rest = file.name.partition(".")
        row, _, name = rest.rpartition(".")
        if name not in known.get((section, row), ()):
            raise Wrong(f"{file}: {_expected(section, row, known)}")
        found.setdefault((section, row), {})[name] = _secret(file, name)
    return found


def _files(folder: Path) -> list[Path]:
    """Without what begins with a dot: so does what Kubernetes keeps beside them."""
    try:
        return sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    except OSError as wrong:
        raise Wrong(f"The secrets in {folder} cannot be read: {wrong.strerror}.") from wrong


def _secret(file: Path, name: str) -> str:
    text = _text(file)
    try:
        for check in CHECKED.get(name.partition("_")[0], ()):
            check(text)
    except ValidationError as wrong:
        raise Wrong(f"{file}: {' '.join(wrong.messages)}") from None
    return text


def _text(file: Path) -> str:
    try:
        text = file.read_bytes()[: LARGEST + 1].decode().strip()
    except (OSError, UnicodeDecodeError) as wrong:
        raise Wrong(f"{file} cannot be read as text.") from wrong
    if not text or len(text) >= LARGEST:
        raise Wrong(f"{file} is empty, or too long for a secret.")
    return text


def _expected(section: str, row: str, known: dict[tuple[str, str], frozenset[str]]) -> str:
    names = known.get((section, row))
    if names is None:
        return "the tree has no such row. A file is called such as connections.main.key."
    return f"{row} has no such secret; it has: {', '.join(sorted(names))}."
