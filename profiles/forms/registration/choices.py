"""What there is to choose from on the pages of the short path."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.languages import get_official_languages
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from profiles.answers import ASSIGN
from profiles.enums import OrganisationFamily
from profiles.languages import FIRST, language_choices, language_codes, language_name
from profiles.models import Cluster, Country, OrganisationType, Partnership
from profiles.rules import current_rules

NOT_LISTED = "other"
MILLION = 1_000_000
FAMILIES = (
    OrganisationFamily.SME,
    OrganisationFamily.SUPPORT,
    OrganisationFamily.CLUSTER,
    OrganisationFamily.OTHER,
)
Choices = list[tuple[Any, Any]]


def country_choices() -> Choices:
    """Those that take part, then the others."""
    countries = list(Country.objects.all())
    return [
        ("", ""),
        (_("Taking part"), [(one.pk, one.name) for one in countries if one.is_eligible]),
        (
            _("Not taking part at present"),
            [(one.pk, one.name) for one in countries if not one.is_eligible],
        ),
    ]


@lru_cache
def own_names_of_country(code: str) -> str:
    """A country's names in its own languages, so that it is found by them too."""
    locales = [Locale.parse(tag) for tag in get_official_languages(code, de_facto=True)]
    return " ".join(dict.fromkeys(str(locale.territories[code]) for locale in locales))


def type_choices() -> Choices:
    """The SME, which most are, then the other types by family."""
    types = list(OrganisationType.objects.all())
    by_family = {
        family: [(one.pk, one.label) for one in types if one.family == family]
        for family in FAMILIES
    }
    return [
        *by_family[OrganisationFamily.SME],
        *((family.label, by_family[family]) for family in FAMILIES[1:]),
    ]


def definition_of_sme() -> str:
    """What an SME is by the rules in force, and that choosing it declares so."""
    rules = current_rules()
    definition = _(
        "Fewer than %(staff)s staff, and a turnover of up to EUR %(turnover)s million or a balance "
        "sheet of up to EUR %(balance)s million. By choosing this you declare that it is so."
    )
    limits = {
        "staff": rules.integer("sme.max_staff") + 1,
        "turnover": rules.integer("sme.max_turnover") // MILLION,
        "balance": rules.integer("sme.max_balance") // MILLION,
    }
    return str(definition % limits)


def hints_on_types() -> dict[str, Promise | str]:
    """The definition of an SME, and which types cannot take every role in this round."""
    sme = definition_of_sme()
    hints: dict[str, Promise | str] = {}
    for one in OrganisationType.objects.all():
        if one.family == OrganisationFamily.SME:
            hints[one.pk] = sme
        elif not (one.may_visit or one.may_host):
            hints[one.pk] = _("Not in the present round")
        elif not one.may_visit:
            hints[one.pk] = _("As a host only")
        elif not one.may_host:
            hints[one.pk] = _("As a visitor only")
    return hints


def cluster_choices(country: Country | None) -> tuple[Choices, Mapping[str, str]]:
    """The clusters, those of one's own country first, and by which other words they are found."""
    clusters = list(Cluster.objects.select_related("country", "partnership"))
    near = [one for one in clusters if country and one.country_id == country.pk]
    far = [one for one in clusters if one not in near]
    groups: Choices = [("", "")]
    if country and near:
        groups.append((_("In %(country)s") % {"country": country.name}, _named(near)))
    groups.append((_("In other countries") if near else _("Clusters"), _named(far)))
    groups.append((NOT_LISTED, _("My cluster is not in the list")))
    keywords = {
        str(one.pk): f"{one.country or ''} {one.partnership or ''}".strip() for one in clusters
    }
    return groups, keywords


def _named(clusters: Iterable[Cluster]) -> Choices:
    return [(str(one.pk), one.name) for one in clusters]


def grouped_languages(country: Country | None) -> Choices:
    """English and the languages of one's own country, then the official ones, then all others."""
    spoken = get_official_languages(country.pk) if country else ()
    codes = dict.fromkeys([*(tag.partition("_")[0] for tag in spoken), "en"])
    likely = [code for code in codes if code in language_codes()]
    named = [choice for choice in language_choices() if choice[0] not in likely]
    return [
        *((code, language_name(code)) for code in likely),
        (_("Official languages of participating countries"), [c for c in named if c[0] in FIRST]),
        (_("All other languages"), [c for c in named if c[0] not in FIRST]),
    ]


def partnership_choices() -> Choices:
    """The Support Office's choice, then every active partnership with its field."""
    active = Partnership.objects.filter(is_active=True)
    return [
        (ASSIGN, _("Let the Support Office choose")),
        *((one.acronym, f"{one.acronym}: {one.field}") for one in active),
    ]
