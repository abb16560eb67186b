"""From where to where exchanges went."""

from collections.abc import Sequence

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from profiles.models import Country
from reports.queries.exchange_counts import SPLIT, SPLIT_KEYS, Row, closed, split_by_mode
from reports.queries.scopes import Scope
from reports.queries.shapes import FigureTable, Rows, Shown, named

FROM, TO = "visitor__organisation__country", "host__organisation__country"


def _countries(scope: Scope) -> list[Row]:
    names = dict(Country.objects.values_list("code", "name"))
    found = split_by_mode(closed(scope), {"visitor_country": F(FROM), "host_country": F(TO)})
    rows = [
        (
            f"{row['visitor_country']}-{row['host_country']}",
            f"{names[row['visitor_country']]} → {names[row['host_country']]}",
            row["visitor_country"],
            row["host_country"],
            row["n_physical"],
            row["n_virtual"],
            row["n_closed"],
        )
        for row in found
    ]
    return sorted(rows, key=lambda row: (-row[-1], row[0]))


def _behind(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    visitor, _dash, host = row.partition("-")
    return [Rows(closed(scope).filter(SPLIT_KEYS[column], **{FROM: visitor, TO: host}))]


COUNTRIES = FigureTable(
    name="countries",
    title=_("From country to country"),
    about=_("Closed exchanges by the countries of the visitor and of the host, most first."),
    columns=(
        *named(_("From → to")),
        Shown("visitor_country", _("Country of the visitor")),
        Shown("host_country", _("Country of the host")),
        *SPLIT,
    ),
    values=_countries,
    behind=_behind,
)
