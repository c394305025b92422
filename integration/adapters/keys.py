"""What the rest of the code sees of the keys of our own user in Odoo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key as Odoo lists it; the key itself is shown once, when it is made. ``expires``: None before Odoo 18."""

    name: str
    expires: date | None = None


class KeysGateway(Protocol):
    """``make`` and ``revoke`` are never repeated blindly: what an unknown outcome has made is found by its name."""

    def names(self) -> Sequence[OwnKey]:
        """Those of our user, by age."""
        ...

    def knock(self) -> None:
        """Whether the key that we log in with is still one. Raises IntegrationError, CD-2001 among them."""
        ...

    def make(self, name: str, expires: date) -> str:
        """The new key, made with the one that we log in with.

        Raises ConfigurationError CD-2005 where Odoo lets no program do that (before 19), CD-2001 where we log in with
        a password, Rejected where an administrator has not allowed it or it is to last too long, OutcomeUnknown.
        """
        ...

    def revoke(self, key: str) -> None:
        """Raises as ``make``; CD-2001 for one that is not there any more, or is none."""
        ...
