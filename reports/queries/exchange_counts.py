"""Which exchanges count, for whom and as what: the one definition that all figures begin with.

An exchange counts once, for the partnership of its visitor, on the day on which it was closed in
the portal's time zone, in the category of the visitor's type of organisation.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from exchanges.enums import BEFORE_START, ExchangeMode, ExchangeState
from exchanges.models import Exchange
from profiles.models import OrganisationType, Sector
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, named

CATEGORY = "visitor__organisation__organisation_type__kpi_category"
PHYSICAL, VIRTUAL = ExchangeMode.PHYSICAL, ExchangeMode.VIRTUAL

Exchanges = QuerySet[Exchange]
Row = tuple[Any, ...]


def is_own(scope: Scope) -> Q:
    """That the exchange is one of the visitor's partnership."""
    return scope.of_partnership("visitor_partnership")


def is_hosted(scope: Scope) -> Q:
    """That the exchange is of another partnership's visitor: hosting brings no number."""
    return scope.of_partnership("host_partnership") & ~Q(visitor_partnership=F("host_partnership"))


def is_own_or_hosted(scope: Scope) -> Q:
    """All of them where no partnership is looked at: an empty condition must not be joined by
    "or", which would leave it out."""
    return is_own(scope) | is_hosted(scope) if scope.partnership else Q()


def is_counted(scope: Scope) -> Q:
    """In person, or online where the programme's rules let these count."""
    return Q() if scope.counts_virtual else Q(mode=PHYSICAL)


def closed_by_anyone(scope: Scope) -> Exchanges:
    """Closed within the days, in the mode looked at, whosever they are."""
    closed = Exchange.objects.filter(state=ExchangeState.CLOSED)
    return closed.filter(scope.within("closed_at"), scope.of_mode())


def closed(scope: Scope) -> Exchanges:
    """Those of the partnership's visitors, online ones as well."""
    return closed_by_anyone(scope).filter(is_own(scope))


def counted(scope: Scope) -> Exchanges:
    """Those that count."""
    return closed(scope).filter(is_counted(scope))


def hosted(scope: Scope) -> Exchanges:
    """Those that the partnership's hosts received from visitors of others: never added."""
    return closed_by_anyone(scope).filter(is_hosted(scope))


# --- in person and online -------------------------------------------------------------------

STAGES: dict[str, Q] = {
    "preparing": Q(state__in=[one for one in BEFORE_START if one != ExchangeState.VALIDATED]),
    "upcoming": Q(state=ExchangeState.VALIDATED),
    "running": Q(state=ExchangeState.ONGOING),
    "reporting": Q(state=ExchangeState.REPORTING),
}
"""Where an exchange stands now that is not over, whatever the days looked at."""

UNDONE: dict[str, Q] = {
    "cancelled": Q(state=ExchangeState.CANCELLED),
    "broken_off": Q(state=ExchangeState.ABORTED),
    "failed": Q(state=ExchangeState.FAILED),
}
"""Those that came to nothing, by the day on which they ended."""


def _in_mode(scope: Scope, mode: str) -> Exchanges:
    return Exchange.objects.filter(is_own(scope), scope.of_mode(), mode=mode)


def _mode_cells(scope: Scope) -> dict[str, Q]:
    is_closed = Q(state=ExchangeState.CLOSED) & scope.within("closed_at")
    ended = scope.within("state_since")
    return {
        **STAGES,
        "closed": is_closed,
        "counted": is_closed & is_counted(scope),
        **{key: found & ended for key, found in UNDONE.items()},
    }


def _modes(scope: Scope) -> list[Row]:
    cells = _mode_cells(scope)
    rows = Exchange.objects.filter(is_own(scope), scope.of_mode()).values_list("mode").order_by()
    counts = {f"n_{key}": Count("pk", filter=cell) for key, cell in cells.items()}
    found = {mode: numbers for mode, *numbers in rows.annotate(**counts)}
    nothing = [0] * len(cells)
    return [(m.value, m.label, *found.get(m.value, nothing)) for m in ExchangeMode]


def _behind_modes(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    return [Rows(_in_mode(scope, row).filter(_mode_cells(scope)[column]))]


MODES = FigureTable(
    name="modes",
    title=_("In person and online"),
    about=_(
        "Exchanges of the partnership's visitors. What is not over is as it stands now; what is "
        "over is by the day on which it was closed or ended."
    ),
    columns=(
        *named(_("Mode")),
        Counted("preparing", _("Being agreed"), _("Commitments being written or signed, now.")),
        Counted("upcoming", _("Upcoming"), _("Signed by all four, not yet begun, now.")),
        Counted("running", _("Running"), _("Begun and not yet over, now.")),
        Counted("reporting", _("To be reported"), _("Over, with reports awaited, now.")),
        Counted("closed", _("Closed"), _("Both reports are in and validated.")),
        Counted("counted", _("Counted"), _("Closed ones that count by the programme's rules.")),
        Counted("cancelled", _("Cancelled"), _("Given up before the start.")),
        Counted("broken_off", _("Broken off"), _("Ended by force majeure.")),
        Counted("failed", _("Did not take place"), _("Both sides reported so.")),
    ),
    values=_modes,
    behind=_behind_modes,
)

# --- by what the visitor or the host is -------------------------------------------------------


def split_by_mode(rows: Exchanges, by: dict[str, Any]) -> list[dict[str, Any]]:
    """How many in person, online and altogether, for each value of `by`."""
    found = rows.values(**by).annotate(
        n_physical=Count("pk", filter=Q(mode=PHYSICAL)),
        n_virtual=Count("pk", filter=Q(mode=VIRTUAL)),
        n_closed=Count("pk"),
    )
    return [dict(row) for row in found.order_by(*by)]


SPLIT = (
    Counted("physical", _("In person"), _("Closed exchanges in person.")),
    Counted("virtual", _("Online"), _("Closed exchanges online.")),
    Counted("closed", _("Closed"), _("Closed exchanges, in person and online.")),
)
SPLIT_KEYS = {"physical": Q(mode=PHYSICAL), "virtual": Q(mode=VIRTUAL), "closed": Q()}


def _categories(scope: Scope) -> list[Row]:
    found = {
        row["category"]: row for row in split_by_mode(closed(scope), {"category": F(CATEGORY)})
    }
    lines = []
    for code, label in _category_labels().items():
        row = found.get(code, {"n_physical": 0, "n_virtual": 0, "n_closed": 0})
        counts = row["n_closed"] if scope.counts_virtual else row["n_physical"]
        lines.append((code, label, row["n_physical"], row["n_virtual"], row["n_closed"], counts))
    return lines


CATEGORY_LABELS: dict[str, Text] = {
    "smes": _("SMEs"),
    "cluster_managers": _("Cluster managers"),
    "technology_centres": _("Technology centres"),
    "support_organisations": _("Other scaling-up support organisations"),
    "none": _("Others"),
}


def _category_labels() -> dict[str, Text]:
    """Each category once, in the order of the types."""
    codes = OrganisationType.objects.order_by("position").values_list("kpi_category", flat=True)
    return {code: CATEGORY_LABELS.get(code, code) for code in dict.fromkeys(codes)}


def _behind_categories(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    rows = closed(scope).filter(**{CATEGORY: row})
    return [Rows(rows.filter(is_counted(scope) if column == "counted" else SPLIT_KEYS[column]))]


CATEGORIES = FigureTable(
    name="categories",
    title=_("By category of the visitor"),
    about=_("The category is that of the type of the visiting organisation."),
    columns=(
        *named(_("Category")),
        *SPLIT,
        Counted("counted", _("Counted"), _("Closed ones that count by the programme's rules.")),
    ),
    values=_categories,
    behind=_behind_categories,
)


def _hosted(scope: Scope) -> list[Row]:
    by = {"partnership": F("visitor_partnership__acronym")}
    return [
        (row["partnership"], row["partnership"], *_split(row))
        for row in split_by_mode(hosted(scope), by)
    ]


def _split(row: dict[str, Any]) -> tuple[int, int, int]:
    return row["n_physical"], row["n_virtual"], row["n_closed"]


def _behind_hosted(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    rows = hosted(scope).filter(visitor_partnership__acronym=row)
    return [Rows(rows.filter(SPLIT_KEYS[column]))]


HOSTED = FigureTable(
    name="hosted",
    title=_("Hosted for other partnerships"),
    about=_(
        "Closed exchanges of hosts of the partnership with visitors of another one. They count "
        "there, and are never added here."
    ),
    columns=(*named(_("Partnership of the visitor")), *SPLIT),
    values=_hosted,
    behind=_behind_hosted,
)

SIDES = {"visitors": "visitor__organisation__", "hosts": "host__organisation__"}


def _by_side(field: str, labels: Callable[[], dict[str, str]]) -> Callable[[Scope], list[Row]]:
    def values(scope: Scope) -> list[Row]:
        found: dict[str, dict[str, int]] = {side: {} for side in SIDES}
        for side, path in SIDES.items():
            rows = closed(scope).values(value=F(f"{path}{field}")).annotate(n=Count("pk"))
            found[side] = {row["value"]: row["n"] for row in rows.order_by()}
        return [
            (code, label, *(found[side].get(code, 0) for side in SIDES))
            for code, label in labels().items()
            if any(code in found[side] for side in SIDES)
        ]

    return values


def _behind_side(field: str) -> Callable[[Scope, str, str], Sequence[Rows]]:
    def behind(scope: Scope, row: str, column: str) -> Sequence[Rows]:
        return [Rows(closed(scope).filter(**{f"{SIDES[column]}{field}": row}))]

    return behind


_OF_SIDES = (
    Counted("visitors", _("Visitors"), _("Closed exchanges by what the visitor is.")),
    Counted("hosts", _("Hosts"), _("The same exchanges by what the host is.")),
)

SECTORS = FigureTable(
    name="sectors",
    title=_("By sector"),
    about=_("By the main sector (NACE division) of either organisation."),
    columns=(*named(_("Sector")), *_OF_SIDES),
    values=_by_side("main_sector", lambda: dict(Sector.objects.values_list("code", "title"))),
    behind=_behind_side("main_sector"),
)

TYPES = FigureTable(
    name="types",
    title=_("By type of organisation"),
    about=_("By the type of either organisation."),
    columns=(*named(_("Type of organisation")), *_OF_SIDES),
    values=_by_side(
        "organisation_type", lambda: dict(OrganisationType.objects.values_list("code", "label"))
    ),
    behind=_behind_side("organisation_type"),
)
