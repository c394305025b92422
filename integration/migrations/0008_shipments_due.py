from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Beside the work: an index that is made inside a transaction keeps all messages waiting."""

    atomic = False
    dependencies = [
        ('integration', '0007_shipment_count'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='document',
            index=models.Index(condition=models.Q(('shipments_due_at__isnull', False)), fields=['shipments_due_at'], name='document_shipments_due'),
        ),
    ]
