"""What was done, and for how long, in words."""

import pytest

from reports.wording.answers import _activity


@pytest.mark.parametrize(
    ("hours", "said"), [(1, "Tour, 1 hour"), (1.5, "Tour, 1.5 hours"), (None, "Tour")]
)
def test_hours_and_parts_of_them_are_told(hours, said):
    line = {"title": "Tour", "day": "", "activity": "observation", "done": True, "hours": hours}
    assert _activity(line).endswith(said)
