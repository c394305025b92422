"""Every metric by name, as data. `docs/reference/metrics.md` is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

Family = GaugeMetricFamily | CounterMetricFamily | HistogramMetricFamily


class Kind(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


MADE: Mapping[Kind, type[Family]] = {
    Kind.GAUGE: GaugeMetricFamily,
    Kind.COUNTER: CounterMetricFamily,
    Kind.HISTOGRAM: HistogramMetricFamily,
}


@dataclass(frozen=True, slots=True)
class Metric:
    """``says``: the help text. ``labels`` have few values: names of ours, slugs, codes; no document, no person."""

    name: str
    kind: Kind
    says: str
    labels: tuple[str, ...] = ()

    def family(self) -> Family:
        return MADE[self.kind](self.name, self.says, labels=self.labels)

    @property
    def series(self) -> tuple[str, ...]:
        """The names that can be asked for."""
        if self.kind == Kind.HISTOGRAM:
            return tuple(f"{self.name}_{part}" for part in ("bucket", "count", "sum"))
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Histogram:
    """``counts`` by the longest time that they took, in seconds, the shortest first; ``seconds`` that all took."""

    counts: dict[float, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class Sample:
    metric: Metric
    value: float | Histogram
    labels: tuple[str, ...] = ()


def gauge(name: str, says: str, *labels: str) -> Metric:
    return Metric(f"crossdock_{name}", Kind.GAUGE, says, labels)


def counter(name: str, says: str, *labels: str) -> Metric:
    return Metric(f"crossdock_{name}_total", Kind.COUNTER, says, labels)


def histogram(name: str, says: str, *labels: str) -> Metric:
    return Metric(f"crossdock_{name}", Kind.HISTOGRAM, says, labels)


PART_UP = gauge("scrape_part_up", "1 if this part of the figures could be read, 0 if it is missing", "part")
PART_SECONDS = gauge("scrape_part_seconds", "What the latest reading of this part took", "part")

WORKERS = gauge("workers", "Workers that gave a sign of life lately")
BEAT_LEADS = gauge("beat_leads", "1 if a beat leads, 0 if nothing is started by the clock")
BEAT_TERM = gauge("beat_term", "Changes of the leading beat so far")
BEHIND = gauge("counters_behind_seconds", "Age of the oldest try that the counters do not hold yet; 30 to 90 is usual")

LANE_DUE = gauge("lane_due_jobs", "Jobs that can be done now", "lane")
LANE_HELD = gauge("lane_held_jobs", "Jobs that wait for a system which does not answer", "lane")
LANE_WAITED = gauge("lane_oldest_due_seconds", "How long the oldest due work has waited for a worker", "lane")
LANE_DONE = gauge("lane_done_jobs_per_second", "Jobs that end, over the last minute", "lane")
LANE_COME = gauge("lane_arriving_jobs_per_second", "Jobs that come in, over the last minute", "lane")
LANE_CLEAR = gauge(
    "lane_clear_seconds", "Until the lane is clear if it goes on so; left out while it does not drain", "lane"
)

JOBS = gauge("jobs", "Jobs that are not over", "flow", "state")
JOBS_OLDEST = gauge("jobs_oldest_seconds", "Age of the oldest job that is not over", "flow", "state")
WORK = gauge("work_jobs", "Work that is not over, in the words of the business, as Today counts it", "work")
WORK_STOPPED = gauge("work_stopped_jobs", "Of it what waits for a fix or a person", "work")
WORK_OLDEST = gauge("work_oldest_seconds", "Age of the oldest of it", "work")

TRIES = counter("job_tries", "Tries at jobs by what they came to", "flow", "outcome")
JOB_SECONDS = histogram("job_duration_seconds", "From a job's cause to its good end", "flow")
KEPT = counter("jobs_kept", "Jobs that came to a good end as fast as promised", "flow")
PROMISE = gauge("flow_promise_seconds", "The time within which 95 of 100 jobs of a flow are to be through", "flow")

CALL_SECONDS = histogram("call_duration_seconds", "Calls that jobs made, by method", "connection", "method")
CALLS_FAILED = counter(
    "calls_failed", "Calls without a good answer, by the problem's code", "connection", "method", "code"
)

ENABLED = gauge("connection_enabled", "1 if work goes there, 0 while it is paused", "connection")
BREAKER = gauge(
    "connection_breaker_open", "1 while calls are held back because the system does not answer", "connection"
)
FAILURES = gauge("connection_failures", "Failures in a row", "connection")
THROTTLE = gauge("connection_throttle_seconds", "Until the throttle lets the next call go", "connection")
CALL_LIMIT = gauge(
    "connection_calls_per_second_limit", "Calls that it may get in a second, where there is a limit", "connection"
)
SLOTS = gauge("connection_call_slots", "Calls that may run at once", "connection")
SLOTS_USED = gauge("connection_call_slots_used", "Calls that run", "connection")
WAITING = gauge("connection_waiting_jobs", "Jobs that wait until the system answers again", "connection")
KEY_ENDS = gauge("connection_key_expires_timestamp_seconds", "When its key ends, where that is known", "connection")
LAST_MESSAGE = gauge("connection_last_message_timestamp_seconds", "When its latest message came", "connection")
LAST_SUCCESS = gauge(
    "flow_last_success_timestamp_seconds", "When a flow last went through for it", "connection", "flow"
)

CASES = gauge("cases", "Cases that are not resolved", "code", "severity", "team", "state")
CASES_OVERDUE = gauge("cases_overdue", "Of them those past their deadline, without those that are snoozed", "severity")
CASES_VALUE = gauge("cases_value", "Money at stake in cases that are not resolved", "severity", "currency")
UNANSWERED = gauge("acknowledgements_overdue", "Documents sent that the partner should have answered", "connection")
UNANSWERED_OLDEST = gauge("acknowledgements_overdue_seconds", "How late the latest of them is", "connection")
VARIANCES = gauge("variances", "Things written down that do not agree, and are not explained", "subject")
VARIANCE_UNITS = gauge(
    "variance_units", "By how much they do not agree, whatever their units, regardless of sign", "subject"
)
VARIANCE_UNEXPLAINED = gauge(
    "variance_unexplained_units",
    "Of these units those that no cause was found for, where one was looked for",
    "subject",
)
VARIANCES_VALUE = gauge(
    "variances_value", "What stock that differs is worth at cost, regardless of sign", "warehouse", "currency"
)
DIFFERENCES = gauge(
    "stock_differences", "Differences of stock that are looked at or wait for a person", "warehouse", "state"
)
DIFFERENCES_VALUE = gauge(
    "stock_differences_value", "What they are worth at cost, regardless of sign", "warehouse", "state", "currency"
)
