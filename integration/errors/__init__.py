"""Everything that can go wrong, as one family. Adapters raise only these; only the engine catches them.

    IntegrationError
      Transient        try again by itself
        Unreachable      no connection, or the server itself failed; nothing was done
        Throttled        asked to slow down; carries ``retry_after`` in seconds
        Locked           lost a race for a record; burns no attempt
      Permanent        trying again unchanged gives the same answer: a person's turn
        Rejected         the other side refused the document
        InvalidDocument  the document contradicts itself, or lacks something
        MappingMissing   a code has no counterpart; adding it releases every job that waits
        RuleHold         one of our rules stops it
        ConfigurationError   a setting, a database or an app is wrong or missing
        Forbidden        a right is missing
        Causes           several of these at once, so that a person sees all of them
      AlreadyDone      the effect is there; counts as success
      OutcomeUnknown   the call may have landed: probe before any resend

Each carries a code of ``catalogue.PROBLEMS``, which holds the plain cause and the fix, and a context that fills both.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integration.errors.catalogue import PROBLEMS, Problem


class IntegrationError(Exception):
    """``code`` is a key of ``PROBLEMS``; ``context`` holds what its texts name. Raises KeyError for an unknown code.

    ``retry_after``: seconds until another try makes sense, where that is known. ``stake``: the money, and its currency,
    where that is not what the document is worth.
    """

    burns_attempt = True
    stake: tuple[Decimal, str] | None = None

    def __init__(self, code: str, /, *, retry_after: float | None = None, **context: object) -> None:
        self.code = code
        self.retry_after = retry_after
        self.context: dict[str, Any] = context
        self.problem: Problem = PROBLEMS[code]
        super().__init__(code)

    def __str__(self) -> str:
        return self.cause

    @property
    def cause(self) -> str:
        """What happened, to which document, in plain words."""
        return self.problem.cause.format_map(_Blank(self.context))

    @property
    def fix(self) -> str:
        """What a person does about it."""
        return self.problem.fix.format_map(_Blank(self.context))

    @property
    def fingerprint(self) -> str:
        """Equal for equal causes, so that a hundred orders with one unmapped SKU make one case."""
        return ":".join([self.code, *(str(self.context.get(key, "")) for key in self.problem.subject)])

    @property
    def causes(self) -> tuple["IntegrationError", ...]:
        return (self,)


class Transient(IntegrationError):
    """Goes away by itself."""


class Unreachable(Transient):
    """The remote system did not take the call."""


class Throttled(Transient):
    """The remote system, or our own limit for it, wants a pause of ``retry_after`` seconds."""

    burns_attempt = False

    def __init__(self, code: str, /, *, retry_after: float, **context: object) -> None:
        super().__init__(code, retry_after=retry_after, **context)
        self.context["retry_after"] = round(retry_after, 1)


class Locked(Transient):
    """Somebody else was writing the same record; nothing was written."""

    burns_attempt = False


class Permanent(IntegrationError):
    """Needs a person, or a change on one of the sides."""


class Rejected(Permanent):
    """The other side refused."""


class InvalidDocument(Permanent):
    """The document is wrong in itself."""


class MappingMissing(Permanent):
    """A code has no counterpart on the other side. ``kind``, ``scope`` and ``code`` are in the context."""


class RuleHold(Permanent):
    """A business rule stops the document."""


class ConfigurationError(Permanent):
    """The installation is wrong: address, database, app, setting, credentials."""


class Forbidden(Permanent):
    """The integration user lacks a right."""


class Causes(Permanent):
    """Several causes found in one look. At least one is needed."""

    def __init__(self, causes: Sequence[Permanent]) -> None:
        self._causes = tuple(causes)
        first = self._causes[0]
        super().__init__(first.code, retry_after=first.retry_after, **first.context)

    @property
    def causes(self) -> tuple[IntegrationError, ...]:
        return self._causes

    def __str__(self) -> str:
        return " ".join(str(cause) for cause in self._causes)


class AlreadyDone(IntegrationError):
    """Somebody, most likely we ourselves, did it before."""


class OutcomeUnknown(IntegrationError):
    """Sent, and no answer: it may have landed."""


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return f"({key} not known)"
