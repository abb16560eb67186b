import pytest

from cxc_portal.core.places import largest_towns, position


def _rounded(town: str, country: str) -> tuple[float, float]:
    found = position(town, country)
    assert found is not None
    return round(found.latitude, 1), round(found.longitude, 1)


@pytest.mark.parametrize(
    ("town", "country", "expected"),
    [
        ("Boulogne-sur-Mer", "FR", (50.7, 1.6)),
        ("boulogne sur mer cedex 2", "fr", (50.7, 1.6)),
        ("München", "DE", (48.1, 11.6)),
        ("Munich", "DE", (48.1, 11.6)),
        ("KOLN", "DE", (50.9, 7.0)),
        ("Αθήνα", "GR", (38.0, 23.7)),
    ],
)
def test_town_is_found_however_it_is_written(town, country, expected):
    assert _rounded(town, country) == expected


def test_the_country_decides_between_two_towns_of_one_name():
    assert _rounded("Halle", "BE") != _rounded("Halle", "DE")


def test_of_two_towns_in_a_country_the_larger_one_is_meant():
    assert _rounded("Saint-Denis", "FR") == (48.9, 2.4)


@pytest.mark.parametrize(
    ("town", "country"), [("Nowhere", "FR"), ("", "FR"), ("75", "FR"), ("Paris", "XX")]
)
def test_nothing_for_a_town_that_is_not_in_the_table(town, country):
    assert position(town, country) is None


def test_the_largest_towns_of_a_country_come_first():
    assert largest_towns("fr", 2) == ["Paris", "Marseille"]
    assert largest_towns("XX", 2) == []
