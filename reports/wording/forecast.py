"""The forecast in words: whether the target is reached, when, and how that is worked out."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from cxc_portal.core.types import Text
from reports.forecast.forecast import Forecast
from reports.queries.indicators import IndicatorLine
from reports.queries.outlook import AGREED, REPORTING, RUNNING, SIGNED, Outlook

DAY, MONTH = "j F Y", "F Y"
VERDICTS: Sequence[tuple[float, str]] = (
    (0.9, "most_likely"),
    (0.65, "probably"),
    (0.35, "open"),
    (0.1, "probably_not"),
    (0.0, "not_in_time"),
)
"""From this chance on."""


def answer(line: IndicatorLine) -> str:
    """Whether the target of this line is reached, in one sentence or two."""
    found: Forecast | None = line.forecast
    if found is None:
        return gettext("No target is set, so there is nothing to measure by.")
    if found.is_reached:
        return _reached(line)
    return " ".join(part for part in (_verdict(line, found), _course(line, found)) if part)


def when_in_words(line: IndicatorLine) -> str:
    """The months in which the target is reached, short enough for a cell of a table."""
    found: Forecast | None = line.forecast
    if found is None:
        return ""
    if found.is_reached:
        return gettext("reached")
    if found.expected is None:
        return _not_within(found)
    if found.late is None:
        words = gettext("%(month)s (at best %(early)s)")
    elif found.early == found.late:
        words = gettext("%(month)s")
    else:
        words = gettext("%(month)s (between %(early)s and %(late)s)")
    return words % {
        "month": _month(found.expected),
        "early": _month(found.early),
        "late": _month(found.late),
    }


def method(found: Outlook, line: IndicatorLine | None) -> list[str]:
    """How the forecast is worked out, with the numbers that it rests on, a paragraph each."""
    experience = found.experience
    shares = {step: round(share * 100) for step, share in experience.chances.items()}
    texts = [
        gettext(
            "On their way: every exchange that is agreed or running counts with the share of "
            "earlier exchanges at the same step that were closed in the end. At present that is "
            "%(agreed)s %% while the commitment is written and signed, %(signed)s %% once all four "
            "have signed, %(running)s %% while it runs, %(reporting)s %% once it is to be "
            "reported. It is closed %(days)s days after its last day, as others were."
        )
        % {
            "agreed": shares[AGREED],
            "signed": shares[SIGNED],
            "running": shares[RUNNING],
            "reporting": shares[REPORTING],
            "days": experience.reporting_days,
        },
        _pace(found, line),
        gettext(
            "The range: for the end of each month we work out how likely every number is. The "
            "target is expected in the month in which the chance of having reached it is even. "
            "Before the early month it is less than one in ten, after the late month more than "
            "nine in ten. The less is known, the wider the range."
        ),
        ngettext(
            "What earlier exchanges teach rests on %(count)s closed exchange of the whole "
            "programme; while there are few, assumptions of the Support Office weigh more. They "
            "stand on the page of the rules.",
            "What earlier exchanges teach rests on %(count)s closed exchanges of the whole "
            "programme; while there are few, assumptions of the Support Office weigh more. They "
            "stand on the page of the rules.",
            experience.closed,
        )
        % {"count": experience.closed},
    ]
    return texts


def _pace(found: Outlook, line: IndicatorLine | None) -> str:
    forecast: Forecast | None = line.forecast if line else None
    closed = forecast.facts.pace.closed if forecast else 0
    if not closed:
        return gettext(
            "Further ones: none was closed in the last %(months)s months, so there is no pace to "
            "go by, and only those on their way are counted."
        ) % {"months": found.pace_months}
    return ngettext(
        "Further ones: %(count)s was closed in the last %(months)s months. At that pace others "
        "follow, but none that has not begun today is closed before %(days)s days from now: so "
        "long it takes from a confirmed match to the closing.",
        "Further ones: %(count)s were closed in the last %(months)s months. At that pace others "
        "follow, but none that has not begun today is closed before %(days)s days from now: so "
        "long it takes from a confirmed match to the closing.",
        closed,
    ) % {
        "count": closed,
        "months": found.pace_months,
        "days": found.experience.lead_days,
    }


def _reached(line: IndicatorLine) -> str:
    if line.achieved_on:
        return gettext("Yes: the target of %(target)s was reached on %(day)s.") % {
            "target": line.target,
            "day": date_format(line.achieved_on, DAY),
        }
    return gettext("Yes: the target of %(target)s is reached.") % {"target": line.target}


def _verdict(line: IndicatorLine, found: Forecast) -> str:
    """How likely it is in time; nothing where no day is set."""
    due_on = found.facts.due_on
    if due_on is None or found.chance is None:
        return ""
    day = date_format(due_on, DAY)
    if due_on < found.facts.today:
        return gettext("Not in time: it was due on %(day)s.") % {"day": day}
    verdicts: dict[str, Text] = {
        "most_likely": gettext("Yes, most likely: by %(day)s the chance is %(chance)s."),
        "probably": gettext("Probably: by %(day)s the chance is %(chance)s."),
        "open": gettext("It is open: by %(day)s the chance is %(chance)s."),
        "probably_not": gettext("Probably not in time: by %(day)s the chance is %(chance)s."),
        "not_in_time": gettext("Not in time as things stand: by %(day)s the chance is %(chance)s."),
    }
    code = next(code for least, code in VERDICTS if found.chance >= least)
    return str(verdicts[code]) % {"day": day, "chance": chance_in_words(found.chance)}


def chance_in_words(chance: float) -> str:
    """In whole per cent, and never certain before it has happened."""
    if chance < 0.01:
        return gettext("less than 1 %%") % {}
    if chance > 0.99:
        return gettext("more than 99 %%") % {}
    return gettext("about %(percent)s %%") % {"percent": round(chance * 100)}


def _course(line: IndicatorLine, found: Forecast) -> str:
    facts = found.facts
    so_far = ngettext(
        "%(count)s of %(target)s is closed.", "%(count)s of %(target)s are closed.", facts.closed
    ) % {"count": facts.closed, "target": facts.target}
    if found.expected is None:
        rest = _rest_unreached(found)
    else:
        rest = gettext("The target is expected in %(when)s.") % {"when": when_in_words(line)}
    return f"{so_far} {rest}"


def _rest_unreached(found: Forecast) -> str:
    number = sum(group.number for group in found.facts.on_their_way)
    on_their_way = ngettext(
        "%(count)s more is on its way", "%(count)s more are on their way", number
    ) % {"count": number}
    if not found.has_pace:
        return gettext(
            "%(on_their_way)s; none was closed lately, so there is no pace to go by yet."
        ) % {"on_their_way": on_their_way}
    return gettext("%(on_their_way)s; at the present pace the target is %(when)s.") % {
        "on_their_way": on_their_way,
        "when": _not_within(found),
    }


def _not_within(found: Forecast) -> str:
    if not found.has_pace and not found.facts.on_their_way:
        return gettext("no pace to go by yet")
    words = (
        gettext("not expected before %(horizon)s (at best %(early)s)")
        if found.early
        else gettext("not within reach before %(horizon)s")
    )
    return words % {"horizon": _month(found.facts.horizon), "early": _month(found.early)}


def _month(day: date | None) -> str:
    return date_format(day, MONTH) if day else ""
