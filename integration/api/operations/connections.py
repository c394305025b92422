"""Remote systems and the warehouses behind them."""

from integration.api.filters import WarehouseFilter
from integration.api.operations.base import Resource
from integration.api.serializers import ConnectionSerializer, WarehouseSerializer
from integration.models import Connection, Warehouse


class Connections(Resource[Connection]):
    """Remote systems, without their secrets and options."""

    resource = "connections"
    queryset = Connection.objects.select_related("gate").defer("secrets", "options", "profile")
    serializer_class = ConnectionSerializer
    filterset_fields = ("slug", "kind", "environment", "enabled")


class Warehouses(Resource[Warehouse]):
    """Which Odoo warehouse is which warehouse of a partner, and how its flows work."""

    resource = "connections"
    queryset = Warehouse.objects.select_related("erp", "wms").defer("erp__secrets", "wms__secrets")
    serializer_class = WarehouseSerializer
    filterset_class = WarehouseFilter
