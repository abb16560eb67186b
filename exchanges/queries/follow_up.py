"""What is known of an exchange that is about to run, runs or has run: its days in the host's time
zone, its sessions, and what its sides have yet to do."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from cxc_portal.core import clock
from exchanges.commitment.calendar import working_days
from exchanges.commitment.terms import AFTERNOON, Agenda, Slot, Terms
from exchanges.enums import ORGANISATIONS, Capacity, ExchangeMode, ExchangeState
from exchanges.models import Exchange, Interruption
from exchanges.queries.facts_of_exchange import holidays_of
from exchanges.queries.terms_shown import terms_now
from exchanges.workflows.interruption import ASKED
from exchanges.workflows.parties import version_in_force
from profiles.rules import RuleBook

AHEAD = timedelta(hours=14)
"""No clock on earth is further ahead of UTC."""


def here(exchange: Exchange) -> datetime:
    """The present moment as the host's clocks show it."""
    return clock.now().astimezone(exchange.zone)


def today_there(exchange: Exchange) -> date:
    """Today's date at the host's."""
    return here(exchange).date()


def has_begun(exchange: Exchange) -> bool:
    """Whether the first day has begun at the host's."""
    return exchange.starts_on is not None and exchange.starts_on <= today_there(exchange)


def has_last_day_begun(exchange: Exchange) -> bool:
    """Whether the last day has begun at the host's."""
    return exchange.ends_on is not None and exchange.ends_on <= today_there(exchange)


def is_over(exchange: Exchange) -> bool:
    """Whether the last day is over at the host's."""
    return exchange.ends_on is not None and exchange.ends_on < today_there(exchange)


def days_begun() -> date:
    """The latest date that has begun anywhere."""
    return (clock.now() + AHEAD).date()


def terms_in_force(exchange: Exchange) -> Terms:
    """What all four have signed, with what was changed since and needs no signatures; nothing at
    all where no version is in force. Prefetched `versions` are used."""
    version = version_in_force(exchange)
    return terms_now(exchange, version) if version else Terms()


def until(terms: Terms, day: date) -> Terms:
    """The terms as they would be, had the last day been this one."""
    slots = tuple(slot for slot in terms.agenda.slots if slot.day and slot.day <= day)
    return replace(terms, when=replace(terms.when, ends_on=day), agenda=Agenda(slots=slots))


def working_days_of(exchange: Exchange, terms: Terms) -> list[date]:
    """The days that count, in order: in person the working days at the host's, online the days with
    sessions."""
    if not terms.when.is_physical:
        return terms.agenda.days
    return working_days(terms, holidays_of(exchange, terms))


def days_of_work(exchange: Exchange, terms: Terms) -> int:
    """How many days of work these terms hold; online, two half-days make one."""
    if terms.when.is_physical:
        return len(working_days_of(exchange, terms))
    return len(terms.agenda.halves) // 2


def middle_day(exchange: Exchange, terms: Terms, rules: RuleBook) -> date | None:
    """The day on which both sides are asked how it goes; None for a short exchange."""
    if days_of_work(exchange, terms) <= rules.integer("midway.from_days"):
        return None
    days = working_days_of(exchange, terms)
    return days[len(days) // 2]


def is_midway_open(exchange: Exchange, terms: Terms, rules: RuleBook) -> bool:
    """Whether the question is asked now: from the middle day on, while the exchange runs."""
    middle = middle_day(exchange, terms, rules)
    is_running = exchange.state == ExchangeState.ONGOING
    return is_running and middle is not None and middle <= today_there(exchange)


def missing_check_ins(exchange: Exchange) -> list[Capacity]:
    """The sides that have not checked in. Prefetched `check_ins` are used."""
    done = {check_in.capacity for check_in in exchange.check_ins.all()}
    return [side for side in ORGANISATIONS if side not in done]


def is_check_in_late(exchange: Exchange) -> bool:
    """Whether a side has not checked in although the first day is over at the host's. Prefetched
    `check_ins` are used."""
    is_late = exchange.starts_on is not None and exchange.starts_on < today_there(exchange)
    return is_late and bool(missing_check_ins(exchange))


def missing_midway_answers(exchange: Exchange) -> list[Capacity]:
    """The sides that have not answered. Prefetched `midway_answers` are used."""
    done = {answer.capacity for answer in exchange.midway_answers.all()}
    return [side for side in ORGANISATIONS if side not in done]


@dataclass(frozen=True)
class Session:
    """One session of an online exchange, and what each side noted: whether both took part, or None
    where it has noted nothing yet."""

    slot: Slot
    starts_at: datetime
    has_begun: bool
    noted: dict[Capacity, bool | None]
    notes: dict[Capacity, str]

    @property
    def is_settled(self) -> bool:
        """Both sides say that both took part."""
        return all(self.noted.values())

    @property
    def differs(self) -> bool:
        """The two sides say different things."""
        return set(self.noted.values()) == {True, False}


def sessions_of(exchange: Exchange, terms: Terms) -> list[Session]:
    """The sessions of an online exchange in their order; none in person."""
    if exchange.mode != ExchangeMode.VIRTUAL:
        return []
    rows = list(exchange.attendances.all())
    found = []
    for slot in terms.agenda.slots:
        if slot.day is None:
            continue
        own = {row.capacity: row for row in rows if (row.slot, row.day) == (slot.key, slot.day)}
        starts_at = start_of(exchange, slot.day, slot)
        found.append(
            Session(
                slot=slot,
                starts_at=starts_at,
                has_begun=starts_at <= clock.now(),
                noted={
                    side: own[side].was_present if side in own else None for side in ORGANISATIONS
                },
                notes={side: own[side].note if side in own else "" for side in ORGANISATIONS},
            )
        )
    return found


def start_of(exchange: Exchange, day: date, slot: Slot) -> datetime:
    """When a session begins; without a time in the agenda at noon or at the start of the day."""
    starts = slot.starts or (time(12) if slot.part == AFTERNOON else time.min)
    return datetime.combine(day, starts, tzinfo=exchange.zone)


def sessions_to_note(sessions: Iterable[Session], sides: Iterable[Capacity]) -> list[Session]:
    """Those that have begun and about which one of these sides has noted nothing."""
    return [
        session
        for session in sessions
        if session.has_begun and any(session.noted[side] is None for side in sides)
    ]


def open_interruption(exchange: Exchange) -> Interruption | None:
    """The request that the partnerships have yet to decide about."""
    return exchange.interruptions.filter(state=ASKED).first()
