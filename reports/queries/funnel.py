"""How far those who registered have come: from registration to payment."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.db.models import (
    DateTimeField,
    F,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast, Coalesce, Least
from django.utils.translation import gettext_lazy as _

from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from matching.models import Conversation, Match
from profiles.enums import Role
from profiles.models import Profile, ProfileTransition
from reports.enums import PaymentState
from reports.models import Payment
from reports.queries.exchange_counts import Row
from reports.queries.medians import summary
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, Shown, named, percent

STEPS = {
    "registered": _("Registered"),
    "published": _("Published"),
    "contacted": _("In contact with a partner"),
    "matched": _("Matched"),
    "signed": _("Commitment signed by all"),
    "started": _("Exchange started"),
    "closed": _("Exchange closed"),
    "paid": _("Lump sum paid"),
}
"""In the order in which they are taken."""
SIDES = {"visitors": "visitor", "hosts": "host"}
ROLES = {"visitors": Role.VISITING, "hosts": Role.HOST}
PAID = "paid"


def registered(scope: Scope, side: str) -> QuerySet[Profile]:
    """The profiles of one side handed in for the first time within the days, with the moment at
    which each first took each step (`reached_<step>`), None where it has not."""
    mine = Profile.objects.filter(scope.of_partnership("partnership"), role=ROLES[side])
    first = FilteredRelation("submissions", condition=Q(submissions__number=1))
    dated = mine.annotate(
        first=first, reached_registered=Coalesce(F("first__at"), F("submitted_at"))
    )
    moments = {_reached(step): found for step, found in _moments(scope, SIDES[side]).items()}
    return dated.filter(scope.within("reached_registered")).annotate(**moments)


def _moments(scope: Scope, who: str) -> dict[str, Any]:
    exchanges = Exchange.objects.filter(scope.of_mode())
    publications = ProfileTransition.objects.filter(transition="publish")
    paid = Payment.objects.filter(
        state=PaymentState.PAID, exchange__state=ExchangeState.CLOSED
    ).annotate(day=Cast("paid_on", DateTimeField()))
    return {
        "published": Coalesce(_first(publications, "subject", "at"), F("published_at")),
        "contacted": _Earlier(
            _first(Conversation, who, "asked_at"), _first(Match, who, "proposed_at")
        ),
        "matched": _first(Match, who, "confirmed_at"),
        "signed": _first(exchanges, who, "validated_at"),
        "started": _first(exchanges, who, "started_at"),
        "closed": _first(exchanges.filter(state=ExchangeState.CLOSED), who, "closed_at"),
        PAID: _first(paid.filter(scope.of_mode("exchange__mode")), f"exchange__{who}", "day"),
    }


class _Earlier(Least):
    """Of two moments, or the only one that there is."""

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """SQLite knows neither of them where one is missing."""
        one, other = self.get_source_expressions()
        found: tuple[str, Any] = compiler.compile(
            Least(Coalesce(one, other), Coalesce(other, one), output_field=DateTimeField())
        )
        return found


def _first(rows: Any, who: str, moment: str) -> Subquery:
    """The earliest such moment of each profile."""
    every = rows if isinstance(rows, QuerySet) else rows.objects.all()
    own = every.filter(**{who: OuterRef("pk")}).order_by().values(who)
    return Subquery(own.annotate(first=Min(moment)).values("first"))


def _side(scope: Scope, side: str) -> dict[str, list[Any]]:
    """For each step how many took it, their share of the step before, and the median of days."""
    steps = _steps_of(side)
    found = summary(
        registered(scope, side),
        [_reached(step) for step in steps],
        {step: (_reached(before), _reached(step)) for before, step in pairwise(steps)},
    )
    counts = [found.counts[_reached(step)] for step in steps]
    lines = {}
    for step, number, before in zip(steps, counts, [None, *counts], strict=False):
        days = found.spans[step].median if before is not None else None
        share = None if before is None else percent(number, before)
        lines[step] = [number, share, None if days is None else round(days, 1)]
    return lines


def _reached(step: str) -> str:
    """The name under which `registered` has the moment of a step."""
    return f"reached_{step}"


def _steps_of(side: str) -> list[str]:
    return [step for step in STEPS if side == "visitors" or step != PAID]


def _funnel(scope: Scope) -> list[Row]:
    visitors, hosts = (_side(scope, side) for side in SIDES)
    nothing = [None, None, None]
    return [
        (step, label, *visitors[step], *hosts.get(step, nothing)) for step, label in STEPS.items()
    ]


def _behind(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    if row not in _steps_of(column):
        return []
    return [Rows(registered(scope, column).filter(**{f"{_reached(row)}__isnull": False}))]


_SHARE = _("Of those who took the step before, in percent.")
_DAYS = _("Half of them took the step within so many days after the step before.")

FUNNEL = FigureTable(
    name="funnel",
    title=_("From registration to payment"),
    about=_(
        "Profiles handed in for the first time within the days, by the partnership they belong "
        "to now, and how far each has ever come. Online exchanges bring no payment, and payments "
        "count once the exchange is closed."
    ),
    columns=(
        *named(_("Step")),
        Counted("visitors", _("Visitors"), _("Visiting profiles that ever took the step.")),
        Shown("visitors_share", _("Visitors: share"), _SHARE),
        Shown("visitors_days", _("Visitors: median days"), _DAYS),
        Counted("hosts", _("Hosts"), _("Host profiles that ever took the step.")),
        Shown("hosts_share", _("Hosts: share"), _SHARE),
        Shown("hosts_days", _("Hosts: median days"), _DAYS),
    ),
    values=_funnel,
    behind=_behind,
    names=lambda: STEPS,
)
