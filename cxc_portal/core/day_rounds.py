"""What beat would have done while the demo's clock is moved over the days.

The schedule is that of the settings. A way goes by each morning and each evening; at each stop the
tasks run whose hour has passed since the stop before, the postman last.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from celery import current_app
from django.conf import settings

from cxc_portal.core import clock

logger = logging.getLogger(__name__)

MORNING_HOUR = 8
"""In the portal's own time zone: letters that waited for the morning go out."""

HOUR = timedelta(hours=1)
POSTMAN = ("core.sweep_mails", "core.post_letters")
IN_REAL_TIME = {"core.sweep_jobs", "core.sweep_documents", "core.clear_expired_sessions"}
"""What looks after the machines and not after the days."""


def stops(start: datetime, to: datetime) -> Iterator[datetime]:
    """The mornings and evenings between two moments, and the moment to go to, if it is ahead."""
    day = clock.day_of(start)
    while day <= clock.day_of(to):
        for hour in (MORNING_HOUR, settings.MAIL_SUMMARY_HOUR + 1):
            stop = clock.at_hour(day, hour)
            if start < stop < to:
                yield stop
        day += timedelta(days=1)
    if start < to:
        yield to


def run(since: datetime, until: datetime) -> dict[str, int]:
    """Do at once what the schedule holds between two moments; says what each task counted. One that
    fails is logged and does not stop the others."""
    counted: dict[str, int] = {}
    _know_the_tasks()
    for entry in _in_order(settings.CELERY_BEAT_SCHEDULE.values()):
        if _is_due(entry["schedule"], since, until):
            counted[entry["task"]] = _count(entry)
    return counted


@cache
def _know_the_tasks() -> None:
    """A process that is no worker has imported none yet."""
    current_app.loader.import_default_modules()


def _in_order(entries: Any) -> list[dict[str, Any]]:
    ours = [entry for entry in entries if entry["task"] not in IN_REAL_TIME]
    return sorted(ours, key=lambda entry: entry["task"] in POSTMAN)


def _is_due(schedule: Any, since: datetime, until: datetime) -> bool:
    """Whether a task has its hour between two moments; what runs each hour or more often always."""
    its_hours = getattr(schedule, "hour", None)
    if its_hours is None or len(its_hours) == 24:
        return True
    return any(_is_hour_of(schedule, hour) for hour in _hours(since, until))


def _hours(since: datetime, until: datetime) -> Iterator[datetime]:
    """The full hours after one moment and up to another."""
    hour = since.replace(minute=0, second=0, microsecond=0) + HOUR
    while hour <= until:
        yield hour
        hour += HOUR


def _is_hour_of(schedule: Any, hour: datetime) -> bool:
    return (
        hour.hour in schedule.hour
        and hour.isoweekday() % 7 in schedule.day_of_week
        and hour.day in schedule.day_of_month
        and hour.month in schedule.month_of_year
    )


def _count(entry: dict[str, Any]) -> int:
    task = current_app.tasks[entry["task"]]
    try:
        found = task(*entry.get("args", ()), **entry.get("kwargs", {}))
    except Exception:
        logger.exception("%s failed while the clock was moved", entry["task"])
        return 0
    return found if isinstance(found, int) else 0
