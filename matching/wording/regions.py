"""The parts of Europe, for whoever must not be told the country."""

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text

NORTH, WEST, SOUTH, EAST, BEYOND = "north", "west", "south", "east", "beyond"
REGIONS: dict[str, Text] = {
    NORTH: _("Northern Europe"),
    WEST: _("Western Europe"),
    SOUTH: _("Southern Europe"),
    EAST: _("Eastern Europe"),
    BEYOND: _("Turkey and the Caucasus"),
}
_COUNTRIES = {
    NORTH: "DK EE FI GB IE IS LT LV NO SE",
    WEST: "AT BE CH DE FR LI LU NL",
    SOUTH: "AL BA CY ES GR HR IT ME MK MT PT RS SI XK",
    EAST: "BG CZ HU MD PL RO SK UA",
    BEYOND: "AM AZ GE TR",
}
_REGION_OF = {
    country: region for region, countries in _COUNTRIES.items() for country in countries.split()
}


def region_of(country: str) -> str:
    """The code of the region; empty for a country that is in none."""
    return _REGION_OF.get(country, "")
