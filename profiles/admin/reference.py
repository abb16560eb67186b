"""The reference data: partnerships, clusters, countries, types and ready-made texts."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from cxc_portal.core.forms import PickerSelectMultiple
from profiles.admin.base import DeskAdmin, page
from profiles.admin.site import desk
from profiles.models import (
    Cluster,
    Country,
    OrganisationType,
    Partnership,
    ReasonText,
    Sector,
)
from profiles.permissions import can_keep_reference_data
from profiles.sectors import sectors_by_section
from profiles.services.upkeep import remove_reason_text, save_reference
from profiles.workflows import profile_workflow


class ReferenceAdmin(DeskAdmin):
    """A list of entries that the Support Office may change, each with its form."""

    family = "reference"
    form: type[forms.ModelForm] = forms.ModelForm
    is_extensible = True
    remove_label = ""

    @property
    def add_label(self) -> str:  # type: ignore[override]
        return _("Add an entry") if self.is_extensible else ""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_keep_reference_data(request.user)

    def page_urls(self) -> list[URLPattern]:
        adding = [self.named("add/", self.entry_view, "add")] if self.is_extensible else []
        return [*adding, self.named("<str:pk>/change/", self.entry_view, "change")]

    def entry_view(self, request: HttpRequest, pk: str | None = None) -> HttpResponse:
        """The form of an entry, new or known."""
        entry = access.get_visible(self.get_queryset(request), pk=pk) if pk else None
        form = self.form(request.POST or None, instance=entry)
        if request.method == "POST" and form.is_valid():
            try:
                saved = save_reference(
                    instance=form.instance, fields=form.changed_data, actor=request.user
                )
            except DomainError as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("“%s” is saved.") % saved)
                return redirect(self.list_url(request))
        title = str(entry) if entry else _("New entry: %s") % self.opts.verbose_name
        context = self.context(
            request, form=form, title=title, submit_label=_("Save"), **self.extras(request, entry)
        )
        return page(request, "profiles/desk/form.html", context)

    def extras(self, request: HttpRequest, entry: Any) -> dict[str, Any]:
        """What a form shows beside the fields."""
        return {}


class PartnershipForm(forms.ModelForm):
    sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors it works in"),
        required=False,
        widget=PickerSelectMultiple(search_label=gettext_lazy("Type a sector")),
        help_text=gettext_lazy("New profiles in these sectors are suggested this partnership."),
    )

    class Meta:
        model = Partnership
        fields = (
            "acronym",
            "field",
            "coordinator_name",
            "planned_exchanges",
            "is_active",
            "sectors",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (title, [(sector.code, sector.title) for sector in sectors])
            for title, sectors in sectors_by_section(Sector.objects.all())
        ]
        self.fields["sectors"].choices = choices  # type: ignore[attr-defined]


@admin.register(Partnership, site=desk)
class PartnershipAdmin(ReferenceAdmin):
    name = gettext_lazy("Partnerships")
    form = PartnershipForm
    list_display = ("acronym", "field", "coordinator_name", "planned_exchanges", "is_active")
    search_fields = ("acronym", "field", "coordinator_name")
    search_help_text = gettext_lazy("Acronym, field or coordinator")


class ClusterForm(forms.ModelForm):
    class Meta:
        model = Cluster
        fields = ("name", "country", "partnership", "is_on_eccp")


@admin.register(Cluster, site=desk)
class ClusterAdmin(ReferenceAdmin):
    name = gettext_lazy("Clusters")
    form = ClusterForm
    list_display = ("name", "country", "partnership", "is_on_eccp")
    list_select_related = ("country", "partnership")
    search_fields = ("name", "partnership__acronym", "country__name")
    search_help_text = gettext_lazy("Name, partnership or country")


class CountryForm(forms.ModelForm):
    class Meta:
        model = Country
        fields = ("is_eligible", "lump_sum_full", "note")


@admin.register(Country, site=desk)
class CountryAdmin(ReferenceAdmin):
    name = gettext_lazy("Countries")
    form = CountryForm
    is_extensible = False
    list_display = ("name", "code", "is_eligible", "lump_sum_full", "note")
    search_fields = ("name", "code")
    search_help_text = gettext_lazy("Name or code")


class TypeForm(forms.ModelForm):
    class Meta:
        model = OrganisationType
        fields = ("label", "needs_cluster_membership", "may_visit", "may_host")


@admin.register(OrganisationType, site=desk)
class TypeAdmin(ReferenceAdmin):
    name = gettext_lazy("Types of organisation")
    form = TypeForm
    is_extensible = False
    list_display = ("label", "family", "needs_cluster_membership", "may_visit", "may_host")


class TextForm(forms.ModelForm):
    decision = forms.ChoiceField(label=gettext_lazy("Decision"))

    class Meta:
        model = ReasonText
        fields = ("decision", "title", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = [  # type: ignore[attr-defined]
            (name, step.label)
            for name, step in profile_workflow.transitions.items()
            if step.needs_comment
        ]


@admin.register(ReasonText, site=desk)
class TextAdmin(ReferenceAdmin):
    name = gettext_lazy("Ready-made texts")
    lead = gettext_lazy("Officers start from these when they return, reject or suspend a profile.")
    form = TextForm
    list_display = ("title", "used_for", "text")
    search_fields = ("title", "text")

    @admin.display(description=gettext_lazy("Decision"), ordering="decision")
    def used_for(self, text: ReasonText) -> Any:
        return profile_workflow.transitions[text.decision].label

    def page_urls(self) -> list[URLPattern]:
        return [
            *super().page_urls(),
            self.named("<int:pk>/remove/", require_POST(self.remove_view), "remove"),
        ]

    def extras(self, request: HttpRequest, entry: Any) -> dict[str, Any]:
        return {"remove_url": self.url_of(request, entry.pk, "remove")} if entry else {}

    def remove_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = access.get_visible(self.get_queryset(request), pk=pk)
        remove_reason_text(text_id=text.pk, actor=request.user)
        messages.success(request, _("“%s” is no longer offered.") % text)
        return redirect(self.list_url(request))
