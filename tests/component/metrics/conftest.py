"""A monitor that asks as Prometheus does, and reads every figure anew."""

import math
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from integration.api import tokens
from integration.models import Connection, Lane, Stream, SyncJob
from integration.observe.metrics import collector

Figures = dict[tuple[str, ...], float]


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    collector.forget()
    yield
    collector.forget()


@pytest.fixture
def monitor(db: None) -> Client:
    _, text = tokens.make("monitor", ["metrics:read"], None)
    return Client(headers={"authorization": f"Bearer {text}"})


@pytest.fixture
def scrape(monitor: Client) -> Callable[[], Figures]:
    """By series: its name, then the values of its labels in the order of their names."""

    def read() -> Figures:
        collector.forget()
        answer = monitor.get("/metrics")
        assert answer.status_code == 200, answer.content
        return {
            (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
            if not math.isnan(sample.value)
        }

    return read


@pytest.fixture
def wms(db: None) -> Connection:
    return Connection.objects.create(slug="northgate", name="Northgate", kind="http_json", base_url="https://w.test")


@pytest.fixture
def add_job(db: None) -> Callable[..., SyncJob]:
    def add(key: str = "one", flow: str = "order_release", lane: Lane = Lane.ORDER, **fields: object) -> SyncJob:
        stream, _ = Stream.objects.get_or_create(key=key, defaults={"lane": lane})
        return SyncJob.objects.create(stream=stream, flow=flow, subject="S1", **fields)

    return add
