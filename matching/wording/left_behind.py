"""Who is left behind and which partners are missing, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxc_portal.core.types import Text
from matching.queries.left_behind import Lack
from matching.queries.missing import ANY, Missing
from matching.wording.names import Words, listed
from profiles.enums import Role

LACKS: dict[Lack, Text] = {
    Lack.FIT: gettext_lazy("Without a high fit"),
    Lack.CONTACT: gettext_lazy("Without contact"),
    Lack.ANSWER: gettext_lazy("Owing an answer"),
}
SINCE: dict[Lack, Text] = {
    Lack.FIT: gettext_lazy("No high fit; in the catalogue since %(day)s"),
    Lack.CONTACT: gettext_lazy("No contact since %(day)s"),
    Lack.ANSWER: gettext_lazy("Somebody waits for an answer since %(day)s"),
}


def missing_in_words(missing: Missing, words: Words) -> str:
    """Such as "3 visitors seek hosts for “Manufacture of beverages” in Portugal."."""
    values = {"number": missing.number, "what": _what(missing, words)}
    if missing.role == Role.HOST:
        sentence = ngettext(
            "%(number)s host seeks visitors %(what)s.",
            "%(number)s hosts seek visitors %(what)s.",
            missing.number,
        )
    else:
        sentence = ngettext(
            "%(number)s visitor seeks hosts %(what)s.",
            "%(number)s visitors seek hosts %(what)s.",
            missing.number,
        )
    return sentence % values


def offered_in_words(missing: Missing) -> str:
    """How much of what is missing the catalogue has."""
    if not missing.offered:
        return _("Nobody in the catalogue is like that yet.")
    sentence = ngettext(
        "%(number)s in the catalogue is like that, but does not fit otherwise.",
        "%(number)s in the catalogue are like that, but do not fit otherwise.",
        missing.offered,
    )
    return sentence % {"number": missing.offered}


def _what(missing: Missing, words: Words) -> str:
    places = {
        "sectors": listed(missing.sectors, words.sector),
        "countries": listed(missing.countries, words.country),
    }
    is_any = (missing.sectors == (ANY,), missing.countries == (ANY,))
    pattern = {
        (False, False): _("for %(sectors)s in %(countries)s"),
        (False, True): _("for %(sectors)s in any country"),
        (True, False): _("of any sector in %(countries)s"),
        (True, True): _("of any sector in any country"),
    }[is_any]
    return pattern % places
