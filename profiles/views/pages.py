"""Pages that everybody may read: the front door, the rules, the small print."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import access
from profiles.consents import current_consent
from profiles.models import Country, OrganisationType
from profiles.panels import front_panels
from profiles.queries import catalogue_counts
from profiles.rules import current_rules, rules_in_force

EXAMPLES = ("PT", "FR", "HU", "PL", "DK")
FEATURED = ("PT", "DK")
JOURNEYS = (
    ("ES", "DE"),
    ("FR", "HU"),
    ("PL", "NL"),
    ("IT", "SE"),
    ("IE", "PT"),
    ("GR", "AT"),
    ("EE", "CZ"),
    ("RO", "FR"),
)
OPEN_PAGES = (
    "profiles:landing",
    "matching:try",
    "profiles:rules",
    "exchanges:countries",
    "core:verify",
    "profiles:privacy",
    "profiles:accessibility",
    "profiles:terms",
)
OPEN_FOLDERS = ("reports:stories",)
"""With all that lies below them."""
GROUPS = (
    (_("Visits in person"), ("physical",)),
    (_("Online exchanges"), ("virtual",)),
    (_("Group exchanges"), ("group",)),
    (_("Writing and signing the commitment"), ("building", "signing")),
    (_("While an exchange runs"), ("start", "midway", "incident", "early_end")),
    (_("Money and reports"), ("lump_sum", "report", "evidence", "payment")),
    (_("What counts, and what came of it"), ("indicators", "later")),
    (_("Finding a partner"), ("contact", "proposal", "match", "profile")),
    (_("Validation of profiles"), ("validation",)),
    (_("What counts as an SME"), ("sme",)),
)


@access.public
def landing(request: HttpRequest) -> HttpResponse:
    """The front door."""
    countries = {one.pk: one for one in Country.objects.filter(is_eligible=True)}
    examples = [countries[code] for code in EXAMPLES if code in countries]
    context = {
        "counters": catalogue_counts(),
        "eligible_count": len(countries),
        "highest": max((one.lump_sum_full for one in countries.values()), default=0),
        "examples": [
            {
                "code": one.pk,
                "name": one.name,
                "amount": one.lump_sum_full,
                "half": one.lump_sum_half,
            }
            for one in examples
        ],
        "countries": list(countries.values()),
        "featured": _featured(countries),
        "numbers": _numbers(),
        "journeys": JOURNEYS,
        "panels": front_panels(request),
    }
    return render(request, "pages/landing.html", context)


def _numbers() -> dict[str, int]:
    """The rules that the front door tells, as they are in force."""
    book = current_rules()
    return {
        "min_days": book.integer("physical.min_days"),
        "max_months": book.integer("physical.max_months"),
        "full_days": book.integer("lump_sum.full_rate_min_days"),
        "near_km": book.integer("lump_sum.near_km"),
    }


def _featured(countries: dict[str, Country]) -> dict[str, Any] | None:
    """The journey marked on the map, as long as both countries take part."""
    visitor, host = (countries.get(code) for code in FEATURED)
    if visitor is None or host is None:
        return None
    return {
        "visitor": visitor.pk,
        "visitor_name": visitor.name,
        "host": host.pk,
        "host_name": host.name,
        "amount": host.lump_sum_full,
    }


@access.public
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force, the lump sums and who may take part, all as data."""
    found = rules_in_force()
    groups = [(title, [rule for rule in found if rule.group in names]) for title, names in GROUPS]
    context = {
        "version": current_rules().version,
        "groups": [group for group in groups if group[1]],
        "countries": Country.objects.filter(is_eligible=True),
        "types": OrganisationType.objects.order_by("position"),
    }
    return render(request, "pages/rules.html", context)


@access.public
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines are welcome on the pages that everybody may read, and nowhere else."""
    lines = [
        "User-agent: *",
        *(f"Allow: {reverse(name)}$" for name in OPEN_PAGES),
        *(f"Allow: {reverse(name)}" for name in OPEN_FOLDERS),
        f"Allow: {static('')}",
        "Disallow: /",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@access.public
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html")


@access.public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


@access.public
def terms(request: HttpRequest) -> HttpResponse:
    """What one agrees to on registering, word for word."""
    return render(request, "pages/terms.html", {"consent": current_consent()})
