from django.db import migrations, models

from integration.migrations._steps import IndexBeside


class Migration(migrations.Migration):
    """Beside the work: an index that is made inside a transaction keeps all messages waiting."""

    atomic = False
    dependencies = [
        ('integration', '0007_shipment_count'),
    ]

    operations = [
        IndexBeside(
            model_name='document',
            index=models.Index(condition=models.Q(('shipments_due_at__isnull', False)), fields=['shipments_due_at'], name='document_shipments_due'),
        ),
    ]
