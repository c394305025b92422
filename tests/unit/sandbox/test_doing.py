"""An errand is played deed by deed, and who has to wait does not ask all the time."""

from dataclasses import dataclass, field
from typing import cast

from integration.sandbox.day.doing import LOOK_AGAIN, Doing, Errand, People, plan, play


@dataclass
class Wait:
    """Can be done at the second try."""

    tries: list[str] = field(default_factory=list)

    def play(self, people: People, doing: Doing) -> bool:
        self.tries.append(doing.reference)
        return self.tries.count(doing.reference) > 1


NOBODY = cast("People", None)


def test_each_copy_is_an_errand_of_its_own() -> None:
    doings = plan((Errand("one", (), ""), Errand("two", (), "")), copies=2, sign="-x")
    assert [(each.scene.name, each.reference) for each in doings] == [
        ("one", "E0001-x"),
        ("one", "E0002-x"),
        ("two", "E0003-x"),
        ("two", "E0004-x"),
    ]


def test_one_that_cannot_go_on_holds_up_no_other_and_is_tried_again_later() -> None:
    waiting, others = Wait(), Wait(tries=["E0002"])
    doings = [Doing(1, Errand("waits", (waiting,), "")), Doing(2, Errand("goes on", (others,), ""))]
    assert (play(NOBODY, doings), [each.is_over for each in doings]) == (1, [False, True])
    assert (play(NOBODY, doings), waiting.tries) == (0, ["E0001"])
    doings[0].look_at -= LOOK_AGAIN
    assert (play(NOBODY, doings), doings[0].is_over) == (1, True)
