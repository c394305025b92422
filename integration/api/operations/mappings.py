"""Code mappings: which code here is which code at a partner."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from integration.api.filters import MappingFilter
from integration.api.operations.base import Resource
from integration.api.serializers import MappingSerializer, NewMappingSerializer
from integration.api.tokens import actor
from integration.jobs import mappings
from integration.models import CodeMapping


class Mappings(Resource[CodeMapping]):
    """Codes of Odoo and of partners, with the versions that were replaced."""

    resource = "mappings"
    queryset = CodeMapping.objects.select_related("partner").defer("partner__secrets")
    serializer_class = MappingSerializer
    filterset_class = MappingFilter

    @extend_schema(request=NewMappingSerializer, responses={201: MappingSerializer})
    def create(self, request: Request) -> Response:
        """Adds a mapping, or a new version of one; the jobs that waited for it go on by themselves."""
        given = NewMappingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        row = mappings.add(**given.validated_data, actor=actor(request))
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)
