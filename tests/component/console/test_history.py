"""What happened cannot be changed from the console."""

import pytest
from django.urls import reverse

from integration import models

HISTORY = (
    models.AuditEvent, models.BeatLease, models.BeatSlot, models.Canary,
    models.CaptureCursor, models.CapturedRecord, models.CaseJob, models.ConnectionGate,
    models.Document, models.DocumentLine, models.Effect, models.ExceptionCase, models.ExternalReference,
    models.InboundMessage, models.JobAttempt, models.MessageKey, models.OutboundMessage, models.RemoteSlot,
    models.ResourceLock, models.MasterRecord, models.MasterRun, models.MasterTold, models.PartnerItem,
    models.SeenWrite, models.StockEvent, models.Stream, models.SyncJob,
)  # fmt: skip


def address(model, page, *args):
    return reverse(f"admin:integration_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", HISTORY)
def test_history_takes_no_add_change_or_delete(model, rows, admin_client):
    before = list(model.objects.values())
    pk = model.objects.first().pk
    assert admin_client.post(address(model, "add"), {}).status_code == 403
    assert admin_client.post(address(model, "delete", pk), {"post": "yes"}).status_code == 403
    admin_client.post(address(model, "change", pk), {"subject": "x", "state": "succeeded", "version": 9})
    admin_client.post(
        address(model, "changelist"), {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    )
    assert list(model.objects.values()) == before


@pytest.mark.parametrize("model", [models.CodeMapping, models.ApiToken])
def test_a_version_of_a_mapping_and_a_token_are_never_deleted(model, rows, admin_client):
    assert admin_client.post(address(model, "delete", model.objects.first().pk), {"post": "yes"}).status_code == 403
    assert model.objects.count() == 1
