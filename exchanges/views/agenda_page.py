"""What the page of an agenda shows, and what it remembers of the last act."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from exchanges.commitment.agenda import USUAL, entries_of
from exchanges.commitment.calendar import days_of_stay
from exchanges.commitment.terms import MORNING, Terms
from exchanges.enums import AMENDABLE, DayPart, Section
from exchanges.models import DraftSection, Exchange
from exchanges.queries.agenda_templates import AgendaTemplate, templates_for
from exchanges.queries.drafts import draft_of, sections_of
from exchanges.queries.facts_of_exchange import holidays_of
from exchanges.queries.findings import findings_of, in_section
from exchanges.views.agenda_board import Plan, board_of
from exchanges.views.agenda_summary import summary_of
from exchanges.wording.agenda import zone_name, zones_of
from exchanges.workflows.parties import open_version, version_in_force
from profiles.rules import current_rules


@dataclass(frozen=True)
class Desk:
    """An agenda that lies before somebody who may write it."""

    exchange: Exchange
    row: DraftSection
    plan: Plan

    @property
    def terms(self) -> Terms:
        return self.plan.terms

    @property
    def has_two_zones(self) -> bool:
        """Whether the clocks of the two sides differ on some day of the stay or the agenda."""
        days = {*self.terms.agenda.days, *days_of_stay(self.terms)}
        return any(self.plan.zones.differ_on(day) for day in days)

    @property
    def zone(self) -> str:
        """Whose time is meant, where the sides have different ones."""
        return zone_name(self.plan.zones.host) if self.has_two_zones else ""


def desk_of(exchange: Exchange, focus: str = "") -> Desk:
    row = sections_of(exchange)[Section.AGENDA]
    country = exchange.host.organisation.country_id
    return Desk(exchange, row, Plan(draft_of(exchange), country, zones_of(exchange), focus))


def board_context(desk: Desk) -> dict[str, Any]:
    rules, terms = current_rules(), desk.terms
    return {
        "exchange": desk.exchange,
        **effects_of_edit(desk.exchange),
        "revision": desk.row.revision,
        "board": board_of(desk.plan),
        "when": terms.when,
        "has_entries": bool(terms.agenda.slots),
        "summary": summary_of(terms, holidays_of(desk.exchange, terms), rules),
        "parts": DayPart.choices,
        "programmes": _programmes(desk),
        "suggested": _suggested(desk),
        "has_two_zones": desk.has_two_zones,
        "host_zone": zone_name(desk.plan.zones.host),
        "visitor_zone": zone_name(desk.plan.zones.visitor),
        "findings": in_section(findings_of(desk.exchange, terms), Section.AGENDA),
        "step_url": reverse("exchanges:agenda_step", args=[desk.exchange.ref]),
        "focus": desk.plan.focus,
    }


def effects_of_edit(exchange: Exchange) -> dict[str, bool]:
    """What a change of the text would do: make an open version void, or begin an amendment."""
    is_in_force = version_in_force(exchange) is not None
    return {
        "voids": open_version(exchange) is not None,
        "amends": is_in_force and exchange.state in AMENDABLE,
    }


def _programmes(desk: Desk) -> list[AgendaTemplate]:
    """Those of the purpose come first."""
    wanted = desk.terms.purpose.objectives
    found = templates_for(desk.terms.when.mode)
    return sorted(found, key=lambda one: one.objective not in wanted)


def _suggested(desk: Desk) -> str:
    """The longest one for the purpose that the working days of the stay can hold."""
    days = [day for day in days_of_stay(desk.terms) if not desk.plan.is_off(day)]
    fitting = [one for one in _programmes(desk) if one.length <= len(days)]
    if not fitting:
        return ""
    objective = fitting[0].objective
    ours = [one for one in fitting if one.objective == objective]
    return max(ours, key=lambda one: one.length).code


def first_values(desk: Desk, day: str, part: str) -> dict[str, Any]:
    """What a new entry starts with: the place on the page where "Add" was pressed, and the first
    time that is free there."""
    chosen = part if part in DayPart.values else MORNING
    starts, ends = USUAL[chosen]
    on = _day(day) or desk.terms.when.starts_on
    there = entries_of(desk.terms.agenda, on, chosen) if on else []
    if taken := [one.ends for one in there if one.ends]:
        starts = max(taken)
    return {
        "day": on,
        "part": chosen,
        "starts": starts,
        "ends": ends if ends > starts else None,
        "activity": next(iter(desk.terms.purpose.activities), ""),
        "responsible": "host",
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
