"""A quarter with fifty matches, played by the real services: nobody gets two letters on a day, no
two mails have one subject, and nothing is lost."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.mail import delivery, pacing
from cxc_portal.core.models import MailStatus, OutgoingMail
from matching.enums import MatchState
from matching.models import Conversation, Match
from matching.services.matches import accept_match, decline_match, propose_match
from matching.services.matches_upkeep import expire_matches
from matching.services.silence import mind_conversations
from profiles.enums import Mode
from tests.factories import StaffRoleFactory, host_profile, visitor_profile
from tests.matching.talking import contact, member, write

pytestmark = pytest.mark.usefixtures("reference")

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
PAIRS, HOSTS, DAYS = 50, 10, 90
HOURS = (8, 11, 15)
"""When people are at work, in UTC; the postman comes after each."""


class Pair:
    """One visitor and one host: what they do on each day of their acquaintance."""

    def __init__(self, number, hosts):
        self.number = number
        self.visitor = visitor_profile(name=f"Visitor {number}")
        self.host = hosts[number % HOSTS]
        self.first_day = number * 7 % 40

    def live(self, day, hour):
        steps = {
            (0, 8): self.make_contact,
            (1, 11): self.host_answers,
            (2, 8): self.visitor_writes,
            (2, 15): self.host_writes,
            (4, 11): self.propose,
            (5, 15): self.decide,
            (7, 8): self.write_as_partners,
        }
        if step := steps.get((day - self.first_day, hour)):
            step()

    @property
    def is_silent(self):
        return self.number % 10 == 9

    def make_contact(self):
        self.conversation = contact(self.visitor, self.host)

    def host_answers(self):
        if not self.is_silent:
            write(self.conversation, self.host, "Gladly.", answer="yes")

    def visitor_writes(self):
        if not self.is_silent:
            write(self.conversation, self.visitor)

    def host_writes(self):
        if not self.is_silent:
            write(self.conversation, self.host)

    def propose(self):
        self.match = propose_match(
            profile_id=self.visitor.pk,
            other_id=self.host.pk,
            mode=Mode.VIRTUAL,
            message="Two days online, to begin with.",
            actor=member(self.visitor),
        )

    def decide(self):
        """Most accept, some decline, some let it expire."""
        if self.number % 5 == 3:
            decline_match(match_id=self.match.pk, actor=member(self.host), comment="Too early.")
        elif self.number % 5 != 4:
            accept_match(match_id=self.match.pk, actor=member(self.host))

    def write_as_partners(self):
        self.match.refresh_from_db()
        if self.match.state == MatchState.CONFIRMED:
            self.conversation.refresh_from_db()
            write(self.conversation, self.host, "Shall we plan?")
            write(self.conversation, self.visitor, "Yes.")


@pytest.fixture
def quarter(mailoutbox):
    """Lives through it; gives the arrived messages, each with the day of its arrival."""
    with time_machine.travel(START - timedelta(hours=1), tick=False) as journey:
        for acronym in ("EXXTRA", "RECIPE4MOBILITY"):
            StaffRoleFactory(acronym=acronym)
        hosts = [host_profile(name=f"Host {number}") for number in range(HOSTS)]
        pairs = [Pair(number, hosts) for number in range(PAIRS)]
        arrived = []
        for day in range(DAYS):
            for hour in HOURS:
                journey.move_to(START + timedelta(days=day, hours=hour), tick=False)
                if hour == HOURS[0]:
                    mind_conversations()
                    expire_matches()
                for pair in pairs:
                    pair.live(day, hour)
                pacing.post()
                delivery.sweep()
                new = mailoutbox[len(arrived) :]
                arrived += [(message.to[0], clock.today(), message.subject) for message in new]
        return arrived


def test_a_quarter_with_fifty_matches(quarter):
    assert Match.objects.count() == Conversation.objects.count() == PAIRS
    states = Counter(Match.objects.values_list("state", flat=True))
    assert states == {"confirmed": 30, "declined": 10, "expired": 10}

    days = Counter((to, day) for to, day, _subject in quarter)
    subjects = Counter((to, subject) for to, _day, subject in quarter)
    assert [key for key, count in days.items() if count > 1] == []
    assert [key for key, count in subjects.items() if count > 1] == []

    events = OutgoingMail.objects.exclude(kind="core/summary")
    told = {MailStatus.SENT, MailStatus.BUNDLED}
    assert set(events.values_list("status", flat=True)) - {MailStatus.CANCELLED} == told
    summaries = OutgoingMail.objects.filter(kind="core/summary")
    singles = events.filter(status=MailStatus.SENT)
    assert len(quarter) == summaries.count() + singles.count()
    assert len(quarter) < events.exclude(status=MailStatus.CANCELLED).count()
