"""Two who change a mapping at the same moment: none stops the other, and none writes over what was not seen."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections, transaction

from integration.jobs import mappings
from integration.jobs.acts import NotAllowed
from integration.models import CodeMapping
from tests.component.console.test_stale import SOMEBODY, page_of, sent
from tests.component.engine.yard import somebody_waits, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mapped(rows):
    CodeMapping.objects.all().delete()

    def make(**more):
        return CodeMapping.objects.create(partner=rows.wms, kind="unit", odoo_code="Units", partner_code="EA", **more)

    return make


@pytest.fixture
def beside():
    """Starts what somebody else does, and goes on when that waits for us."""
    with ThreadPoolExecutor(1) as pool:

        def start(act):
            def alone():
                try:
                    return act()
                finally:
                    connections.close_all()

            begun = pool.submit(alone)
            until(somebody_waits)
            return begun

        yield start


def saved(client, row, **entered):
    address = page_of("integration_codemapping", row)
    values = sent(client.get(address)) | entered
    return lambda: client.post(address, values)


def factors():
    return list(CodeMapping.objects.filter(valid_to=None).order_by("sku").values_list("factor", flat=True))


def change(row, factor):
    return mappings.change(row.pk, partner_code="EA", factor=Decimal(factor), per=Decimal(1), actor=SOMEBODY)


def test_a_page_waits_for_a_file_that_holds_them_all_by_their_numbers(mapped, beside, admin_client):
    general, own = mapped(), mapped(sku="CHAIR")
    save = saved(admin_client, own, factor="3")
    with transaction.atomic():
        CodeMapping.objects.select_for_update().get(pk=general.pk)
        page = beside(save)
        CodeMapping.objects.select_for_update().get(pk=own.pk)
    assert page.result().status_code == 302
    assert factors() == [1, 3]


def test_a_page_does_not_write_over_what_is_being_saved(mapped, beside, admin_client):
    row = mapped()
    save = saved(admin_client, row, factor="3")
    with transaction.atomic():
        change(row, 12)
        page = beside(save)
    assert "is not in force any more" in admin_client.get(page.result().url).text
    assert factors() == [12]


def test_of_two_changes_at_once_the_later_one_is_refused(mapped, beside):
    row = mapped()
    with transaction.atomic():
        change(row, 12)
        later = beside(lambda: change(row, 3))
    with pytest.raises(NotAllowed, match="is not in force any more"):
        later.result()
    assert factors() == [12]
