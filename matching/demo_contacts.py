"""Contacts and matches of the demo world, told in the past through the real services.

Both demo accounts find something in every state, and some others have found each other too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from cxc_portal.core import clock
from matching.enums import ReadyAnswer
from matching.models import Conversation, Match
from matching.queries.conversations import contact_refusals
from matching.queries.matches import partners_of
from matching.queries.narrowing import Search
from matching.queries.proposals import modes_between
from matching.services.conversation_ends import end_conversation
from matching.services.conversations import mark_read, post_message, start_conversation
from matching.services.introductions import introduce_profiles
from matching.services.matches import (
    accept_match,
    decline_match,
    dissolve_match,
    propose_match,
    withdraw_match,
)
from matching.services.matches_rules import as_host_and_visitor
from matching.services.matches_upkeep import expire_matches
from matching.services.silence import mind_conversations
from profiles.demo import World, settle_mails
from profiles.models import Partnership, Profile, User

TOLD_DAYS = 45
ACCOUNTS = ("P-AQUIMER", "P-DIGITAL")
OTHER_PAIRS = 8
MOST_PAGES = 4
FIRST_WORDS = (
    "Your profile caught our eye because you work on what we are about to begin. A few days with "
    "your people would save us months of trying.",
    "We saw that you would like to try new ways of working together. We have a small team that "
    "has done just that for two years, and would be glad to show it to you.",
    "A partner in our cluster spoke of you. We would like to learn how you bring research and "
    "small firms to one table, and could share what we know about finding money for it.",
)
ANSWERS = (
    "That sounds good. Spring suits us best; who would come, and what would you like to see?",
    "Thank you for writing. We are glad to talk: shall we begin with half an hour online?",
)
PROPOSAL = (
    "Three to five days at your place, with two people of ours: one day in the workshop, one with "
    "your partners, and one to write down what we could do together."
)

Act = Callable[[], Any]


@dataclass
class Pair:
    """A demo profile and the partner that its story is about, found when the story begins."""

    profile_ref: str
    number: int
    used: set[str]
    partner: Profile | None = None
    conversation: Conversation = field(init=False)
    match: Match = field(init=False)

    @property
    def profile(self) -> Profile:
        return Profile.objects.select_related("organisation").get(ref=self.profile_ref)

    @property
    def other(self) -> Profile:
        """The best partner, by name where several are as good, who is in no other story."""
        if self.partner is None:
            self.partner = next(free_partners(self.profile, self.used))
            self.used.add(self.partner.ref)
        return self.partner

    def side(self, *, own: bool) -> tuple[Profile, Profile]:
        """Who acts and towards whom."""
        return (self.profile, self.other) if own else (self.other, self.profile)

    def write(self, *, own: bool) -> None:
        profile, other = self.side(own=own)
        text = FIRST_WORDS[self.number % len(FIRST_WORDS)]
        self.conversation = start_conversation(
            profile_id=profile.pk, other_id=other.pk, text=text, actor=contact_of(profile)
        )

    def answer(self, *, own: bool, **more: Any) -> None:
        profile, _other = self.side(own=own)
        text = more.pop("text", ANSWERS[self.number % len(ANSWERS)])
        key, actor = self.conversation.pk, contact_of(profile)
        last = self.conversation.messages.latest("pk")
        mark_read(conversation=self.conversation, message=last, reader=actor)
        post_message(conversation_id=key, actor=actor, text=text, **more)

    def end(self, *, own: bool) -> None:
        profile, _other = self.side(own=own)
        reason = "We have found a partner meanwhile. Thank you for writing with us."
        key, actor = self.conversation.pk, contact_of(profile)
        end_conversation(conversation_id=key, actor=actor, reason=reason)

    def propose(self, *, own: bool, is_known: bool = False) -> None:
        profile, other = self.side(own=own)
        starts_on = clock.today() + timedelta(days=70)
        self.match = propose_match(
            profile_id=profile.pk,
            other_id=other.pk,
            mode=modes_between(*as_host_and_visitor(profile, other))[0],
            message=PROPOSAL,
            actor=contact_of(profile),
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=4),
            is_known=is_known,
        )

    def introduce(self, officer: User) -> None:
        host, visitor = as_host_and_visitor(self.profile, self.other)
        self.match = introduce_profiles(
            host_id=host.pk,
            visitor_id=visitor.pk,
            actor=officer,
            message="You work on the same questions from two ends. A visit would join them.",
            mode=modes_between(host, visitor)[0],
        )

    def step(self, service: Callable[..., Match], *, own: bool, **more: Any) -> None:
        profile, _other = self.side(own=own)
        service(match_id=self.match.pk, actor=contact_of(profile), **more)


def add_contacts(world: World) -> None:
    """Put the stories of the demo accounts and of some others among the world's events."""
    used = world.used
    used.update(ACCOUNTS)
    for ref in ACCOUNTS:
        for number, story in enumerate(STORIES):
            _plan(world, story(world, Pair(ref, number, used)))
    for number in range(OTHER_PAIRS):
        _plan(world, _found_each_other(world, number, used))
    for days in range(TOLD_DAYS, -1, -1):
        world.tell(_evening(world, days), mind_conversations)
        world.tell(_evening(world, days), expire_matches)
        world.tell(_evening(world, days), settle_mails)


def _plan(world: World, events: Iterator[tuple[float, Act]]) -> None:
    for days, act in events:
        # Not `world.ago`: its chance makes the rest of the world.
        world.tell(world.start - timedelta(days=days), act)


def _evening(world: World, days: int) -> Any:
    return world.start - timedelta(days=days) + timedelta(minutes=-5)


def _confirmed(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 30, partial(pair.write, own=True)
    yield 28.5, partial(pair.answer, own=False)
    yield 27, partial(pair.answer, own=True, text="Gladly. Two of us would come in spring.")
    yield 26, partial(pair.answer, own=False, text="Then let us make it official here.")
    yield 25, partial(pair.propose, own=True)
    yield 22, partial(pair.step, accept_match, own=False)


def _asked_to_decide(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 9, partial(pair.write, own=False)
    yield 8, partial(pair.answer, own=True)
    yield 2, partial(pair.propose, own=False)


def _waiting_for_them(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 8, partial(pair.propose, own=True, is_known=True)


def _declined(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 16, partial(pair.propose, own=True)
    yield 12, partial(pair.step, decline_match, own=False, comment="The dates do not suit us.")


def _taken_back(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 20, partial(pair.propose, own=True)
    yield 18, partial(pair.step, withdraw_match, own=True)


def _expired(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 33, partial(pair.propose, own=True)


def _dissolved(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    reason = "We could not find days that suit both."
    yield 40, partial(pair.propose, own=False, is_known=True)
    yield 37, partial(pair.step, accept_match, own=True)
    yield 15, partial(pair.step, dissolve_match, own=False, comment=reason)


def _introduced(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    def introduce() -> None:
        acronym = Partnership.objects.get(profiles__ref=pair.profile_ref).acronym
        pair.introduce(world.officers[acronym])

    yield 4, introduce
    yield 3, partial(pair.step, accept_match, own=False)


def _to_answer(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 2, partial(pair.write, own=False)


def _not_answered_yet(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 4, partial(pair.write, own=True)


def _answered(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 3, partial(pair.write, own=True)
    yield 1, partial(pair.answer, own=False, answer=ReadyAnswer.YES)


def _in_talks(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 6, partial(pair.write, own=False)
    yield 5, partial(pair.answer, own=True)
    yield 4, partial(pair.answer, own=False, text="Online is fine. Next week on Tuesday?")


def _later(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    from_day = world.start.date() + timedelta(days=40)
    yield 7, partial(pair.write, own=True)
    yield 6, partial(pair.answer, own=False, answer=ReadyAnswer.LATER, later_from=from_day, text="")


def _refused(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    reason = "We look for partners in another field at the moment."
    yield 14, partial(pair.write, own=True)
    yield 13, partial(pair.answer, own=False, answer=ReadyAnswer.NO, text=reason)


def _silent(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 24, partial(pair.write, own=True)


def _ended(world: World, pair: Pair) -> Iterator[tuple[float, Act]]:
    yield 19, partial(pair.write, own=False)
    yield 18, partial(pair.answer, own=True)
    yield 17, partial(pair.end, own=False)


STORIES = (
    _confirmed,
    _asked_to_decide,
    _waiting_for_them,
    _declined,
    _taken_back,
    _expired,
    _dissolved,
    _introduced,
    _to_answer,
    _not_answered_yet,
    _answered,
    _in_talks,
    _later,
    _refused,
    _silent,
    _ended,
)


def _found_each_other(world: World, number: int, used: set[str]) -> Iterator[tuple[float, Act]]:
    """Two others, the first of them taken by name: most are confirmed, some wait."""
    pair = Pair("", number, used)

    def begin() -> None:
        free = Profile.objects.published().filter(source="demo").exclude(ref__in=used)
        first = free.order_by("organisation__name", "ref")[number * 3]
        pair.profile_ref = first.ref
        used.add(first.ref)
        pair.propose(own=True)

    yield 28 - 2 * number, begin
    if number % 4 != 3:
        yield 26 - 2 * number, partial(pair.step, accept_match, own=False)


def contact_of(profile: Profile) -> User:
    """Who answers for the profile."""
    if profile.contact is None:
        raise User.DoesNotExist
    return profile.contact


def free_partners(profile: Profile, used: set[str]) -> Iterator[Profile]:
    """Partners of the demo world that can be contacted and are in no story yet, best first."""
    for number in range(1, MOST_PAGES + 1):
        found = partners_of(profile, Search(), str(number)).partners
        totals = {partner.ref: partner.total for partner in found if partner.ref not in used}
        rows = Profile.objects.filter(ref__in=totals, source="demo").select_related("organisation")
        profiles = sorted(rows, key=lambda one: (-totals[one.ref], one.organisation.name))
        refusals = contact_refusals(profile, profiles)
        yield from (one for one in profiles if one.pk not in refusals)
