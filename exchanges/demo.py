"""What exchanges add to the demo world: something to show in every state, for the accounts of the
host, the visitor and the officer, told in the past through the real services."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from cxc_portal.core import clock
from exchanges.demo_visits import (
    Act,
    Visit,
    complete,
    free_profiles,
    partners_for,
    plan,
    profile_of,
)
from exchanges.enums import (
    ORGANISATIONS,
    PARTNERSHIPS,
    Capacity,
    ExchangeMode,
    IncidentKind,
    IncidentSeverity,
    Section,
)
from exchanges.models import GroupOffer
from exchanges.queries.agenda_templates import days_from, template_of
from exchanges.queries.groups import sections_from, visiting_types
from exchanges.services.announcing import announce_starts, mind_running
from exchanges.services.attendance import Note, note_attendance
from exchanges.services.cancelling import cancel_exchange
from exchanges.services.check_ins import check_in
from exchanges.services.comments import comment_section
from exchanges.services.group_places import join_group
from exchanges.services.groups import GroupTerms, close_due_groups, offer_group
from exchanges.services.incidents import report_incident
from exchanges.services.reminding import remind_missing_signatories
from exchanges.services.resting import recall_drafts
from exchanges.services.running import finish_due_exchanges, start_due_exchanges
from matching.demo import add_to_demo as add_matching
from matching.demo_contacts import contact_of
from profiles.demo import FLAGSHIP, World
from profiles.enums import Role
from profiles.rules import current_rules

Story = Callable[[Visit], Iterator[tuple[float, Act]]]

HOST, VISITOR = "P-AQUIMER", "P-DIGITAL"
TOLD_DAYS = 45
HO, VO = ORGANISATIONS
EVENING = (
    start_due_exchanges,
    finish_due_exchanges,
    announce_starts,
    mind_running,
)
EVERY_FIFTH = (remind_missing_signatories, recall_drafts, close_due_groups)
"""What looks at everything that waits: told of less often, so that the demo begins soon."""
GROUP_WORDS = (
    "Two workshops with our members, a morning at the market, and time to talk one to one. You "
    "meet the other visitors, too."
)


def add_to_demo(world: World) -> None:
    """What matching adds, and the exchanges that come of it."""
    add_matching(world)
    for days in range(TOLD_DAYS, -1, -1):
        for task in EVENING + (EVERY_FIFTH if days % 5 == 0 else ()):
            world.tell(world.start - timedelta(days=days, minutes=10), task)
    for story, visit in _in_person(world):
        plan(world, story(visit))
    plan(world, _group(world, HOST, "Seafood that keeps: three days on the coast", "learn_3", 2))
    if _is_online_open(world):
        _add_online(world)


def _in_person(world: World) -> Iterator[tuple[Story, Visit]]:
    yield _reported_soon, Visit(world, HOST, "learn_5", -14)
    yield _running, Visit(world, HOST, "technology_10", -8)
    yield _about_to_start, Visit(world, HOST, "learn_3", 9)
    yield _at_the_partnerships, Visit(world, HOST, "markets_5", 40)
    yield _at_the_organisations, Visit(world, HOST, "learn_5", 50)
    yield _being_written, Visit(world, HOST, "investment_3", 60)
    yield _cancelled, Visit(world, HOST, "learn_3", 45)
    yield _at_the_organisations, Visit(world, VISITOR, "technology_5", 42)
    yield _being_written, Visit(world, VISITOR, "markets_3", 70)
    for number in range(2):
        visit = Visit(world, "", "learn_5", 11 + 20 * number)
        yield (_about_to_start, _at_the_partnerships)[number], visit


def _add_online(world: World) -> None:
    plan(world, _session_by_session(Visit(world, VISITOR, "learn_online", -8)))
    plan(world, _reported_soon(Visit(world, VISITOR, "technology_online", -30)))
    plan(world, _cancelled(Visit(world, VISITOR, "markets_online", 30)))
    plan(world, _group(world, "", "Ask a team abroad: six mornings online", "learn_online", 2))
    plan(world, _group(world, "", "Money for new ideas: six mornings", "investment_online", 0))


def _is_online_open(world: World) -> bool:
    """Whether exchanges of the next months can be online."""
    last_day = clock.day_of(world.start) + timedelta(days=120)
    return last_day <= current_rules().day("virtual.open_until")


def _written(visit: Visit, days: float) -> Iterator[tuple[float, Act]]:
    """Up to the frozen text."""
    yield days + 4, partial(meet, visit)
    yield days + 2, visit.write
    yield days, visit.freeze


def signed(visit: Visit, days: float) -> Iterator[tuple[float, Act]]:
    """Up to the fourth signature."""
    yield from _written(visit, days + 3)
    yield days + 2, partial(visit.sign, VO)
    yield days + 1, partial(visit.sign, HO)
    yield days, partial(visit.sign, *PARTNERSHIPS)


def _reported_soon(visit: Visit) -> Iterator[tuple[float, Act]]:
    """It took place, and both sides are to report."""
    yield from signed(visit, 3 - visit.ahead)
    if visit.mode == ExchangeMode.PHYSICAL:
        yield 9, partial(_check_in, visit, VO, "We are here. A warm welcome.")
        yield 8.9, partial(_check_in, visit, HO, "")


def _running(visit: Visit) -> Iterator[tuple[float, Act]]:
    """It runs; the visitor has checked in, and something does not go as planned."""
    yield from signed(visit, 3 - visit.ahead)
    yield 4.5, partial(_check_in, visit, VO, "Arrived, the first day was full.")
    yield (
        1.5,
        partial(
            _report, visit, "The workshop of the second week is not confirmed yet. Who can help?"
        ),
    )


def _session_by_session(visit: Visit) -> Iterator[tuple[float, Act]]:
    """It runs online, and who took part is noted."""
    yield from signed(visit, 3 - visit.ahead)
    yield 4.5, partial(_check_in, visit, HO, "")
    yield 1.2, partial(_note_first_session, visit)


def _about_to_start(visit: Visit) -> Iterator[tuple[float, Act]]:
    yield from signed(visit, 5)


def _at_the_partnerships(visit: Visit) -> Iterator[tuple[float, Act]]:
    """Both organisations have signed."""
    yield from _written(visit, 6)
    yield 5, partial(visit.sign, HO)
    yield 3, partial(visit.sign, VO)


def _at_the_organisations(visit: Visit) -> Iterator[tuple[float, Act]]:
    """The other side has signed; the account's own signature is awaited."""
    yield from _written(visit, 5)
    yield 4, partial(visit.sign, VO if visit.profile_ref == HOST else HO)


def _being_written(visit: Visit) -> Iterator[tuple[float, Act]]:
    """A draft that is talked about."""
    texts = (
        (VO, Section.WHEN, "Could we begin a day later? Our own fair ends the evening before."),
        (HO, Section.AGENDA, "The second day suits our partner firm better. Shall we swap them?"),
        (Capacity.HOP, Section.OUTCOMES, "Say how you will see that it came about."),
    )
    yield 8, partial(meet, visit)
    yield 7, visit.write
    for days, (capacity, section, text) in zip((5, 4, 2), texts, strict=True):
        yield days, partial(_comment, visit, capacity, section, text)


def _cancelled(visit: Visit) -> Iterator[tuple[float, Act]]:
    """A text was frozen, then the visitor could not come."""
    yield from _written(visit, 12)
    yield 8, partial(_cancel, visit)


def meet(visit: Visit) -> None:
    """A story of nobody in particular is that of a visitor of the officer's partnership."""
    if not visit.profile_ref:
        free = free_profiles(visit.world, FLAGSHIP, Role.VISITING)
        visit.profile_ref = next(one for one in free if one.mode != ExchangeMode.VIRTUAL).ref
        visit.world.used.add(visit.profile_ref)
    visit.meet()


def _check_in(visit: Visit, capacity: Capacity, note: str) -> None:
    check_in(exchange_id=visit.exchange.pk, actor=visit.person(capacity), note=note)


def _report(visit: Visit, text: str) -> None:
    report_incident(
        exchange_id=visit.exchange.pk,
        kind=IncidentKind.LOGISTICS,
        severity=IncidentSeverity.MEDIUM,
        text=text,
        actor=visit.person(VO),
    )


def _comment(visit: Visit, capacity: Capacity, section: Section, text: str) -> None:
    actor = visit.person(capacity)
    comment_section(exchange_id=visit.exchange.pk, section=section, text=text, actor=actor)


def _note_first_session(visit: Visit) -> None:
    content = visit.exchange.sections.get(name=Section.AGENDA).content
    first = content["slots"][0]["key"]
    notes = {first: Note(was_present=True, text="Nine people, a good start.")}
    note_attendance(exchange_id=visit.exchange.pk, notes=notes, actor=visit.person(VO))


def _cancel(visit: Visit) -> None:
    reason = "Our project leader has fallen ill, and nobody can stand in at such short notice."
    cancel_exchange(exchange_id=visit.exchange.pk, actor=visit.person(VO), reason=reason)


def _group(
    world: World, host_ref: str, title: str, programme: str, visitors: int
) -> Iterator[tuple[float, Act]]:
    """A group with some visitors; online the account of the visitor is one of them."""
    offers: list[GroupOffer] = []
    yield 10, lambda: offers.append(_offer(world, host_ref, title, programme))
    for number in range(visitors):
        yield 6 - number, lambda: _join(world, offers[0])


def _offer(world: World, host_ref: str, title: str, programme: str) -> GroupOffer:
    template = template_of(programme)
    if template is None:
        raise LookupError(programme)
    mode = ExchangeMode(template.mode)
    if host_ref:
        host = profile_of(host_ref)
    else:
        host = next(one for one in partners_for(world, profile_of(VISITOR), mode))
    world.used.add(host.ref)
    complete(host)
    start = clock.day_of(world.start) + timedelta(days=75)
    days = days_from(template, start, host.organisation.country_id)
    terms = GroupTerms(
        title=title,
        description=GROUP_WORDS,
        mode=mode,
        starts_on=days[0],
        ends_on=days[-1],
        places=4,
        eligible_types=tuple(one.pk for one in visiting_types()),
        closes_on=days[0] - timedelta(days=21),
        sections=sections_from(template, days, GROUP_WORDS),
    )
    return offer_group(host_id=host.pk, actor=contact_of(host), terms=terms)


def _join(world: World, offer: GroupOffer) -> None:
    is_first = not offer.places_taken.exists()
    if is_first and offer.mode == ExchangeMode.VIRTUAL:
        visitor = profile_of(VISITOR)
    else:
        visitor = next(partners_for(world, offer.host, ExchangeMode(offer.mode)))
        world.used.add(visitor.ref)
    complete(visitor)
    join_group(offer_id=offer.pk, visitor_id=visitor.pk, actor=contact_of(visitor))
