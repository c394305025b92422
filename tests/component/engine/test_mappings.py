"""Code mappings: one code is sent, aliases are understood beside it, and nothing clashes, whoever is faster."""

import threading

import pytest
from django.db import IntegrityError, transaction

from integration.jobs import mappings
from integration.jobs.acts import Actor, NotAllowed
from integration.models import AuditEvent, CodeMapping, Connection
from tests.component.engine.yard import partner, somebody_waits, together, until

pytestmark = pytest.mark.django_db(transaction=True)
ADA = Actor("ada")
KIND = CodeMapping.Kind


@pytest.fixture
def wms() -> Connection:
    """CHAIR is sent as 100-441, Units as EA."""
    connection = partner()
    mappings.add(connection, KIND.PRODUCT, "CHAIR", "100-441", actor=ADA)
    mappings.add(connection, KIND.UNIT, "Units", "EA", actor=ADA)
    return connection


def active(**given: object) -> list[tuple[str, str, bool, int]]:
    rows = CodeMapping.objects.filter(valid_to=None, **given).order_by("pk")
    return list(rows.values_list("odoo_code", "partner_code", "alias", "version"))


def test_any_number_of_aliases_stand_beside_what_is_sent(wms: Connection) -> None:
    for code in ("100-441-OLD", "CHAIR-NEW"):
        mappings.add(wms, KIND.PRODUCT, "CHAIR", code, alias=True, actor=ADA)
    assert active(kind=KIND.PRODUCT) == [
        ("CHAIR", "100-441", False, 1),
        ("CHAIR", "100-441-OLD", True, 1),
        ("CHAIR", "CHAIR-NEW", True, 1),
    ]
    assert AuditEvent.objects.latest("pk").subject == "product CHAIR = CHAIR-NEW (alias)"


def test_what_is_sent_may_change_and_the_aliases_stay(wms: Connection) -> None:
    mappings.add(wms, KIND.PRODUCT, "CHAIR", "100-441-OLD", alias=True, actor=ADA)
    for code in ("100-442", "100-443"):
        mappings.add(wms, KIND.PRODUCT, "CHAIR", code, actor=ADA)
    assert active(kind=KIND.PRODUCT) == [("CHAIR", "100-441-OLD", True, 1), ("CHAIR", "100-443", False, 3)]


def test_an_alias_with_another_factor_is_a_new_version(wms: Connection) -> None:
    for per in (6, 12):
        mappings.add(wms, KIND.UNIT, "Units", "CS", per=per, alias=True, actor=ADA)
    assert active(kind=KIND.UNIT) == [("Units", "EA", False, 1), ("Units", "CS", True, 2)]


def test_an_alias_of_one_product_s_unit_may_stand_beside_the_general_unit(wms: Connection) -> None:
    mappings.add(wms, KIND.UNIT, "Units", "CS", per=12, sku="GLUE", alias=True, actor=ADA)
    assert active(sku="GLUE") == [("Units", "CS", True, 1)]


def test_one_code_of_a_carrier_may_be_an_alias_of_two_methods(wms: Connection) -> None:
    for method, code in (("Parcel", "PCL"), ("Express", "EXP")):
        mappings.add(wms, KIND.CARRIER, method, code, actor=ADA)
        mappings.add(wms, KIND.CARRIER, method, "DPD", alias=True, actor=ADA)
    assert len(active(kind=KIND.CARRIER)) == 4


@pytest.mark.parametrize(
    ("kind", "codes", "alias", "words"),
    [
        (KIND.PRODUCT, ("LAMP", "L-1"), True, "LAMP has no code that is sent yet: add that one first, without Alias."),
        (KIND.CARRIER, ("CHAIR", "C"), True, "CHAIR has no code that is sent yet: add that one first, without Alias."),
        (KIND.PRODUCT, ("CHAIR", "100-441"), True, "100-441 is known for CHAIR as the code that is sent already."),
        (KIND.UNIT, ("Units", "EA"), True, "EA is known for Units as the code that is sent already."),
        (KIND.PRODUCT, ("CHAIR", "OLD"), False, "OLD is known for CHAIR as an alias: end that one first."),
        (KIND.PRODUCT, ("LAMP", "OLD"), False, "OLD is mapped to CHAIR already."),
    ],
)
def test_codes_that_clash_are_refused_and_nothing_is_changed(
    wms: Connection, kind: str, codes: tuple[str, str], alias: bool, words: str
) -> None:
    mappings.add(wms, KIND.PRODUCT, "CHAIR", "OLD", alias=True, actor=ADA)
    before = active()
    with pytest.raises(NotAllowed) as refused:
        mappings.add(wms, kind, *codes, alias=alias, actor=ADA)
    assert (str(refused.value), active(), AuditEvent.objects.count()) == (words, before, 3)


@pytest.mark.parametrize("alias", [False, True])
def test_two_that_add_the_same_at_once_make_two_versions(wms: Connection, alias: bool) -> None:
    def add() -> int:
        return mappings.add(wms, KIND.PRODUCT, "CHAIR", "OLD", alias=alias, actor=ADA).version

    first = 1 if alias else 2
    assert sorted(together(add, add)) == [first, first + 1]
    assert len(active(partner_code="OLD")) == 1


@pytest.mark.parametrize("alias", [False, True])
def test_the_table_itself_takes_no_second_row_in_force(wms: Connection, alias: bool) -> None:
    row = {"kind": KIND.CARRIER, "partner": wms, "odoo_code": "Parcel", "partner_code": "PCL", "alias": alias}
    CodeMapping.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeMapping.objects.create(**row)


def id_of(partner_code: str) -> int:
    return CodeMapping.objects.get(partner_code=partner_code, valid_to=None).pk


def test_an_ended_mapping_is_out_of_force_and_the_reason_is_kept(wms: Connection) -> None:
    ended = id_of("100-441")
    mappings.end(ended, ADA, "discontinued")
    assert (active(), mappings.load(wms, {"CHAIR", "100-441"}).codes) == ([("Units", "EA", False, 1)], ())
    event = AuditEvent.objects.latest("pk")
    assert (event.actor, event.verb, event.subject) == ("ada", "end mapping", "product CHAIR = 100-441")
    assert event.detail == {"mapping": ended, "partner": "wms", "reason": "discontinued"}


def test_what_was_ended_may_be_mapped_again_and_its_versions_go_on(wms: Connection) -> None:
    mappings.end(id_of("100-441"), ADA, "discontinued")
    mappings.add(wms, KIND.PRODUCT, "CHAIR", "100-441", actor=ADA)
    assert active(kind=KIND.PRODUCT) == [("CHAIR", "100-441", False, 2)]


def test_what_is_ended_already_or_unknown_says_so(wms: Connection) -> None:
    ended = id_of("100-441")
    mappings.end(ended, ADA, "discontinued")
    with pytest.raises(NotAllowed, match="product CHAIR = 100-441 is not in force any more"):
        mappings.end(ended, ADA, "once more")
    with pytest.raises(NotAllowed, match="The mapping is not in force any more"):
        mappings.end(0, ADA, "")
    assert AuditEvent.objects.filter(verb="end mapping").count() == 1


def test_what_has_aliases_is_ended_after_them(wms: Connection) -> None:
    for code in ("OLD", "OLDER"):
        mappings.add(wms, KIND.PRODUCT, "CHAIR", code, alias=True, actor=ADA)
    with pytest.raises(NotAllowed) as refused:
        mappings.end(id_of("100-441"), ADA, "discontinued")
    assert str(refused.value) == "product CHAIR = 100-441 has aliases: end OLD, OLDER first."
    assert len(active(kind=KIND.PRODUCT)) == 3
    for code in ("OLD", "OLDER", "100-441"):
        mappings.end(id_of(code), ADA, "discontinued")
    assert active(kind=KIND.PRODUCT) == []


def test_an_alias_of_one_product_s_unit_holds_only_the_last_code_that_is_sent_for_it(wms: Connection) -> None:
    mappings.add(wms, KIND.UNIT, "Units", "PR", sku="GLUE", actor=ADA)
    mappings.add(wms, KIND.UNIT, "Units", "CS", sku="GLUE", alias=True, actor=ADA)
    mappings.end(id_of("PR"), ADA, "sold by the piece")
    with pytest.raises(NotAllowed, match="unit Units = EA has aliases: end CS first"):
        mappings.end(id_of("EA"), ADA, "")


def test_an_alias_waits_for_whoever_changes_what_it_stands_beside(wms: Connection) -> None:
    """A product that loses the code that is sent meanwhile gets no alias."""
    ended = threading.Event()

    def end() -> None:
        with transaction.atomic():
            mappings.end(id_of("100-441"), ADA, "discontinued")
            ended.set()
            until(somebody_waits)

    def add() -> None:
        assert ended.wait(10)
        with pytest.raises(NotAllowed, match="CHAIR has no code that is sent yet"):
            mappings.add(wms, KIND.PRODUCT, "CHAIR", "OLD", alias=True, actor=ADA)

    together(end, add)
    assert active(kind=KIND.PRODUCT) == []
