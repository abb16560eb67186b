"""One run of the replay from its plan to its table: what the command line starts."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cxc_portal.core import audit, clock
from cxc_portal.core.jobs import Watcher
from cxc_portal.core.models import AuditEntry
from profiles.rules import current_rules
from reports.simulation.browser import Meter
from reports.simulation.browser_hands import BrowserHands
from reports.simulation.cast import Cast
from reports.simulation.outcome import Auditor, Outcome
from reports.simulation.plan import Plan, PlanImpossible, draw
from reports.simulation.replay import Move, Replay
from reports.simulation.scripts import Hands, Scripts
from reports.simulation.service_hands import ServiceHands
from reports.simulation.time_keeping import ClockPage, move_by_worker, own_worker, settle

STARTED = "simulation.started"
AFTERWARDS = timedelta(days=45)
"""So long after its months a programme may take until everything is paid."""


@dataclass(frozen=True)
class Numbers:
    """What was asked for."""

    organisations: int
    exchanges: int
    months: int
    seed: int

    def data(self) -> dict[str, int]:
        return {
            "organisations": self.organisations,
            "exchanges": self.exchanges,
            "months": self.months,
            "seed": self.seed,
        }


@dataclass
class Run:
    """`http` is the address of a running portal; without one the services are called here. `users`
    act at once. `move` and `worker` are for whoever brings a clock and a worker of their own."""

    numbers: Numbers
    http: str = ""
    users: int = 8
    watcher: Watcher | None = None
    move: Move | None = None
    worker: Callable[[], AbstractContextManager[Any]] = own_worker
    settle: Callable[[], int] = settle
    meter: Meter = field(default_factory=Meter)
    seconds: float = 0.0

    def __call__(self) -> Outcome:
        """Everything of the plan has happened; says what came of it."""
        if not settings.DEMO:
            raise ImproperlyConfigured("The programme is replayed in demo mode only.")
        began_at = self._began_at()
        online_until = current_rules().day("virtual.open_until") - clock.day_of(
            began_at or clock.now()
        )
        plan = draw(**self.numbers.data(), online_until=online_until.days)
        started_at = began_at or audit.record(STARTED, data=self.numbers.data()).at
        cast = Cast(plan, settings.DEMO_PASSWORD)
        cast.prepare()
        scripts = Scripts(cast, self._hands(cast), clock.day_of(started_at)).all()
        began = time.monotonic()
        with nullcontext() if self.http else self.worker():
            replay = Replay(
                scripts,
                last_day=self._last_day(plan, started_at),
                move=self._move(),
                users=self.users if self.http else 1,
                watcher=self.watcher,
            )
            replay.run()
            self.settle()
        self.seconds = time.monotonic() - began
        return Auditor(cast, scripts, started_at).outcome()

    def _hands(self, cast: Cast) -> Hands:
        return BrowserHands(cast, self.http, self.meter) if self.http else ServiceHands(cast)

    def _move(self) -> Move:
        if self.move:
            return self.move
        return ClockPage(self.http, self.meter).move if self.http else move_by_worker

    def _last_day(self, plan: Plan, started_at: datetime) -> date:
        return clock.day_of(started_at) + timedelta(days=plan.days) + AFTERWARDS

    def _began_at(self) -> datetime | None:
        """When a replay of these numbers began, if one did: the audit remembers."""
        wanted = self.numbers.data()
        for entry in AuditEntry.objects.filter(event=STARTED).order_by("sequence"):
            if entry.data == wanted:
                return entry.at
            if entry.data.get("seed") == self.numbers.seed:
                raise PlanImpossible(
                    f"The seed {self.numbers.seed} was replayed here with other numbers. Choose "
                    "another seed."
                )
        return None
