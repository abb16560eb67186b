"""How well those fitted who were matched, and which of their matches became exchanges."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from exchanges.enums import ExchangeState
from matching.models import Match, RulesetVersion
from matching.scoring.ruleset import BANDS as CODES
from matching.scoring.ruleset import GREEN, ORANGE, RED
from reports.queries.exchange_counts import Row
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, Shown, named, percent

LABELS = {GREEN: _("High fit"), ORANGE: _("Medium fit"), RED: _("Low fit")}


def confirmed_matches(scope: Scope) -> QuerySet[Any]:
    """Those that both sides of the partnership's visitors agreed to within the days, with the
    `band` of the score on the day of the proposal, by the rules of that day."""
    rows = Match.objects.filter(scope.of_partnership("visitor__partnership"))
    return rows.filter(scope.within("confirmed_at")).annotate(band=_band())


def _band() -> Case:
    bounds = RulesetVersion.objects.values_list("version", "green_from", "orange_from")
    cases = [
        When(Q(ruleset=version, score__gte=least), then=Value(band))
        for version, green, orange in bounds.order_by("version")
        for band, least in ((GREEN, green), (ORANGE, orange))
    ]
    return Case(*cases, default=Value(RED))


def _cells(scope: Scope) -> dict[str, Q]:
    mode = scope.of_mode("exchange__mode")
    return {
        "matched": Q(),
        "signed": Q(exchange__validated_at__isnull=False) & mode,
        "closed": Q(exchange__state=ExchangeState.CLOSED) & mode,
    }


def _bands(scope: Scope) -> list[Row]:
    counts = {f"n_{key}": Count("pk", filter=cell) for key, cell in _cells(scope).items()}
    rows = confirmed_matches(scope).values_list("band").annotate(**counts).order_by()
    found = {band: numbers for band, *numbers in rows}
    lines = []
    for band in reversed(CODES):
        matched, signed, closed = found.get(band, [0, 0, 0])
        lines.append((band, LABELS[band], matched, signed, closed, percent(signed, matched)))
    return lines


def _behind(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    return [Rows(confirmed_matches(scope).filter(_cells(scope)[column], band=row))]


BANDS = FigureTable(
    name="bands",
    title=_("How well matches fitted that became exchanges"),
    about=_(
        "Matches of the partnership's visitors confirmed within the days, by the band of their "
        "score on the day on which they were proposed."
    ),
    columns=(
        *named(_("Band")),
        Counted("matched", _("Matches"), _("Matches that both sides confirmed.")),
        Counted("signed", _("Became exchanges"), _("Those whose commitment all four signed.")),
        Counted("closed", _("Closed"), _("Those whose exchange is closed.")),
        Shown("share", _("Share"), _("Those that became exchanges, in percent of the matches.")),
    ),
    values=_bands,
    behind=_behind,
)
