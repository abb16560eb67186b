"""What came of a replay: how much there was of everything, what went wrong, and whether the
portal's own figures say the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncDate

from cxc_portal.core import clock
from cxc_portal.core.models import (
    Document,
    DocumentStatus,
    Job,
    JobStatus,
    MailStatus,
    OutgoingMail,
)
from profiles.enums import Role
from profiles.models import Partnership
from profiles.rules import current_rules
from reports.queries.figures import figure
from reports.queries.funnel import FUNNEL
from reports.queries.scopes import Scope
from reports.simulation.cast import Cast
from reports.simulation.plan import Journey
from reports.simulation.scripts import Script

CLOSED = ("validate as VOP", "validate as HOP")
PAID = "pay"
REPORTS = {"report as VO": "visitor", "report as HO": "host"}


@dataclass(frozen=True)
class Check:
    """One figure of the portal beside what was simulated."""

    what: str
    simulated: int
    shown: int

    @property
    def is_right(self) -> bool:
        return self.simulated == self.shown


@dataclass(frozen=True)
class Outcome:
    """All that the table at the end tells. `letters_a_day` counts all days of a person,
    `letters_per_day` those with a message; `steps` are the medians in days."""

    exchanges_closed: int
    exchanges_planned: int
    payments_made: int
    mails_sent: int
    documents_sealed: int
    errors: list[str]
    letters_a_day: float
    most_letters: int
    letters_per_day: float
    reports_in_time: float
    steps: list[tuple[str, str, str]]
    checks: list[Check]

    @property
    def is_clean(self) -> bool:
        return not self.errors and all(check.is_right for check in self.checks)


class Auditor:
    """Counts what a cast has left behind since a moment."""

    def __init__(self, cast: Cast, scripts: list[Script], since: Any) -> None:
        self.cast, self.scripts, self.since = cast, scripts, since
        self.own = f"@s{cast.plan.seed}.simulated.example"
        self.by_journey = {
            journey.number: script
            for journey, script in zip(
                cast.plan.journeys, scripts[len(cast.plan.participants) :], strict=True
            )
        }

    def outcome(self) -> Outcome:
        sent, most = self._letters()
        reports, in_time = self._reports()
        return Outcome(
            exchanges_closed=len(self._journeys_that_did(*CLOSED)),
            exchanges_planned=len(self.cast.plan.journeys),
            payments_made=len(self._journeys_that_did(PAID)),
            mails_sent=self._mails().count(),
            documents_sealed=Document.objects.filter(
                created_at__gte=self.since, sealed_at__isnull=False
            ).count(),
            errors=list(self._errors()),
            letters_a_day=self._mails().count() / self._person_days(),
            most_letters=most,
            letters_per_day=sent,
            reports_in_time=100 * in_time / reports if reports else 0.0,
            steps=list(self._steps()),
            checks=list(self._checks()),
        )

    # --- mails ------------------------------------------------------------------------------------

    def _mails(self) -> QuerySet[OutgoingMail]:
        """All that went out since the beginning, those to staff included."""
        return OutgoingMail.objects.filter(status=MailStatus.SENT, created_at__gte=self.since)

    def _letters(self) -> tuple[float, int]:
        """How many messages a person had on a day with any, and the most on one day."""
        days = self._mails().annotate(day=TruncDate("sent_at")).values("to", "day").order_by()
        counted = days.annotate(n=Count("pk"))
        found = counted.aggregate(most=Max("n"))
        number = counted.count()
        return (self._mails().count() / number if number else 0.0), found["most"] or 0

    def _person_days(self) -> int:
        """The days of everybody who had a message, from the first day of the replay on."""
        days = (clock.now() - self.since) / timedelta(days=1)
        people = self._mails().aggregate(people=Count("to", distinct=True))["people"]
        return max(round(days * people), 1)

    # --- what went wrong --------------------------------------------------------------------------

    def _errors(self) -> Iterator[str]:
        for script in self.scripts:
            if script.error:
                yield f"{script.about}: {script.error}"
            elif script.is_open:
                yield f"{script.about}: {script.steps[script.done].name} was not reached"
        for mail in OutgoingMail.objects.filter(
            status=MailStatus.FAILED, created_at__gte=self.since
        ):
            yield f"mail {mail.pk} ({mail.kind}): {mail.last_error}"
        for document in Document.objects.filter(created_at__gte=self.since).exclude(
            status=DocumentStatus.MADE
        ):
            yield f"document {document.pk} ({document.kind}): {document.status} {document.error}"
        for job in Job.objects.filter(status=JobStatus.FAILED, created_at__gte=self.since):
            yield f"job {job.pk} ({job.kind}): {job.error}"

    # --- what the portal says ---------------------------------------------------------------------

    def _steps(self) -> Iterator[tuple[str, str, str]]:
        """The funnel's steps with the median days of visitors and of hosts."""
        columns = [column.key for column in FUNNEL.columns]
        for values in FUNNEL.values(self._scope()):
            row = dict(zip(columns, values, strict=True))
            days = (row["visitors_days"], row["hosts_days"])
            visitors, hosts = ("" if one is None else f"{one:.1f}" for one in days)
            yield str(row["label"]), visitors, hosts

    def _scope(self, partnership: Partnership | None = None) -> Scope:
        return Scope(partnership, starts_on=clock.day_of(self.since))

    def _checks(self) -> Iterator[Check]:
        """Each figure against what the scripts did. Rows of others are left out."""
        done = self._journeys_that_did(*CLOSED)
        for acronym in self.cast.plan.partnerships:
            own = [one for one in done if one.visitor.partnership == acronym]
            scope = self._scope(Partnership.objects.get(acronym=acronym))
            shown = sum(self._shown(f"modes.{mode}:closed", scope, VISITOR) for mode in MODES)
            yield Check(f"exchanges closed, {acronym}", len(own), shown)
        scope = self._scope()
        for role, column in ((Role.VISITING, "visitors"), (Role.HOST, "hosts")):
            shown = self._shown(f"funnel.registered:{column}", scope, "")
            yield Check(f"registered as {column}", self._registered(role), shown)
        paid = len(self._journeys_that_did(PAID))
        yield Check("lump sums paid", paid, self._shown("money.paid:visits", scope, OF_EXCHANGE))
        if self._is_whole_story():
            shown = self._shown("reports.in_time:both", scope, OF_EXCHANGE)
            yield Check("reports in time", self._reports()[1], shown)

    def _shown(self, code: str, scope: Scope, visitor: str) -> int:
        """The number of this code without the rows of others; it must be the number of its rows."""
        found = figure(code, scope)
        rows = [one.queryset for one in found.rows]
        everything = sum(row.count() for row in rows)
        if everything != found.total:
            return -1
        name = f"{visitor}contact__email__endswith"
        return sum(row.filter(**{name: self.own}).count() for row in rows)

    # --- what the scripts did ---------------------------------------------------------------------

    def _journeys_that_did(self, *steps: str) -> list[Journey]:
        return [
            journey
            for journey in self.cast.plan.journeys
            if all(self.by_journey[journey.number].has_done(step) for step in steps)
        ]

    def _registered(self, role: str) -> int:
        return sum(
            script.has_done("register") and one.role == role
            for one, script in zip(self.cast.plan.participants, self.scripts, strict=False)
        )

    def _is_whole_story(self) -> bool:
        """Whether all reports were handed in by this run, which knows on which days."""
        journeys = self.by_journey.values()
        return all(
            name in script.days for script in journeys for name in REPORTS if script.has_done(name)
        )

    def _reports(self) -> tuple[int, int]:
        """How many reports were handed in, and how many of them in time."""
        grace = timedelta(days=current_rules().integer("report.due_days"))
        days = [
            (script.days[name], script.last_day + grace)
            for script in self.by_journey.values()
            for name in REPORTS
            if name in script.days and script.last_day
        ]
        return len(days), sum(day <= due for day, due in days)


MODES = ("physical", "virtual")
VISITOR = "visitor__"
OF_EXCHANGE = "exchange__visitor__"
