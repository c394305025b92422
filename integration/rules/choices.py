"""What a person may choose in a case, where the code may not decide. The words say what happens."""

from collections.abc import Mapping
from dataclasses import dataclass

from integration.rules.business.outcomes import GO_TO, HELD, LET_GO, NOWHERE, STAY

UNKNOWN_RETURN, MORE_BACK, OTHER_NUMBER, OTHER_PRODUCT = "CD-7030", "CD-7031", "CD-7032", "CD-7033"
TYPED_AND_TOLD = "CD-9401"
OVER, STRAY, SHORT, SUBSTITUTE = "CD-7005", "CD-7006", "CD-7020", "CD-5020"
CHANGED, CANCELLED = TOO_LATE = ("CD-4012", "CD-4013")
BACK, RAISE, KEEP = "back", "raise", "keep"


@dataclass(frozen=True, slots=True)
class Choice:
    """``name`` is kept with the decision; ``asks`` is the question for the reason; ``right``: who has it may choose."""

    name: str
    label: str
    asks: str
    grave: bool = False
    right: str = ""


TAKEN = (
    Choice("take_in", "Take it in", "Why does it stay? All of it is booked into stock."),
    Choice(
        "leave_out",
        "Leave it out",
        "Who takes it back? It is not booked. Ask the warehouse to take it off its stock.",
        grave=True,
    ),
)
COMES_BACK = Choice(
    BACK,
    "Expect it back",
    "Who sends it back? What leaves too much becomes a return in Odoo, which is announced to the warehouse.",
)
LET_IT_GO = Choice(
    LET_GO,
    "Let it go",
    "Who agreed? The order goes as it is now; when it or the rule changes, the rule is asked again.",
    right="integration.let_order_go",
)
SENT_ELSEWHERE = (
    Choice(
        GO_TO,
        "Name the warehouse",
        "Which one is it to leave from, whatever it holds? Write its name as the rule does, and only that.",
        right="integration.let_order_go",
    ),
    Choice(
        STAY,
        "Leave it where it is",
        "Who agreed? It is released to the warehouse that Odoo chose, as without the rule.",
        right="integration.let_order_go",
    ),
)
CHOICES: Mapping[str, tuple[Choice, ...]] = {
    **dict.fromkeys(sorted(HELD), (LET_IT_GO,)),
    NOWHERE: SENT_ELSEWHERE,
    CHANGED: (
        COMES_BACK,
        Choice(
            RAISE, "Raise the order", "Who agreed? The order's lines are raised in Odoo to what leaves, at their price."
        ),
    ),
    CANCELLED: (
        Choice(
            BACK,
            COMES_BACK.label,
            "Who sends it back? What leaves becomes a return in Odoo, which is announced to the warehouse. Where"
            " shipments are billed by a rule, CD-8107 stands until it is back.",
        ),
        Choice(KEEP, "The customer keeps it", "Who agreed? The order stays cancelled: invoice it in Odoo by hand."),
    ),
    OVER: (
        Choice("accept", "Take in all of it", "Why is the surplus kept? All that came in is booked."),
        Choice(
            "refuse",
            "Refuse the surplus",
            "Who takes it back? What is above the order is not booked. Ask the warehouse to take it off its stock.",
            grave=True,
        ),
    ),
    STRAY: (
        Choice("take_in", "Take it in", "Why is it kept? It becomes an extra line of the receipt, without an order."),
        Choice(
            "leave_out",
            "Leave it out",
            "Who takes it back? Nothing of it is booked. Ask the warehouse to take it off its stock.",
            grave=True,
        ),
    ),
    UNKNOWN_RETURN: (
        Choice("named", "Name the order", "Which order was it? Write Odoo's number, or the customer's, and only that."),
        Choice(
            "without",
            "Take in without an order",
            "Why does it stay? It is booked into stock, and nobody is credited.",
            grave=True,
        ),
    ),
    **dict.fromkeys((MORE_BACK, OTHER_NUMBER, OTHER_PRODUCT), TAKEN),
    SUBSTITUTE: (
        Choice(
            "accept",
            "Accept",
            "Who agreed to it? The shipment is posted, the order is changed to match; the next one is asked again.",
        ),
        Choice(
            "refuse",
            "Refuse",
            "Why? Nothing of this confirmation is posted: the warehouse has to bring it back and confirm anew.",
            grave=True,
        ),
    ),
    TYPED_AND_TOLD: (
        Choice("same", "The same goods", "Who says so? Nothing of it is booked: the goods are booked already."),
        Choice("other", "Other goods", "Who says so? It is booked as a shipment of its own, beside the other one."),
    ),
    SHORT: (
        Choice("coming", "Still coming", "What did the carrier say? What is missing is announced again."),
        Choice(
            "lost", "Lost on the way", "Who has approved that? It is written off in Odoo, and not waited for.", True
        ),
    ),
}
