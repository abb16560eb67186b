"""Why a pair cannot meet, as side a reads it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from matching.scoring.criteria import Stop
from matching.scoring.facts import ProfileFacts
from matching.wording.names import Words
from profiles.enums import Mode, Role

SHORT_STOPS: dict[Stop, Text] = {
    Stop.SAME_COUNTRY: gettext_lazy("Same country"),
    Stop.SAME_ORGANISATION: gettext_lazy("Same organisation"),
    Stop.SAME_ROLE: gettext_lazy("Same role"),
    Stop.TYPE_NOT_ELIGIBLE: gettext_lazy("Type of organisation not eligible"),
    Stop.MODES_EXCLUDE: gettext_lazy("In person only against online only"),
    Stop.PHYSICAL_VISIT_USED: gettext_lazy("Visit in person used up"),
    Stop.NOT_PUBLISHED: gettext_lazy("Not in the catalogue"),
    Stop.ALREADY_OPEN: gettext_lazy("Match or exchange open already"),
}


def stops_in_words(stops: Stop, a: ProfileFacts, b: ProfileFacts, words: Words) -> list[str]:
    """A sentence for each reason."""
    sentences = {
        Stop.SAME_COUNTRY: _("Both of you are in %s. An exchange crosses a border.")
        % words.country(a.country),
        Stop.SAME_ORGANISATION: _("This is your own organisation in its other role."),
        Stop.SAME_ROLE: _same_role(a),
        Stop.TYPE_NOT_ELIGIBLE: _not_eligible(b if a.is_eligible else a, words),
        Stop.MODES_EXCLUDE: _modes_exclude(a),
        Stop.PHYSICAL_VISIT_USED: _visit_used(a),
        Stop.NOT_PUBLISHED: _("One of you is not in the catalogue at present."),
        Stop.ALREADY_OPEN: _("A match or an exchange between you is open already."),
    }
    return [sentences[stop] for stop in stops]


def _same_role(a: ProfileFacts) -> str:
    if a.role == Role.HOST:
        return _("Both of you are hosts. An exchange needs a visitor.")
    return _("Both of you are visitors. An exchange needs a host.")


def _not_eligible(whose: ProfileFacts, words: Words) -> str:
    name = {"type": words.type(whose.organisation_type)}
    if whose.role == Role.HOST:
        return _("Organisations of this type cannot host in this round: %(type)s.") % name
    return _("Organisations of this type cannot visit in this round: %(type)s.") % name


def _modes_exclude(a: ProfileFacts) -> str:
    if a.mode == Mode.PHYSICAL:
        return _("You want to meet in person only, they want to meet online only.")
    return _("You want to meet online only, they want to meet in person only.")


def _visit_used(a: ProfileFacts) -> str:
    if a.role == Role.VISITING:
        return _("Your one visit in person is used up; only an online exchange remains.")
    return _("Their one visit in person is used up; only an online exchange remains.")
