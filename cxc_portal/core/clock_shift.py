"""Moving the demo's clock: forward, for everybody at once, and day by day.

How far it is ahead stands in one row that `core/clock.py` asks for. A move is a job: it stops at
each morning and each evening on its way and does there what beat would have done by then, so that
reminders fire on their days and each day has its letter. Outside demo mode nothing here works and
the row is never read. What is measured in real time stays so: sessions, codes, the seal of forms,
and whether a worker has been silent for too long.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import audit, clock, day_rounds, jobs
from cxc_portal.core.errors import StaleVersion, TransitionRefused
from cxc_portal.core.models import ClockShift, Job

KIND = "core.move_clock"
FARTHEST = timedelta(days=3 * 365)
"""How far ahead of the real time the demo may be."""

Watcher = Callable[[int, int], None]
_known_tables: set[str] = set()


def read() -> timedelta | None:
    """How far the clock is ahead; None when the database cannot tell just now."""
    if connection.needs_rollback:
        return None
    try:
        if not _has_table():
            return timedelta(0)
        rows = ClockShift.objects.filter(pk=1).values_list("ahead", flat=True)
        return rows.first() or timedelta(0)
    except DatabaseError:
        return None


def _has_table() -> bool:
    """Whether the row can be asked for: while the tables are being made, a query that fails would
    take the transaction with it."""
    table = ClockShift._meta.db_table
    if table not in _known_tables:
        _known_tables.update({table} & set(connection.introspection.table_names()))
    return table in _known_tables


def current() -> ClockShift:
    """The row, or what it would hold before the first move."""
    return ClockShift.objects.select_related("job").filter(pk=1).first() or ClockShift(pk=1)


def farthest() -> datetime:
    """The latest moment that the clock may be moved to."""
    return clock.real_now() + FARTHEST


def start_move(*, to: datetime, seen: int, actor: Any = None) -> Job:
    """Move the clock forward to a moment; a worker walks it there.

    `seen` is how many moves there had been when the person pressed. Raises `StaleVersion` when
    there have been more, `TransitionRefused` while a move is under way, and for a moment that is
    not ahead or too far ahead.
    """
    _refuse_in_earnest()
    with audit.transaction():
        shift = _locked()
        if shift.is_moving:
            raise TransitionRefused(
                "clock_is_moving", _("The clock is being moved just now. Wait until it is there.")
            )
        if shift.moves != seen:
            raise StaleVersion(
                _("Somebody else has moved the clock meanwhile. Look at the time before you go on.")
            )
        _check(to)
        job = jobs.create(KIND, owner=actor, parameters={"to": to.isoformat()})
        shift.job, shift.moves = job, shift.moves + 1
        shift.save(update_fields=["job", "moves"])
        data = {"from": clock.now().isoformat(), "to": to.isoformat()}
        audit.record("clock.moved", subject=shift, actor=actor, data=data)
        jobs.start(job)
    return job


def walk(to: datetime, watcher: Watcher | None = None) -> dict[str, int]:
    """Go to a moment, by way of each morning and evening before it; says what the tasks of the
    clock counted on the way. A moment that is past already changes nothing."""
    counted: dict[str, int] = {}
    stops = list(day_rounds.stops(clock.now(), to))
    for number, stop in enumerate(stops, start=1):
        since = clock.now()
        advance(stop)
        for task, count in day_rounds.run(since, stop).items():
            counted[task] = counted.get(task, 0) + count
        if watcher:
            watcher(number, len(stops))
    return counted


def advance(to: datetime) -> None:
    """Put the clock forward to a moment without doing anything on the way; never back."""
    _refuse_in_earnest()
    with transaction.atomic():
        shift = _locked()
        shift.ahead = max(shift.ahead, to - clock.real_now())
        shift.save(update_fields=["ahead"])
    clock.ask_anew()


def _refuse_in_earnest() -> None:
    if not settings.DEMO:
        raise ImproperlyConfigured("The clock moves in demo mode only.")


def _locked() -> ClockShift:
    rows = ClockShift.objects.select_for_update(of=("self",))
    return rows.get_or_create(pk=1)[0]


def _check(to: datetime) -> None:
    if to <= clock.now():
        raise TransitionRefused(
            "not_ahead", _("The clock moves forward only. Choose a later moment.")
        )
    if to > farthest():
        raise TransitionRefused(
            "too_far", _("The demo looks at most three years ahead. Choose an earlier day.")
        )


def _work(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    return {"counted": walk(datetime.fromisoformat(job.parameters["to"]), progress)}


jobs.register(KIND, _work, title=gettext_lazy("Moving the clock"))
