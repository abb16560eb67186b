"""Nobody left behind: who of a partnership lacks a partner, a contact or an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxc_portal.core import access, clock
from cxc_portal.core.exports import Column, Table, download
from cxc_portal.core.types import Text
from matching.queries.left_behind import (
    Lack,
    LeftBehind,
    best_partners,
    counted,
    left_behind,
    partnerships_cared_for,
)
from matching.queries.matches import Partner
from matching.queries.missing import Missing, missing_partners, seekers_of
from matching.queries.supply import Supply
from matching.wording.left_behind import LACKS, SINCE, missing_in_words, offered_in_words
from matching.wording.names import Words
from profiles.models import Partnership, Profile
from profiles.rules import current_rules

PER_PAGE = 25
MOST_SENTENCES = 5
SHOWN = ("organisation__country", "organisation__organisation_type")


@dataclass(frozen=True)
class Row:
    """One who is left behind, and the free partner that fits best."""

    profile: Profile
    lacks: list[str]
    partner: Profile | None
    score: float
    band: str


@dataclass(frozen=True)
class Sentence:
    """What is missing, in words, and where those are who miss it."""

    text: str
    note: str
    url: str


@access.staff
def partnerships(request: HttpRequest) -> HttpResponse:
    """The partnerships whose participants the user brings together; straight to a single one."""
    found = list(partnerships_cared_for(request.user))
    if not found:  # observers are staff of none
        raise Http404
    if len(found) == 1:
        return redirect("matching:left_behind", found[0].acronym)
    return render(request, "matching/left_behind_partnerships.html", {"partnerships": found})


@access.staff
def left_behind_of(request: HttpRequest, acronym: str) -> HttpResponse:
    """The published profiles of a partnership that lack something, and what would help them."""
    partnership = access.get_visible(partnerships_cared_for(request.user), acronym=acronym)
    supply = Supply.now()
    everybody = left_behind(partnership, supply)
    shown = _shown(request, everybody)
    if request.GET.get("format"):
        return download(_table(partnership, shown, supply), request.GET["format"])
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    missing, words = missing_partners(everybody), Words.load()
    context = {
        "partnership": partnership,
        "tabs": _tabs(partnership, everybody, _lack(request)),
        "is_group": "role" in request.GET,
        "group": _group(request, missing, words),
        "page": page,
        "rows": _rows(partnership, list(page), supply),
        "sentences": [_sentence(partnership, one, words) for one in missing],
        "most_sentences": MOST_SENTENCES,
        "quiet_days": current_rules().integer("contact.quiet_days"),
    }
    return render(request, "matching/left_behind.html", context)


def _lack(request: HttpRequest) -> Lack | None:
    """The lack that the page is narrowed to."""
    name = request.GET.get("lack", "")
    return Lack(name) if name in list(Lack) else None


def _shown(request: HttpRequest, everybody: Sequence[LeftBehind]) -> list[LeftBehind]:
    if role := request.GET.get("role"):
        wish = (request.GET.get("sector", ""), request.GET.get("country", ""))
        return seekers_of(everybody, role, wish)
    lack = _lack(request)
    return [one for one in everybody if lack is None or lack in one.lacks]


def _group(request: HttpRequest, missing: Sequence[Missing], words: Words) -> str:
    """The sentence whose rows are shown."""
    role, sector, country = (request.GET.get(name, "") for name in ("role", "sector", "country"))
    for one in missing:
        if one.role == role and sector in one.sectors and country in one.countries:
            return missing_in_words(one, words)
    return ""


def _tabs(
    partnership: Partnership, everybody: Sequence[LeftBehind], current: Lack | None
) -> list[dict[str, object]]:
    url = reverse("matching:left_behind", args=[partnership.acronym])
    numbers = counted(everybody)
    whole = {
        "label": _("Everybody left behind"),
        "url": url,
        "count": numbers["all"],
        "is_current": current is None,
    }
    return [whole] + [
        {
            "label": LACKS[lack],
            "url": f"{url}?lack={lack}",
            "count": numbers[lack],
            "is_current": lack is current,
        }
        for lack in Lack
    ]


def _sentence(partnership: Partnership, missing: Missing, words: Words) -> Sentence:
    query = {
        "role": missing.role,
        "sector": missing.sectors[0],
        "country": missing.countries[0],
    }
    url = reverse("matching:left_behind", args=[partnership.acronym])
    return Sentence(
        text=missing_in_words(missing, words),
        note=offered_in_words(missing),
        url=f"{url}?{urlencode(query)}",
    )


def _rows(partnership: Partnership, shown: Sequence[LeftBehind], supply: Supply) -> list[Row]:
    partners = best_partners(partnership, [one.ref for one in shown], supply)
    refs = [one.ref for one in shown] + [partner.ref for partner in partners.values()]
    profiles = Profile.objects.select_related(*SHOWN).in_bulk(refs, field_name="ref")
    return [_row(profiles, one, partners.get(one.ref)) for one in shown]


def _row(profiles: dict[str, Profile], one: LeftBehind, partner: Partner | None) -> Row:
    return Row(
        profile=profiles[one.ref],
        lacks=[
            str(SINCE[lack]) % {"day": date_format(clock.day_of(moment), "j F Y")}
            for lack, moment in one.lacks.items()
        ],
        partner=profiles.get(partner.ref) if partner else None,
        score=partner.total / 10 if partner else 0,
        band=partner.band if partner else "",
    )


def _table(partnership: Partnership, shown: Sequence[LeftBehind], supply: Supply) -> Table:
    """What the page shows, all of its rows, to take away."""
    since: dict[Lack, Text] = {
        Lack.FIT: _("Without a high fit since"),
        Lack.CONTACT: _("Without contact since"),
        Lack.ANSWER: _("Owing an answer since"),
    }
    columns = [
        Column("ref", _("Reference")),
        Column("organisation", _("Organisation")),
        Column("role", _("Role")),
        Column("country", _("Country")),
        *(Column(f"{lack}_since", label) for lack, label in since.items()),
        Column("partner_ref", _("Best partner, reference")),
        Column("partner", _("Best partner")),
        Column("score", _("Score")),
    ]
    lines = []
    for one, row in zip(shown, _rows(partnership, shown, supply), strict=True):
        profile, partner = row.profile, row.partner
        lines.append(
            [
                profile.ref,
                profile.organisation.name,
                profile.get_role_display(),
                profile.organisation.country.name,
                *(clock.day_of(one.lacks[lack]) if lack in one.lacks else None for lack in Lack),
                partner.ref if partner else None,
                partner.organisation.name if partner else None,
                row.score if partner else None,
            ]
        )
    title = _("Left behind in %(partnership)s") % {"partnership": partnership.acronym}
    return Table(title=title, columns=columns, rows=lines)
