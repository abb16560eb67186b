import re
from pathlib import Path

import pytest
from django.conf import settings

from cxc_portal.core.maps import PLACES, arc, view_box

IMAGES = Path(settings.STATICFILES_DIRS[0]) / "img"


def _ids(name: str) -> set[str]:
    return set(re.findall(r'id="([A-Z]{2})"', (IMAGES / name).read_text()))


def test_every_place_is_drawn_on_the_map():
    assert _ids("europe.svg") == set(PLACES)


def test_every_place_has_a_flag():
    assert _ids("flags.svg") == {*PLACES, "EU"}


def test_every_place_lies_on_the_drawing():
    outside = [code for code, (x, y) in PLACES.items() if not (0 < x < 1000 and 0 < y < 840)]
    assert outside == []


def test_arc_leads_from_visitor_to_host_however_the_codes_are_written():
    journey = arc("pt", "HU")
    assert journey is not None
    assert (journey.start, journey.end) == (PLACES["PT"], PLACES["HU"])
    assert journey.path == "M70 697Q256 442.1 522 554"


@pytest.mark.parametrize(("visitor", "host"), [("PT", "HU"), ("HU", "PT"), ("SE", "ES")])
def test_arc_rises_above_its_ends(visitor, host):
    journey = arc(visitor, host)
    assert journey is not None
    middle = (journey.start[1] + journey.end[1]) / 2
    assert journey.bend[1] < middle


@pytest.mark.parametrize(("visitor", "host"), [("US", "HU"), ("PT", ""), ("PT", "PT")])
def test_no_arc_without_two_places_on_the_map(visitor, host):
    assert arc(visitor, host) is None


def test_view_without_points_is_the_entire_map():
    assert view_box([]) == "0 0 1000 840"


def test_view_of_near_points_keeps_a_least_size():
    assert view_box([PLACES["BE"], PLACES["NL"]]) == "108 295 420 353"


def test_view_stays_on_the_drawing():
    x, y, width, height = map(float, view_box([PLACES["PT"], PLACES["IS"]]).split())
    assert (x, y + height <= 840, x + width <= 1000) == (0, True, True)
    assert y >= 0


def test_view_of_far_points_is_the_entire_map():
    assert view_box([PLACES["PT"], PLACES["AM"]]) == "0 0 1000 840"
