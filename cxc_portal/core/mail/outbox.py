"""Writing mails into the outbox."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.mail.delivery import deliver_mail
from cxc_portal.core.mail.kinds import MailKind, Pace
from cxc_portal.core.mail.pacing import deliver_news
from cxc_portal.core.mail.writing import Recipient, written
from cxc_portal.core.models import MailStatus, OutgoingMail


def queue(
    kind: MailKind,
    *,
    to: Recipient,
    context: Mapping[str, Any],
    dedup_key: str,
    about: models.Model | None = None,
    delay: timedelta = timedelta(0),
) -> OutgoingMail | None:
    """Write one mail in the caller's transaction; `None` when `dedup_key` was written before.

    The text is rendered now, in the recipient's language, so that it says what was true then. It
    goes out when the transaction has been committed and `delay` has passed; a paced kind goes to
    people with an account as the letter of the day or in it, see `pacing`.
    """
    moment = clock.now()
    mail = OutgoingMail(
        kind=kind.name,
        dedup_key=dedup_key,
        recipient=to.user,
        to=to.email,
        language=to.language or settings.LANGUAGE_CODE,
        is_confidential=kind.is_confidential,
        about_type=about._meta.label_lower if about else "",
        about_id=str(about.pk) if about else "",
        topic=kind.topic,
        pace=kind.pace if to.user is not None else Pace.NOW,
        created_at=moment,
        send_after=moment + delay,
    )
    written(kind, mail, to=to, context={"about": about, **context})
    if not _inserted(mail):
        return None
    if not delay:
        transaction.on_commit(lambda: _hand_over(mail))
    return mail


def _hand_over(mail: OutgoingMail) -> None:
    """Tell the workers of a mail that need not wait; the others wait for the postman's round."""
    if mail.pace == Pace.NOW:
        deliver_mail.enqueue(mail.pk)
    elif mail.pace == Pace.BLOCKING:
        deliver_news.enqueue(mail.recipient_id)


def _inserted(mail: OutgoingMail) -> bool:
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        if OutgoingMail.objects.filter(dedup_key=mail.dedup_key).exists():
            return False
        raise
    return True


def cancel(*, about: models.Model, kinds: tuple[MailKind, ...], recipient: Any = None) -> int:
    """Take back what has not gone out yet about an object, to everybody or to one person; says how
    many mails that were."""
    mails = OutgoingMail.objects.filter(
        about_type=about._meta.label_lower,
        about_id=str(about.pk),
        kind__in=[kind.name for kind in kinds],
        status=MailStatus.QUEUED,
    )
    if recipient is not None:
        mails = mails.filter(recipient=recipient)
    return mails.update(status=MailStatus.CANCELLED, paced_on=None)


def resend(*, mail_id: int, actor: Any) -> OutgoingMail:
    """Queue a failed mail again. Who may do so is for the caller to say."""
    with audit.transaction():
        mail = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=mail_id)
        if mail.status != MailStatus.FAILED:
            raise TransitionRefused("not_failed", _("Only a mail that failed can be sent again."))
        if mail.is_confidential:
            raise TransitionRefused(
                "confidential",
                _("This mail held a code or a link that has run out. A new one must be asked for."),
            )
        mail.status, mail.attempts, mail.last_error = MailStatus.QUEUED, 0, ""
        _set_out_now(mail, "status", "attempts", "last_error")
        audit.record("mail.resent", subject=mail, actor=actor)
        transaction.on_commit(lambda: deliver_mail.enqueue(mail.pk))
    return mail


def send_now(*, mail_id: int) -> None:
    """Do not wait any longer with a mail whose time has not come."""
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=mail_id)
        if not (mail.is_early or mail.is_paced):
            raise TransitionRefused("not_waiting", _("This mail does not wait for its time."))
        _set_out_now(mail)
        transaction.on_commit(lambda: deliver_mail.enqueue(mail.pk))


def _set_out_now(mail: OutgoingMail, *changed: str) -> None:
    """Somebody asked for this very mail, so it is no longer one of the day's letter."""
    mail.pace, mail.paced_on, mail.send_after = Pace.NOW, None, clock.now()
    mail.save(update_fields=["pace", "paced_on", "send_after", *changed])


def forget(*, user: Any) -> int:
    """Erase a person from the outbox, and take back what has not gone out.

    The rows stay, so that staff can still tell that something was sent, and when. Says how many.
    """
    mails = OutgoingMail.objects.filter(recipient=user)
    mails.filter(status=MailStatus.QUEUED).update(status=MailStatus.CANCELLED)
    return mails.update(
        recipient=None,
        to="",
        subject="",
        text="",
        html="",
        link_path="",
        last_error="",
        dedup_key=Concat(Value("forgotten:"), Cast("pk", models.CharField())),
    )
