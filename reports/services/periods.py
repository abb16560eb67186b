"""Freezing a period: its figures stay the same for ever, whatever happens later."""

from dataclasses import asdict
from datetime import date

from django.db import IntegrityError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.documents import digest_of
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles.models import Partnership, User
from reports.models import ReportingPeriod
from reports.permissions import can_freeze_period
from reports.queries.handed_in import notes_on, reporter_of, tables_to_hand_in
from reports.queries.periods import FORMAT, frozen_tables
from reports.queries.report_texts import texts_of
from reports.queries.scopes import Scope


def freeze_period(
    *, partnership_id: int | None, name: str, starts_on: date, ends_on: date, actor: User
) -> ReportingPeriod:
    """The figures of these days as they are known now, and the texts of the report as they stand;
    `partnership_id` None: of all partnerships together.

    Raises `NotAllowed` for whoever may not, `TransitionRefused` for days that have not come or do
    not follow one another, and for a name that is taken.
    """
    try:
        with audit.transaction():
            partnership = _locked(partnership_id)
            if not can_freeze_period(actor, partnership):
                raise NotAllowed(_("Only coordinators of the partnership freeze its figures."))
            _require_days(starts_on, ends_on)
            return _frozen(partnership, name, starts_on, ends_on, actor)
    except IntegrityError as refused:
        raise TransitionRefused(
            "name_taken", _("There is a period of this name already. Choose another name.")
        ) from refused


def _locked(partnership_id: int | None) -> Partnership | None:
    if partnership_id is None:
        return None
    return Partnership.objects.select_for_update(of=("self",)).get(pk=partnership_id)


def _require_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise TransitionRefused("days", _("The last day comes before the first."))
    if ends_on > clock.today():
        raise TransitionRefused("not_over", _("Freeze a period once it is over."))


def _frozen(
    partnership: Partnership | None, name: str, starts_on: date, ends_on: date, actor: User
) -> ReportingPeriod:
    moment = clock.now()
    tables = tables_to_hand_in(Scope(partnership, starts_on, ends_on))
    snapshot = {
        "format": FORMAT,
        "whose": asdict(reporter_of(partnership)),
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
        "frozen_at": moment.isoformat(),
        "language": get_language() or "",
        "tables": frozen_tables(tables, notes_on(tables)),
    }
    period = ReportingPeriod.objects.create(
        partnership=partnership,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        texts=texts_of(partnership),
        snapshot=snapshot,
        digest=digest_of(snapshot),
        frozen_at=moment,
        frozen_by=actor,
    )
    audit.record("period.freeze", subject=period, actor=actor, data={"digest": period.digest})
    return period
