"""Every value that a commitment prints, as plain JSON in the language of the commitment.

`docs/signing.md` describes the shape. The moment of freezing is the only time in it; there are no
fractions, so that every database gives it back as it was.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core.types import Text
from exchanges.commitment.calendar import working_days
from exchanges.commitment.terms import JSON, Slot, Terms
from exchanges.enums import Capacity, DayPart, ExchangeMode, Responsible
from exchanges.models import Exchange
from exchanges.queries.clauses import clauses_for
from exchanges.queries.facts_of_exchange import holidays_of
from exchanges.queries.findings import findings_of
from exchanges.queries.lump_sum import lump_sum_of
from exchanges.wording.lump_sum import lump_sum_in_words
from profiles.enums import Activity, Objective
from profiles.languages import language_name
from profiles.models import Organisation, User
from profiles.rules import current_rules

FORMAT = 1
"""Grows when the shape of snapshots changes."""
TEMPLATE_VERSION = 1
"""Grows when the document prints other values."""
LONG_DAY, TIME = "l j F Y", "%H:%M"


def language_of(terms: Terms) -> str:
    """The working language where the portal speaks it, else the portal's own."""
    offered = dict(settings.LANGUAGES)
    return terms.clauses.language if terms.clauses.language in offered else settings.LANGUAGE_CODE


def snapshot_of(
    exchange: Exchange,
    terms: Terms,
    *,
    number: int,
    frozen_at: datetime,
    frozen_by: User,
    is_amendment: bool = False,
    reason: str = "",
) -> JSON:
    """What version `number` of the commitment prints, with its `terms` beside it."""
    with translation.override(language_of(terms)):
        return {
            "format": FORMAT,
            "template_version": TEMPLATE_VERSION,
            "rules_version": current_rules().version,
            "language": language_of(terms),
            "reference": exchange.ref,
            "version": number,
            "is_amendment": is_amendment,
            "reason": reason,
            "frozen": {"at": frozen_at.astimezone(UTC).isoformat(), "by": str(frozen_by)},
            **_parties(exchange, terms),
            **_time_and_place(exchange, terms),
            **_contents(exchange, terms),
            **_money(exchange, terms),
            "overrides": list(_overrides(exchange, terms)),
            "attachments": list(_attachments(exchange)),
            "sentences": {
                capacity.value: sentence(exchange, capacity, number) for capacity in Capacity
            },
            "terms": terms.to_json(),
        }


def sentence(exchange: Exchange, capacity: Capacity, number: int) -> str:
    """What somebody agrees to who signs in this capacity."""
    names = {
        "party": exchange.party_name(capacity),
        "reference": exchange.ref,
        "number": number,
        "host": exchange.party_name(Capacity.HO),
        "visitor": exchange.party_name(Capacity.VO),
    }
    if capacity.is_partnership:
        return (
            _(
                "I have read version %(number)d of the Commitment of Quality %(reference)s. For "
                "%(party)s I confirm that it fits the rules of the scheme, and that we support "
                "the exchange of %(visitor)s with %(host)s as it stands here."
            )
            % names
        )
    return (
        _(
            "I have read version %(number)d of the Commitment of Quality %(reference)s. I may sign "
            "for %(party)s, and we will do what it says of us."
        )
        % names
    )


def _parties(exchange: Exchange, terms: Terms) -> JSON:
    return {
        "parties": [_party(exchange, capacity) for capacity in Capacity],
        "participants": [
            {
                "capacity": side.value,
                "party": exchange.party_name(side),
                "label": str(side.label),
                "people": [vars(person) for person in getattr(terms.people, side)],
            }
            for side in (Capacity.HO, Capacity.VO)
        ],
    }


def _party(exchange: Exchange, capacity: Capacity) -> JSON:
    party = {"capacity": capacity.value, "label": str(capacity.label)}
    if capacity.is_partnership:
        partnership = exchange.partnership_of(capacity)
        return {
            **party,
            "name": partnership.acronym,
            "about": partnership.field,
            "legal_form": "",
            "type": "",
            "address": "",
            "country": "",
        }
    organisation = exchange.profile_of(capacity).organisation
    return {
        **party,
        "name": organisation.name,
        "about": organisation.description,
        "legal_form": organisation.legal_form,
        "type": str(organisation.organisation_type),
        "address": _address(organisation),
        "country": str(organisation.country),
    }


def _address(organisation: Organisation) -> str:
    town = f"{organisation.postcode} {organisation.city}".strip()
    return ", ".join(line for line in (organisation.street, town) if line)


def _time_and_place(exchange: Exchange, terms: Terms) -> JSON:
    when = terms.when
    working = len(working_days(terms, holidays_of(exchange, terms)))
    return {
        "mode": {"code": when.mode, "label": _label(ExchangeMode, when.mode)},
        "dates": {
            "starts_on": when.starts_on.isoformat() if when.starts_on else "",
            "ends_on": when.ends_on.isoformat() if when.ends_on else "",
            "starts": _day(when.starts_on),
            "ends": _day(when.ends_on),
            "travel": [_day(day) for day in when.travel_days],
            "working_days": working,
            "working_days_text": ngettext(
                "%(count)d working day", "%(count)d working days", working
            )
            % {"count": working},
        },
        "place": {
            "venue": when.venue,
            "platform": when.platform,
            "room": when.room,
            "time_zone": exchange.time_zone,
        },
    }


def _contents(exchange: Exchange, terms: Terms) -> JSON:
    """What is to be done, by whom, and what is to come of it."""
    responsibilities = terms.responsibilities
    return {
        "purpose": {
            "objectives": _labels(Objective, terms.purpose.objectives),
            "activities": _labels(Activity, terms.purpose.activities),
            "text": terms.purpose.text,
        },
        "agenda": [
            {
                "day": day.isoformat() if day else "",
                "label": _day(day),
                "rows": [_row(slot) for slot in slots],
            }
            for day, slots in groupby(terms.agenda.slots, key=lambda slot: slot.day)
        ],
        "responsibilities": [
            {
                "capacity": capacity.value,
                "label": str(capacity.label),
                "party": exchange.party_name(capacity),
                "text": getattr(responsibilities, capacity),
            }
            for capacity in Capacity
        ],
        "outcomes": [vars(outcome) for outcome in terms.outcomes.items],
        "clauses": [
            {"code": clause.code, "title": _(clause.title), "text": _(clause.text)}
            for clause in clauses_for(terms.when.mode)
            if clause.code in terms.clauses.agreed
        ],
        "further_clauses": terms.clauses.further,
        "working_language": {
            "code": terms.clauses.language,
            "label": language_name(terms.clauses.language) if terms.clauses.language else "",
        },
    }


def _row(slot: Slot) -> JSON:
    times = [moment.strftime(TIME) for moment in (slot.starts, slot.ends) if moment]
    return {
        "part": _label(DayPart, slot.part),
        "time": "–".join(times),
        "activity": _label(Activity, slot.activity),
        "title": slot.title,
        "responsible": _label(Responsible, slot.responsible),
        "place": slot.place,
    }


def _money(exchange: Exchange, terms: Terms) -> JSON:
    found = lump_sum_of(exchange, terms)
    if found is None:
        return {"lump_sum": None, "distance_km": ""}
    words = lump_sum_in_words(found, exchange)
    return {
        "lump_sum": {**found.to_json(), "words": asdict(words) if words else {}},
        "distance_km": found.km,
    }


def _overrides(exchange: Exchange, terms: Terms) -> Iterator[JSON]:
    """The warnings of this text that a partnership let pass."""
    if not exchange.overrides.exists():
        return
    for found in findings_of(exchange, terms):
        if override := found.override:
            yield {
                "code": override.code,
                "warning": found.text,
                "partnership": override.partnership.acronym,
                "by": str(override.by),
                "reason": override.reason,
                "at": override.at.astimezone(UTC).isoformat(),
            }


def _attachments(exchange: Exchange) -> Iterator[JSON]:
    for file in exchange.files.all():
        yield {"title": file.title, "size": file.size, "digest": file.digest}


def _day(day: date | None) -> str:
    return date_format(day, LONG_DAY) if day else ""


def _label(choices: Any, code: str) -> str:
    """The words for a code; the code itself where there are none."""
    return str(dict(choices.choices).get(code, code))


def _labels(choices: Any, codes: tuple[str, ...]) -> list[dict[str, Text]]:
    return [{"code": code, "label": _label(choices, code)} for code in codes]
