"""Which profiles are alike."""

import pytest

from matching.scoring.columns import FactColumns
from matching.scoring.facts import ProfileFacts
from matching.scoring.similar import ALIKE, likeness, most_alike
from tests.matching.scoring_world import VOCABULARY, host, visitor

ONE = host(sectors={"29", "30"}, objectives={"learn"}, activities={"training"})


def columns(*facts: ProfileFacts) -> FactColumns:
    return FactColumns.from_facts(facts, VOCABULARY)


def other(**facts) -> ProfileFacts:
    """A host of another organisation that has nothing in common unless told so."""
    strange = {
        "ref": "H-2",
        "organisation_id": 2,
        "country": "PT",
        "organisation_type": "sme",
        "sectors": {"01"},
        "objectives": {"markets"},
    }
    return host(**(strange | facts))


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({}, 0),
        ({"sectors": {"29", "30"}}, 40),
        ({"sectors": {"29"}}, 20),
        ({"sectors": {"29", "01"}}, 40 / 3),
        ({"objectives": {"learn"}, "activities": {"training"}}, 30),
        ({"objectives": {"learn"}}, 15),
        ({"objectives": set()}, 0),
        ({"organisation_type": "cluster"}, 15),
        ({"country": "FR"}, 15),
        (
            {
                "sectors": {"29", "30"},
                "objectives": {"learn"},
                "activities": {"training"},
                "organisation_type": "cluster",
                "country": "FR",
            },
            100,
        ),
    ],
)
def test_what_is_shared_counts(facts, points):
    assert likeness(columns(other(**facts)), ONE).tolist() == pytest.approx([points])


def test_two_that_want_nothing_share_nothing():
    assert likeness(columns(other(objectives=set())), host(sectors={"02"})).tolist() == [0]


def test_likeness_is_mutual():
    second = other(sectors={"29"}, objectives={"learn", "markets"}, country="FR")
    assert likeness(columns(second), ONE).tolist() == likeness(columns(ONE), second).tolist()


def test_the_most_alike_come_first_and_equal_ones_by_reference():
    found = columns(
        other(ref="H-5", sectors={"29", "30"}),
        other(ref="H-4", sectors={"29", "30"}),
        other(ref="H-3", sectors={"29", "30"}, country="FR"),
        other(ref="H-6", sectors={"29"}),
    )
    assert found.refs(most_alike(found, ONE, top=9)) == ["H-3", "H-4", "H-5"]
    assert found.refs(most_alike(found, ONE, top=1)) == ["H-3"]


def test_only_others_of_the_same_role_that_are_published():
    alike = {"sectors": {"29", "30"}, "country": "FR"}
    found = columns(
        ONE,
        other(ref="H-OWN", organisation_id=1, **alike),
        other(ref="H-GONE", is_published=False, **alike),
        visitor(ref="V-1", **alike),
        other(ref="H-GOOD", **alike),
    )
    assert found.refs(most_alike(found, ONE, top=9)) == ["H-GOOD"]


def test_who_is_hardly_alike_is_not_named():
    assert ALIKE == 40
    found = columns(other(sectors={"29"}, country="FR"))
    assert len(most_alike(found, ONE, top=9)) == 0


def test_among_nobody_there_is_nobody():
    assert len(most_alike(columns(), ONE, top=3)) == 0
