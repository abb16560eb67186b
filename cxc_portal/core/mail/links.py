"""The one link of a mail: it opens the very page and logs its reader in.

What is stored holds `/go/<key>/` alone, which opens nothing by itself: staff may read stored texts.
The signature is added when the mail is sent. It holds for `MAIL_LINK_DAYS`, and ends sooner with a
new password or another address, because both are part of what is signed.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from cxc_portal.core import clock
from cxc_portal.core.models import MailStatus, OutgoingMail

CAME_BY_LINK = "came_by_mail_link"
"""What a session holds that a link opened: it is not enough to change how one logs in."""

LONGEST_PATH = 500
TOLD = (MailStatus.SENT, MailStatus.BUNDLED)
_KEY = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_signer = signing.Signer(salt="core.mail.link")


def local_path(url: str) -> str:
    """The page of this portal that an address leads to; empty for any other address."""
    path = url.removeprefix(settings.SITE_URL)
    if path == url or path.startswith("/go/") or len(path) > LONGEST_PATH:
        return ""
    return path if is_local(path) else ""


def is_local(path: str) -> bool:
    """Whether a path leads to a page of this portal and nowhere else."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def address_stem() -> str:
    """How all links of mails begin."""
    return f"{settings.SITE_URL}/go/"


def address(key: UUID) -> str:
    """The link of a mail as it is stored."""
    return f"{settings.SITE_URL}{reverse('core:go', args=[key])}"


def may_log_in(user: Any) -> bool:
    """Whether a link logs this person in; staff and whoever has a second factor log in as ever."""
    return user.is_active and not user.is_staff and not is_mfa_enabled(user)


def signed(mail: OutgoingMail) -> tuple[str, str]:
    """Text and HTML of a mail with links that log its reader in from now on."""
    reader = mail.recipient
    if reader is None or mail.is_confidential:
        return mail.text, mail.html
    pattern = re.compile(re.escape(address_stem()) + _KEY + "/")
    named = {UUID(key) for text in (mail.text, mail.html) for key in pattern.findall(text)}
    tokens = {str(key): _token(key, reader) for key in _keys_with_link(mail, named)}

    def sign(found: re.Match[str]) -> str:
        token = tokens.get(found[1])
        return f"{found[0]}{token}/" if token else found[0]

    return pattern.sub(sign, mail.text), pattern.sub(sign, mail.html)


def _keys_with_link(mail: OutgoingMail, named: set[UUID]) -> set[UUID]:
    """Which of the keys are those of mails to the same reader that lead anywhere."""
    own = {mail.key} & named if mail.link_path else set()
    if others := named - {mail.key}:
        mails = OutgoingMail.objects.filter(recipient=mail.recipient, key__in=others)
        own |= set(mails.exclude(link_path="").values_list("key", flat=True))
    return own


def _token(key: UUID, reader: Any) -> str:
    issued = signing.b62_encode(int(clock.now().timestamp()))
    signature = _signer.signature(_claim(key, reader, issued, reader.get_session_auth_hash()))
    return f"{issued}-{signature}"


def _claim(key: UUID, reader: Any, issued: str, auth_hash: str) -> str:
    return f"{key}|{reader.pk}|{reader.email}|{auth_hash}|{issued}"


def leading_on(key: UUID) -> OutgoingMail | None:
    """The mail whose link has this key, if there is one and it leads anywhere."""
    mails = OutgoingMail.objects.select_related("recipient").exclude(link_path="")
    mail = mails.filter(key=key, recipient__is_active=True).first()
    return mail if mail and is_local(mail.link_path) else None


def opened_with(key: UUID, token: str) -> OutgoingMail | None:
    """The mail whose signed link this is, as long as it holds."""
    mail = leading_on(key)
    issued, _dash, signature = token.partition("-")
    if mail is None or not _is_fresh(issued):
        return None
    claims = (_claim(key, mail.recipient, issued, held) for held in _auth_hashes(mail.recipient))
    return mail if any(_holds(claim, signature) for claim in claims) else None


def _is_fresh(issued: str) -> bool:
    try:
        age = clock.now().timestamp() - signing.b62_decode(issued)
    except (ValueError, IndexError, OverflowError):
        return False
    return 0 <= age <= timedelta(days=settings.MAIL_LINK_DAYS).total_seconds()


def _auth_hashes(reader: Any) -> Iterator[str]:
    yield reader.get_session_auth_hash()
    yield from reader.get_session_auth_fallback_hash()


def _holds(claim: str, signature: str) -> bool:
    try:
        _signer.unsign(f"{claim}:{signature}")
    except signing.BadSignature:
        return False
    return True


def mark_opened(mail: OutgoingMail) -> None:
    """Note when the reader first came by this mail, and by the summary that told of it."""
    told = OutgoingMail.objects.filter(Q(pk=mail.pk) | Q(pk=mail.bundle_id))
    told.filter(opened_at__isnull=True).update(opened_at=clock.now())


def mark_acted(*, about: models.Model, actor: Any) -> int:
    """Note that a person acted on what the mails to it were about; says how many mails that were.

    Every step of a lifecycle does so by itself; services that act without one call it.
    """
    return mark_all_acted(about=[about], actor=actor)


def mark_all_acted(*, about: list[Any], actor: Any) -> int:
    """`mark_acted` for many objects of one model."""
    if actor is None:
        return 0
    return OutgoingMail.objects.filter(
        recipient=actor,
        about_type=about[0]._meta.label_lower,
        about_id__in=[str(one.pk) for one in about],
        status__in=TOLD,
        acted_at__isnull=True,
    ).update(acted_at=clock.now())
