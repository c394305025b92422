"""What a person decides about a difference of stock, as buttons on its case."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from integration.console.acting import Act
from integration.console.words import whole
from integration.jobs import acts, differences


def _approve(pk: int, actor: acts.Actor, reason: str) -> str:
    count = differences.approve(pk, actor, reason)
    text = ngettext("{count} line will be posted to Odoo.", "{count} lines will be posted to Odoo.", count)
    return text.format(count=whole(count))


def _refuse(pk: int, actor: acts.Actor, reason: str) -> str:
    count = differences.refuse(pk, actor, reason)
    text = ngettext("{count} line refused: nothing is posted.", "{count} lines refused: nothing is posted.", count)
    return text.format(count=whole(count))


def _told(pk: int, actor: acts.Actor, reason: str) -> str:
    differences.told(pk, actor, reason)
    return ""


def _undo(pk: int, actor: acts.Actor, reason: str) -> str:
    differences.undo(pk, actor, reason)
    return str(_("The reverse will be posted to Odoo."))


RIGHT = "integration.approve_difference"
APPROVE = Act(
    "approve",
    _("Approve"),
    _approve,
    _("approved"),
    _("Why is it right? The difference is posted to Odoo."),
    right=RIGHT,
)
REFUSE = Act(
    "refuse",
    _("Refuse"),
    _refuse,
    _("refused"),
    _("Why is it not right? Nothing is posted; the warehouse has to correct its own stock."),
    grave=True,
    right=RIGHT,
)
TOLD = Act("told", _("Told"), _told, _("closed"), _("Who keyed it there? Nothing is sent by itself."), right=RIGHT)
UNDO = Act(
    "undo",
    _("Undo"),
    _undo,
    _("decided"),
    _("Why was it a mistake? The reverse is posted to Odoo."),
    grave=True,
    right=RIGHT,
)

CHOICES = {
    **dict.fromkeys(differences.APPROVAL, (APPROVE, REFUSE)),
    differences.BY_HAND: (TOLD, UNDO),
}
