"""A profile's facts in words, and what changed between two submissions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, Literal, NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from profiles.enums import Activity, Mode, Objective, Role, StaffBand
from profiles.facts import changed_facts
from profiles.languages import language_name
from profiles.models import Country, Organisation, OrganisationType, Profile, Sector

NOTHING = "–"
LONG = 60
"""From this many characters on a change is shown word by word."""

LABELS: dict[str, Text] = {
    "organisation.name": gettext_lazy("Name"),
    "organisation.clusters": gettext_lazy("Clusters"),
    "organisation.sectors": gettext_lazy("All sectors"),
    "organisation.other_cluster": gettext_lazy("Another cluster"),
    "organisation.description": gettext_lazy("What they do"),
    "profile.motivation": gettext_lazy("What they hope for"),
    "profile.offer": gettext_lazy("What they bring"),
    "profile.contact_name": gettext_lazy("Contact person"),
    "profile.description": gettext_lazy("In a few words"),
    "profile.partnership": gettext_lazy("Reference partnership"),
    "profile.windows": gettext_lazy("Available"),
    "profile.min_days": gettext_lazy("Shortest stay (working days)"),
    "profile.max_days": gettext_lazy("Longest stay (working days)"),
}

GROUPS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (
        gettext_lazy("In their own words"),
        (
            "organisation.description",
            "profile.description",
            "profile.motivation",
            "profile.offer",
        ),
    ),
    (
        gettext_lazy("The organisation"),
        (
            "organisation.name",
            "organisation.organisation_type_id",
            "organisation.country_id",
            "organisation.street",
            "organisation.postcode",
            "organisation.city",
            "organisation.main_sector_id",
            "organisation.sectors",
            "organisation.clusters",
            "organisation.other_cluster",
            "organisation.website",
            "organisation.legal_form",
            "organisation.registration_number",
            "organisation.founded_year",
            "organisation.staff_band",
            "organisation.staff_headcount",
            "organisation.turnover_eur",
            "organisation.balance_eur",
            "organisation.is_declared_sme",
        ),
    ),
    (
        gettext_lazy("The contact person"),
        ("profile.contact_name", "profile.contact_position", "profile.contact_email"),
    ),
    (
        gettext_lazy("The exchange"),
        (
            "profile.objectives",
            "profile.activities",
            "profile.languages",
            "profile.mode",
            "profile.min_days",
            "profile.max_days",
            "profile.windows",
            "profile.wanted_types",
            "profile.wanted_countries",
            "profile.wanted_sectors",
            "profile.max_visitors",
            "profile.welcomes_groups",
            "profile.joins_groups",
        ),
    ),
)
OF_HOSTS = frozenset({"profile.max_visitors", "profile.welcomes_groups"})
OF_VISITORS = frozenset({"profile.joins_groups"})
OF_SMES = frozenset(
    {
        "organisation.is_declared_sme",
        "organisation.staff_headcount",
        "organisation.turnover_eur",
        "organisation.balance_eur",
    }
)
SME = "sme"


class Part(NamedTuple):
    """A stretch of a text that was changed: kept, removed or added."""

    kind: Literal["kept", "removed", "added"]
    text: str


@dataclass(frozen=True)
class Change:
    """One fact that changed; `parts` is filled for long texts."""

    label: str
    before: str
    after: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Group:
    """Facts under a heading, and the labels of those that are not filled in."""

    title: Text
    facts: list[tuple[str, str]]
    missing: list[str]


def label_of(key: str) -> str:
    """What a fact is called."""
    if key in LABELS:
        return str(LABELS[key])
    model = Organisation if key.startswith("organisation.") else Profile
    name = key.partition(".")[2].removesuffix("_id")
    return capfirst(str(model._meta.get_field(name).verbose_name))


class Words:
    """Puts facts into words. Codes are looked up once for all facts."""

    @cached_property
    def _countries(self) -> dict[str, str]:
        return dict(Country.objects.values_list("code", "name"))

    @cached_property
    def _types(self) -> dict[str, str]:
        return dict(OrganisationType.objects.values_list("code", "label"))

    @cached_property
    def _sectors(self) -> dict[str, str]:
        return dict(Sector.objects.values_list("code", "title"))

    def _names(self, name: str) -> Callable[[str], str] | None:
        """How to name the codes of a field; None for fields that hold no codes."""
        if name in ("organisation_type_id", "wanted_types"):
            return lambda code: self._types.get(code, code)
        if name in ("country_id", "wanted_countries"):
            return lambda code: self._countries.get(code, code)
        if name in ("main_sector_id", "sectors", "wanted_sectors"):
            return lambda code: self._sectors.get(code, code)
        if name == "languages":
            return language_name
        for field, enum in (
            ("objectives", Objective),
            ("activities", Activity),
            ("mode", Mode),
            ("role", Role),
            ("staff_band", StaffBand),
        ):
            if name == field:
                return lambda code, labels=dict(enum.choices): str(labels.get(code, code))
        return None

    def value(self, key: str, value: Any) -> str:
        """The value of a fact as people read it."""
        name = key.partition(".")[2]
        if value in (None, "", []):
            return _("any") if name.startswith("wanted_") else NOTHING
        if name_of := self._names(name):
            return ", ".join(name_of(code) for code in _as_list(value))
        if name == "windows":
            return ", ".join(f"{_day(first)} – {_day(last)}" for first, last in value)
        if name == "website":
            return format_html('<a href="{0}" rel="noreferrer">{0}</a>', value)
        return _plain(name, value)

    def groups(self, facts: dict[str, Any]) -> list[Group]:
        """The facts of one profile under headings, the empty ones named apart."""
        left_out = set(OF_VISITORS if facts["profile.role"] == Role.HOST else OF_HOSTS)
        if facts["organisation.organisation_type_id"] != SME:
            left_out |= OF_SMES
        if facts["organisation.sectors"] == [facts["organisation.main_sector_id"]]:
            left_out.add("organisation.sectors")
        found = []
        for title, all_keys in GROUPS:
            keys = [key for key in all_keys if key not in left_out]
            found.append(
                Group(
                    title,
                    facts=[
                        (label_of(key), self.value(key, facts[key]))
                        for key in keys
                        if _is_told(key, facts[key])
                    ],
                    missing=[label_of(key) for key in keys if not _is_told(key, facts[key])],
                )
            )
        return found

    def changes(self, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
        """What is said differently in `after`."""
        return [
            self._change(key, old, new) for key, (old, new) in changed_facts(before, after).items()
        ]

    def _change(self, key: str, old: Any, new: Any) -> Change:
        before, after = self.value(key, old), self.value(key, new)
        is_text = isinstance(old, str) and isinstance(new, str) and bool(old and new)
        parts = tuple(_parts(before, after)) if is_text and len(before) > LONG else ()
        return Change(label_of(key), before, after, parts)


def changed_labels(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The names of the facts that differ."""
    return [label_of(key) for key in changed_facts(before, after)]


def _is_told(key: str, value: Any) -> bool:
    return key.startswith("profile.wanted_") or value not in (None, "", [])


def _plain(name: str, value: Any) -> str:
    """A value that is no code; the year of founding has no thousands."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int) and name != "founded_year":
        return number_format(value, force_grouping=True)
    return ", ".join(str(part) for part in _as_list(value))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "j F Y")


def _parts(before: str, after: str) -> Iterable[Part]:
    """Both texts in one, word by word."""
    old, new = before.split(), after.split()
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            yield Part("kept", " ".join(old[a_from:a_to]))
            continue
        if a_to > a_from:
            yield Part("removed", " ".join(old[a_from:a_to]))
        if b_to > b_from:
            yield Part("added", " ".join(new[b_from:b_to]))
