"""What came of an exchange after some months: who is to be asked, and what was answered."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cxc_portal.core import clock
from exchanges.enums import ORGANISATIONS, ExchangeState
from exchanges.models import Exchange
from profiles.rules import current_rules
from reports.enums import LaterEffect
from reports.models import LaterAnswer, Question, Report
from reports.permissions import sides_read_by

RULES = ("later.first_months", "later.second_months")
CONSENT = "contact_later"
"""The question of the report that asks whether one may be asked later."""


def months_asked() -> list[int]:
    """After how many months the question is put, the fewest first."""
    rules = current_rules()
    return sorted({rules.integer(key) for key in RULES})


def exchanges_to_ask() -> Iterator[tuple[int, int]]:
    """The key of each exchange with a side that has yet to be asked, and after how many months.

    Where several questions are due at once, only the last of them is put.
    """
    for months in reversed(months_asked()):
        waiting = reports_to_ask(months).order_by("exchange__closed_at", "exchange")
        for key in dict.fromkeys(waiting.values_list("exchange", flat=True)):
            yield key, months


def reports_to_ask(months: int) -> QuerySet[Report]:
    """Those whose sides have not been asked yet, although it is time: they said in their report
    that they may be asked, or the report did not ask them so."""
    of_report = {"exchange": OuterRef("exchange"), "capacity": OuterRef("capacity")}
    asked = LaterAnswer.objects.filter(months__gte=months, **of_report)
    may_choose = Question.objects.filter(questionnaire=OuterRef("questionnaire"), key=CONSENT)
    return Report.objects.filter(
        Q(**{f"answers__{CONSENT}": True}) | ~Exists(may_choose),
        ~Exists(asked),
        exchange__state=ExchangeState.CLOSED,
        exchange__closed_at__lte=months_ago(months),
    )


def months_ago(count: int) -> datetime:
    """The same time of the same day, so many months earlier; the last day of a shorter month."""
    now = clock.now()
    year, month = divmod(now.year * 12 + now.month - 1 - count, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def asked_of(exchange: Exchange, months: int, user: Any) -> LaterAnswer | None:
    """The question that was put to this person's side, answered or not."""
    own = [one for one in exchange.capacities_of(user) if one in ORGANISATIONS]
    rows = LaterAnswer.objects.filter(exchange=exchange, months=months, capacity__in=own)
    return rows.order_by(F("answered_at").asc(nulls_first=True), "pk").first()


def answers_seen(exchange: Exchange, user: Any) -> QuerySet[LaterAnswer]:
    """What was answered, as far as this person may read it."""
    found = exchange.later_answers.filter(capacity__in=sides_read_by(user, exchange))
    return found.filter(answered_at__isnull=False).order_by("months", "-capacity")


def effects_in_words(answer: LaterAnswer) -> list[str]:
    """What was ticked, in the reader's language."""
    labels = dict(LaterEffect.choices)
    return [str(labels[code]) for code in answer.effects if code in labels]
