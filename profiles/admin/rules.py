"""The programme's rules: the versions so far, and the form of the next one."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from cxc_portal.core.forms import DateInput
from profiles.admin.base import DeskAdmin, page, shown
from profiles.admin.site import desk
from profiles.models import ProgrammeRules
from profiles.permissions import can_keep_reference_data
from profiles.rules import Rule, current_rules, rules_in_force
from profiles.services.reference import publish_rules

HIGHEST = 1_000_000_000


class RulesForm(forms.Form):
    """Every rule in force, and why the next version differs."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("What changes and why"),
        max_length=300,
        help_text=gettext_lazy("Shown in the list of versions."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = {_field_name(rule.key): rule for rule in rules_in_force()}
        for name, rule in self.rules.items():
            self.fields[name] = _field(rule)
        self.order_fields([*self.rules, "note", "seen_version"])

    def values(self) -> dict[str, Any]:
        """The values of all rules, as they are stored."""
        return {rule.key: _stored(self.cleaned_data[name]) for name, rule in self.rules.items()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and all(cleaned[n] == rule.value for n, rule in self.rules.items()):
            self.add_error(None, _("No rule differs from the version in force."))
        return cleaned


def _field_name(key: str) -> str:
    return key.replace(".", "__")


def _field(rule: Rule) -> forms.Field:
    if isinstance(rule.value, bool):
        return forms.BooleanField(label=rule.label, initial=rule.value, required=False)
    if isinstance(rule.value, date):
        return forms.DateField(label=rule.label, initial=rule.value, widget=DateInput)
    return forms.IntegerField(
        label=rule.label,
        initial=rule.value,
        min_value=0,
        max_value=HIGHEST,
        help_text=rule.unit,
    )


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@admin.register(ProgrammeRules, site=desk)
class RulesAdmin(DeskAdmin):
    """Versions are added, never changed."""

    family = "reference"
    name = gettext_lazy("Programme rules")
    lead = gettext_lazy("The highest version is in force. Earlier ones are kept.")
    add_label = gettext_lazy("Change the rules")
    list_display = ("version", "note", "created_at", "author")
    list_select_related = ("created_by",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_keep_reference_data(request.user)

    @admin.display(description=gettext_lazy("by"))
    def author(self, rules: ProgrammeRules) -> str:
        return str(rules.created_by) if rules.created_by else _("the portal")

    def page_urls(self) -> list[URLPattern]:
        return [
            self.named("add/", self.next_view, "add"),
            self.named("<int:pk>/change/", self.version_view, "change"),
        ]

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """Publish the next version."""
        form = RulesForm(request.POST or None, initial={"seen_version": current_rules().version})
        if request.method == "POST" and form.is_valid():
            user: Any = request.user
            try:
                rules = publish_rules(
                    values=form.values(),
                    note=form.cleaned_data["note"],
                    actor=user,
                    seen_version=form.cleaned_data["seen_version"],
                )
            except DomainError as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("Version %s is in force.") % rules.version)
                return redirect(self.url_of(request, rules.pk))
        context = self.context(
            request,
            form=form,
            title=_("Change the rules"),
            submit_label=_("Put the new version in force"),
        )
        return page(request, "profiles/desk/form.html", context)

    def version_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One version, and what it changed."""
        version = access.get_visible(self.get_queryset(request), pk=pk)
        before = ProgrammeRules.objects.filter(version__lt=version.version).first()
        described = {rule.key: rule for rule in rules_in_force()}
        known = [key for key in described if key in version.values]
        lines = [
            {
                "label": described[key].label if key in described else key,
                "unit": described[key].unit if key in described else "",
                "value": shown(version.values[key]),
                "before": shown(before.values.get(key)) if before else "",
                "is_changed": bool(before) and before.values.get(key) != version.values[key],
            }
            for key in [*known, *sorted(version.values.keys() - described.keys())]
        ]
        context = self.context(
            request, version=version, lines=lines, facts=[(_("Since"), shown(version.created_at))]
        )
        return page(request, "profiles/desk/rules.html", context)
