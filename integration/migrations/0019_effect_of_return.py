from django.db import migrations, models

from integration.migrations._steps import IndexBeside


class Migration(migrations.Migration):
    """Beside the work: an index that is made inside a transaction keeps all writes waiting."""

    atomic = False
    dependencies = [
        ('integration', '0018_time_zones'),
    ]

    operations = [
        IndexBeside(
            model_name='effect',
            index=models.Index(condition=models.Q(('verb', 'take_back')), fields=['connection'], name='effect_of_return'),
        ),
    ]
