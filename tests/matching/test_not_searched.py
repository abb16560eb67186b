"""What the catalogue is not told of, because the index holds nothing of it."""

from matching.queries.facts import FIELDS
from profiles.services.editing import NOT_SEARCHED


def test_the_index_holds_nothing_that_it_is_not_told_of():
    held = {name.removeprefix("organisation__").removesuffix("_id") for name in FIELDS}
    assert held & NOT_SEARCHED == set()
