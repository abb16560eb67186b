"""The postman: at most one letter a person and day.

Paced mails lie in the outbox until there is a letter for their reader. What somebody waits for goes
out at once and takes all other news along; the rest goes out together at `MAIL_SUMMARY_HOUR`. A
single piece of news is the letter itself; several are told in a summary, and their rows say so.
The letter is made in one transaction, under the lock of its reader and a unique pair of person and
day. Whoever makes it claims it there and sends it; if they die meanwhile, it is delivered like any
other mail.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any, cast

from celery import shared_task
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.mail import links
from cxc_portal.core.mail.delivery import MORNING_HOUR, SWEEP_BUDGET, send
from cxc_portal.core.mail.kinds import MailKind, Pace, register
from cxc_portal.core.mail.preferences import choices_of
from cxc_portal.core.mail.writing import Recipient, written
from cxc_portal.core.models import SUMMARY_KIND, MailChoice, MailStatus, OutgoingMail
from cxc_portal.core.queueing import SweptTask

logger = logging.getLogger(__name__)

WEEKLY_DAY = 0
"""Monday, as `date.weekday` counts."""

SUMMARY = register(
    MailKind(
        SUMMARY_KIND,
        _("everybody with several pieces of news"),
        _("once a day, or with the first thing that somebody waits for"),
        pace=Pace.DAILY,
    )
)


class Call(IntEnum):
    """What a pending mail asks of the postman."""

    UNWANTED = -1
    LATER = 0
    TODAY = 1
    URGENT = 2


@shared_task(name="core.deliver_news", base=SweptTask)
def deliver_news(recipient_id: int) -> bool:
    """Make the letter of a person if it is time, and send it. True when it went out now."""
    letter = make_letter(recipient_id, claimed_at=clock.real_now())
    return letter is not None and send(letter)


def post() -> int:
    """One round of the postman; says how many letters went out."""
    start = clock.real_now()
    sent = 0
    for recipient_id in _due_recipients(clock.now()):
        if clock.real_now() - start > SWEEP_BUDGET:
            break
        try:
            sent += deliver_news(recipient_id)
        except Exception:
            logger.exception("the letter of person %s could not be made", recipient_id)
    return sent


def make_letter(recipient_id: int, *, claimed_at: datetime | None = None) -> OutgoingMail | None:
    """Make today's letter of a person from what waits, or nothing. Whoever sends it at once claims
    it; otherwise it waits in the outbox."""
    try:
        with transaction.atomic():
            return _make_letter(recipient_id, clock.now(), claimed_at)
    except IntegrityError:
        logger.info("person %s has had a letter of another worker", recipient_id)
        return None


def _pending(moment: datetime) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(
        status=MailStatus.QUEUED,
        pace__in=[Pace.BLOCKING, Pace.DAILY],
        paced_on__isnull=True,
        recipient__isnull=False,
        send_after__lte=moment,
    )


def _due_recipients(moment: datetime) -> list[int]:
    """Who gets a letter now, whoever has waited longest first."""
    found: dict[int, list[OutgoingMail]] = defaultdict(list)
    waiting = _pending(moment).order_by("pk")
    for mail in waiting.only("recipient_id", "topic", "pace", "send_after"):
        found[cast(int, mail.recipient_id)].append(mail)
    told = OutgoingMail.objects.filter(paced_on=clock.day_of(moment), recipient__in=found)
    for person in told.order_by().values_list("recipient", flat=True):
        del found[person]
    choices = choices_of(found)
    calls = {
        person: [_call(mail, choices.get((person, mail.topic)), moment) for mail in mails]
        for person, mails in found.items()
    }
    return [
        person
        for person, called in calls.items()
        if Call.UNWANTED in called or _is_time(called, moment)
    ]


def _make_letter(
    recipient_id: int, moment: datetime, claimed_at: datetime | None
) -> OutgoingMail | None:
    # Whoever erases an account locks its row first, too; mails that somebody is taking back just
    # now are left for the next letter.
    day = clock.day_of(moment)
    told = OutgoingMail.objects.filter(recipient=OuterRef("pk"), paced_on=day)
    people = get_user_model().objects.annotate(is_told=Exists(told))
    reader = people.select_for_update(of=("self",), no_key=True).get(pk=recipient_id)
    if reader.is_told:
        return None
    waiting = _pending(moment).filter(recipient=reader).order_by("pk")
    choices = choices_of([recipient_id])
    calls = {
        mail: _call(mail, choices.get((recipient_id, mail.topic)), moment)
        for mail in waiting.select_for_update(of=("self",), skip_locked=True)
    }
    _set_status(MailStatus.UNWANTED, [m for m, call in calls.items() if call == Call.UNWANTED])
    if not _is_time(calls.values(), moment):
        return None
    news = [mail for mail, call in calls.items() if call >= Call.TODAY]
    news.sort(key=lambda mail: (mail.pace != Pace.BLOCKING, mail.pk))
    return _letter(reader, news, day, claimed_at)


def _call(mail: OutgoingMail, choice: MailChoice | None, moment: datetime) -> Call:
    """What one mail asks for, given what its reader chose for its topic."""
    today = clock.day_of(moment)
    if mail.pace == Pace.BLOCKING:
        is_open = clock.day_of(mail.send_after) == today or (
            clock.local(moment).hour >= MORNING_HOUR
        )
        is_at_once = choice in (None, MailChoice.AT_ONCE)
        return Call.URGENT if is_at_once and is_open else Call.TODAY
    if choice == MailChoice.NEVER:
        return Call.UNWANTED
    if choice == MailChoice.WEEKLY and today < _weekly_day(clock.day_of(mail.send_after)):
        return Call.LATER
    return Call.TODAY


def _weekly_day(day: date) -> date:
    """The day of the weekly summary that is the next from `day` on."""
    return day + timedelta(days=(WEEKLY_DAY - day.weekday()) % 7)


def _is_time(calls: Iterable[Call], moment: datetime) -> bool:
    most = max(calls, default=Call.LATER)
    is_evening = clock.local(moment).hour >= settings.MAIL_SUMMARY_HOUR
    return most == Call.URGENT or (most == Call.TODAY and is_evening)


def _letter(
    reader: Any, news: list[OutgoingMail], day: date, claimed_at: datetime | None
) -> OutgoingMail:
    """The single piece of news itself, or a summary of all of them, the most urgent first."""
    letter = news[0] if len(news) == 1 else _summary(reader, news)
    letter.recipient, letter.paced_on = reader, day
    if claimed_at:
        letter.status, letter.claimed_at = MailStatus.SENDING, claimed_at
    if len(news) == 1:
        letter.save(update_fields=["paced_on", "status", "claimed_at"])
    else:
        letter.save(force_insert=True)
        _set_status(MailStatus.BUNDLED, news, bundle=letter)
    return letter


def _summary(reader: Any, news: list[OutgoingMail]) -> OutgoingMail:
    moment = clock.now()
    to = Recipient.of(reader)
    summary = OutgoingMail(
        kind=SUMMARY.name,
        recipient=reader,
        to=to.email,
        language=to.language or settings.LANGUAGE_CODE,
        pace=SUMMARY.pace,
        created_at=moment,
        send_after=moment,
    )
    summary.dedup_key = f"{SUMMARY.name}:{summary.key}"
    context = {
        "first": news[0].subject,
        "more": len(news) - 1,
        "awaited": [_line(mail) for mail in news if mail.pace == Pace.BLOCKING],
        "others": [_line(mail) for mail in news if mail.pace != Pace.BLOCKING],
        "action_url": settings.SITE_URL + settings.LOGIN_REDIRECT_URL,
        "action_label": _("Open your dashboard"),
    }
    return written(SUMMARY, summary, to=to, context=context)


def _line(mail: OutgoingMail) -> dict[str, str]:
    return {"subject": mail.subject, "url": links.address(mail.key) if mail.link_path else ""}


def _set_status(status: MailStatus, mails: list[OutgoingMail], **fields: object) -> None:
    if keys := [mail.pk for mail in mails]:
        OutgoingMail.objects.filter(pk__in=keys).update(status=status, **fields)
