"""Reminding a side of its report: by one press of staff, and a few times by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import DomainError, NotAllowed, TransitionRefused
from exchanges.enums import ExchangeState
from exchanges.queries.follow_up import today_there
from profiles.models import User
from profiles.rules import RuleBook, current_rules
from reports.enums import WRITABLE_REPORTS
from reports.models import Report, ReportReminder
from reports.notifications import reports as notifications
from reports.permissions import can_remind_author
from reports.services.locking import locked_report

LEVELS = (
    "report.first_reminder_days",
    "report.second_reminder_days",
    "report.third_reminder_days",
    "report.last_reminder_days",
)


@dataclass(frozen=True)
class Reminded:
    """What became of one report: the name of the side, and why it was not reminded; empty where it
    was."""

    report: Report
    name: str
    refusal: str


def remind_author(*, report_id: int, actor: User) -> ReportReminder:
    """The side that has yet to report gets a mail, and staff sees that it went and by whom.

    Raises `TransitionRefused` ("too_soon") within the days that the rules put between two
    reminders, ("not_awaited") once the report is handed in.
    """
    with audit.transaction():
        report = locked_report(report_id)
        if not can_remind_author(actor, report.exchange):
            raise NotAllowed(_("You may not send this reminder."))
        if not report.is_writable:
            raise TransitionRefused("not_awaited", _("This report is handed in already."))
        if _was_reminded_lately(report, current_rules()):
            raise TransitionRefused(
                "too_soon",
                _("%(name)s was reminded only recently. Wait a day before you do so again.")
                % {"name": report.exchange.party_name(report.capacity)},
            )
        return _remind(report, actor=actor)


def remind_many(*, report_ids: Iterable[int], actor: User) -> list[Reminded]:
    """One press for several, each on its own; those that the actor may not see are left out."""
    visible = Report.objects.visible_to(actor).filter(pk__in=list(report_ids))
    found = visible.with_parties().order_by("due_on", "pk")
    return [_outcome(report, actor) for report in found]


def remind_missing_reports() -> int:
    """The sides that have not reported are reminded on the days of the rules after the end, once on
    each; says how many were.

    A second run on the same day changes nothing; whoever was reminded only recently is left alone,
    and after a pause of the portal nobody hears of all the days that were missed.
    """
    awaited = Report.objects.filter(
        state__in=WRITABLE_REPORTS, exchange__state=ExchangeState.REPORTING
    )
    rules = current_rules()
    found = awaited.select_related("exchange").prefetch_related("reminders")
    due = [one.pk for one in found.order_by("due_on", "pk") if _is_due(one, rules)]
    return sum(_mind(key, rules) for key in due)


def _mind(report_id: int, rules: RuleBook) -> bool:
    with audit.transaction():
        report = locked_report(report_id)
        if not _is_due(report, rules):
            return False
        _remind(report, level=_level(report, rules))
    return True


def _is_due(report: Report, rules: RuleBook) -> bool:
    """Whether the side is to be reminded now. Prefetched `reminders` are used."""
    is_due = report.is_writable and _level(report, rules) > _last_level(report)
    return is_due and not _was_reminded_lately(report, rules)


def _level(report: Report, rules: RuleBook) -> int:
    """How many of the days for a reminder have come since the end; none before it is over."""
    exchange = report.exchange
    if exchange.state != ExchangeState.REPORTING or exchange.ends_on is None:
        return 0
    passed = today_there(exchange) - exchange.ends_on
    return sum(passed >= timedelta(days=rules.integer(rule)) for rule in LEVELS)


def _last_level(report: Report) -> int:
    return max((one.level for one in report.reminders.all()), default=0)


def _was_reminded_lately(report: Report, rules: RuleBook) -> bool:
    pause = timedelta(days=rules.integer("report.reminder_days"))
    return any(one.at + pause > clock.now() for one in report.reminders.all())


def _remind(report: Report, *, actor: User | None = None, level: int = 0) -> ReportReminder:
    reminder = ReportReminder.objects.create(report=report, by=actor, level=level)
    data = {"capacity": report.capacity, "reminder": reminder.pk}
    audit.record("report.remind", subject=report, actor=actor, data=data)
    notifications.report_reminder(reminder)
    return reminder


def _outcome(report: Report, actor: User) -> Reminded:
    name, refusal = report.exchange.party_name(report.capacity), ""
    try:
        remind_author(report_id=report.pk, actor=actor)
    except NotAllowed:
        refusal = _("This is your own report: write it.")
    except DomainError as refused:
        refusal = str(refused)
    return Reminded(report, name, refusal)
