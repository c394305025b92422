from django.db import migrations, models

from integration.migrations._steps import IndexBeside


class Migration(migrations.Migration):
    """Beside the work: an index that is made inside a transaction keeps all movements waiting."""

    atomic = False
    dependencies = [
        ('integration', '0009_every_flow'),
    ]

    operations = [
        IndexBeside(
            model_name='stockevent',
            index=models.Index(fields=['warehouse', 'product_id', 'happened_at'], name='stock_as_of'),
        ),
    ]
