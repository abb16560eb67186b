"""Who works at which desk."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from cxc_portal.core.types import Text
from profiles.admin.base import DeskAdmin, ListFilter, page
from profiles.admin.site import desk
from profiles.enums import StaffRoleName
from profiles.models import Partnership, StaffRole, User
from profiles.permissions import roles_to_give
from profiles.services.roles import give_role, take_role

OF_A_PARTNERSHIP = (StaffRoleName.OFFICER, StaffRoleName.COORDINATOR)


class RoleForm(forms.Form):
    """To whom, which role, where. Only what the giver may give is offered."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        help_text=gettext_lazy("The person is told by mail, and needs no account beforehand."),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    partnership = forms.ModelChoiceField(
        Partnership.objects.none(),
        label=gettext_lazy("Partnership"),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=gettext_lazy("For officers and coordinators."),
    )

    def __init__(self, *args: Any, giver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = roles_to_give(giver)
        names = [role for role in StaffRoleName if role in {name for name, _id in allowed}]
        role, partnership = self.fields["role"], self.fields["partnership"]
        role.choices = [(name.value, name.label) for name in names]  # type: ignore[attr-defined]
        partnerships = Partnership.objects.filter(is_active=True)
        if not giver.is_support:
            partnerships = partnerships.filter(pk__in=giver.coordinated_partnership_ids)
            role.initial = names[0].value
            partnership.required = True
            partnership.empty_label = None  # type: ignore[attr-defined]
        partnership.queryset = partnerships  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_local = cleaned.get("role") in OF_A_PARTNERSHIP
        if is_local and not cleaned.get("partnership") and "partnership" not in self.errors:
            self.add_error("partnership", _("Choose the partnership that the person works for."))
        if not is_local:
            cleaned["partnership"] = None
        return cleaned


class RoleFilter(ListFilter):
    title = gettext_lazy("Role")
    parameter_name = "is"
    any_label = gettext_lazy("All roles")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Text]]:
        user: Any = request.user
        return list(StaffRoleName.choices) if user.is_support else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffRole]) -> QuerySet[StaffRole]:
        return queryset.filter(role=self.value()) if self.value() else queryset


@admin.register(StaffRole, site=desk)
class StaffAdmin(DeskAdmin):
    """Roles are given and taken; nothing about a role can be changed."""

    family = "people"
    name = gettext_lazy("People")
    lead = gettext_lazy(
        "The Support Office gives and takes all roles; a coordinator makes officers of the own "
        "partnership."
    )
    empty_title = gettext_lazy("Nobody has a role here yet")
    add_label = gettext_lazy("Give a role")
    list_display = ("person", "address", "role", "partnership")
    list_filter = (RoleFilter,)
    search_fields = ("user__email", "user__first_name", "user__last_name", "partnership__acronym")
    search_help_text = gettext_lazy("Name, address or partnership")
    ordering = ("partnership__acronym", "role", "user__email")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffRole]:
        user: Any = request.user
        roles = StaffRole.objects.select_related("user", "partnership")
        if user.is_support:
            return roles
        return roles.filter(partnership__in=user.coordinated_partnership_ids)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request) and bool(roles_to_give(_user(request)))

    def page_urls(self) -> list[URLPattern]:
        return [
            self.named("add/", self.give_view, "add"),
            self.named("<int:pk>/change/", self.role_view, "change"),
            self.named("<int:pk>/take/", require_POST(self.take_view), "take"),
        ]

    @admin.display(description=gettext_lazy("Person"), ordering="user__last_name")
    def person(self, role: StaffRole) -> str:
        return str(role.user)

    @admin.display(description=gettext_lazy("Address"), ordering="user__email")
    def address(self, role: StaffRole) -> str:
        return str(role.user.email)

    def give_view(self, request: HttpRequest) -> HttpResponse:
        form = RoleForm(request.POST or None, giver=_user(request))
        if request.method == "POST" and form.is_valid():
            try:
                given = give_role(actor=_user(request), **form.cleaned_data)
            except DomainError as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(
                    request,
                    _("%(email)s is now: %(role)s. A mail is on its way.")
                    % {"email": given.user.email, "role": given.get_role_display()},
                )
                return redirect(self.list_url(request))
        context = self.context(
            request, form=form, title=_("Give a role"), submit_label=_("Give the role")
        )
        return page(request, "profiles/desk/form.html", context)

    def role_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        role = access.get_visible(self.get_queryset(request), pk=pk)
        facts = [
            (_("Person"), str(role.user)),
            (_("Address"), role.user.email),
            (_("Role"), role.get_role_display()),
            (_("Partnership"), str(role.partnership or "–")),
        ]
        may_take = (role.role, None) in roles_to_give(_user(request)) or (
            (role.role, role.partnership_id) in roles_to_give(_user(request))
        )
        context = self.context(
            request,
            role=role,
            facts=facts,
            may_take=may_take,
            take_url=self.url_of(request, pk, "take"),
        )
        return page(request, "profiles/desk/role.html", context)

    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        role = access.get_visible(self.get_queryset(request), pk=pk)
        try:
            take_role(role_id=role.pk, actor=_user(request))
        except DomainError as refused:
            messages.error(request, str(refused))
            return redirect(self.url_of(request, pk))
        messages.success(request, _("%(name)s no longer has this role.") % {"name": role.user})
        return redirect(self.list_url(request))


def _user(request: HttpRequest) -> User:
    user: Any = request.user
    return user
