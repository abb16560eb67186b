"""Carrying mails from the outbox to the mail server.

A mail is claimed in a transaction of its own, sent, and marked as sent. A worker that dies between
the two leaves the claim behind; the sweep takes the mail up again once the claim is older than
`CLAIM_LIFETIME`. The Message-ID stays the same, so that a server can drop the second copy.
"""

import logging
from datetime import timedelta
from email.utils import parseaddr
from smtplib import SMTPException

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q

from cxc_portal.core import clock
from cxc_portal.core.models import MailStatus, OutgoingMail
from cxc_portal.core.queueing import SweptTask

logger = logging.getLogger(__name__)

CLAIM_LIFETIME = timedelta(minutes=2)
MAX_ATTEMPTS = 5
RETRY_AFTER = timedelta(minutes=5)


def due_mail_ids() -> list[int]:
    """The mails that should go out now, those of dead workers among them."""
    moment = clock.now()
    return list(
        OutgoingMail.objects.filter(
            Q(status=MailStatus.QUEUED, send_after__lte=moment)
            | Q(status=MailStatus.SENDING, claimed_at__lt=moment - CLAIM_LIFETIME)
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _claim(mail_id: int) -> OutgoingMail | None:
    moment = clock.now()
    claimed = OutgoingMail.objects.filter(
        Q(status=MailStatus.QUEUED, send_after__lte=moment)
        | Q(status=MailStatus.SENDING, claimed_at__lt=moment - CLAIM_LIFETIME),
        pk=mail_id,
    ).update(status=MailStatus.SENDING, claimed_at=moment)
    return OutgoingMail.objects.get(pk=mail_id) if claimed else None


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        headers={
            "Message-ID": f"<mail-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def deliver(mail_id: int) -> bool:
    """Send one mail if it is due and nobody else has it. True when it went out now."""
    mail = _claim(mail_id)
    if mail is None:
        return False
    try:
        _message(mail).send()
    except (SMTPException, OSError) as problem:
        _note_failure(mail, problem)
        return False
    mail.status, mail.sent_at = MailStatus.SENT, clock.now()
    mail.attempts, mail.last_error = mail.attempts + 1, ""
    fields = ["status", "sent_at", "attempts", "last_error"]
    if mail.is_confidential and not settings.DEMO:
        mail.text = mail.html = ""
        fields += ["text", "html"]
    mail.save(update_fields=fields)
    return True


@shared_task(name="core.deliver_mail", base=SweptTask)
def deliver_mail(mail_id: int) -> bool:
    return deliver(mail_id)


def _note_failure(mail: OutgoingMail, problem: Exception) -> None:
    mail.attempts += 1
    mail.last_error = f"{type(problem).__name__}: {problem}"[:500]
    mail.status = MailStatus.FAILED if mail.attempts >= MAX_ATTEMPTS else MailStatus.QUEUED
    mail.send_after = clock.now() + RETRY_AFTER * mail.attempts
    mail.save(update_fields=["attempts", "last_error", "status", "send_after"])
    logger.warning("mail %s: attempt %s failed", mail.pk, mail.attempts)
