"""What the rules found, in sentences: what is wrong, whose rule it is, and the way out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cxc_portal.core.types import Text
from exchanges.commitment.findings import Finding
from exchanges.models import Exchange
from exchanges.wording.values import (
    clause_text,
    counted,
    day_text,
    field_text,
    listed,
    party_text,
    quoted,
)
from profiles.rules import Rule

SCHEME = _lazy("ClusterXchange scheme: about")
QUESTIONS = _lazy("ClusterXchange scheme: questions and answers")
PORTAL = _lazy("Decision of the portal")

CONTENTS = _lazy("What a Commitment of Quality holds"), QUESTIONS
DAYS_IN_A_ROW = _lazy("A visit in person takes place on consecutive days"), SCHEME
TWO_COUNTRIES = _lazy("Two different countries that take part"), SCHEME
TYPES = _lazy("Types of organisation that may host or visit"), SCHEME
EXCLUDED = _lazy("No internship and no recruitment"), SCHEME
BEFORE_START = _lazy("All four sign before the exchange starts"), SCHEME
TRAVEL = _lazy("Days of travel are no working days"), SCHEME
PROFILES = _lazy("What signing asks of a profile"), PORTAL
STANDING = _lazy("Both profiles are validated"), SCHEME
ORDER = _lazy("Days and times are in order"), PORTAL


@dataclass(frozen=True)
class Saying:
    """`text` and `way_out` take the values of the finding by name. `origin` is the rule and its
    source where it is none of those with a value, which say theirs themselves."""

    text: Text
    way_out: Text
    origin: tuple[Text, Text] | None = None


SAYINGS: Mapping[str, Saying] = {
    "dates_missing": Saying(
        _lazy("The first and the last day are not both given."),
        _lazy("Agree on the days; free days of both sides are suggested there."),
        CONTENTS,
    ),
    "dates_reversed": Saying(
        _lazy("The last day, %(last)s, lies before the first one, %(first)s."),
        _lazy("Change one of the two days."),
        ORDER,
    ),
    "not_in_future": Saying(
        _lazy("The first day, %(first)s, is not in the future."),
        _lazy("Choose a later first day, so that all four can sign before it."),
        BEFORE_START,
    ),
    "over_already": Saying(
        _lazy("The last day, %(last)s, is over."),
        _lazy("Choose a last day from today on."),
        ORDER,
    ),
    "too_short": Saying(
        _lazy("The visit has %(days)s without travel; at least %(limit)s are needed."),
        _lazy("Choose a later last day, or put work on a day of the weekend into the agenda."),
    ),
    "too_long": Saying(
        _lazy("A visit that begins on %(first)s can last until %(longest)s, which is %(limit)s."),
        _lazy("Choose an earlier last day."),
    ),
    "visit_used": Saying(
        _lazy(
            "%(visitor)s has used up its visit in person in another exchange, or is signing one."
        ),
        _lazy("Make this exchange an online one, or cancel the other one before it starts."),
    ),
    "travel_apart": Saying(
        _lazy("These days of travel do not lie in the stay or right beside it: %(days)s."),
        _lazy("Take them out, or move them to the days before the first or after the last day."),
        TRAVEL,
    ),
    "venue_missing": Saying(
        _lazy("It is not said where the visit takes place."),
        _lazy("Write down the address of the venue."),
        CONTENTS,
    ),
    "platform_missing": Saying(
        _lazy("It is not said on which platform the two sides meet."),
        _lazy("Name the platform, such as the one for video calls that the host uses."),
        CONTENTS,
    ),
    "virtual_window": Saying(
        _lazy("The last day is %(last)s; online exchanges can be held until %(until)s."),
        _lazy("Choose earlier days, or meet in person."),
    ),
    "virtual_span": Saying(
        _lazy("The sessions spread over %(days)s; they should lie within %(limit)s."),
        _lazy("Move the sessions closer together, or ask one of the partnerships to let it pass."),
    ),
    "distance_unknown": Saying(
        _lazy(
            "The distance between the two organisations is not known, because the town of one of "
            "them was not found. Below %(limit)s the lump sum is halved."
        ),
        _lazy(
            "Correct the town in the address of the organisation, or ask one of the partnerships "
            "to let it pass."
        ),
    ),
    "same_country": Saying(
        _lazy("Both organisations are in %(country)s. An exchange crosses a border."),
        _lazy("Choose a partner in another country."),
        TWO_COUNTRIES,
    ),
    "host_country": Saying(
        _lazy("%(host)s is in %(country)s, which does not take part."),
        _lazy("Ask the Support Office which countries take part, or choose another host."),
        TWO_COUNTRIES,
    ),
    "visitor_country": Saying(
        _lazy("%(visitor)s is in %(country)s, which does not take part."),
        _lazy("Ask the Support Office which countries take part."),
        TWO_COUNTRIES,
    ),
    "host_type": Saying(
        _lazy("Organisations of the type of %(host)s cannot host in this round."),
        _lazy("Ask the partnership of the host whether the type is right, or choose another host."),
        TYPES,
    ),
    "visitor_type": Saying(
        _lazy("Organisations of the type of %(visitor)s cannot visit in this round."),
        _lazy("Ask the partnership of the visitor whether the type is right."),
        TYPES,
    ),
    "host_not_standing": Saying(
        _lazy("The profile of %(host)s is not validated at present."),
        _lazy("%(host)s settles it with its partnership, %(host_partnership)s."),
        STANDING,
    ),
    "visitor_not_standing": Saying(
        _lazy("The profile of %(visitor)s is not validated at present."),
        _lazy("%(visitor)s settles it with its partnership, %(visitor_partnership)s."),
        STANDING,
    ),
    "host_incomplete": Saying(
        _lazy("The profile of %(host)s lacks what signing asks for: %(fields)s."),
        _lazy("%(host)s completes its profile."),
        PROFILES,
    ),
    "visitor_incomplete": Saying(
        _lazy("The profile of %(visitor)s lacks what signing asks for: %(fields)s."),
        _lazy("%(visitor)s completes its profile."),
        PROFILES,
    ),
    "host_texts": Saying(
        _lazy("The profile of %(host)s leaves open: %(fields)s."),
        _lazy(
            "%(host)s completes its profile in a few words, or one of the partnerships lets it "
            "pass."
        ),
        PROFILES,
    ),
    "visitor_texts": Saying(
        _lazy("The profile of %(visitor)s leaves open: %(fields)s."),
        _lazy(
            "%(visitor)s completes its profile in a few words, or one of the partnerships lets it "
            "pass."
        ),
        PROFILES,
    ),
    "host_participants": Saying(
        _lazy("%(host)s has not named everybody who takes part with name and position."),
        _lazy("Name at least one person for the host."),
        CONTENTS,
    ),
    "visitor_participants": Saying(
        _lazy("%(visitor)s has not named everybody who takes part with name and position."),
        _lazy("Name at least one person for the visitor."),
        CONTENTS,
    ),
    "purpose_missing": Saying(
        _lazy("No objective and no activity is chosen."),
        _lazy("Choose what the exchange is for."),
        CONTENTS,
    ),
    "purpose_text_missing": Saying(
        _lazy("The purpose is not yet told in words."),
        _lazy("Say in a few sentences what the two of you want to do."),
        CONTENTS,
    ),
    "words_in_purpose": Saying(
        _lazy("The purpose speaks of %(words)s."),
        _lazy(
            "Use other words if it is no internship and no search for staff, or ask one of the "
            "partnerships to let it pass."
        ),
        EXCLUDED,
    ),
    "agenda_missing": Saying(
        _lazy("The agenda is empty."),
        _lazy("Start from a ready-made agenda and change what does not fit."),
        CONTENTS,
    ),
    "entry_incomplete": Saying(
        _lazy("Entries of the agenda without a day or a title: %(count)s."),
        _lazy("Complete them or take them out."),
        CONTENTS,
    ),
    "entry_times": Saying(
        _lazy("These entries of the agenda end before they begin: %(titles)s."),
        _lazy("Change their times."),
        ORDER,
    ),
    "outside_stay": Saying(
        _lazy("The agenda has entries outside the days of the exchange: %(days)s."),
        _lazy("Move these entries, or change the first or the last day."),
        ORDER,
    ),
    "overlap": Saying(
        _lazy("Two entries of %(day)s are at the same time: %(titles)s."),
        _lazy("Change the times of one of them."),
        ORDER,
    ),
    "not_consecutive": Saying(
        _lazy("Working days in between have no entry in the agenda: %(days)s."),
        _lazy("Fill these days, or mark them as days of travel."),
        DAYS_IN_A_ROW,
    ),
    "days_without_content": Saying(
        _lazy("Working days without an entry in the agenda: %(days)s."),
        _lazy("Fill these days, shorten the stay, or mark them as days of travel."),
        CONTENTS,
    ),
    "virtual_too_short": Saying(
        _lazy(
            "The agenda fills %(half_days)s; at least %(least_days)s or %(least_half_days)s are "
            "needed."
        ),
        _lazy("Add sessions to the agenda."),
    ),
    "words_in_agenda": Saying(
        _lazy("The agenda speaks of %(words)s."),
        _lazy(
            "Use other words if it is no internship and no search for staff, or ask one of the "
            "partnerships to let it pass."
        ),
        EXCLUDED,
    ),
    "responsibilities_missing": Saying(
        _lazy("It is not said what these parties see to: %(parties)s."),
        _lazy("Write down what they do; a standard text is offered."),
        CONTENTS,
    ),
    "outcomes_missing": Saying(
        _lazy("No outcome is expected yet."),
        _lazy("Write down at least one thing that should come of it."),
        CONTENTS,
    ),
    "measures_missing": Saying(
        _lazy("It is not said how one recognises these outcomes: %(outcomes)s."),
        _lazy("Say for each outcome how one will see that it came about."),
        CONTENTS,
    ),
    "language_missing": Saying(
        _lazy("The working language is not chosen."),
        _lazy("Choose the language in which the two of you work."),
        CONTENTS,
    ),
    "clauses_missing": Saying(
        _lazy("These clauses are not agreed to: %(clauses)s."),
        _lazy("Read them and agree to them."),
        CONTENTS,
    ),
    "recruitment_not_excluded": Saying(
        _lazy("It is not declared that this is neither an internship nor a search for staff."),
        _lazy("Agree to the clause. For an internship or a recruitment, use another programme."),
        EXCLUDED,
    ),
}


@dataclass(frozen=True)
class InWords:
    """`rule` is what the rule is called, `source` where it stands."""

    text: str
    way_out: str
    rule: Text
    source: Text


def finding_in_words(finding: Finding, exchange: Exchange, rules: Mapping[str, Rule]) -> InWords:
    """The sentences of one finding. `rules` are the programme's rules in force by their keys."""
    saying = SAYINGS[finding.code]
    values = _names(exchange) | _values(finding, exchange)
    rule = rules.get(finding.rule)
    if rule:
        values["limit"] = rule.text
    origin = (rule.label, rule.source) if rule else saying.origin or ("", "")
    text = str(saying.text) % values
    if finding.params.get("holidays"):
        text = _("%(text)s Public holidays do not count: %(holidays)s.") % {"text": text, **values}
    return InWords(text, str(saying.way_out) % values, *origin)


def _names(exchange: Exchange) -> dict[str, str]:
    return {
        "host": exchange.host.organisation.name,
        "visitor": exchange.visitor.organisation.name,
        "host_partnership": exchange.host_partnership.acronym,
        "visitor_partnership": exchange.visitor_partnership.acronym,
    }


def _values(finding: Finding, exchange: Exchange) -> dict[str, str]:
    countries = {one.country_id: one.country.name for one in exchange.organisations()}
    return {
        name: countries[value] if name == "country" else _value(finding, name, value)
        for name, value in finding.params.items()
    }


_UNITS = {
    ("too_short", "days"): "working days",
    ("virtual_span", "days"): "days",
    ("virtual_too_short", "half_days"): "half-days",
    ("virtual_too_short", "least_days"): "days",
    ("virtual_too_short", "least_half_days"): "half-days",
}
_ENTRIES: Mapping[str, Callable[[Any], Text]] = {
    "days": day_text,
    "holidays": day_text,
    "fields": lambda name: quoted(field_text(name)),
    "parties": party_text,
    "clauses": lambda code: quoted(clause_text(code)),
    "titles": quoted,
    "outcomes": quoted,
    "words": quoted,
}
_ONES: Mapping[str, Callable[[Any], Text]] = {
    "first": day_text,
    "last": day_text,
    "longest": day_text,
    "until": day_text,
    "day": day_text,
    "count": str,
}


def _value(finding: Finding, name: str, value: Any) -> str:
    if unit := _UNITS.get((finding.code, name)):
        return counted(value, unit)
    if name in _ENTRIES:
        return listed(_ENTRIES[name](one) for one in value)
    return str(_ONES[name](value))
