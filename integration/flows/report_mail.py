"""Mails one report to one recipient.

Operational impact: people see less. Nothing else waits for it.
"""

import smtplib
import ssl
from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from integration.errors import ConfigurationError, IntegrationError, Rejected, Unreachable
from integration.jobs.work import Outcome, Work
from integration.models import ReportMail
from integration.reports import mailing

STEPS = 8  # of the talk with the mail server: each may take as long as the time limit
AWAY, WRONG, REFUSED = "CD-9501", "CD-9502", "CD-9503"
LASTING = 500  # replies from here on are for good (RFC 5321, 4.2.1)


def handle(work: Work) -> Outcome:
    rows = ReportMail.objects.select_related("schedule")
    mail = rows.filter(pk=work.job.payload["mail"]).first()
    if mail is None or not (mail.schedule.active or mail.asked_by):
        return Outcome("the schedule is gone, or switched off")
    if mail.sent_at is not None:
        return Outcome("sent before")
    if not settings.EMAIL_HOST:
        raise ConfigurationError(WRONG, schedule=mail.schedule.name, detail="no mail server is set (EMAIL_HOST)")
    message = mailing.compose(mail)
    work.before_call()
    work.keep_claim(STEPS * settings.EMAIL_TIMEOUT + work.claim_seconds)
    _send(message, mail)
    mailing.sent(mail)  # at once: whatever happens to the job now, it is not sent again
    return Outcome("sent")


def _send(message: EmailMessage, mail: ReportMail) -> None:
    """Raises Unreachable, Rejected, ConfigurationError."""
    try:
        message.connection = get_connection()
        message.send()
    except smtplib.SMTPException as refused:
        raise _meant(refused)(mail) from None
    except ssl.SSLError as wrong:
        detail = f"no encrypted connection can be made ({wrong.reason or type(wrong).__name__})"
        raise ConfigurationError(WRONG, schedule=mail.schedule.name, detail=detail) from None
    except OSError as down:
        raise Unreachable(AWAY, schedule=mail.schedule.name, detail=type(down).__name__) from None


def _meant(refused: smtplib.SMTPException) -> Callable[[ReportMail], IntegrationError]:
    """What a server's words come to; they may hold addresses, so that only their number is told."""
    reply = _reply(refused)
    if isinstance(refused, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError):
        detail = f"the mail server takes neither this login nor this EMAIL_SECURITY (reply {reply})"
        return lambda mail: ConfigurationError(WRONG, schedule=mail.schedule.name, detail=detail)
    if reply < LASTING:
        return lambda mail: Unreachable(AWAY, schedule=mail.schedule.name, detail=f"reply {reply}")
    return lambda mail: Rejected(
        REFUSED, schedule=mail.schedule.name, domain=mail.recipient.rpartition("@")[2], detail=f"reply {reply}"
    )


def _reply(refused: smtplib.SMTPException) -> int:
    """0: it hung up without one."""
    if isinstance(refused, smtplib.SMTPRecipientsRefused):
        return next((code for code, _text in refused.recipients.values()), 0)
    return int(getattr(refused, "smtp_code", 0))
