"""What visitors should know of the country they go to, and where partnerships write it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from exchanges.forms.guide import GuideForm
from exchanges.models import CountryGuide
from exchanges.permissions import can_keep_guide
from exchanges.queries.guides import country_page
from exchanges.services.guides import save_guide
from profiles.models import Country, Partnership, User


@access.public
def countries(request: HttpRequest) -> HttpResponse:
    """All countries that take part, with their lump sums."""
    found = Country.objects.filter(is_eligible=True)
    guided = set(CountryGuide.objects.values_list("country", flat=True))
    context = {"countries": [(country, country.pk in guided) for country in found]}
    return render(request, "exchanges/countries.html", context)


@access.public
def country(request: HttpRequest, code: str) -> HttpResponse:
    """Lump sum, public holidays and what the partnerships know of the country."""
    found = access.get_visible(Country.objects.all(), pk=code.upper())
    page = country_page(found)
    context = {
        "page": page,
        "country": found,
        "can_write": request.user.is_authenticated and bool(_partnerships(request.user)),
        "shows_people": request.user.is_authenticated and request.user.is_staff,
    }
    return render(request, "exchanges/country.html", context)


@access.staff
def country_guide(request: HttpRequest, code: str) -> HttpResponse:
    """The guide of one's own partnership; of the chosen one for whoever works for several."""
    found = access.get_visible(Country.objects.all(), pk=code.upper())
    partnerships = _partnerships(request.user)
    access.require(bool(partnerships))
    chosen = request.GET.get("partnership", "")
    partnership = next((one for one in partnerships if one.acronym == chosen), partnerships[0])
    guide = CountryGuide.objects.filter(country=found, partnership=partnership).first()
    form = GuideForm(request.POST or None, instance=guide, country=found)
    if request.method == "POST" and form.is_valid():
        try:
            save_guide(
                partnership_id=partnership.pk,
                country_code=found.pk,
                actor=request.user,
                **form.cleaned_data,
            )
        except DomainError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your guide is saved. Everybody reads it now."))
            return redirect("exchanges:country", found.pk)
    context = {
        "country": found,
        "form": form,
        "partnership": partnership,
        "tabs": [
            {
                "label": one.acronym,
                "url": f"{request.path}?partnership={one.acronym}",
                "is_current": one == partnership,
                "count": "",
            }
            for one in partnerships
        ],
    }
    return render(request, "exchanges/country_guide.html", context)


def _partnerships(user: User) -> list[Partnership]:
    """Those whose guides the person keeps."""
    found = Partnership.objects.filter(pk__in=user.staffed_partnership_ids).order_by("acronym")
    return [partnership for partnership in found if can_keep_guide(user, partnership.pk)]
