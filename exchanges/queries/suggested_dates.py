"""First days that suit both sides: from their availability, their lengths and the calendar of the
host's country."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cxc_portal.core import clock
from exchanges.enums import ExchangeMode
from exchanges.models import Exchange
from exchanges.queries.agenda_templates import AgendaTemplate, days_from
from matching.queries.proposals import Span, free_together
from profiles.rules import RuleBook, current_rules
from profiles.workdays import is_working_day

ONE_DAY = timedelta(days=1)
MOST_STARTS = 4
LONGEST_LOOK_AHEAD = timedelta(days=365)
MONDAY = 0
USUAL_LENGTH = 5


@dataclass(frozen=True)
class Start:
    """A first day, and the last day of the programme that begins on it."""

    first: date
    last: date


def usual_programme(exchange: Exchange, offered: list[AgendaTemplate]) -> AgendaTemplate:
    """The programme that suits the lengths of both profiles best; five days where they are open."""
    sides = (exchange.visitor, exchange.host)
    least = max((side.min_days or 1 for side in sides), default=1)
    most = min((side.max_days or USUAL_LENGTH for side in sides), default=USUAL_LENGTH)
    fitting = [one for one in offered if least <= one.length <= most]
    if fitting:
        return max(fitting, key=lambda one: one.length)
    return min(offered, key=lambda one: abs(one.length - max(least, most)))


def suggested_starts(exchange: Exchange, programme: AgendaTemplate) -> list[Start]:
    """The next first days on which the programme fits into the days when both are free, at most one
    a week. Mondays without a holiday in the week go first; signing takes its time before."""
    rules = current_rules()
    lead = timedelta(days=rules.integer("signing.first_days"))
    for earliest in (clock.today() + lead, clock.today() + ONE_DAY):
        for only_whole_weeks in (True, False):
            found = list(_starts(exchange, programme, earliest, only_whole_weeks, rules))
            if found:
                return found
    return []


def _starts(
    exchange: Exchange,
    programme: AgendaTemplate,
    earliest: date,
    only_whole_weeks: bool,
    rules: RuleBook,
) -> Iterator[Start]:
    country, weeks = exchange.host.organisation.country_id, set[date]()
    for span in _free(exchange, programme.mode, earliest, rules):
        day, latest = max(span.start, earliest), span.end - (programme.length - 1) * ONE_DAY
        while day <= latest and len(weeks) < MOST_STARTS:
            week = day - timedelta(days=day.weekday())
            is_wanted = day.weekday() == MONDAY or not only_whole_weeks
            if week not in weeks and is_wanted and is_working_day(day, country):
                days = days_from(programme, day, country)
                is_whole = not only_whole_weeks or _is_whole(days, programme.mode)
                if days[-1] <= span.end and is_whole:
                    yield Start(days[0], days[-1])
                    weeks.add(week)
            day += ONE_DAY


def _is_whole(days: list[date], mode: str) -> bool:
    """Whether no holiday stretches a stay: only weekends lie within."""
    if mode == ExchangeMode.VIRTUAL:
        return True
    weekdays = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1))
    return sum(is_working_day(day) for day in weekdays) == len(days)


def _free(exchange: Exchange, mode: str, earliest: date, rules: RuleBook) -> list[Span]:
    """When both are free; from now on where neither says so. Online the programme's window ends
    it."""
    limit = earliest + LONGEST_LOOK_AHEAD
    if mode == ExchangeMode.VIRTUAL:
        limit = min(limit, rules.day("virtual.open_until"))
    spans = free_together(exchange.host, exchange.visitor) or [Span(earliest, limit)]
    return [Span(span.start, min(span.end, limit)) for span in spans]
