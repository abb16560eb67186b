import pytest

from matching.scoring.columns import FactColumns
from matching.scoring.filters import Filters, mask_of
from matching.scoring.vocabulary import UnknownCode
from tests.matching.scoring_world import VOCABULARY, host, visitor

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


def test_a_filter_by_an_unknown_code_is_refused():
    with pytest.raises(UnknownCode, match="“XX” is not in the list of countries"):
        mask_of(COLUMNS, Filters(countries=["XX"]))
