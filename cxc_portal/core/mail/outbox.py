"""Writing mails into the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Value
from django.db.models.functions import Cast, Concat
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.mail.delivery import deliver_mail
from cxc_portal.core.mail.kinds import MailKind
from cxc_portal.core.models import MailStatus, OutgoingMail

SUBJECT_LENGTH = 200


@dataclass(frozen=True)
class Recipient:
    """Whom a mail goes to, in which language."""

    email: str
    language: str = ""
    user: Any = None
    name: str = ""

    @classmethod
    def of(cls, user: Any) -> "Recipient":
        """The recipient that a user is."""
        return cls(email=user.email, language=user.language, user=user, name=user.get_short_name())


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
    goes out when the transaction has been committed and `delay` has passed.
    """
    moment = clock.now()
    language = to.language or settings.LANGUAGE_CODE
    mail = OutgoingMail(
        kind=kind.name,
        dedup_key=dedup_key,
        recipient=to.user,
        to=to.email,
        language=language,
        is_confidential=kind.is_confidential,
        about_type=about._meta.label_lower if about else "",
        about_id=str(about.pk) if about else "",
        created_at=moment,
        send_after=moment + delay,
        **_texts(kind, language, {"recipient": to, "about": about, **context}),
    )
    if not _written(mail):
        return None
    if not delay:
        transaction.on_commit(lambda: deliver_mail.enqueue(mail.pk))
    return mail


def _texts(kind: MailKind, language: str, context: Mapping[str, Any]) -> dict[str, str]:
    with translation.override(language):
        values = {"site_url": settings.SITE_URL, **context}
        subject = " ".join(render_to_string(f"{kind.template}_subject.txt", values).split())
        values["subject"] = Truncator(subject).chars(SUBJECT_LENGTH)
        return {
            "subject": values["subject"],
            "text": render_to_string(f"{kind.template}.txt", values).strip() + "\n",
            "html": render_to_string(f"{kind.template}.html", values),
        }


def _written(mail: OutgoingMail) -> bool:
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        if OutgoingMail.objects.filter(dedup_key=mail.dedup_key).exists():
            return False
        raise
    return True


def cancel(*, about: models.Model, kinds: tuple[MailKind, ...]) -> int:
    """Take back what has not gone out yet about an object; says how many mails that were."""
    return OutgoingMail.objects.filter(
        about_type=about._meta.label_lower,
        about_id=str(about.pk),
        kind__in=[kind.name for kind in kinds],
        status=MailStatus.QUEUED,
    ).update(status=MailStatus.CANCELLED)


def resend(*, mail_id: int, actor: Any) -> OutgoingMail:
    """Queue a failed mail again. Who may do so is for the caller to say."""
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=mail_id)
        if mail.status != MailStatus.FAILED:
            raise TransitionRefused("not_failed", _("Only a mail that failed can be sent again."))
        if mail.is_confidential:
            raise TransitionRefused(
                "confidential",
                _("This mail held a code or a link that has run out. A new one must be asked for."),
            )
        mail.status, mail.attempts, mail.last_error = MailStatus.QUEUED, 0, ""
        mail.send_after = clock.now()
        mail.save(update_fields=["status", "attempts", "last_error", "send_after"])
        audit.record("mail.resent", subject=mail, actor=actor)
        transaction.on_commit(lambda: deliver_mail.enqueue(mail.pk))
    return mail


def send_now(*, mail_id: int) -> None:
    """Do not wait any longer with a mail whose time has not come."""
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=mail_id)
        if not mail.is_early:
            raise TransitionRefused("not_waiting", _("This mail does not wait for its time."))
        mail.send_after = clock.now()
        mail.save(update_fields=["send_after"])
        transaction.on_commit(lambda: deliver_mail.enqueue(mail.pk))


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
        last_error="",
        dedup_key=Concat(Value("forgotten:"), Cast("pk", models.CharField())),
    )
