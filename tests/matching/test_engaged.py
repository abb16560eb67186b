"""Whoever has an open match is no new partner, wherever partners are looked for."""

import json
from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command

from matching.enums import MatchState
from matching.queries.engaged import engaged_refs, open_match_between, open_match_keys
from matching.queries.matches import (
    excluded_from,
    pair_of,
    partners_of,
    report_on,
    ways_to_more_partners,
)
from matching.queries.narrowing import Search, Sorting
from matching.scoring.criteria import Stop
from matching.strength import high_fits
from tests.factories import host_profile, match_between, visitor_profile

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def host():
    return host_profile(ref="P-HOST")


@pytest.fixture
def visitors():
    return [visitor_profile(ref=f"P-V{number}", name=f"Firm {number}") for number in range(3)]


@pytest.fixture
def match(host, visitors):
    return match_between(visitors[1], host)


@pytest.mark.parametrize("state", MatchState)
def test_open_matches_alone_keep_two_apart(host, visitors, state):
    match = match_between(visitors[1], host, state=state)
    is_open = state in (MatchState.PROPOSED, MatchState.CONFIRMED)
    assert engaged_refs(host) == (["P-V1"] if is_open else [])
    assert engaged_refs(visitors[1]) == (["P-HOST"] if is_open else [])
    assert open_match_between(visitors[1], host) == (match if is_open else None)
    assert open_match_keys(host, ["P-V0", "P-V1"]) == ({"P-V1": match.pk} if is_open else {})
    assert engaged_refs(visitors[0]) == []


@pytest.mark.parametrize("sorting", Sorting)
def test_the_list_leaves_them_out(host, match, sorting):
    found = partners_of(host, Search(sorting=sorting), None)
    assert {partner.ref for partner in found.partners} == {"P-V0", "P-V2"}
    assert (found.possible, found.excluded, sum(found.counts.values())) == (2, 1, 2)


def test_a_search_counts_without_them(host, match):
    found = partners_of(host, Search(words="firm"), None)
    assert (len(found.partners), found.possible, found.excluded) == (2, 2, 1)


def test_they_stand_among_the_excluded_with_the_reason(host, match):
    found = excluded_from(host, Search(), None)
    assert [(one.ref, one.stops) for one in found.excluded] == [("P-V1", Stop.ALREADY_OPEN)]
    assert found.possible == 2


def test_the_excluded_lead_to_the_match(client, host, match):
    client.force_login(host.contact)
    html = unescape(client.get("/matches/P-HOST/?show=excluded").content.decode())
    assert "Match or exchange open already" in html
    assert f'<a href="/proposals/{match.pk}/">Look at the match</a>' in html


def test_the_command_tells_of_them_as_stopped(host, match):
    out = StringIO()
    call_command("match", "P-HOST", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert {"ref": "P-V1", "reasons": ["already_open"]} in told["stopped"]
    assert {one["ref"] for one in told["matches"]} == {"P-V0", "P-V2"}
    assert sum(report_on(host, 5).counts.values()) == 2


def test_the_pair_says_so(host, visitors, match):
    assert pair_of(host, visitors[1]).explanation.stops == Stop.ALREADY_OPEN
    assert not pair_of(host, visitors[0]).explanation.stops


def test_counts_of_what_a_change_brings_leave_them_out(host, match):
    assert high_fits(host, [{}]) == [2]
    assert ways_to_more_partners(host) == []
