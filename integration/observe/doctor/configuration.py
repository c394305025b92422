"""The settings, by the checks that every process runs at its start."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import run_checks

from integration.adapters.base import Finding
from integration.observe import checks
from integration.observe.report import good, problem, warning


def look() -> Iterator[Finding]:
    for found in run_checks(tags=[checks.TAG]):
        tell = problem if found.is_serious() else warning
        yield tell(str(found.id), found.msg, found.hint or "")
    yield good("environment", settings.ENVIRONMENT)
    yield good("public address", settings.PUBLIC_URL)
