"""Exception cases: what went wrong, whose it is, and what may be done about it."""

from collections.abc import Callable

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from integration.api.filters import CaseFilter
from integration.api.operations.base import Resource
from integration.api.serializers import CaseSerializer, ResolveSerializer, RetriedSerializer
from integration.api.tokens import actor
from integration.jobs import acts
from integration.models import ExceptionCase


class Cases(Resource[ExceptionCase]):
    """What operations staff work on: one case per cause."""

    resource = "cases"
    queryset = ExceptionCase.objects.select_related("connection", "document", "assignee").defer("connection__secrets")
    serializer_class = CaseSerializer
    filterset_class = CaseFilter

    @extend_schema(request=None, responses=RetriedSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: int) -> Response:
        """Makes every job that waits for the case due now."""
        return Response({"retried": acts.retry_case(self.get_object().pk, actor(request))})

    @extend_schema(request=ResolveSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: int) -> Response:
        """Closes the case; the jobs that wait for it are tried first, and it stays open until they went through.

        409 for a closed case.
        """
        return self._say(acts.resolve_case, request)

    @extend_schema(request=ResolveSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    def done_by_hand(self, request: Request, pk: int) -> Response:
        """Closes a case whose work a person has done elsewhere; the jobs that wait for it are cancelled.

        409 for a closed case, or one with a job that runs.
        """
        return self._say(acts.done_by_hand, request)

    def _say(self, act: Callable[[int, acts.Actor, str], int], request: Request) -> Response:
        given = ResolveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        act(self.get_object().pk, actor(request), given.validated_data["resolution"])
        return Response(self.get_serializer(self.get_object()).data)
