"""Jobs, their attempts, and what may be done to them."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from integration.api.filters import JobFilter
from integration.api.operations.base import Resource
from integration.api.pages import Pages
from integration.api.serializers import AttemptSerializer, CancelSerializer, JobSerializer
from integration.api.tokens import actor
from integration.jobs import acts
from integration.models import JobAttempt, SyncJob


class Jobs(Resource[SyncJob]):
    """Units of work, with their state and what failed."""

    resource = "jobs"
    queryset = SyncJob.objects.select_related("stream", "document", "waits_for").defer("waits_for__secrets")
    serializer_class = JobSerializer
    filterset_class = JobFilter

    @extend_schema(responses=AttemptSerializer(many=True))
    @action(detail=True, filterset_class=None)
    def attempts(self, request: Request, pk: int) -> Response:
        """Every try of the job, the latest first."""
        pages = Pages()
        tries = pages.paginate_queryset(JobAttempt.objects.filter(job=self.get_object()), request)
        return pages.get_paginated_response(AttemptSerializer(tries, many=True).data)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: int) -> Response:
        """Makes a waiting job due now. 409 for a job that runs or is finished."""
        acts.retry_job(self.get_object().pk, actor(request))
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=CancelSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Ends a job that does not run. 409 for a job that runs or is finished."""
        given = CancelSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        acts.cancel_job(self.get_object().pk, actor(request), given.validated_data["reason"])
        return Response(self.get_serializer(self.get_object()).data)
