"""Carrying mails from the outbox to the mail server.

A mail is claimed in a transaction of its own, sent, and marked as sent. A worker that dies between
the two leaves the claim behind; the sweep takes the mail up again once the claim is older than
`MAIL_CLAIM_SECONDS`. The Message-ID stays the same, so that a server can drop the second copy.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import Case, Q, QuerySet, Value, When

from cxc_portal.core import clock
from cxc_portal.core.mail import links, unsubscribe
from cxc_portal.core.models import MailStatus, OutgoingMail, Pace
from cxc_portal.core.queueing import SweptTask

logger = logging.getLogger(__name__)

RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
MAX_ATTEMPTS = len(RETRY_AFTER) + 1
SWEEP_BUDGET = timedelta(seconds=50)
MORNING_HOUR = 7
"""When a letter that had to wait for another day goes out, in the portal's own time zone."""


def _due(moment: datetime) -> Q:
    """What should go out now, the mails of dead workers among them."""
    claims_end = clock.real_now() - timedelta(seconds=settings.MAIL_CLAIM_SECONDS)
    is_letter = Q(pace=Pace.NOW) | Q(paced_on__isnull=False)
    return (is_letter & Q(status=MailStatus.QUEUED, send_after__lte=moment)) | Q(
        status=MailStatus.SENDING, claimed_at__lt=claims_end
    )


@shared_task(name="core.deliver_mail", base=SweptTask)
def deliver_mail(mail_id: int) -> bool:
    return deliver(mail_id)


def deliver(mail_id: int) -> bool:
    """Send one mail if it is due and nobody else has it. True when it went out now."""
    mail = _claim(mail_id)
    return mail is not None and send(mail)


def send(mail: OutgoingMail) -> bool:
    """Send a mail that the caller has claimed. True when it went out."""
    try:
        _message(mail).send()
    except Exception as problem:  # noqa: BLE001 - one bad mail must not stop the others
        _note_failure(mail, problem)
        return False
    moment = clock.now()
    _release(mail, MailStatus.SENT, sent_at=moment, last_error="")
    if mail.is_summary:
        mail.bundled.update(sent_at=moment)
    return True


def hand_back(mails: Sequence[OutgoingMail]) -> None:
    """Give up the claim on mails for which there is no time: the sweep sends them."""
    for mail in mails:
        _ours(mail).update(status=MailStatus.QUEUED)


def sweep() -> int:
    """Deliver what is due, oldest first; says how many went out.

    It stops after `SWEEP_BUDGET`, because by then the next sweep has begun.
    """
    start = clock.real_now()
    due = OutgoingMail.objects.filter(_due(clock.now())).order_by("pk").values_list("pk", flat=True)
    sent = 0
    for mail_id in list(due):
        if clock.real_now() - start > SWEEP_BUDGET:
            break
        sent += deliver(mail_id)
    return sent


def _claim(mail_id: int) -> OutgoingMail | None:
    moment = clock.now()
    due = OutgoingMail.objects.filter(_due(moment), pk=mail_id)
    # A letter that is late becomes the letter of the day on which it goes out.
    day = Case(When(paced_on__isnull=False, then=Value(clock.day_of(moment))))
    try:
        with transaction.atomic():
            claimed = due.update(
                status=MailStatus.SENDING, claimed_at=clock.real_now(), paced_on=day
            )
    except IntegrityError:
        due.update(status=MailStatus.QUEUED, send_after=_next_morning(moment))
        return None
    if not claimed:
        return None
    return OutgoingMail.objects.select_related("recipient").get(pk=mail_id)


def _next_morning(moment: datetime) -> datetime:
    """The reader has had today's letter."""
    tomorrow = clock.local(moment) + timedelta(days=1)
    return tomorrow.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    text, html = links.signed(mail)
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=text,
        to=[mail.to],
        headers={
            "Message-ID": f"<mail-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": mail.language,
            **unsubscribe.headers(mail),
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def _note_failure(mail: OutgoingMail, problem: Exception) -> None:
    """Try again later, after a longer wait each time, and give up in the end."""
    tries = mail.attempts + 1
    logger.warning("mail %s: attempt %s failed: %s", mail.pk, tries, type(problem).__name__)
    error = f"{type(problem).__name__}: {problem}"[:500]
    if tries >= MAX_ATTEMPTS:
        _release(mail, MailStatus.FAILED, last_error=error)
    else:
        again = clock.now() + RETRY_AFTER[mail.attempts]
        _release(mail, MailStatus.QUEUED, last_error=error, send_after=again)


def _release(mail: OutgoingMail, status: MailStatus, **fields: object) -> None:
    """Write the outcome while the claim is still ours. What logs somebody in is kept no longer."""
    fields |= {"status": status, "attempts": mail.attempts + 1}
    if mail.is_confidential and status != MailStatus.QUEUED and not settings.DEMO:
        fields |= {"text": "", "html": ""}
    if not _ours(mail).update(**fields):
        logger.warning("mail %s: the claim ran out before the server had answered", mail.pk)


def _ours(mail: OutgoingMail) -> QuerySet[OutgoingMail]:
    """The row, as long as the claim on it is ours."""
    return OutgoingMail.objects.filter(
        pk=mail.pk, status=MailStatus.SENDING, claimed_at=mail.claimed_at
    )
