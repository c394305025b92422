"""Alerts: what people are told without looking, and what is over of it."""

from rest_framework import serializers

from integration.api.filters import AlertFilter
from integration.api.operations.base import Resource
from integration.api.serializers import slug_of
from integration.jobs.alert_message import sentence, todo
from integration.models import Alert


class AlertSerializer(serializers.ModelSerializer[Alert]):
    connection = slug_of(allow_null=True)
    says = serializers.SerializerMethodField(help_text="What is so, in plain words")
    todo = serializers.SerializerMethodField(help_text="What to do about it")

    class Meta:
        model = Alert
        fields = (
            *("id", "kind", "fingerprint", "state", "severity", "says", "todo", "team", "flow", "warehouse"),
            *("connection", "level", "count", "first_seen", "last_seen", "gone_at"),
            *("acknowledged_at", "acknowledged_by"),
        )

    def get_says(self, alert: Alert) -> str:
        return sentence(alert)

    def get_todo(self, alert: Alert) -> str:
        return todo(alert)


class Alerts(Resource[Alert]):
    """What people were told, one row per cause from when it was first so. What is only watched yet is left out."""

    resource = "alerts"
    queryset = (
        Alert.objects.exclude(state=Alert.State.WATCHED).select_related("connection").defer("connection__secrets")
    )
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
