"""Why a pair is in the plan, and whether the plan is the best one, in words."""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from matching.planning.reasons import Reason, Why
from matching.wording.names import listed
from profiles.enums import Role
from profiles.languages import language_name

CATEGORIES: dict[str, Text] = {
    "": gettext_lazy("All exchanges"),
    "smes": gettext_lazy("SMEs"),
    "cluster_managers": gettext_lazy("Cluster managers"),
    "technology_centres": gettext_lazy("Technology centres"),
    "support_organisations": gettext_lazy("Scaling-up support organisations"),
}


def reason_in_words(
    reason: Reason,
    names: Mapping[str, str],
    role: str,
    common_languages: frozenset[str] = frozenset(),
) -> str:
    """A sentence or two. `role` is the one of the profile that the reason is seen from;
    `common_languages` those that nobody else who is free and fits shares with it."""
    values = {
        "profile": names[reason.profile],
        "partner": names[reason.partner],
        "rival": names.get(reason.rival, ""),
        "taker": names.get(reason.taker, ""),
        "points": points(reason.difference),
        "loss": points(reason.loss),
    }
    sentences = [_why(reason, role) % values]
    if common_languages:
        sentences.append(
            _only_one_to_speak(role)
            % (values | {"languages": listed(common_languages, language_name)})
        )
    return " ".join(sentences)


def points(tenths: int) -> str:
    return number_format(tenths / 10, 1)


def _why(reason: Reason, role: str) -> str:
    if reason.why is Why.ONLY:
        if role == Role.HOST:
            return _("%(partner)s is the only free visitor that fits %(profile)s.")
        return _("%(partner)s is the only free host that fits %(profile)s.")
    if reason.why is Why.BEST:
        if reason.difference:
            return _("Nobody free fits %(profile)s better; %(rival)s would score %(points)s less.")
        return _("Nobody free fits %(profile)s better; %(rival)s would fit just as well.")
    better = _("%(profile)s would score %(points)s more with %(rival)s, but ")
    return better + _rest_of(reason)


def _rest_of(reason: Reason) -> str:
    rest = {
        Why.KEEPS_OTHER: _("%(rival)s is the only one left for %(taker)s."),
        Why.WORTH_MORE: _("%(taker)s would lose %(loss)s without %(rival)s."),
        Why.FITS_OTHER: _("%(taker)s fits %(rival)s better still."),
        Why.ONE_MORE: _("so that both have a partner, %(rival)s meets %(taker)s."),
        Why.SERVES_PARTNER: _("then nobody would be left for %(partner)s."),
    }
    if reason.why in rest:
        return rest[reason.why]
    if reason.taker:
        return _("%(rival)s goes to %(taker)s, and the plan as a whole is worth more so.")
    return _("the plan as a whole is worth more so.")


def _only_one_to_speak(role: str) -> str:
    if role == Role.HOST:
        return _("No other free visitor that fits works in %(languages)s.")
    return _("No other free host that fits works in %(languages)s.")
