"""The postman: at most one letter a person and day.

Paced mails lie in the outbox until there is a letter for their reader. What somebody waits for goes
out at once and takes all other news along; the rest goes out together at `MAIL_SUMMARY_HOUR`. A
single piece of news is the letter itself; several are told in a summary, and their rows say so.
A letter is made in one transaction, under the lock of its reader and a unique pair of person and
day; a round makes those of some people together. Whoever makes it claims it there and sends it; if
they die meanwhile, it is delivered like any other mail.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
from cxc_portal.core.mail.delivery import MORNING_HOUR, SWEEP_BUDGET, hand_back, send
from cxc_portal.core.mail.kinds import MailKind, Pace, register
from cxc_portal.core.mail.preferences import choices_of
from cxc_portal.core.mail.writing import Recipient, written
from cxc_portal.core.models import SUMMARY_KIND, MailChoice, MailStatus, OutgoingMail
from cxc_portal.core.queueing import SweptTask

logger = logging.getLogger(__name__)

TOGETHER = 20
"""For so many people a round makes the letters in one transaction."""

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
    """One round of the postman; says how many letters went out.

    It stops after `SWEEP_BUDGET`, because by then the next round has begun.
    """
    end = clock.real_now() + SWEEP_BUDGET
    due = _due_recipients(clock.now())
    sent = 0
    for start in range(0, len(due), TOGETHER):
        if clock.real_now() > end:
            break
        letters = _made_together(due[start : start + TOGETHER])
        for number, letter in enumerate(letters):
            if clock.real_now() > end:
                hand_back(letters[number:])
                break
            sent += send(letter)
    return sent


def _made_together(recipient_ids: Sequence[int]) -> list[OutgoingMail]:
    """The claimed letters of some people; where that fails, each is made alone, so that one that
    cannot be made does not keep the others back."""
    try:
        return make_letters(recipient_ids, claimed_at=clock.real_now())
    except Exception:  # noqa: BLE001 - whose letter it was shows when each is made alone
        letters = [_made_alone(one) for one in recipient_ids]
    return [letter for letter in letters if letter]


def _made_alone(recipient_id: int) -> OutgoingMail | None:
    try:
        return make_letter(recipient_id, claimed_at=clock.real_now())
    except Exception:
        logger.exception("the letter of person %s could not be made", recipient_id)
        return None


def make_letter(recipient_id: int, *, claimed_at: datetime | None = None) -> OutgoingMail | None:
    """Make today's letter of a person from what waits, or nothing. Whoever sends it at once claims
    it; otherwise it waits in the outbox."""
    try:
        return next(iter(make_letters([recipient_id], claimed_at=claimed_at)), None)
    except IntegrityError:
        logger.info("person %s has had a letter of another worker", recipient_id)
        return None


def make_letters(
    recipient_ids: Sequence[int], *, claimed_at: datetime | None = None
) -> list[OutgoingMail]:
    """`make_letter` for several people, all or none."""
    with transaction.atomic():
        return _make_letters(recipient_ids, clock.now(), claimed_at)


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


def _make_letters(
    recipient_ids: Sequence[int], moment: datetime, claimed_at: datetime | None
) -> list[OutgoingMail]:
    # Whoever erases an account locks its row first, too; mails that somebody is taking back just
    # now are left for the next letter.
    day = clock.day_of(moment)
    told = OutgoingMail.objects.filter(recipient=OuterRef("pk"), paced_on=day)
    people = get_user_model().objects.annotate(is_told=Exists(told)).filter(pk__in=recipient_ids)
    locked = people.select_for_update(of=("self",), no_key=True).order_by("pk")
    readers = {one.pk: one for one in locked if not one.is_told}
    if not readers:
        return []
    choices = choices_of(readers)
    calls: dict[int, dict[OutgoingMail, Call]] = {person: {} for person in readers}
    waiting = _pending(moment).filter(recipient__in=readers).order_by("pk")
    for mail in waiting.select_for_update(of=("self",), skip_locked=True):
        person = cast(int, mail.recipient_id)
        calls[person][mail] = _call(mail, choices.get((person, mail.topic)), moment)
    _set_status(
        MailStatus.UNWANTED,
        [m for called in calls.values() for m, call in called.items() if call == Call.UNWANTED],
    )
    letters = [
        _letter(readers[person], _news(called), day, claimed_at)
        for person, called in calls.items()
        if _is_time(called.values(), moment)
    ]
    alone = [letter.pk for letter in letters if not letter.is_summary]
    claim = {"status": MailStatus.SENDING, "claimed_at": claimed_at} if claimed_at else {}
    OutgoingMail.objects.filter(pk__in=alone).update(paced_on=day, **claim)
    return letters


def _news(called: Mapping[OutgoingMail, Call]) -> list[OutgoingMail]:
    """What goes into the letter of today, the most urgent first."""
    news = [mail for mail, call in called.items() if call >= Call.TODAY]
    return sorted(news, key=lambda mail: (mail.pace != Pace.BLOCKING, mail.pk))


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
    """The single piece of news itself, to be written yet, or a summary of all of them."""
    letter = news[0] if len(news) == 1 else _summary(reader, news)
    letter.recipient, letter.paced_on = reader, day
    if claimed_at:
        letter.status, letter.claimed_at = MailStatus.SENDING, claimed_at
    if len(news) > 1:
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
