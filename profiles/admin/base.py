"""What the pages of the desk have in common: lists that filter, sort and keep their filters."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.db.models import Field, Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from profiles.admin.site import Desk

FILTERS = "_changelist_filters"
"""The query parameter in which a page keeps the filters of the list that it was opened from."""

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Cell:
    """One value in a list, under the heading of its column."""

    heading: Text
    value: Any


@dataclass(frozen=True)
class Row:
    """One object in a list: where it opens, its first cell, the others."""

    object: Model
    url: str
    title: Cell
    cells: list[Cell]


class DeskAdmin(admin.ModelAdmin):
    """A list and a page for each object. Nothing is written here: pages that write call services.

    `family` is the part of the desk's navigation that the list belongs to, `name` its own heading,
    `lead` the sentence below, `add_label` the link to its page `add`, if it has one.
    """

    admin_site: Desk
    family = ""
    name: Text = ""
    lead: Text = ""
    empty_title: Text = ""
    add_label: Text = ""
    actions = None
    list_per_page = 25
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "profiles/desk/list.html"

    @property
    def media(self) -> forms.Media:
        """The desk brings its own style sheet and needs no scripts of Django's admin."""
        return forms.Media()

    @property
    def list_url_name(self) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the filters that the list shows."""
        return lookup in {spec.parameter_name for spec in self.list_filter}

    def allowed(self, view: View) -> View:
        """A view for those who may see this list; for others at the desk it does not exist."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise Http404
            return view(request, *args, **kwargs)

        return self.admin_site.admin_view(inner)

    def named(self, route: str, view: View, name: str) -> URLPattern:
        """The pattern of a page, named like Django's own: `<app>_<model>_<name>`."""
        full_name = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(route, self.allowed(view), name=full_name)

    def get_urls(self) -> list[URLPattern]:
        return [self.named("", self.changelist_view, "changelist"), *self.page_urls()]

    def page_urls(self) -> list[URLPattern]:
        """The pages beside the list."""
        return []

    def context(self, request: HttpRequest, **more: Any) -> dict[str, Any]:
        """What every page of the desk shows."""
        return {
            **self.admin_site.each_context(request),
            **self.frame(request),
            "opts": self.opts,
            "list_url": self.list_url(request),
            "preserved_filters": self.get_preserved_filters(request),
            **more,
        }

    def frame(self, request: HttpRequest) -> dict[str, Any]:
        """The list's own words, and its neighbours in the same part of the desk."""
        add_name = f"admin:{self.opts.app_label}_{self.opts.model_name}_add"
        return {
            "page": self,
            "add_url": reverse(add_name) if self.add_label else "",
            "siblings": self.admin_site.siblings(request, self),
        }

    def list_url(self, request: HttpRequest) -> str:
        """The list as it was filtered when the present page was opened from it."""
        filters = request.GET.get(FILTERS, "")
        return reverse(self.list_url_name) + (f"?{filters}" if filters else "")

    def url_of(self, request: HttpRequest, key: Any, name: str = "change") -> str:
        """The address of a page about an object, which keeps the list's filters."""
        url_name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}"
        preserved = self.get_preserved_filters(request)
        return reverse(url_name, args=[key]) + (f"?{preserved}" if preserved else "")

    def link_of(self, request: HttpRequest, obj: Any) -> str:
        """Where an object of the list opens; empty where there is nothing more to see."""
        return self.url_of(request, obj.pk)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if "" in request.GET.values():
            return redirect(f"{request.path}?{_without_blanks(request.GET)}".rstrip("?"))
        response = super().changelist_view(
            request, {**self.frame(request), **(extra_context or {})}
        )
        context = getattr(response, "context_data", None)
        if context is not None and "cl" in context:
            context |= self.list_context(request, context["cl"])
        return response

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """What a list shows beside the objects."""
        return {
            "headers": list(result_headers(changes)),
            "rows": list(self.rows(request, changes)),
            "filters": [spec for spec in changes.filter_specs if not getattr(spec, "is_tabs", 0)],
            "tabs": [spec for spec in changes.filter_specs if getattr(spec, "is_tabs", 0)],
            "listed": changes.paginator.page(changes.page_num),
        }

    def rows(self, request: HttpRequest, changes: ChangeList) -> Iterator[Row]:
        headings = [label_for_field(n, self.model, self) for n in changes.list_display]
        for obj in changes.result_list:
            cells = [
                Cell(heading, self._value(obj, name))
                for heading, name in zip(headings, changes.list_display, strict=True)
            ]
            yield Row(obj, self.link_of(request, obj), cells[0], cells[1:])

    def _value(self, obj: Model, name: str) -> Any:
        field, _attribute, value = lookup_field(name, obj, self)
        if getattr(field, "choices", None):
            return getattr(obj, f"get_{cast(Field, field).name}_display")()
        return shown(value)


def _without_blanks(query: QueryDict) -> str:
    """An address to keep and to pass on names only the filters that were used."""
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        kept.setlist(name, [value for value in values if value])
    return kept.urlencode()


def shown(value: Any) -> Any:
    """A plain value as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return date_format(clock.local(value), "j F Y, H:i")
    if isinstance(value, int):
        return number_format(value, force_grouping=True)
    return value


class ListFilter(admin.SimpleListFilter):
    """A filter that the list shows as a select; `choices` of the select are its lookups."""

    is_tabs = False
    any_label: Text = ""

    def options(self) -> list[tuple[str, Text, bool]]:
        """Value, label, and whether it is chosen, the choice of none first."""
        chosen = self.value() or ""
        choices = [("", self.any_label or _("All")), *self.lookup_choices]
        return [(str(value), label, str(value) == chosen) for value, label in choices]


def queue_filters(request: HttpRequest) -> QueryDict:
    """The filters of the list from which the present page was opened."""
    return QueryDict(request.GET.get(FILTERS, ""))


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> Any:
    """A page of the desk."""
    request.current_app = "admin"  # type: ignore[attr-defined]
    return TemplateResponse(request, template, context, status=status)
