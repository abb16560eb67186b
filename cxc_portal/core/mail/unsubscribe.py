"""Fewer mails with one click (RFC 8058): without a log-in, by a link that holds for ever."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from cxc_portal.core.mail.topics import Topic, known_topics
from cxc_portal.core.models import OutgoingMail, Pace

_signer = signing.Signer(salt="core.mail.fewer")


def topics_of(mail: OutgoingMail) -> list[Topic]:
    """The topics that a mail is about; of a summary those that it tells of."""
    if mail.is_summary:
        return known_topics(set(mail.bundled.values_list("topic", flat=True)))
    return known_topics({mail.topic})


def address(mail: OutgoingMail) -> str:
    """Where the reader gets fewer mails like this one."""
    token = _signer.signature(_claim(mail))
    return f"{settings.SITE_URL}{reverse('core:fewer_mails', args=[mail.key, token])}"


def headers(mail: OutgoingMail) -> dict[str, str]:
    """What lets a mail program offer a button for it."""
    if mail.recipient_id is None or mail.pace == Pace.NOW or not topics_of(mail):
        return {}
    return {
        "List-Unsubscribe": f"<{address(mail)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def mail_at(key: UUID, token: str) -> OutgoingMail | None:
    """The mail that an address of `address` belongs to."""
    mail = OutgoingMail.objects.filter(key=key).first()
    is_signed = mail is not None and _is_signed(mail, token)
    return mail if is_signed else None


def _claim(mail: OutgoingMail) -> str:
    return f"{mail.key}|{mail.recipient_id}"


def _is_signed(mail: OutgoingMail, token: str) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(_signer.signature(_claim(mail), key), token) for key in keys)
