"""Whether the audit log is guarded. The chain itself may be long: `manage.py verify_audit` goes through it."""

from collections.abc import Iterator

from integration.adapters.base import Finding
from integration.jobs import audit
from integration.observe.report import good, problem


def look() -> Iterator[Finding]:
    wrong = list(audit.unguarded())
    for each in wrong:
        yield problem("audit log", each, "Then see what became of it: manage.py verify_audit")
    if not wrong:
        yield good("audit log", f"guarded, {audit.head().number} rows sealed")
