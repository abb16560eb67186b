"""Everything that a partnership hands in of its figures, of today or of a frozen period."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock
from cxc_portal.core.exports import Column, Table
from cxc_portal.core.types import Text
from exchanges.enums import ExchangeMode
from profiles.models import Partnership
from reports.models import ReportingPeriod
from reports.queries.figures import TABLES
from reports.queries.forecasts import FORECASTS, PACE, with_forecasts_beside
from reports.queries.indicators import INDICATORS
from reports.queries.lists import LISTS
from reports.queries.periods import tables_of_period
from reports.queries.report_texts import texts_of
from reports.queries.scopes import Scope
from reports.queries.tables import lists_of, tables_of

ALL = gettext_lazy("All partnerships")


_DEFINED = {**TABLES, FORECASTS.name: FORECASTS, PACE.name: PACE}
NAMES = (*_DEFINED, *LISTS)
"""Of all tables that can be taken away."""


def tables_to_hand_in(scope: Scope, names: Collection[str] | None = None) -> dict[str, Table]:
    """All tables of figures and the forecasts as of today, or those named. The indicators say when
    each target is reached, as the grant asks for it."""
    wanted = list(_DEFINED) if names is None else [name for name in _DEFINED if name in names]
    found = tables_of(scope, names)
    found |= {name: _DEFINED[name].table(scope) for name in wanted if name not in found}
    if INDICATORS.name in found:
        forecasts = found.get(FORECASTS.name) or FORECASTS.table(scope)
        found[INDICATORS.name] = with_forecasts_beside(found[INDICATORS.name], forecasts)
    return found


def notes_on(tables: Iterable[str]) -> dict[str, str]:
    """How each of these tables is counted, in a sentence or two."""
    return {name: str(_DEFINED[name].about) for name in tables}


@dataclass(frozen=True)
class Reporter:
    """Who hands in, as it was called and run then; all partnerships together have a name alone."""

    name: str
    acronym: str = ""
    coordinator: str = ""
    field: str = ""


def reporter_of(partnership: Partnership | None) -> Reporter:
    """As of now; `partnership` None: all together."""
    if partnership is None:
        return Reporter(str(ALL))
    return Reporter(
        name=str(partnership),
        acronym=partnership.acronym,
        coordinator=partnership.coordinator_name,
        field=partnership.field,
    )


@dataclass(frozen=True)
class HandedIn:
    """What every export is made of. `partnership` None: of all together. `notes` say how each table
    is counted, `texts` are the partnership's own by section, `lists` are exchanges, records and
    outreach one by one, for those who may read names. `name` and `digest` are those of a frozen
    period, which has no lists; figures of today have neither."""

    partnership: Partnership | None
    reporter: Reporter
    starts_on: date | None
    ends_on: date | None
    mode: str
    as_of: datetime
    tables: Mapping[str, Table]
    notes: Mapping[str, str]
    texts: Mapping[str, str]
    lists: Mapping[str, Table] = field(default_factory=dict)
    name: str = ""
    digest: str = ""

    @property
    def whose(self) -> str:
        return self.reporter.name

    @property
    def is_frozen(self) -> bool:
        return bool(self.digest)

    @property
    def day(self) -> date:
        """The last day that the figures are of."""
        return self.ends_on or clock.day_of(self.as_of)

    @property
    def every_table(self) -> Mapping[str, Table]:
        """Figures, then lists."""
        return {**self.tables, **self.lists}

    def facts(self) -> list[tuple[Text, object]]:
        """What the figures are of, but for the moment at which they were counted."""
        facts: list[tuple[Text, object]] = [
            (_("Partnership"), self.whose),
            (_("From"), self.starts_on or _("the beginning")),
            (_("Until"), self.day),
            (_("In person or online"), ExchangeMode(self.mode).label if self.mode else _("both")),
        ]
        if self.is_frozen:
            facts += [(_("Frozen period"), self.name), (_("Digest (SHA-256)"), self.digest)]
        return facts

    def about(self) -> Table:
        """The facts as a table of their own."""
        columns = [Column("what", _("What")), Column("value", _("Value"))]
        return Table(_("About"), columns, [*self.facts(), (_("As of"), self.as_of)])


def of_scope(scope: Scope, only: str | None = None) -> HandedIn:
    """The figures as they are now; `only` one table where a name is given."""
    tables = tables_to_hand_in(scope, None if only is None else [only])
    needs_lists = only is None or only not in tables
    return HandedIn(
        partnership=scope.partnership,
        reporter=reporter_of(scope.partnership),
        starts_on=scope.starts_on,
        ends_on=scope.ends_on,
        mode=scope.mode,
        as_of=clock.now(),
        tables=tables,
        notes=notes_on(tables),
        texts=texts_of(scope.partnership),
        lists=lists_of(scope) if needs_lists else {},
    )


def of_period(period: ReportingPeriod) -> HandedIn:
    """The figures as they were frozen. Raises `AlteredPeriod`."""
    kept = period.snapshot.get("whose")
    return HandedIn(
        partnership=period.partnership,
        reporter=Reporter(**kept) if kept else reporter_of(period.partnership),
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        mode="",
        as_of=period.frozen_at,
        tables=tables_of_period(period),
        notes={one["name"]: one["note"] for one in period.snapshot["tables"]},
        texts=period.texts,
        name=period.name,
        digest=period.digest,
    )
