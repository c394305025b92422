import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from integration.migrations._steps import IndexBeside, Together


class Migration(migrations.Migration):
    """Beside the work: messages come in meanwhile."""

    atomic = False
    dependencies = [
        ("integration", "0041_reports"),
    ]

    operations = [
        Together(
            "integration_inboundmessage",
            [
                migrations.AddField(
                    model_name="inboundmessage",
                    name="sequence",
                    field=models.BigIntegerField(help_text="Its place in the sender's count of all that it sends", null=True),
                ),
            ],
            column="sequence",
        ),
        IndexBeside(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("sequence__isnull", False)),
                fields=["connection", "sequence"],
                name="inbound_counted",
            ),
        ),
        Together(
            "integration_messagegap",
            [
                migrations.CreateModel(
                    name="MessageGap",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("first", models.BigIntegerField()),
                        ("last", models.BigIntegerField(null=True)),
                        (
                            "seen_at",
                            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                        ),
                        (
                            "asked_at",
                            models.DateTimeField(
                                help_text="When the sender was last asked for it, without getting it", null=True
                            ),
                        ),
                        (
                            "connection",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="gaps",
                                to="integration.connection",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["connection", "first"],
                        "constraints": [
                            models.UniqueConstraint(fields=("connection", "first"), name="one_gap_per_number"),
                            models.UniqueConstraint(
                                condition=models.Q(("last__isnull", True)), fields=("connection",), name="one_end_per_count"
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
