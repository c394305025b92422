"""What is not as it was confirmed: which installation this is, and which system a connection speaks to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PRODUCTION = "production"
INSTALLATION = "this installation"
SINCE = " since "


@dataclass(frozen=True, slots=True)
class Difference:
    """``about``: a connection's short name, or the installation. ``what``: in a person's words."""

    about: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Place:
    """An installation, by its settings."""

    environment: str
    public_url: str


@dataclass(frozen=True, slots=True)
class System:
    """``uuid`` and ``born`` are empty where nobody has looked, or where the system does not tell."""

    environment: str
    base_url: str
    database: str
    uuid: str = ""
    born: str = ""


def moved(before: Place, after: Place) -> Iterator[Difference]:
    yield from _compared(
        INSTALLATION,
        ("environment", before.environment, after.environment),
        ("address", before.public_url, after.public_url),
    )


def changed(name: str, before: System, after: System) -> Iterator[Difference]:
    """What is seen for the first time is no difference, nor what cannot be seen any more."""
    yield from led_elsewhere(name, before, after)
    if before.uuid and after.uuid:
        yield from _compared(name, ("number of the Odoo database", before.uuid, after.uuid))
    if is_same_user(before.born, after.born):
        yield from _compared(name, ("birth of our user", before.born, after.born))


def led_elsewhere(name: str, before: System, after: System) -> Iterator[Difference]:
    """What differs before anybody has asked the system itself."""
    yield from _compared(
        name,
        ("environment", before.environment, after.environment),
        ("address", before.base_url, after.base_url),
        ("database", before.database, after.database),
    )


def is_same_user(before: str, after: str) -> bool:
    """As adapters tell it: the login, and since when there has been such a user."""
    return bool(before and after) and before.partition(SINCE)[0] == after.partition(SINCE)[0]


def borrowed(name: str, environment: str, owners: Sequence[str]) -> Iterator[Difference]:
    """A credential that production is known to work with, in an installation for tests."""
    if owners and environment != PRODUCTION:
        yield Difference(name, "credential", "one of its own", f"the one that {', '.join(owners)} has in production")


def _compared(about: str, *pairs: tuple[str, str, str]) -> Iterator[Difference]:
    return (Difference(about, what, before, after) for what, before, after in pairs if before != after)
