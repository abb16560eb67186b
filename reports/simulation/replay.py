"""Goes through the days of the programme: two days a week people act, and the portal's one clock is
moved in between."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Barrier

from django.db import connections

from cxc_portal.core import clock
from cxc_portal.core.jobs import Watcher
from reports.simulation.scripts import Script, Step

logger = logging.getLogger(__name__)

ACTING_DAYS = (1, 3)
"""Tuesday and Thursday, as `date.weekday` counts: within each week that an exchange lasts."""

ACTING_HOUR = 10
EVENING = 20
Move = Callable[[datetime], None]


@dataclass
class Replay:
    """`move` takes the portal's clock to a moment; `users` is how many people act at once."""

    scripts: list[Script]
    last_day: date
    move: Move
    users: int = 1
    watcher: Watcher | None = None
    moves: int = field(default=0)

    def run(self) -> list[Script]:
        """Everything due has been done, day by day, up to the last day; gives the scripts that did
        not come to their end."""
        with ThreadPoolExecutor(self.users) as pool:
            try:
                self._go_through_the_days(pool)
            finally:
                _hang_up(pool, self.users)
        return [script for script in self.scripts if script.error or script.is_open]

    def _go_through_the_days(self, pool: Executor) -> None:
        self._act(pool)
        for day in acting_days(clock.today(), self.last_day):
            if not any(script.is_open for script in self.scripts):
                break
            self._go_to(clock.at_hour(day, ACTING_HOUR))
            self._act(pool)
        self._go_to(clock.at_hour(clock.today(), EVENING))

    def _go_to(self, moment: datetime) -> None:
        if moment > clock.now():
            self.move(moment)
            self.moves += 1

    def _act(self, pool: Executor) -> None:
        waiting = [script for script in self.scripts if script.is_open]
        if self.users > 1:
            self._act_at_once(waiting, pool)
        else:
            for script in waiting:
                perform(script)
        if self.watcher:
            total = sum(len(script.steps) for script in self.scripts)
            self.watcher(sum(script.done for script in self.scripts), total)

    def _act_at_once(self, waiting: list[Script], pool: Executor) -> None:
        """Each user takes the next script until none is left."""
        scripts: SimpleQueue[Script] = SimpleQueue()
        for script in waiting:
            scripts.put(script)
        list(pool.map(_work_off, [scripts] * self.users))


def acting_days(after: date, until: date) -> Iterator[date]:
    """The days on which people act, after one day and up to another."""
    day = after + timedelta(days=1)
    while day <= until:
        if day.weekday() in ACTING_DAYS:
            yield day
        day += timedelta(days=1)


def perform(script: Script) -> None:
    """Do the steps of a script that are due and not done; one that fails ends the script."""
    while script.is_open:
        step = script.steps[script.done]
        try:
            if step.due() > clock.today():
                return
            if not step.is_done():
                step.do()
                _require(step)
                script.days[step.name] = clock.today()
        except Exception as problem:
            logger.exception("%s: %s", script.about, step.name)
            script.error = f"{step.name}: {type(problem).__name__}: {problem}"[:500]
            return
        script.done += 1


class NothingHappened(Exception):
    """A step was taken, and the database says that nothing came of it."""


def _require(step: Step) -> None:
    if not step.is_done():
        raise NothingHappened(step.name)


def _work_off(scripts: SimpleQueue[Script]) -> None:
    try:
        while True:
            perform(scripts.get_nowait())
    except Empty:
        return


def _hang_up(pool: Executor, users: int) -> None:
    """Each thread of the pool keeps its connection to the database until the end."""
    together = Barrier(users)

    def close(_user: int) -> None:
        together.wait()
        connections.close_all()

    list(pool.map(close, range(users)))
