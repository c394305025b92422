"""Names and addresses are shown on a row's own page, to those who may see them, and nowhere else."""

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from integration.models import CapturedRecord, InboundMessage, OutboundMessage
from tests.component.console.conftest import ESCAPED, PERSONAL

HOLDERS = (InboundMessage, OutboundMessage, CapturedRecord)


def page(client, model):
    return client.get(reverse(f"admin:integration_{model._meta.model_name}_change", args=[model.objects.get().pk]))


@pytest.mark.parametrize("model", HOLDERS)
def test_without_the_right_the_content_is_hidden(model, rows, operator):
    shown = page(operator, model)
    assert shown.status_code == 200
    assert PERSONAL not in shown.text
    assert "Holds personal data" in shown.text


@pytest.mark.parametrize("model", HOLDERS)
def test_with_the_right_the_content_is_shown(model, rows, operator):
    right = Permission.objects.get(codename="view_personal_data")
    User.objects.get(username="operator").user_permissions.add(right)
    assert PERSONAL in page(operator, model).text


def test_the_content_is_escaped(rows, admin_client):
    assert ESCAPED in page(admin_client, InboundMessage).text


def test_a_body_that_is_no_json_is_shown_as_it_came(rows, admin_client):
    InboundMessage.objects.update(body=b"ISA*00*\xff<b>", edits=0)
    assert "ISA*00*\ufffd&lt;b&gt;" in page(admin_client, InboundMessage).text
