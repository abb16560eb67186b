"""Every component on one page: for developers, in demo mode, and for the accessibility test."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import access, clock
from cxc_portal.core.forms import (
    ChoiceCards,
    DateInput,
    DateRangeField,
    HintedRadioSelect,
    PickerSelect,
    PickerSelectMultiple,
)
from cxc_portal.core.workflow import Baton

SECTORS = [
    (
        _("Manufacturing"),
        [
            ("29", _("Manufacture of motor vehicles, trailers and semi-trailers")),
            ("30", _("Manufacture of other transport equipment")),
        ],
    ),
    (
        _("Transportation and storage"),
        [("49", _("Land transport and transport via pipelines")), ("50", _("Water transport"))],
    ),
]
KEYWORDS = {"29": "car automotive", "30": "rail train ship aircraft", "49": "rail road truck"}
COUNTRIES = [("", "—"), ("AT", _("Austria")), ("HU", _("Hungary")), ("PT", _("Portugal"))]
ROLES = [("visiting", _("Visit")), ("host", _("Host"))]
MODES = [("physical", _("In person")), ("virtual", _("Online")), ("either", _("Either"))]


class SampleForm(forms.Form):
    """One field of each kind."""

    role = forms.ChoiceField(
        label=_("What would you like to do?"),
        choices=ROLES,
        widget=ChoiceCards(
            hints={
                "visiting": _("Spend some days with a partner abroad."),
                "host": _("Welcome a partner at your place."),
            },
            icons={"visiting": "plane", "host": "home"},
        ),
    )
    name = forms.CharField(
        label=_("Name of your organisation"), help_text=_("As in the register."), max_length=150
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    country = forms.ChoiceField(label=_("Country"), choices=COUNTRIES, widget=PickerSelect)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        choices=SECTORS,
        widget=PickerSelectMultiple(keywords=KEYWORDS, maximum=3),
        help_text=_("Type what you make or do, for example “rail”."),
    )
    mode = forms.ChoiceField(
        label=_("How to meet"),
        choices=MODES,
        widget=HintedRadioSelect(hints={"virtual": _("Six half-days within three weeks.")}),
    )
    days = forms.IntegerField(label=_("Working days"), min_value=3)
    start = forms.DateField(label=_("First day"), widget=DateInput, required=False)
    window = DateRangeField(label=_("When could you travel?"), required=False)
    motivation = forms.CharField(label=_("What do you hope to learn?"), widget=forms.Textarea)
    cv = forms.FileField(label=_("CV"), required=False)
    consent = forms.BooleanField(label=_("I agree that my partnership reads this profile."))


class FilterForm(forms.Form):
    """What narrows a list."""

    name = forms.CharField(
        label=_("Name"), required=False, widget=forms.TextInput({"type": "search"})
    )
    country = forms.ChoiceField(
        label=_("Country"), choices=COUNTRIES, required=False, widget=PickerSelect
    )
    mode = forms.ChoiceField(
        label=_("How to meet"), choices=[("", _("Any")), *MODES], required=False
    )


PARTS = [
    {"label": _("Sector"), "points": 12.5, "weight": 25, "note": _("One of two sectors fits.")},
    {"label": _("Purpose"), "points": 20, "weight": 20, "note": _("You want the same.")},
    {"label": _("Type of organisation"), "points": 15, "weight": 15, "note": ""},
    {"label": _("Country"), "points": 15, "weight": 15, "note": ""},
    {"label": _("Language"), "points": 10, "weight": 10, "note": _("English")},
    {"label": _("Length of stay"), "points": 10, "weight": 10, "note": ""},
    {"label": _("Dates"), "points": 5, "weight": 5, "note": ""},
]


def _batons() -> list[Baton]:
    texts = {
        "yours": _("Your turn: check the dates and send the proposal."),
        "waiting": _("Waiting for Nordic Bay Fisheries to answer."),
        "closed": _("The exchange is closed."),
    }
    return [
        Baton(
            situation=situation,
            label="",
            sentence=sentence,
            since=clock.now(),
            next=_("Then both partnerships sign."),
            responsible=None,
            action_label=_("Check the dates") if situation == "yours" else "",
            action_url="#main" if situation == "yours" else "",
        )
        for situation, sentence in texts.items()
    ]


@access.demo_only
def styleguide(request: HttpRequest) -> HttpResponse:
    """The components, the fields of a fresh form, and of one that was refused."""
    context: dict[str, Any] = {
        "batons": _batons(),
        "parts": PARTS,
        "form": SampleForm(auto_id="fresh_%s"),
        "filter": FilterForm(auto_id="filter_%s"),
        "refused": SampleForm(data={"name": "", "days": "1", "sectors": ["30"]}),
        "page": Paginator(range(200), 10).page(4),
        "tabs": [
            {"label": _("Open"), "url": "#main", "is_current": True, "count": 12},
            {"label": _("Decided"), "url": "#main", "is_current": False, "count": 0},
        ],
        "facts": [(_("Role"), _("Visit"), "#main"), (_("Website"), "", "#main")],
        "sectors": [_("Water transport"), _("Education"), _("Telecommunications")],
        "pairs": [("PT", "DE"), ("FR", "HU"), ("NL", "RO"), ("ES", "SE"), ("IT", "EE")],
    }
    return render(request, "pages/styleguide.html", context)
