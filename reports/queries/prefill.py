"""What of a report the portal knows already: from the commitment in force, from how the two found
each other, and from what was noted while the exchange ran."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from exchanges.commitment.agenda import USUAL
from exchanges.commitment.terms import MORNING, Slot, Terms
from exchanges.enums import ORGANISATIONS, Capacity, InterruptionKind, Responsible
from exchanges.models import Exchange, Incident, IncidentStep, Interruption
from exchanges.queries.follow_up import (
    Session,
    missing_check_ins,
    sessions_of,
    terms_in_force,
)
from exchanges.workflows.interruption import ACCEPTED
from matching.enums import MatchOrigin
from profiles.enums import Activity, Objective, OrganisationFamily
from profiles.languages import language_name
from profiles.models import Registration
from reports.enums import OutreachKind, ReportOutcome
from reports.models import Questionnaire
from reports.queries.questionnaires import asked_of
from reports.questionnaire import Asked, checked
from reports.questionnaire.checking import LONGEST_LINE, LONGEST_TEXT, MOST_LINES
from reports.questionnaire.questions import NOT_APPLICABLE

ONE_SITTING = timedelta(hours=2)
"""A registration that took longer was interrupted: how long it took is not known."""
SKILLS: Mapping[str, str] = {
    Objective.MARKETS: "market",
    Objective.TECHNOLOGY: "technology",
    Activity.MARKET_RESEARCH: "market",
    Activity.PROJECT_DEVELOPMENT: "technology",
    Activity.BRANDING: "market",
    Activity.FINANCING: "finance",
}
"""What one learns about who has such an aim, or does such a thing."""
FROM_A_CLUSTER = (
    Activity.FRESH_LOOK,
    Activity.OBSERVATION,
    Activity.TRAINING,
    Activity.KNOWLEDGE,
)
"""Who does such a thing with a cluster organisation learns how clusters are managed."""
LEARNED_FROM: Mapping[str, str] = {
    OutreachKind.EVENT: "event",
    OutreachKind.MAILING: "newsletter",
    OutreachKind.POST: "social",
    OutreachKind.NETWORK: "cluster",
}
NO_SCORE = (MatchOrigin.KNOWN, MatchOrigin.INTRODUCED, MatchOrigin.GROUP)
"""Who came together in these ways did not choose by the score."""


def prefilled(exchange: Exchange, capacity: str, questionnaire: Questionnaire) -> dict[str, Any]:
    """The answers that stand in the report of a side (HO or VO) when it is opened, by the keys of
    the questions. Nothing but what the portal knows."""
    asked = asked_of(questionnaire, capacity, exchange.mode)
    known = Known(exchange, Capacity(capacity))
    found = {}
    for one in asked:
        source = SOURCES.get(one.prefill)
        answer = source(known, one) if source else None
        if answer:
            found[one.key] = answer
    return checked(asked, found)


def known_outcome(exchange: Exchange, capacity: str) -> str:
    """What became of the exchange, where those who took part or both partnerships have said so
    already; else nothing. The person who reports can say otherwise."""
    return Known(exchange, Capacity(capacity)).outcome


@dataclass(frozen=True)
class Known:
    """What is known of an exchange, for the report of one side."""

    exchange: Exchange
    side: Capacity

    @cached_property
    def terms(self) -> Terms:
        return terms_in_force(self.exchange)

    @cached_property
    def early_end(self) -> Interruption | None:
        """The request to end early that both partnerships agreed to, and that set the last day."""
        asked = self.exchange.interruptions.filter(
            kind=InterruptionKind.EARLY_END, state=ACCEPTED, last_day=self.exchange.ends_on
        )
        return asked.order_by("-asked_at").first()

    @cached_property
    def outcome(self) -> str:
        """An exchange online whose sessions both sides noted as missed did not take place; one that
        both sides began, or held a session of, took place."""
        noted = [set(session.noted.values()) for session in self.sessions]
        if noted and all(said == {False} for said in noted):
            return ReportOutcome.NOT_TAKEN_PLACE
        if self.early_end:
            return ReportOutcome.ENDED_EARLY
        is_physical = self.exchange.is_physical
        has_begun = not missing_check_ins(self.exchange) if is_physical else {True} in noted
        return ReportOutcome.TOOK_PLACE if has_begun else ""

    @cached_property
    def sessions(self) -> list[Session]:
        """Those of an exchange online until its end."""
        sessions = sessions_of(self.exchange, self.terms)
        return [session for session in sessions if self.is_within(session.slot)]

    @cached_property
    def registration(self) -> Registration | None:
        profile = self.exchange.profile_of(self.side)
        found = Registration.objects.filter(profile=profile)
        return found.select_related("attribution__action").first()

    @cached_property
    def absent(self) -> dict[str, str]:
        """The keys of the sessions that did not take place with both sides, with the remarks: what
        this side noted, else what the other one did."""
        found = {}
        for session in self.sessions:
            others = [side for side in session.noted if side != self.side]
            noted = [side for side in (self.side, *others) if session.noted[side] is not None]
            if noted and not session.noted[noted[0]]:
                found[session.slot.key] = session.notes[noted[0]]
        return found

    @property
    def other_side(self) -> Capacity:
        return Capacity.HO if self.side == Capacity.VO else Capacity.VO

    def is_within(self, slot: Slot) -> bool:
        """Whether an entry of the agenda lies before the end."""
        return slot.day is not None and slot.day <= (self.exchange.ends_on or date.max)

    def is_done(self, slot: Slot) -> bool:
        """Whether it took place, as far as the portal can tell."""
        return self.is_within(slot) and slot.key not in self.absent

    @cached_property
    def done(self) -> list[Slot]:
        return [slot for slot in self.terms.agenda.slots if self.is_done(slot)]


def hours_of(slot: Slot) -> float:
    """How long an entry of the agenda takes; without times as long as its part of a day usually
    does."""
    starts, ends = slot.starts, slot.ends
    if starts is None or ends is None:
        starts, ends = USUAL.get(slot.part, USUAL[MORNING])
    minutes = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    return max(0, minutes) / 60


def _interruption(known: Known, one: Asked) -> str:
    return known.early_end.reason if known.early_end else ""


def _mode(known: Known, one: Asked) -> str:
    return known.exchange.mode


def _place(known: Known, one: Asked) -> str:
    when = known.terms.when
    return when.venue if when.is_physical else when.platform


def _language(known: Known, one: Asked) -> str:
    code = known.terms.clauses.language
    return language_name(code) if code else ""


def _participants(known: Known, one: Asked) -> str:
    lines = []
    for side in (Capacity.VO, Capacity.HO):
        for person in getattr(known.terms.people, side):
            about = [part for part in (person.position, known.exchange.party_name(side)) if part]
            lines.append(f"{person.name} ({', '.join(about)})")
    return "\n".join(lines)[:LONGEST_TEXT]


def _partner_found(known: Known, one: Asked) -> str:
    origin = known.exchange.match.origin
    return MatchOrigin.GROUP if known.exchange.group_id else origin


def _learned_from(known: Known, one: Asked) -> str:
    """By the link that was followed: that of an action of outreach, or that of a partnership."""
    registration = known.registration
    if registration is None:
        return ""
    if attribution := getattr(registration, "attribution", None):
        return LEARNED_FROM[OutreachKind(attribution.action.kind)]
    return registration.source if registration.source in one.codes else ""


def _activities(known: Known, one: Asked) -> list[dict[str, Any]]:
    """What was planned, as done: but for what lies after the end, and for sessions that were noted
    as missed."""
    return [
        {
            "key": slot.key,
            "day": slot.day.isoformat() if slot.day else "",
            "activity": slot.activity,
            "title": slot.title[:LONGEST_LINE],
            "done": known.is_done(slot),
            "hours": round(hours_of(slot), 2),
        }
        for slot in known.terms.agenda.slots[:MOST_LINES]
        if slot.title or slot.activity
    ]


def _deviations(known: Known, one: Asked) -> str:
    """What was noted of missed sessions, and what an early end left out."""
    slots = known.terms.agenda.slots
    remarks = [
        f"{one.title}: {known.absent[one.key]}" for one in slots if known.absent.get(one.key)
    ]
    left_out = [one.title for one in slots if one.title and not known.is_within(one)]
    if known.early_end and left_out:
        remarks.append(_("Left out by the early end: %(what)s") % {"what": "; ".join(left_out)})
    return "\n".join(remarks)[:LONGEST_TEXT]


def _objectives(known: Known, one: Asked) -> list[dict[str, str]]:
    """The aims and the expected outcomes, one a line; how far they were reached is for people to
    say."""
    labels = dict(Objective.choices)
    aims = [str(labels.get(code, code)) for code in known.terms.purpose.objectives]
    outcomes = [outcome.text for outcome in known.terms.outcomes.items if outcome.text]
    return [{"text": text[:LONGEST_LINE], "part": ""} for text in [*aims, *outcomes]]


def _contacts(known: Known, one: Asked) -> dict[str, int]:
    """The people of the other side are new contacts, unless the two knew each other; the entries of
    the agenda for meeting others are meetings."""
    is_new = known.exchange.match.origin != MatchOrigin.KNOWN
    found = {
        "contacts": len(getattr(known.terms.people, known.other_side)) if is_new else 0,
        "meetings": sum(slot.activity == Activity.NETWORKING for slot in known.done),
    }
    return {code: number for code, number in found.items() if number and code in one.codes}


def _skills(known: Known, one: Asked) -> list[str]:
    done = [slot.activity for slot in known.done]
    found = {SKILLS[code] for code in [*known.terms.purpose.objectives, *done] if code in SKILLS}
    other = known.exchange.profile_of(known.other_side).organisation.organisation_type
    if other.family == OrganisationFamily.CLUSTER and set(done) & set(FROM_A_CLUSTER):
        found.add("management")
    return [code for code in one.codes if code in found]


def _follow_up(known: Known, one: Asked) -> list[dict[str, str]]:
    """How the two agreed to recognise each expected outcome is theirs to see to; by when is not
    known."""
    both = ", ".join(known.exchange.party_name(side) for side in ORGANISATIONS)
    steps = [outcome.measure for outcome in known.terms.outcomes.items if outcome.measure]
    return [
        {"what": step[:LONGEST_LINE], "who": both[:LONGEST_LINE], "by": ""}
        for step in steps[:MOST_LINES]
    ]


def _match_score(known: Known, one: Asked) -> dict[str, str]:
    if known.exchange.match.origin in NO_SCORE and "match_score" in one.codes:
        return {"match_score": NOT_APPLICABLE}
    return {}


def _registration_minutes(known: Known, one: Asked) -> dict[str, int]:
    registration = known.registration
    if registration is None or "minutes" not in one.codes:
        return {}
    took = registration.saved_at - registration.created_at
    minutes = round(took.total_seconds() / 60)
    return {"minutes": minutes} if minutes and took <= ONE_SITTING else {}


def _hosting_hours(known: Known, one: Asked) -> dict[str, int]:
    """The hours of those entries that the host saw to."""
    if "hours" not in one.codes:
        return {}
    own = (Responsible.HOST, Responsible.BOTH)
    hours = round(sum(hours_of(slot) for slot in known.done if slot.responsible in own))
    return {"hours": hours} if hours else {}


def _problems(known: Known, one: Asked) -> str:
    """The incidents, each with how it was settled, and what this side wanted changed half-way."""
    incidents = known.exchange.incidents.order_by("reported_at")
    lines = [line for one in incidents for line in _told(one)]
    midway = known.exchange.midway_answers.filter(capacity=known.side).exclude(text="")
    lines += [_("Half-way: %(text)s") % {"text": answer.text} for answer in midway]
    return "\n".join(lines)[:LONGEST_TEXT]


def _told(incident: Incident) -> Iterator[str]:
    yield incident.text
    settled = IncidentStep.objects.filter(subject=incident, transition="settle").last()
    if settled and settled.comment:
        yield settled.comment


SOURCES: Mapping[str, Callable[[Known, Asked], Any]] = {
    "interruption": _interruption,
    "mode": _mode,
    "place": _place,
    "language": _language,
    "participants": _participants,
    "partner_found": _partner_found,
    "learned_from": _learned_from,
    "activities": _activities,
    "deviations": _deviations,
    "objectives": _objectives,
    "contacts": _contacts,
    "skills": _skills,
    "follow_up": _follow_up,
    "match_score": _match_score,
    "registration_minutes": _registration_minutes,
    "hosting_hours": _hosting_hours,
    "problems": _problems,
}
"""What each code of `Question.prefill` takes from what is known."""
