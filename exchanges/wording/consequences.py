"""What follows from an interruption, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core.types import Text
from exchanges.enums import ExchangeState, InterruptionKind
from exchanges.queries.consequences import Consequences

EARLY_END, POSTPONE, GO_VIRTUAL, CANCEL = InterruptionKind


def in_words(found: Consequences) -> list[tuple[Text, Text]]:
    """Terms and what holds for them, in the order in which people ask."""
    return [
        (_("The exchange"), _exchange(found)),
        *_days(found),
        (_("Lump sum"), _money(found)),
        (_("The visit in person"), _visit(found)),
        (_("To be signed"), _signing(found)),
    ]


def outcome_in_words(outcome: Mapping[str, Any]) -> list[tuple[Text, Text]]:
    """The same of what is kept with an accepted request; nothing where nothing is kept."""
    return in_words(Consequences(**outcome)) if outcome else []


def _exchange(found: Consequences) -> str:
    if found.target == ExchangeState.REPORTING:
        return _("It ends on the last day and counts. Both sides report as usual.")
    if found.target == ExchangeState.ABORTED:
        return _("It is broken off and does not count as an exchange.")
    if found.target == ExchangeState.CANCELLED:
        return _("It is cancelled before its start.")
    if found.kind == POSTPONE:
        return _("It goes back to being written, and both sides choose new days.")
    return _("It goes back to being written as an online exchange.")


def _days(found: Consequences) -> Iterator[tuple[Text, Text]]:
    """Nothing has been done before the start."""
    if not found.has_started:
        return
    done = ngettext(
        "%(done)s of %(planned)s working day",
        "%(done)s of %(planned)s working days",
        found.days_planned,
    ) % {"done": found.days_done, "planned": found.days_planned}
    if found.kind == EARLY_END:
        least = ngettext(
            "an exchange counts from %(least)s day",
            "an exchange counts from %(least)s days",
            found.least_days,
        ) % {"least": found.least_days}
        done = f"{done}; {least}"
    yield _("Done by then"), done


def _money(found: Consequences) -> str:
    if not found.is_physical:
        return _("None, as with every online exchange.")
    if found.kind == EARLY_END:
        return _money_of_early_end(found)
    return {
        POSTPONE: _("Computed anew for the new days."),
        GO_VIRTUAL: _("None: there is no lump sum for an online exchange."),
        CANCEL: _(
            "None. The visitor’s partnership can decide about costs that cannot be recovered."
        ),
    }[InterruptionKind(found.kind)]


def _money_of_early_end(found: Consequences) -> str:
    amounts = {"amount": _euros(found.amount), "agreed": _euros(found.agreed)}
    if not found.counts:
        return _("None instead of %(agreed)s: too few days were done.") % amounts
    if found.amount == found.agreed:
        return _("%(amount)s, as agreed.") % amounts
    return _("%(amount)s instead of %(agreed)s, for the days really done.") % amounts


def _visit(found: Consequences) -> str:
    if not found.is_physical:
        return _("An online exchange uses no visit up.")
    if found.is_visit_kept:
        return _("The visitor keeps it.")
    return _("It is used up.")


def _signing(found: Consequences) -> str:
    if found.needs_new_version:
        return _("A new version by all four; the present one is no longer in force.")
    return _("Nothing.")


def _euros(amount: int | None) -> str:
    return f"{number_format(amount or 0, force_grouping=True)} EUR"
