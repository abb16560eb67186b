"""A partner without a name, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from matching.queries.trying import Card, Look, Reason
from matching.scoring.criteria import Criterion
from matching.wording.names import Words, listed, purpose_name
from matching.wording.regions import REGIONS
from profiles.enums import OrganisationFamily
from profiles.languages import language_name
from profiles.sectors import SECTIONS

KINDS: dict[str, Text] = {
    OrganisationFamily.SME: gettext_lazy("A small or medium-sized firm"),
    OrganisationFamily.CLUSTER: gettext_lazy("A cluster organisation"),
    OrganisationFamily.SUPPORT: gettext_lazy("A support organisation"),
}
ANY_KIND = gettext_lazy("An organisation")
OPEN: dict[Criterion, Text] = {
    Criterion.SECTOR: gettext_lazy("Open to every sector"),
    Criterion.PURPOSE: gettext_lazy("Open to any purpose"),
    Criterion.COUNTRY: gettext_lazy("Open to every country"),
}


@dataclass(frozen=True)
class CardInWords:
    """What stands on a card. `country` is the code for the flag, empty where none is shown."""

    score: float
    band: str
    kind: Text
    country: str
    place: Text
    field: Text
    reasons: list[Text]


def card_in_words(card: Card, words: Words) -> CardInWords:
    """The card as it is read; says nothing that its look does not hold."""
    return CardInWords(
        score=card.total / 10,
        band=card.band,
        kind=KINDS.get(card.look.family, ANY_KIND),
        country=card.look.country,
        place=_place(card.look, words),
        field=_field(card.look, words),
        reasons=[_reason(reason, words) for reason in card.reasons],
    )


def _place(look: Look, words: Words) -> Text:
    if look.country:
        return words.country(look.country)
    return REGIONS.get(look.region, _("Another country"))


def _field(look: Look, words: Words) -> Text:
    if look.sector:
        return words.sectors.get(look.sector, "")
    return SECTIONS.get(look.section, "")


def _reason(reason: Reason, words: Words) -> Text:
    if not reason.codes:
        return OPEN[reason.criterion]
    if reason.criterion == Criterion.PURPOSE:
        names = listed(reason.codes, purpose_name)
        return _("Wants the same as you: %s") % names
    if reason.criterion == Criterion.LANGUAGE:
        return _("Works in %s") % listed(reason.codes, language_name)
    if reason.criterion == Criterion.COUNTRY:
        return _("Looks for partners in %s") % listed(reason.codes, words.country)
    return _("Looks for your sector")
