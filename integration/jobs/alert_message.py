"""What a channel is told: one message of all that is due there, in plain words, with what to do and where to look."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.conf import settings
from django.urls import reverse

from integration.adapters.notify import Message
from integration.errors.problem import Severity
from integration.models import Alert, Notice
from integration.rules.alerts.kinds import KINDS, Kind
from integration.rules.alerts.life import RISING
from integration.rules.alerts.says import Said, span, whole
from integration.rules.alerts.telling import SHOWN

TEST_TITLE = "Crossdock: a test"
TEST_TEXT = "Somebody has pressed Send a test. What people are to be told about Crossdock comes to this place."
LOUDER = ("", "Nobody has taken it. ", "Still nobody has taken it. ")


def of(notices: Sequence[Notice], identity: uuid.UUID) -> Message:
    """Of tests alone it is the test; else the worst comes first, what is over last."""
    told = sorted((each for each in notices if each.alert is not None), key=_order)
    if not told:
        return Message(str(identity), TEST_TITLE, TEST_TEXT, Severity.LOW)
    first = told[0]
    return Message(
        identity=str(identity),
        title=_title(told),
        text=_text(told),
        severity=_alert(first).severity,
        over=all(_over(each) for each in told),
        key=_alert(first).fingerprint if len(told) == 1 else "",
        items=[_item(each) for each in told],
    )


def sentence(alert: Alert) -> str:
    return whole([Said(template, values) for template, values in alert.says])


def address(alert: Alert) -> str:
    return settings.PUBLIC_URL.rstrip("/") + reverse("admin:integration_alert_change", args=[alert.pk])


def _title(told: Sequence[Notice]) -> str:
    if len(told) == 1:
        return f"Crossdock: {_line(told[0])}"[:200]
    over = sum(map(_over, told))
    counts = [f"{len(told) - over} alerts" if len(told) > over + 1 else "1 alert"] if len(told) > over else []
    return f"Crossdock: {', '.join([*counts, *([f'{over} over'] if over else [])])}"


def _text(told: Sequence[Notice]) -> str:
    parts = [_paragraph(each) for each in told[:SHOWN]]
    if len(told) > SHOWN:
        listed = settings.PUBLIC_URL.rstrip("/") + reverse("admin:integration_alert_changelist")
        parts.append(f"And {len(told) - SHOWN} more: {listed}")
    return "\n\n".join(parts)


def _paragraph(notice: Notice) -> str:
    alert = _alert(notice)
    if _over(notice):
        return f"{_line(notice)}\n{address(alert)}"
    return f"[{alert.severity}] {_line(notice)}\n{todo(alert)}\n{address(alert)}"


def _line(notice: Notice) -> str:
    alert = _alert(notice)
    if _over(notice):
        return f"Over after {span((alert.gone_at or alert.last_seen) - alert.first_seen)}: {sentence(alert)}"
    return f"{LOUDER[min(notice.level, len(LOUDER) - 1)] if _nobody(alert) else ''}{sentence(alert)}"


def _nobody(alert: Alert) -> bool:
    """It may have been told again because it got worse."""
    return not alert.acknowledged_by


def todo(alert: Alert) -> str:
    return KINDS[Kind(alert.kind)].todo if alert.kind in KINDS else ""


def _item(notice: Notice) -> Mapping[str, Any]:
    """For a receiver that is a program."""
    alert = _alert(notice)
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "fingerprint": alert.fingerprint,
        "what": notice.what,
        "level": notice.level,
        "severity": alert.severity,
        "team": alert.team,
        "says": sentence(alert),
        "todo": todo(alert),
        "first_seen": alert.first_seen.isoformat(),
        "url": address(alert),
    }


def _order(notice: Notice) -> tuple[bool, int, int]:
    return (_over(notice), -RISING.index(Severity(_alert(notice).severity)), notice.pk)


def _over(notice: Notice) -> bool:
    return notice.what == Notice.What.GONE


def _alert(notice: Notice) -> Alert:
    """Tests, which have none, are told apart above."""
    return cast("Alert", notice.alert)
