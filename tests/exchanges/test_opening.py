"""A confirmed match opens an exchange."""

from datetime import date

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import TransitionRefused
from exchanges.commitment.terms import SECTIONS, Terms
from exchanges.models import DraftSection, Exchange
from exchanges.services.opening import open_exchange
from matching.enums import MatchState
from matching.models import Match
from profiles.enums import ProfileState
from profiles.models import Profile
from tests.factories.exchanges import drafted_exchange, opened_exchange
from tests.factories.matches import host_profile, match_between, member_of, visitor_profile

pytestmark = pytest.mark.usefixtures("reference")


@time_machine.travel("2027-02-01T12:00:00Z")
def test_references_count_within_the_year():
    first, second = opened_exchange(), opened_exchange()
    assert [first.ref, second.ref] == ["CXC-2027-000001", "CXC-2027-000002"]


def test_the_draft_starts_with_what_the_match_knows():
    exchange = opened_exchange(starts_on=date(2030, 3, 4), ends_on=date(2030, 3, 8))
    when = DraftSection.objects.get(exchange=exchange, name="when").content
    assert when == {
        "mode": "physical",
        "starts_on": "2030-03-04",
        "ends_on": "2030-03-08",
        "travel_days": [],
        "venue": "AQUIMER, 1 Main Street, 1000 Lyon",
        "platform": "",
        "room": "",
    }


def test_the_host_gives_the_time_zone():
    assert opened_exchange().time_zone == "Europe/Paris"


def test_a_match_has_one_exchange():
    exchange = opened_exchange()
    actor = member_of(exchange.host)
    assert open_exchange(match_id=exchange.match_id, actor=actor) == exchange
    assert Exchange.objects.count() == 1


def test_a_proposal_is_no_exchange_yet():
    visitor, host = visitor_profile(), host_profile()
    match = match_between(visitor, host, state=MatchState.PROPOSED)
    with pytest.raises(TransitionRefused) as refusal:
        open_exchange(match_id=match.pk, actor=member_of(host))
    assert refusal.value.code == "not_confirmed"
    assert Exchange.objects.count() == 0


def test_a_draft_has_every_section_in_its_shape():
    exchange = drafted_exchange()
    contents = {row.name: row.content for row in exchange.sections.all()}
    assert list(contents) == list(SECTIONS)
    assert Terms.from_json(contents).to_json() == contents


def test_somebody_without_a_partnership_has_nobody_to_sign_with():
    visitor, host = visitor_profile(), host_profile()
    match = match_between(visitor, host, state=MatchState.PROPOSED)
    Match.objects.filter(pk=match.pk).update(
        state=MatchState.CONFIRMED, host_agreed_at=clock.now(), confirmed_at=clock.now()
    )
    Profile.objects.filter(pk=host.pk).update(state=ProfileState.SUBMITTED, partnership=None)
    with pytest.raises(TransitionRefused) as refusal:
        open_exchange(match_id=match.pk, actor=member_of(host))
    assert refusal.value.code == "no_partnership"
    assert Exchange.objects.count() == 0
