"""What figures are counted for: whose exchanges, of which days, for whose eyes."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Self

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed
from exchanges.enums import ExchangeMode
from profiles.models import Partnership
from profiles.rules import current_rules
from reports.permissions import can_see_indicators, can_see_rows

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Scope:
    """`partnership` None are all together. Days are those of the portal's time zone, first and last
    included; without a first day everything from the beginning counts, without a last one
    everything until now. `mode` narrows exchanges to those in person or online. With `totals_only`
    no table of it names a person, an organisation or an exchange."""

    partnership: Partnership | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    mode: str = ""
    totals_only: bool = False

    @property
    def until(self) -> date:
        """The last day that counts."""
        return self.ends_on or clock.today()

    @cached_property
    def counts_virtual(self) -> bool:
        """Whether online exchanges count by the programme's rules."""
        return current_rules().flag("indicators.counts_virtual")

    def from_the_beginning(self) -> Self:
        """The same without a first day: what a target is measured by."""
        return self.of_days(ends_on=self.ends_on)

    def of_days(self, starts_on: date | None = None, ends_on: date | None = None) -> Self:
        """The same for other days, by the same rules, which are not asked for again."""
        found = replace(self, starts_on=starts_on, ends_on=ends_on)
        vars(found)["counts_virtual"] = self.counts_virtual
        return found

    def within(self, field: str) -> Q:
        """That a moment lies within the days."""
        found = Q(**{f"{field}__isnull": False})
        if self.starts_on:
            found &= Q(**{f"{field}__gte": _midnight(self.starts_on)})
        if self.ends_on:
            found &= Q(**{f"{field}__lt": _midnight(self.ends_on + DAY)})
        return found

    def within_days(self, field: str) -> Q:
        """That a day is one of them."""
        found = Q(**{f"{field}__isnull": False})
        if self.starts_on:
            found &= Q(**{f"{field}__gte": self.starts_on})
        if self.ends_on:
            found &= Q(**{f"{field}__lte": self.ends_on})
        return found

    def of_partnership(self, field: str) -> Q:
        """That the partnership at `field` is the one looked at, or any."""
        return Q(**{field: self.partnership}) if self.partnership else Q()

    def of_mode(self, field: str = "mode") -> Q:
        return Q(**{field: self.mode}) if self.mode else Q()


def scope_for(
    user: Any,
    *,
    partnership: Partnership | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    mode: str = "",
) -> Scope:
    """What the person asked for, where they may see it; raises `NotAllowed`.

    Staff of partnerships see their own alone: without one named it is the first of theirs. The
    Support Office sees one or all, observers the same without names.
    """
    if not can_see_indicators(user):
        raise NotAllowed(_("Indicators are for partnerships, the Support Office and observers."))
    open_to = partnerships_for(user)
    if partnership is None and not sees_all(user):
        partnership = open_to[0]
    if partnership is not None and partnership not in open_to:
        raise NotAllowed(_("You see the figures of your own partnership."))
    if mode not in ("", *ExchangeMode.values):
        mode = ""
    return Scope(partnership, starts_on, ends_on, mode, totals_only=not can_see_rows(user))


def sees_all(user: Any) -> bool:
    """Whether the person may look at all partnerships together."""
    return bool(user.is_support or user.is_observer)


def partnerships_for(user: Any) -> list[Partnership]:
    """Those whose figures the person may see, by name."""
    every = Partnership.objects.order_by("acronym")
    if sees_all(user):
        return list(every)
    return list(every.filter(pk__in=user.staffed_partnership_ids))


def _midnight(day: date) -> datetime:
    """The moment at which a day begins in the portal's time zone."""
    return clock.at_hour(day, 0)
