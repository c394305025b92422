"""Each connected system: asked now, as `manage.py connect` did."""

from collections.abc import Iterator

from django.conf import settings

from integration.adapters.base import Finding
from integration.errors import IntegrationError
from integration.jobs import connections
from integration.models import Connection, ConnectionGate
from integration.observe.report import Standing, good, note, problem, standing, warning


def look() -> Iterator[Finding]:
    rows = list(Connection.objects.select_related("gate"))
    for row in rows:
        yield from _connection(row)
    kinds = {row.kind == "odoo" for row in rows}
    if True not in kinds:
        yield warning("no Odoo is connected", "there is nothing to release", "Run `manage.py connect odoo`.")
    if False not in kinds:
        yield warning("no warehouse is connected", "there is nobody to release to", "Run `manage.py connect wms`.")


def _connection(row: Connection) -> Iterator[Finding]:
    """A system of another environment is not even asked."""
    if row.environment != settings.ENVIRONMENT:
        said = f"it is a {row.environment} system, and this installation is for {settings.ENVIRONMENT} ones"
        fix = "Switch it off now; was this database copied? Connect the right system, or correct ENVIRONMENT."
        yield problem(f"{row.slug}: environment", said, fix)
    elif not row.enabled:
        yield note(row.slug, "switched off; its work waits")
    else:
        yield from _times(row)
        yield from _breaker(row)
        yield from _asked(row)


def _times(row: Connection) -> Iterator[Finding]:
    longest, claim = row.connect_timeout + row.read_timeout, settings.ENGINE["claim_seconds"]
    if longest >= claim:
        fix = f"Set ENGINE_CLAIM_SECONDS above {longest:g}, or the connection's read timeout lower."
        yield warning(f"{row.slug}: timeouts", f"a call may take {longest:g} s, a claim lasts {claim} s", fix)


def _breaker(row: Connection) -> Iterator[Finding]:
    gate = getattr(row, "gate", None)
    if gate is not None and gate.breaker == ConnectionGate.Breaker.OPEN:
        said = f"calls are held back since {gate.opened_at:%Y-%m-%d %H:%M} UTC: {gate.last_failure}"
        fix = "Nothing to do while the outage lasts: work goes on by itself once a probe gets through."
        yield problem(f"{row.slug}: breaker", said, fix)


def _asked(row: Connection) -> Iterator[Finding]:
    try:
        profile = connections.probe(row)
    except IntegrationError as wrong:
        yield problem(row.slug, wrong.cause, f"{wrong.fix} ({wrong.code})")
        return
    open_points = [each for each in profile.findings if standing(each) is not Standing.OK]
    fine = len(profile.findings) - len(open_points)
    system = f"Odoo {profile.version}" if row.kind == "odoo" else f"{profile.facts.get('name', row.kind)}"
    yield good(row.slug, f"{system} answers; {fine} of {len(profile.findings)} checks are fine")
    if profile.version != row.profile.get("version", profile.version):
        said = f"it was {row.profile['version']} when it was connected and is {profile.version} now"
        yield warning(f"{row.slug}: version", said, "Run `manage.py connect` again, and restart the workers.")
    for each in open_points:
        yield Finding(f"{row.slug}: {each.name}", each.ok, each.detail, each.fix)
