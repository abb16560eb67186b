"""The words of a mail: rendered in the language of its reader, under a subject of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import Truncator

from cxc_portal.core import clock
from cxc_portal.core.mail import links
from cxc_portal.core.mail.kinds import MailKind, Pace
from cxc_portal.core.models import MailStatus, OutgoingMail

SUBJECT_LENGTH = 200
NEVER_TOLD = (MailStatus.CANCELLED, MailStatus.UNWANTED)


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


def written(
    kind: MailKind, mail: OutgoingMail, *, to: Recipient, context: Mapping[str, Any]
) -> OutgoingMail:
    """Give an unsaved mail its words and its link. Mails with an account behind them get a link
    that can log in; confidential ones keep the address that they lead to."""
    values = {"site_url": settings.SITE_URL, "recipient": to, **context, **_foot(kind, to)}
    if to.user is not None and not kind.is_confidential:
        mail.link_path = links.local_path(str(context.get("action_url", "")))
    if mail.link_path:
        values["action_url"] = links.address(mail.key)
    if str(values.get("action_url", "")).startswith(links.address_stem()):
        values["link_days"] = settings.MAIL_LINK_DAYS if links.may_log_in(to.user) else 0
    with translation.override(mail.language):
        subject = " ".join(render_to_string(f"{kind.template}_subject.txt", values).split())
        mail.subject = _subject(kind, mail, subject)
        values["subject"] = mail.subject
        foot = render_to_string("core/emails/_foot.txt", values).strip()
        parts = [render_to_string(f"{kind.template}.txt", values).strip(), foot]
        mail.text = "\n\n-- \n".join(part for part in parts if part) + "\n"
        mail.html = render_to_string(f"{kind.template}.html", values)
    return mail


def _foot(kind: MailKind, to: Recipient) -> dict[str, Any]:
    """What stands below a mail: how long its link logs in, and where one chooses."""
    return {
        "link_days": 0,
        "has_choice": to.user is not None and kind.pace != Pace.NOW,
        "mails_url": settings.SITE_URL + reverse("profiles:account_mails"),
    }


def _subject(kind: MailKind, mail: OutgoingMail, subject: str) -> str:
    """The subject, with a date where the reader has had the same one before."""
    if kind.is_confidential:
        return Truncator(subject).chars(SUBJECT_LENGTH)
    before = OutgoingMail.objects.filter(to=mail.to, is_confidential=False)
    told = before.exclude(status__in=NEVER_TOLD).exclude(dedup_key=mail.dedup_key)
    candidates = (
        Truncator(subject).chars(SUBJECT_LENGTH - len(suffix)) + suffix
        for suffix in _suffixes(mail.created_at)
    )
    return next(found for found in candidates if not told.filter(subject=found).exists())


def _suffixes(moment: datetime) -> Iterator[str]:
    day = date_format(clock.local(moment), "j F Y")
    time = date_format(clock.local(moment), "H:i")
    yield ""
    yield f" ({day})"
    yield f" ({day}, {time})"
    yield from (f" ({day}, {time}, {number})" for number in count(2))
