"""Exactly which notices go out on a day, and when: once, together, not in the night, louder, and that it is over."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from integration.errors.problem import Owner, Severity
from integration.rules.alerts.figures import Apart, Away, Figures, Key, Lane, Leaving, Overdue, Pace, Silent, Stuck
from integration.rules.alerts.kinds import KINDS, Kind
from integration.rules.alerts.telling import Listens
from tests.unit.rules.alerts.day import RULES, Day

BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)  # a Monday; 07:00 in Berlin
OPS = Listens()
CUT_OFF = datetime(2026, 11, 30, 16, 0, tzinfo=BERLIN)


def at(hour: int, minute: int = 0, day: int = 30) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def leaving(orders: int = 12, worth: str = "4310", *why: Stuck) -> Figures:
    about = {"warehouse": 1, "name": "Main", "carrier": "DHL", "at": CUT_OFF}
    return Figures(leaving=[Leaving(**about, orders=orders, worth=[(Decimal(worth), "EUR")], why=why)])


def away(minutes_of_it: range, since: datetime = MORNING, jobs: int = 3):
    """A system that does not answer in these minutes after the beginning."""

    def figures(now: datetime) -> Figures:
        gone = int((now - since).total_seconds() // 60) in minutes_of_it
        return Figures(away=[Away(7, "North", since, jobs)] if gone else [])

    return figures


def words(diary) -> list[tuple[str, str]]:
    """When, and the first words."""
    return [(when, said[:7]) for when, _channel, said in diary]


def test_a_cut_off_is_told_an_hour_before_it_louder_at_its_end_and_when_all_is_released() -> None:
    waits = (Stuck("CD-3001", "Unknown SKU", 9), Stuck("", "", 3))

    def figures(now: datetime) -> Figures:
        return leaving(12, "4310", *waits) if now < at(14, 50) else Figures()

    day = Day({"ops": OPS})
    assert day.run(at(13), 240, figures) == [
        (
            "30 14:00",
            "ops",
            "raised0 12 orders worth 4,310.00 EUR will miss the cut-off of DHL at 16:00 in Main: "
            "9 wait for CD-3001 (Unknown SKU), 3 are not released.",
        ),
        (
            "30 14:15",
            "ops",
            "raised1 12 orders worth 4,310.00 EUR will miss the cut-off of DHL at 16:00 in Main: "
            "9 wait for CD-3001 (Unknown SKU), 3 are not released.",
        ),
        (
            "30 14:30",
            "ops",
            "raised2 12 orders worth 4,310.00 EUR will miss the cut-off of DHL at 16:00 in Main: "
            "9 wait for CD-3001 (Unknown SKU), 3 are not released.",
        ),
        (
            "30 14:45",
            "ops",
            "raised3 12 orders worth 4,310.00 EUR will miss the cut-off of DHL at 16:00 in Main: "
            "9 wait for CD-3001 (Unknown SKU), 3 are not released.",
        ),
        (
            "30 14:52",
            "ops",
            "gone3 12 orders worth 4,310.00 EUR will miss the cut-off of DHL at 16:00 in Main: "
            "9 wait for CD-3001 (Unknown SKU), 3 are not released.",
        ),
    ]


def test_who_has_taken_it_is_told_again_only_when_it_gets_worse() -> None:
    day = Day({"ops": OPS})
    day.run(at(14), 1, lambda now: leaving())
    day.take("cutoff/1/DHL/2026-11-30 16:00")
    day.run(at(14, 1), 90, lambda now: leaving())
    assert [(when, said[:47]) for when, _, said in day.diary] == [
        ("30 14:00", "raised0 12 orders worth 4,310.00 EUR will miss "),
        ("30 14:45", "raised1 12 orders worth 4,310.00 EUR will miss "),
        ("30 15:00", "raised2 12 orders worth 4,310.00 EUR have misse"),
        ("30 15:15", "raised3 12 orders worth 4,310.00 EUR have misse"),
    ]


def test_what_stands_all_day_is_told_once_and_three_times_louder() -> None:
    diary = Day({"ops": OPS}).run(MORNING, 600, away(range(600)))
    assert words(diary) == [
        ("30 06:05", "raised0"), ("30 06:35", "raised1"), ("30 07:05", "raised2"), ("30 07:35", "raised3"),
    ]  # fmt: skip


def test_what_comes_and_goes_is_one_alert() -> None:
    """Two minutes of answers are no recovery; it is over three minutes after it was last so."""
    diary = Day({"ops": OPS}).run(MORNING, 60, away(range(0, 30, 2)))
    assert words(diary) == [("30 06:06", "raised0"), ("30 06:31", "gone0 N")]


def test_what_is_over_before_anybody_had_to_know_is_not_told() -> None:
    backlog = Figures(lanes=[Lane(1, "Shipment", 500, 7200.0)])
    told = Day({"ops": OPS}).run(MORNING, 60, lambda now: backlog if now < at(6, 4) else Figures())
    assert told == []
    [(when, _, said), *_] = Day({"ops": OPS}).run(MORNING, 10, lambda now: backlog)
    assert (when, said) == (
        "30 06:05", "raised0 Shipment: 500 jobs are due and will be done in 2 h, at 2026-11-30 08:05 UTC.",
    )  # fmt: skip


def test_what_is_found_at_once_is_told_together() -> None:
    both = Figures(
        away=[Away(7, "North", at(5)), Away(8, "South", at(5))], keys=[Key(7, "North", date(2026, 12, 2))]
    )  # fmt: skip
    assert Day({"ops": OPS}).run(MORNING, 1, lambda now: both) == [
        (
            "30 06:00",
            "ops",
            "raised0 North has not answered for 1 h. | raised0 South has not answered for 1 h. | "
            "raised0 The key of North ends on 2026-12-02, in 2 days.",
        )
    ]


def test_in_quiet_hours_it_waits_for_the_morning_unless_it_breaks_them() -> None:
    night = Listens(quiet=(time(22), time(7)), zone="Europe/Berlin")
    silent = Figures(away=[Away(7, "North", at(0))], silent=[Silent("the scheduler", at(0))])
    diary = Day({"ops": night}).run(at(1), 360, lambda now: silent)
    assert words(diary) == [
        ("30 01:00", "raised0"), ("30 01:15", "raised1"), ("30 01:30", "raised2"), ("30 01:45", "raised3"),
        ("30 06:00", "raised3"),
    ]  # fmt: skip
    assert ["North" in said for _, _, said in diary] == [False, False, False, False, True]


def test_what_was_over_before_the_morning_is_never_told() -> None:
    night = Listens(quiet=(time(22), time(7)), zone="Europe/Berlin")
    assert Day({"ops": night}).run(at(1), 400, away(range(60), since=at(1))) == []


def test_a_digest_comes_once_a_day_with_all_of_it() -> None:
    digest = Listens(digest=time(8), zone="Europe/Berlin", least=Severity.MEDIUM)
    seen = Figures(keys=[Key(7, "North", date(2026, 12, 10)), Key(8, "Odoo", date(2026, 12, 9))])
    diary = Day({"digest": digest}).run(MORNING, 1600, lambda now: seen)
    assert diary == [
        (
            "30 07:00",
            "digest",
            "raised0 The key of North ends on 2026-12-10, in 10 days. | "
            "raised0 The key of Odoo ends on 2026-12-09, in 9 days.",
        )
    ]


def test_the_next_ones_are_told_only_when_nobody_has_taken_it() -> None:
    channels = {"ops": OPS, "boss": Listens(from_level=1)}
    assert [(when, channel) for when, channel, _ in Day(channels).run(MORNING, 40, away(range(40)))] == [
        ("30 06:05", "ops"), ("30 06:35", "ops"), ("30 06:35", "boss"),
    ]  # fmt: skip
    taken = Day(channels)
    taken.run(MORNING, 10, away(range(99)))
    taken.take("away/7")
    assert [channel for _, channel, _ in taken.run(at(6, 10), 60, away(range(99)))] == ["ops"]


def test_that_it_is_over_is_told_where_it_was_told() -> None:
    channels = {"ops": OPS, "boss": Listens(from_level=2), "high": Listens(least=Severity.CRITICAL)}
    diary = Day(channels).run(MORNING, 60, away(range(20)))
    assert [(when, channel, said[:5]) for when, channel, said in diary] == [
        ("30 06:05", "ops", "raise"), ("30 06:22", "ops", "gone0"),
    ]  # fmt: skip


def test_a_channel_hears_what_it_listens_to() -> None:
    channels = {
        "administrators": Listens(teams=[Owner.ADMINISTRATOR]),
        "main": Listens(warehouse=1),
        "south": Listens(warehouse=2),
        "releases": Listens(flows=["order_release"]),
        "severe": Listens(least=Severity.CRITICAL),
    }
    seen = Figures(
        paces=[Pace("order_release", 100, 90, 0, 400, 392), Pace("posting", 100, 80)],
        leaving=leaving().leaving,
        away=[Away(7, "North", at(5))],
    )
    told = Day(channels).run(at(14, 30), 1, lambda now: seen)
    assert {channel: [part[8:19] for part in said.split(" | ")] for _, channel, said in told} == {
        "administrators": ["North has n"],
        "main": ["12 orders w"],
        "releases": ["What Odoo w"],
    }


def said(figures: Figures) -> list[str]:
    day = Day({"ops": OPS}, {kind: KINDS[kind].rule for kind in RULES})
    day.run(at(14, 30), 6, lambda _: figures)
    return [part.split(" ", 1)[1] for _, _, all_ in day.diary[:1] for part in all_.split(" | ")]


SPEED = "What left the warehouse is posted in Odoo"


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (Figures(paces=[Pace("shipment_confirmation", 100, 95)]), []),
        (
            Figures(paces=[Pace("shipment_confirmation", 1000, 949, 0, 4000, 3924)]),
            [f"{SPEED}: 94.9 % of 1,000 within 60 s in the last hour, 95 % are promised; today 98.1 %."],
        ),
        (
            Figures(paces=[Pace("shipment_confirmation", 20, 20, 5, 20, 20)]),
            [f"{SPEED}: 80 % of 25 within 60 s in the last hour, 95 % are promised; today 100 %: "
             "5 are late and not done."],
        ),
        (Figures(paces=[Pace("shipment_confirmation", 19, 0)]), []),  # too few to tell anything
        (Figures(paces=[Pace("of an older release", 100, 0)]), []),
        (leaving(1, "0"), ["1 order will miss the cut-off of DHL at 16:00 in Main."]),
        (leaving(0, "0"), []),
        (Figures(lanes=[Lane(1, "Shipment", 500, None)]), []),  # it has just begun
        (
            Figures(lanes=[Lane(1, "Shipment", 500, None, late=True)]),
            ["Shipment: 500 jobs are due and more come in than are done."],
        ),
        (Figures(lanes=[Lane(1, "Shipment", 500, 1799.0)]), []),
        (
            Figures(away=[Away(7, "North", at(13, 25), 3, 2, [(Decimal("9.5"), "EUR"), (Decimal(3), "USD")])]),
            ["North has not answered for 1 h 5 min: 3 jobs wait for it, "
             "orders worth 9.50 EUR and 3.00 USD wait for it."],
        ),
        (Figures(away=[Away(7, "North", at(14, 26))]), ["North has not answered for 5 min."]),
        (
            Figures(silent=[Silent("the scheduler", at(14, 20))]),
            ["No sign of life of the scheduler for 10 min: nothing is started by the clock."],
        ),
        (
            Figures(silent=[Silent("Odoo", at(14, 20), 3)]),
            ["Odoo has not been asked for 10 min what was written."],
        ),
        (Figures(keys=[Key(7, "North", date(2026, 12, 15))]), []),
        (Figures(keys=[Key(7, "North", date(2026, 12, 1))]), ["The key of North ends tomorrow, 2026-12-01."]),
        (Figures(keys=[Key(7, "North", date(2026, 11, 30))]), ["The key of North ends today."]),
        (Figures(keys=[Key(7, "North", date(2026, 11, 29))]), ["The key of North ended on 2026-11-29."]),
        (Figures(apart=[Apart(1, "Main", 2, at(14))]), ["2 lines of Main do not add up, for 30 min."]),
        (Figures(apart=[Apart(1, "Main", 2, at(14, 29))]), []),
        (
            Figures(apart=[Apart(None, "-", 1, at(14))]),
            ["1 line that belongs to no one warehouse does not add up, for 30 min."],
        ),
        (
            Figures(apart=[Apart(None, "-", 3, at(14))]),
            ["3 lines that belong to no one warehouse do not add up, for 30 min."],
        ),
        (
            Figures(overdue=[
                Overdue("CD-3001", "Unknown SKU", Owner.MASTER_DATA, Severity.HIGH, 3, at(14), [(Decimal(5), "EUR")])
            ]),
            ["3 cases are past their deadline: CD-3001 (Unknown SKU): 5.00 EUR hang on them."],
        ),
    ],
)  # fmt: skip
def test_it_is_said_by_what_it_means_for_the_business(figures: Figures, words: list[str]) -> None:
    assert said(figures) == words


def test_a_rule_that_is_off_tells_nothing() -> None:
    rules = {Kind.AWAY: RULES[Kind.AWAY].__class__(False, 5, 0, timedelta(0), timedelta(0))}
    assert Day({"ops": OPS}, rules).run(MORNING, 30, away(range(30))) == []
