"""Keeps secrets and personal data out of errors, cases and logs that quote what a remote system said."""

import re
from collections.abc import Iterable

QUOTE_LIMIT = 300
SHORTEST_SECRET = 4
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_PATTERNS = (
    (re.compile(r"whsec_[A-Za-z0-9+/=_-]+"), "[secret]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 [secret]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[email]"),
    (re.compile(r"\+\d[\d ()./-]{6,}\d"), "[phone]"),
)


def quote(text: str, *, secrets: Iterable[str] = (), private: Iterable[str] = (), limit: int = QUOTE_LIMIT) -> str:
    """``text`` on one line, without the given secrets and personal values, at most ``limit`` characters long.

    E-mail addresses, international phone numbers and anything that looks like a token go too.
    """
    clean = _CONTROL.sub(" ", text)
    for value, mark in [(secret, "[secret]") for secret in secrets] + [(value, "[private]") for value in private]:
        if len(value.strip()) >= SHORTEST_SECRET:
            clean = re.sub(re.escape(value.strip()), mark, clean, flags=re.IGNORECASE)
    for pattern, mark in _PATTERNS:
        clean = pattern.sub(mark, clean)
    clean = " ".join(clean.split())
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"
