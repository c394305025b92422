"""Cases: a fifth of them to be done, some of which many jobs wait for, and their history."""

from integration import models
from integration.errors.catalogue import PROBLEMS
from tests.bench.volume.insert import chance, fill, literal, run, values
from tests.bench.volume.sizes import Sizes

TEAMS = ("warehouse", "master data", "integration")
BIG = 5  # cases that a third of all waiting jobs waits for
OPEN = (*("open",) * 7, "waiting_odoo", "waiting_wms", "waiting_us", "snoozed")
CASE = models.ExceptionCase._meta.db_table


def make(sizes: Sizes) -> None:
    _held()
    _cases(sizes)
    _waiting(sizes)
    _history()


def _held() -> None:
    """The jobs that wait for cases."""
    run("DROP TABLE IF EXISTS held")
    run(f"""
    CREATE TEMPORARY TABLE held AS SELECT row_number() OVER (ORDER BY id) AS no, id, document_id
    FROM {models.SyncJob._meta.db_table} WHERE state IN ('blocked', 'needs_attention')""")
    run("CREATE INDEX ON held (no)")
    run("ANALYZE held")


def _cases(sizes: Sizes) -> None:
    """The open ones are the newest."""
    known = list(PROBLEMS.items())
    problems = ", ".join(
        f"({at}, {literal(code)}, {literal(each.title)}, {literal(str(each.severity))})"
        for at, (code, each) in enumerate(known)
    )
    ended = sizes.cases - sizes.open_cases
    state = f"CASE WHEN n > {ended} THEN {values('n', *OPEN)} ELSE {values('n', 'resolved', 'resolved', 'ignored')} END"
    fill(
        models.ExceptionCase,
        f"generate_series(1, {sizes.cases}) AS n JOIN (VALUES {problems}) AS problem (place, code, title, severity)"
        f" ON problem.place = {chance('n', len(known))}"
        f" LEFT JOIN held ON held.no = 1 + n % GREATEST((SELECT count(*) FROM held), 1),"
        f" LATERAL (SELECT {state} AS said, now() - ({sizes.cases} - n) * interval '10 minutes' AS at) AS s ORDER BY n",
        id="n",
        fingerprint="code || ':bench:' || n",
        code="code",
        title="title",
        cause="'The warehouse names SKU-' || n || ', which is not mapped.'",
        fix="'Add the mapping.'",
        owner=values("n", *TEAMS),
        severity="severity",
        state="said",
        connection=f"3 + {chance('n', 3)}",
        document="CASE WHEN n % 5 > 0 THEN held.document_id END",
        context="jsonb_build_object('scope', 'northgate', 'code', 'X-' || n)",
        value=f"CASE WHEN n % 3 = 0 THEN 10 + {chance('n', 900)} END",
        currency="CASE WHEN n % 3 = 0 THEN 'EUR' ELSE '' END",
        deadline=f"at + {chance('n', 96)} * interval '1 hour'",
        snoozed_until="CASE said WHEN 'snoozed' THEN now() + interval '1 day' END",
        count=f"1 + {chance('n', 40)}",
        first_seen="at",
        last_seen="LEAST(at + interval '3 hours', now())",
        resolved_at=f"CASE WHEN n <= {ended} THEN at + interval '4 hours' END",
        resolution=f"CASE WHEN n <= {ended} THEN 'mapped' ELSE '' END",
    )


def _waiting(sizes: Sizes) -> None:
    ended, jobs = sizes.cases - sizes.open_cases, models.SyncJob._meta.db_table
    fill(
        models.CaseJob,
        "held ORDER BY no",
        case=f"{ended} + 1 + CASE WHEN no % 3 = 0 THEN no % {BIG} ELSE no % {sizes.open_cases} END",
        job="held.id",
        created_at="now()",
    )
    fill(
        models.CaseJob,
        f"generate_series(1, {ended}) AS n JOIN {jobs} AS job ON job.id = n * 7 WHERE state = 'succeeded' ORDER BY n",
        case="n",
        job="job.id",
        created_at="created_at",
    )


def _history() -> None:
    fill(
        models.CaseEvent,
        f"{CASE} AS one, (VALUES (1, 'comment'), (2, 'assigned'), (3, 'waits')) AS e (at_, kind_) ORDER BY one.id, at_",
        case="one.id",
        at="first_seen + at_ * interval '10 minutes'",
        actor=values("one.id", *(f"person {at}" for at in range(12))),
        kind="kind_",
        text="'asked the warehouse'",
    )
    fill(
        models.CaseTally,
        f"{CASE} AS one, LATERAL generate_series(0, LEAST(one.count, 12)) AS back ORDER BY one.id, back",
        case="one.id",
        hour="date_trunc('hour', one.last_seen) - back * interval '1 hour'",
        count="1 + back % 3",
    )
    fill(
        models.Decision,
        f"{CASE} AS one WHERE id % 10 = 0 ORDER BY id",
        source="'receipt/northgate/IN/' || id",
        subject="code",
        choice="'accept'",
        actor="'person 1'",
        made_at="first_seen",
    )
