"""`GET /metrics`: what a monitor such as Prometheus reads, with a token that may do nothing else."""

from collections.abc import Iterable

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from prometheus_client.exposition import choose_encoder
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from integration.observe.metrics.collector import Figures


class Whatever(BaseContentNegotiation):
    """The format is chosen where the figures are written; only failures are rendered, as everywhere in the API."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, str(first.media_type)


@extend_schema(exclude=True)
class Metrics(ViewSet):
    resource, scope = "metrics", "metrics:read"
    content_negotiation_class = Whatever

    def retrieve(self, request: Request) -> HttpResponse:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return HttpResponse(encode(Figures()), content_type=content_type, headers={"Cache-Control": "no-store"})
