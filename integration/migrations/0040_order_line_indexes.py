from django.db import migrations, models

from integration.migrations._steps import IndexBeside


class Migration(migrations.Migration):
    """Beside the work: an index that is made inside a transaction keeps all jobs waiting."""

    atomic = False
    dependencies = [
        ('integration', '0039_orders_beside_odoo'),
    ]

    operations = [
        IndexBeside(
            model_name='documentline',
            index=models.Index(condition=models.Q(('sale_line_id__isnull', False)), fields=['sale_line_id'], name='line_sale_line'),
        ),
        IndexBeside(
            model_name='documentline',
            index=models.Index(condition=models.Q(('purchase_line_id__isnull', False)), fields=['purchase_line_id'], name='line_purchase_line'),
        ),
    ]
