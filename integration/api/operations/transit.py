"""Goods that have left one warehouse and not come in at the other."""

from integration.api.filters import TransitFilter
from integration.api.operations.base import Resource
from integration.api.serializers import TransitSerializer
from integration.models import InTransit


class Transit(Resource[InTransit]):
    """What is on its way between two warehouses, as Odoo says. Quantities are in Odoo's unit of the line."""

    resource = "in-transit"
    scope = "orders:read"
    queryset = InTransit.objects.select_related("transfer__connection").defer("transfer__connection__secrets")
    serializer_class = TransitSerializer
    filterset_class = TransitFilter
