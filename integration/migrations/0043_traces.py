from django.db import migrations, models

from integration.migrations._steps import IndexBeside


class Migration(migrations.Migration):
    """Beside the work: messages come in and jobs run meanwhile."""

    atomic = False
    dependencies = [
        ("integration", "0042_message_gaps"),
    ]

    operations = [
        IndexBeside(
            model_name="inboundmessage",
            index=models.Index(fields=["trace_id"], name="inbound_trace"),
        ),
        IndexBeside(
            model_name="outboundmessage",
            index=models.Index(fields=["trace_id"], name="outbound_trace"),
        ),
        IndexBeside(
            model_name="syncjob",
            index=models.Index(
                fields=["trace_id"],
                name="job_trace_stuck",
                condition=models.Q(("state__in", ["retry", "blocked", "needs_attention"])),
            ),
        ),
    ]
