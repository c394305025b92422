"""What a person decides about a difference of stock, as buttons on its case."""

from integration.console.acting import Act
from integration.console.words import plural
from integration.jobs import acts, differences


def _approve(pk: int, actor: acts.Actor, reason: str) -> str:
    return f"{plural(differences.approve(pk, actor, reason), 'line')} will be posted to Odoo."


def _refuse(pk: int, actor: acts.Actor, reason: str) -> str:
    return f"{plural(differences.refuse(pk, actor, reason), 'line')} refused: nothing is posted."


def _told(pk: int, actor: acts.Actor, reason: str) -> str:
    differences.told(pk, actor, reason)
    return ""


def _undo(pk: int, actor: acts.Actor, reason: str) -> str:
    differences.undo(pk, actor, reason)
    return "The reverse will be posted to Odoo."


RIGHT = "integration.approve_difference"
APPROVE = Act(
    "approve", "Approve", _approve, "approved", "Why is it right? The difference is posted to Odoo.", right=RIGHT
)
REFUSE = Act(
    "refuse",
    "Refuse",
    _refuse,
    "refused",
    "Why is it not right? Nothing is posted; the warehouse has to correct its own stock.",
    grave=True,
    right=RIGHT,
)
TOLD = Act("told", "Told", _told, "closed", "Who keyed it there? Nothing is sent by itself.", right=RIGHT)
UNDO = Act(
    "undo", "Undo", _undo, "decided", "Why was it a mistake? The reverse is posted to Odoo.", grave=True, right=RIGHT
)

CHOICES = {
    **dict.fromkeys(differences.APPROVAL, (APPROVE, REFUSE)),
    differences.BY_HAND: (TOLD, UNDO),
}
