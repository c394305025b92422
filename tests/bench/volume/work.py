"""Jobs with their streams, tries and writes, most of them long done, and the movements of stock that came of them."""

from integration import models
from tests.bench.volume.insert import chance, fill, literal, run, values
from tests.bench.volume.sizes import DAYS, Sizes

# By turns, so many for each delivery as there are jobs for it; the last one has to do with stock and no document.
FLOWS = ("order_release", "release_send", "acknowledgement", "shipment_confirmation", "posting", "inventory_adjustment")
SEND, ANSWER, SHIPMENT, STOCK = 1, 2, 3, 5
RECENT = 33  # one in so many is not done for sure
UNDONE = (
    *("pending",) * 8, *("retry",) * 5, *("blocked",) * 5, *("needs_attention",) * 4, "superseded", "cancelled",
    *("succeeded",) * 76,
)  # fmt: skip
ENDED = (*("succeeded",) * 985, *("superseded",) * 10, *("cancelled",) * 5)
LEFT = 4000  # one in so many older ones still needs somebody
FAILED = {"blocked": ("CD-3002", "Unknown SKU"), "needs_attention": ("CD-5004", "More was shipped than released")}
CALLS = '[{"ms": 12.5, "what": "stock.picking.read", "outcome": "ok"}]'
VERBS = ("send_release", "post_shipment", "post_invoice")
JOB = models.SyncJob._meta.db_table


def make(sizes: Sizes) -> None:
    _streams()
    _jobs(sizes)
    _due()
    _tries()
    _writes()
    _moved()


def _streams() -> None:
    fill(
        models.Stream,
        "delivery ORDER BY no",
        id="no",
        key="'delivery:' || partner || ':' || reference",
        lane="1 + no % 2",
    )


def _jobs(sizes: Sizes) -> None:
    flow = f"n % {len(FLOWS)}"
    recent = f"n > {sizes.jobs} - {sizes.jobs} / {RECENT}"
    state = (
        f"CASE WHEN {recent} THEN {values('n', *UNDONE)} WHEN n % {LEFT} = 1 THEN 'needs_attention'"
        f" WHEN n % {LEFT} = 2 THEN 'blocked' ELSE {values('n', *ENDED)} END"
    )
    names = ", ".join(literal(name) for name in FLOWS)
    code, mode = (" ".join(f"WHEN '{state}' THEN '{said[at]}'" for state, said in FAILED.items()) for at in (0, 1))
    fill(
        models.SyncJob,
        f"(SELECT n, n * (SELECT count(*) FROM delivery) / {sizes.jobs} + 1 AS which, {flow} AS turn,"
        f" (n - {len(FLOWS)}) * (SELECT count(*) FROM delivery) / {sizes.jobs} + 1 AS before"
        f" FROM generate_series(0, {sizes.jobs}::bigint - 1) AS n) AS job JOIN delivery ON delivery.no = job.which,"
        f" LATERAL (SELECT now() - ({sizes.jobs} - n)::float8 / {sizes.jobs} * interval '{DAYS} days' AS born,"
        f" {state} AS said) AS s ORDER BY n",
        stream="which",
        flow=f"(ARRAY[{names}])[turn + 1]",
        payload=f"CASE turn WHEN {STOCK} THEN jsonb_build_object('warehouse', warehouse) ELSE '{{}}' END",
        subject="reference",
        document=f"CASE WHEN turn <> {STOCK} THEN delivery.id END",
        inbound=f"CASE WHEN turn = {ANSWER} AND answered THEN 2 * no - 1 WHEN turn = {SHIPMENT} AND gone THEN 2 * no"
        " END",
        outbound=f"CASE WHEN turn = {SEND} AND state <> 'waiting' AND before <> which THEN no END",
        state="said",
        attempts="CASE said WHEN 'retry' THEN 3 ELSE 0 END",
        tries="CASE said WHEN 'pending' THEN 0 WHEN 'retry' THEN 3 ELSE 1 END",
        next_attempt_at="CASE said WHEN 'retry' THEN now() + interval '5 minutes' END",
        waits_for="CASE WHEN said = 'retry' AND n % 3 = 0 THEN partner END",
        failure_code=f"CASE said {code} WHEN 'retry' THEN 'CD-1001' ELSE '' END",
        failure_mode=f"CASE said {mode} WHEN 'retry' THEN 'System does not answer' ELSE '' END",
        created_at="born",
        started_at="CASE WHEN said <> 'pending' THEN born + interval '1 second' END",
        finished_at="CASE WHEN said IN ('succeeded', 'superseded', 'cancelled') THEN born + interval '2 seconds' END",
    )


def _due() -> None:
    run(f"""
    UPDATE {models.Stream._meta.db_table} SET next_due_at = job.at FROM (
      SELECT stream_id, min(COALESCE(next_attempt_at, now() + interval '5 minutes')) AS at FROM {JOB}
      WHERE state IN ('pending', 'retry', 'blocked') GROUP BY stream_id) AS job
    WHERE job.stream_id = {models.Stream._meta.db_table}.id""")


def _tries() -> None:
    fill(
        models.JobAttempt,
        f"{JOB} AS job, LATERAL generate_series(1, job.tries) AS try WHERE job.tries > 0 ORDER BY job.id, try",
        job="job.id",
        number="try",
        worker="'worker-1'",
        started_at="started_at + try * interval '1 second'",
        ended_at="started_at + try * interval '1 second' + interval '80 milliseconds'",
        outcome="CASE WHEN job.state IN ('superseded', 'cancelled') THEN 'succeeded' ELSE job.state END",
        code="failure_code",
        detail="'posted ' || subject",
        calls=f"'{CALLS}'",
    )


def _writes() -> None:
    verb = " ".join(
        f"WHEN '{flow}' THEN '{verb}'"
        for flow, verb in zip((FLOWS[SEND], FLOWS[SHIPMENT], FLOWS[4]), VERBS, strict=True)
    )
    fill(
        models.Effect,
        f"{JOB} AS job JOIN delivery ON delivery.no = job.stream_id WHERE job.state = 'succeeded'"
        f" AND flow IN ('{FLOWS[SEND]}', '{FLOWS[SHIPMENT]}', '{FLOWS[4]}') ORDER BY job.id",
        connection=f"CASE flow WHEN '{FLOWS[SEND]}' THEN partner ELSE erp END",
        key="flow || '/' || reference || '/' || job.id",
        verb=f"CASE flow {verb} END",
        state=f"CASE WHEN {chance('job.id', 5000)} = 0 THEN 'intended' ELSE 'landed' END",
        job="job.id",
        intended_at="started_at",
        may_land_until="started_at + interval '150 seconds'",
        landed_at="finished_at",
    )


def _moved() -> None:
    """The lines of what has gone, or come in, each with the write that booked it where there is one."""
    run("DROP TABLE IF EXISTS booked")
    run(f"""
    CREATE TEMPORARY TABLE booked AS SELECT job.document_id AS document, min(effect.id) AS effect
    FROM {models.Effect._meta.db_table} AS effect JOIN {JOB} AS job ON job.id = effect.job_id
    WHERE effect.verb = 'post_shipment' GROUP BY 1""")
    run("ANALYZE booked")
    fill(
        models.StockEvent,
        f"{models.DocumentLine._meta.db_table} AS line JOIN delivery ON delivery.id = line.document_id"
        " LEFT JOIN booked ON booked.document = delivery.id WHERE line.shipped > 0 OR line.received > 0"
        " ORDER BY line.id",
        warehouse="warehouse",
        document="delivery.id",
        kind="CASE kind WHEN 'receipt' THEN 'received' WHEN 'return' THEN 'returned' ELSE 'shipped' END",
        product_id="line.product_id",
        sku="line.sku",
        package="'BOX-' || no",
        quantity="CASE WHEN line.received > 0 THEN line.received ELSE -line.shipped END",
        source="'shipment/' || partner || '/' || reference || '/SHP-' || no",
        line="line.line",
        happened_at="at + interval '3 hours'",
        applied_at="at + interval '4 hours'",
        effect="booked.effect",
    )


def rest(sizes: Sizes) -> None:
    """What runs beside: what was counted, what the clock started."""
    names = ", ".join(f"('{name}', {at})" for at, name in enumerate(FLOWS))
    last, runs = min(DAYS * 144, sizes.jobs // 100), max(sizes.jobs // 10, 10)
    slots = f"generate_series(0, {last}) AS slot"
    fill(
        models.FlowTally,
        f"{slots}, (VALUES {names}) AS flow (name, place) ORDER BY slot, place",
        flow="flow.name",
        slot=f"date_bin('10 minutes', now(), 'epoch') - ({last} - slot) * interval '10 minutes'",
        jobs=f"20 + {chance('slot * 7 + place', 40)}",
        kept="20",
        seconds="90",
        upto="slot * 1000 + place",
    )
    fill(
        models.CallTally,
        f"{slots}, {models.Connection._meta.db_table} AS connection ORDER BY slot, connection.id",
        connection="connection.id",
        slot=f"date_bin('10 minutes', now(), 'epoch') - ({last} - slot) * interval '10 minutes'",
        calls=f"100 + {chance('slot * 7 + connection.id', 400)}",
        failed="1",
        seconds="90",
    )
    fill(
        models.BeatSlot,
        f"generate_series(1, {runs}) AS n ORDER BY n",
        schedule=values("n % 12", *(f"schedule {at}" for at in range(12))),
        slot=f"now() - ({runs} - n) * interval '5 seconds'",
        term="1",
        started_at=f"now() - ({runs} - n) * interval '5 seconds'",
    )
    fill(
        models.AuditEvent,
        f"generate_series(1, {max(sizes.orders // 4, 10)}) AS n ORDER BY n",
        at=f"now() - ({sizes.orders // 4} - n) * interval '1 minute'",
        actor=values("n", *(f"person {at}" for at in range(12))),
        verb=values("n", "retry case", "changed", "resolve case", "added"),
        subject="'case ' || n",
        number="n",
        hash="sha256('x')",
    )
