"""What there is in each warehouse, by Odoo and by the warehouse itself."""

from integration.api.filters import InventoryFilter
from integration.api.operations.base import Resource
from integration.api.serializers import InventorySerializer
from integration.models import Availability


class Inventory(Resource[Availability]):
    """Stock by product, lot and place, as of ``read_at``. Each figure stands for itself: never add them up."""

    resource = "inventory"
    queryset = Availability.objects.looked_at().select_related("warehouse")
    serializer_class = InventorySerializer
    filterset_class = InventoryFilter
