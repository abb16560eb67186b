"""How far an agenda is, in a few words: what is counted, what the rules ask, what is empty."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchanges.commitment.calendar import full_days, workdays_of_stay, working_days
from exchanges.commitment.terms import Terms
from profiles.rules import RuleBook

DAY = "l j F"
MOST_NAMED = 6


@dataclass(frozen=True)
class Summary:
    """One line of what is planned and one of what is missing; `missing` is empty when all is."""

    counted: str
    asked: str
    missing: str
    is_enough: bool


def summary_of(terms: Terms, holidays: frozenset[date], rules: RuleBook) -> Summary:
    if terms.when.is_physical:
        return _in_person(terms, holidays, rules)
    return _online(terms, rules)


def _in_person(terms: Terms, holidays: frozenset[date], rules: RuleBook) -> Summary:
    days = working_days(terms, holidays)
    content = set(terms.agenda.days)
    filled = [day for day in days if day in content]
    empty = [day for day in workdays_of_stay(terms, holidays) if day not in content]
    least = rules.integer("physical.min_days")
    counted = ngettext(
        "%(filled)d of %(days)d working day has content.",
        "%(filled)d of %(days)d working days have content.",
        len(days),
    ) % {"filled": len(filled), "days": len(days)}
    asked = ngettext(
        "At least %(n)d working day is needed, without travel, weekends and holidays.",
        "At least %(n)d working days are needed, without travel, weekends and holidays.",
        least,
    ) % {"n": least}
    return Summary(counted, asked, _empty(empty), len(days) >= least and not empty)


def _empty(days: list[date]) -> str:
    if not days:
        return ""
    named = [date_format(day, DAY) for day in days[:MOST_NAMED]]
    if rest := len(days) - len(named):
        named.append(ngettext("%(n)d more day", "%(n)d more days", rest) % {"n": rest})
    return _("No content yet: %(days)s.") % {"days": ", ".join(named)}


def _online(terms: Terms, rules: RuleBook) -> Summary:
    halves, days = len(terms.agenda.halves), terms.agenda.days
    least, least_days = (rules.integer(f"virtual.min_{unit}") for unit in ("half_days", "days"))
    longest = rules.integer("virtual.max_span_days")
    span = (days[-1] - days[0]).days + 1 if days else 0
    counted = ngettext("%(n)d half-day is planned", "%(n)d half-days are planned", halves) % {
        "n": halves
    }
    within = ngettext("within %(n)d day.", "within %(n)d days.", span) % {"n": span}
    asked = _(
        "At least %(halves)d half-days or %(days)d full days are needed, within %(span)d days."
    ) % {"halves": least, "days": least_days, "span": longest}
    enough = halves >= least or len(full_days(terms)) >= least_days
    return Summary(
        f"{counted} {within}" if days else _("No half-day is planned yet."),
        asked,
        "" if span <= longest else _("The half-days lie too far apart."),
        enough and span <= longest,
    )
