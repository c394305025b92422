from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Beside the work: an index that is made inside a transaction keeps all jobs waiting."""

    atomic = False
    dependencies = [
        ('integration', '0039_orders_beside_odoo'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='documentline',
            index=models.Index(condition=models.Q(('sale_line_id__isnull', False)), fields=['sale_line_id'], name='line_sale_line'),
        ),
        AddIndexConcurrently(
            model_name='documentline',
            index=models.Index(condition=models.Q(('purchase_line_id__isnull', False)), fields=['purchase_line_id'], name='line_purchase_line'),
        ),
    ]
