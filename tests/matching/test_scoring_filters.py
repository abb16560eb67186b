import pytest

from matching.scoring.columns import FactColumns
from matching.scoring.filters import Filters, mask_of
from matching.scoring.vocabulary import UnknownCode
from tests.matching.scoring_world import VOCABULARY, days, host, visitor

COLUMNS = FactColumns.from_facts(
    [
        host(
            ref="A",
            country="FR",
            organisation_type="sme",
            sectors={"29", "30"},
            languages={"en", "fr"},
            partnership_id=3,
            min_days=5,
            max_days=8,
        ),
        host(ref="B", country="DE", objectives={"learn"}, mode="virtual", min_days=9),
        visitor(ref="C", country="PT", activities={"training"}, mode="physical", max_days=4),
        visitor(ref="D", country="RO", sectors={"88"}, languages={"ro"}, partnership_id=65_535),
    ],
    VOCABULARY,
)


@pytest.mark.parametrize(
    ("filters", "refs"),
    [
        ({}, "ABCD"),
        ({"role": "host"}, "AB"),
        ({"role": "visiting"}, "CD"),
        ({"countries": ["FR"]}, "A"),
        ({"countries": ["FR", "RO", "PL"]}, "AD"),
        ({"organisation_types": {"sme"}}, "A"),
        ({"partnership_ids": [3, 4]}, "A"),
        ({"partnership_ids": [65_535]}, "D"),
        ({"sectors": {"30", "88"}}, "AD"),
        ({"languages": {"fr", "ro"}}, "AD"),
        ({"purposes": {"learn", "training"}}, "BC"),
        ({"mode": "physical"}, "ACD"),
        ({"mode": "virtual"}, "ABD"),
        ({"days": 4}, "CD"),
        ({"days": 5}, "AD"),
        ({"days": 20}, "BD"),
        ({"role": "host", "languages": {"en"}, "mode": "physical"}, "A"),
    ],
)
def test_a_filter_lets_pass_whom_it_names(filters, refs):
    mask = mask_of(COLUMNS, Filters(**filters))

    assert COLUMNS.refs(mask.nonzero()[0]) == list(refs)


@pytest.mark.parametrize(
    ("available", "refs"),
    [
        (("2027-03-10", "2027-03-20"), "AC"),
        (("2027-03-09", "2027-03-09"), "C"),
        (("2027-03-20", "2027-04-01"), "AC"),
        (("2027-03-21", "2027-05-31"), "C"),
        (("2027-06-01", "2027-06-30"), "BC"),
        (("2027-01-01", "2027-12-31"), "ABC"),
    ],
)
def test_a_day_in_a_window_is_enough_and_no_window_is_always(available, refs):
    columns = FactColumns.from_facts(
        [
            host(ref="A", windows=(days("2027-03-10", "2027-03-20"),)),
            host(
                ref="B",
                windows=(days("2027-02-01", "2027-02-02"), days("2027-06-30", "2027-07-02")),
            ),
            host(ref="C"),
        ],
        VOCABULARY,
    )
    mask = mask_of(columns, Filters(available=days(*available)))
    assert columns.refs(mask.nonzero()[0]) == list(refs)


def test_a_filter_by_an_unknown_code_is_refused():
    with pytest.raises(UnknownCode, match="“XX” is not in the list of countries"):
        mask_of(COLUMNS, Filters(countries=["XX"]))
