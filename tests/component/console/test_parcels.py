"""The order's page shows stages and parcels; a proof is for those who may see personal data."""

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from integration.models import AuditEvent, Parcel, Proof
from tests.component.console.conftest import PERSONAL


def timeline(client, document):
    return client.get(reverse("admin:timeline", args=[document.pk]))


def test_the_order_s_page_shows_its_parcels_and_no_name(rows, admin_client):
    page = timeline(admin_client, rows.order)
    assert list(page.context["parcels"]) == list(Parcel.objects.all())
    assert "Parcels" in page.text
    assert PERSONAL not in page.text


def test_the_order_s_page_shows_how_far_each_line_is(rows, admin_client):
    [row] = timeline(admin_client, rows.order).context["lines"]
    assert row.line.stage == "shipped"


def test_an_administrator_gets_the_file_and_the_audit_log_says_so(rows, admin_client):
    proof = Proof.objects.get()
    answer = admin_client.get(reverse("admin:proof", args=[proof.pk]))
    assert b"".join(answer.streaming_content) == PERSONAL.encode()
    assert answer["content-type"] == "text/plain"
    assert answer["content-disposition"].startswith("attachment;")
    assert AuditEvent.objects.filter(verb="downloaded").count() == 1


def test_who_may_not_see_personal_data_gets_no_file(rows, operator: Client):
    answer = operator.get(reverse("admin:proof", args=[Proof.objects.get().pk]))
    assert answer.status_code == 403
    assert AuditEvent.objects.filter(verb="downloaded").count() == 0


def test_personal_data_alone_is_no_right_to_proofs(rows, db):
    user = User.objects.create_user("reader", password="a-long-password-1", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_personal_data"))
    client = Client()
    client.force_login(user)
    assert client.get(reverse("admin:proof", args=[Proof.objects.get().pk])).status_code == 403


def test_who_signed_is_shown_on_the_parcel_s_page_to_those_who_may_see_it(rows, admin_client, operator):
    address = reverse("admin:integration_parcel_change", args=[Parcel.objects.get().pk])
    assert PERSONAL in admin_client.get(address).text
    assert PERSONAL not in operator.get(address).text
