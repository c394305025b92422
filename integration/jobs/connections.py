"""Connections: looked at before they are stored, stored with what the look found, and looked at again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from integration.adapters import registry
from integration.adapters.base import ConnectionSettings, ErpGateway, Guard, Profile
from integration.jobs import environment, gate, routes, sweep, switching
from integration.jobs.acts import Actor, NotAllowed, note, retry_case
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.remote import ProbeGuard, settings_for
from integration.jobs.tree import changelog
from integration.jobs.tree.changelog import Told
from integration.jobs.work import Work
from integration.models import ConfigurationChange, Connection, ConnectionGate, ExceptionCase

MENDED_BY_CONNECTING = ("CD-2001", "CD-2002", "CD-2003", "CD-2004", "CD-2005", "CD-2006", "CD-2010")
KINDS: Mapping[str, frozenset[str]] = {"erp": frozenset(registry.ERP), "wms": frozenset(registry.WMS)}  # of each side


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection as a person asks for it. Of one that is stored already, what is not named stays as it is."""

    slug: str
    kind: str
    name: str = ""
    base_url: str = ""
    environment: str = Connection.Environment.TEST
    options: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: Mapping[str, float] = field(default_factory=dict)


def draft(wanted: Wanted) -> Connection:
    """The row as it would be stored; an empty option or secret is dropped. Raises NotAllowed for another kind."""
    row = Connection.objects.filter(slug=wanted.slug).first() or Connection(slug=wanted.slug, kind=wanted.kind)
    if row.kind != wanted.kind:
        raise NotAllowed(f"{wanted.slug} is a connection of kind {row.kind} already: choose another slug.")
    row.name = wanted.name or row.name or wanted.slug
    row.base_url = wanted.base_url or row.base_url
    row.environment = wanted.environment
    row.options = _merged(row.options, wanted.options)
    row.secrets = _merged(row.secrets, wanted.secrets)
    for name, value in wanted.limits.items():
        setattr(row, name, value)
    return row


def probe(connection: Connection, work: Work | None = None) -> Profile:
    """Asks the system itself, not what was learnt before. Works on a draft too; ``work``: the job that asks.

    Raises IntegrationError.
    """
    settings, guard = _afresh(connection), _guard(connection, work)
    if connection.kind in registry.ERP:
        return registry.open_erp(settings, guard).probe()
    return registry.open_wms(settings, guard).probe()


def knock(connection: Connection, work: Work | None = None) -> None:
    """Whether an Odoo lets us in, by one call. Raises IntegrationError, CD-2001 among them."""
    registry.open_erp(settings_for(connection), _guard(connection, work)).keys.knock()


@transaction.atomic
def store(wanted: Wanted, profile: Profile, actor: Actor) -> Connection:
    """Stores it with what its probe found. An Odoo is read in full next; what waited for it tries again.

    It is drafted anew on the row as it is by now: a key may have been exchanged while the system was probed.
    """
    stored = Connection.objects.select_for_update(no_key=True).filter(slug=wanted.slug).first()
    before, secrets = changelog.taken(stored), stored.secrets if stored else {}
    connection = draft(wanted)
    connection.profile = _as_json(profile)
    connection.probed_at = Now()
    connection.save()
    environment.confirm(connection, actor.name)
    entered = [name for name, text in connection.secrets.items() if secrets.get(name) != text]
    told = Told(actor, ConfigurationChange.Source.COMMAND)
    changelog.note(Connection, connection.pk, before, changelog.taken(connection), told, entered)
    verb = "change connection" if stored else "add connection"
    note(actor, verb, str(connection), slug=connection.slug, kind=connection.kind, version=profile.version)
    ConnectionGate.objects.filter(connection=connection, breaker=gate.OPEN).update(probe_at=Now())
    cases = ExceptionCase.objects.filter(connection=connection, state__in=ExceptionCase.UNRESOLVED)
    for case_id in cases.filter(code__in=MENDED_BY_CONNECTING).values_list("pk", flat=True):
        retry_case(case_id, actor)
    if connection.kind in registry.ERP:
        sweep.start_poll("odoo_sweep", connection)
    transaction.on_commit(partial(switching.let_go, connection))
    return connection


@transaction.atomic
def pause(pk: int, actor: Actor, reason: str) -> None:
    """Nothing is sent to it or asked of it; work waits, and what it sends is still taken. Raises NotAllowed."""
    switching.off(_held(pk, on=False), actor.name, reason, actor.user)


def resume(pk: int, actor: Actor) -> None:
    """Raises NotAllowed."""
    with transaction.atomic():
        connection = _held(pk, on=True)
        switching.on(connection, actor.name, actor.user)
    if connection.kind in registry.ERP:
        with transaction.atomic():
            sweep.start_poll("odoo_poll", connection)


@transaction.atomic
def ask_for_test(pk: int, actor: Actor) -> None:
    """A worker tests it in a moment; see ``tested``."""
    connection = Connection.objects.get(pk=pk)
    enqueue(
        NewJob(
            flow="connection_test",
            stream=f"test:{pk}",
            lane=routes.lane_of("connection_test"),
            subject=f"test of {connection}",
            payload={"connection": pk},
            coalesce=True,
        )
    )
    note(actor, "test connection", str(connection), slug=connection.slug)


def tested(connection: Connection, profile: Profile | None, failure: str) -> None:
    """Keeps what a test found. A breaker that is open is probed at once. Call inside a transaction."""
    Connection.objects.filter(pk=connection.pk).update(tested_at=Now(), test_failure=failure[:500])
    if profile is not None:
        Connection.objects.filter(pk=connection.pk).update(profile=_as_json(profile), probed_at=Now())
        ConnectionGate.objects.filter(connection=connection, breaker=gate.OPEN).update(probe_at=Now())


def _held(pk: int, *, on: bool) -> Connection:
    """The row, which is to be switched on or off. Raises NotAllowed when it is so already."""
    connection = switching.held(pk)
    if connection.enabled == on:
        raise NotAllowed(f"{connection} is {'not paused' if on else 'paused already'}.")
    return connection


def erp(connection: Connection, *, login: str = "", key: str = "") -> ErpGateway:
    """The Odoo, for a person's use; with another login for what needs an administrator, which is not stored."""
    if not login:
        return registry.open_erp(settings_for(connection), _guard(connection))
    options = {**connection.options, "login": login, "transport": "jsonrpc"}  # takes keys and passwords alike
    settings = replace(settings_for(connection), options=options, secrets={"key": key})
    return registry.open_erp(settings, _guard(connection))


@transaction.atomic
def keep_secrets(connection: Connection, secrets: Mapping[str, str]) -> None:
    """Empty ones are dropped; what is not named stays as it is by now."""
    held = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    held.secrets = connection.secrets = _merged(held.secrets, secrets)
    held.save(update_fields=["secrets"])


def _merged(stored: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**stored, **given}.items() if value != ""}


def _afresh(connection: Connection) -> ConnectionSettings:
    return replace(settings_for(connection), options=dict(connection.options))


def _guard(connection: Connection, work: Work | None = None) -> Guard:
    return ProbeGuard(connection if connection.pk is not None else None, work)


def _as_json(profile: Profile) -> dict[str, object]:
    return {
        "version": profile.version,
        "facts": dict(profile.facts),
        "findings": _rows(profile.findings),
        "warehouses": _rows(profile.warehouses),
    }


def _rows(found: Sequence[object]) -> list[dict[str, object]]:
    return [asdict(each) for each in found]  # type: ignore[call-overload]
