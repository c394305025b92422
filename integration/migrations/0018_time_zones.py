import integration.models.connections
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integration", "0017_master_data_of_companies"),
    ]

    operations = [
        migrations.AddField(
            model_name="warehouse",
            name="time_zone",
            field=models.CharField(
                db_default="UTC",
                default="UTC",
                help_text="Where it is, such as Europe/Berlin: bills are of the day that it was there",
                max_length=64,
                validators=[integration.models.connections.check_zone],
            ),
        ),
    ]
