"""Lists of exchanges: a person's own, and the desk of those who look after them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.enums import TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from exchanges.aftermath import latenesses
from exchanges.enums import OVER, Capacity, ExchangeState, IncidentState
from exchanges.models import CheckIn, Exchange, Incident, SigningReminder
from exchanges.queries.batons import batons_of
from exchanges.queries.shown import for_batons
from exchanges.queries.waiting import waits_for_staff
from exchanges.workflows import commitment_workflow
from exchanges.workflows.parties import awaited_capacities, open_version
from profiles.models import Partnership
from profiles.rules import RuleBook, current_rules

PER_PAGE = 25
SIDES = (Capacity.HO, Capacity.VO)
UNSIGNED = (ExchangeState.BUILDING, ExchangeState.SIGNING, ExchangeState.REVIEW)


class Show(TextChoices):
    """The views of the desk."""

    WAITING = "waiting", _("Waiting for us")
    SOON = "soon", _("Starting soon")
    RUNNING = "running", _("Running")
    LATE = "late", _("Late")
    ALL = "all", _("All")


ORDERS: dict[Show, tuple[Any, ...]] = {
    Show.WAITING: ("state_since", "pk"),
    Show.SOON: ("starts_on", "pk"),
    Show.RUNNING: ("ends_on", "pk"),
    Show.LATE: (F("starts_on").asc(nulls_last=True), "pk"),
    Show.ALL: ("-opened_at", "-pk"),
}


@dataclass(frozen=True)
class DeskFilters:
    """What narrows the desk; empty for everything."""

    partnership: Partnership | None = None
    mode: str = ""
    state: str = ""
    country: str = ""
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One exchange in a list: whose turn it is and since when, what is late, the last reminder.

    `amendment` is the baton of a change that is being signed; `can_remind` says whether somebody
    can be asked for a signature.
    """

    exchange: Exchange
    baton: Baton
    amendment: Baton | None
    late: Sequence[Text]
    reminded_at: datetime | None
    can_remind: bool


@dataclass(frozen=True)
class Desk:
    """One page of the desk with the number of exchanges in each of its views."""

    rows: list[Row]
    page: Page[Exchange]
    counts: dict[Show, int]

    @property
    def can_remind(self) -> bool:
        """Whether a signature is awaited in any of them."""
        return any(row.can_remind for row in self.rows)


def own_rows(user: Any) -> list[Row]:
    """The exchanges of one's own organisations, those that go on first, the next start on top."""
    is_over = Case(When(state__in=OVER, then=Value(1)), default=0, output_field=IntegerField())
    found = Exchange.objects.of_member(user).order_by(
        is_over, F("starts_on").asc(nulls_last=True), "-pk"
    )
    return _rows(_prepared(found), user)


def desk(user: Any, show: Show, filters: DeskFilters, page: str | None) -> Desk:
    """What the partnerships of this member of staff look after."""
    found = narrowed(looked_after_by(user), filters)
    views = _views(user, current_rules(), clock.today())
    counts = found.order_by().aggregate(
        **{view.value: Count("pk", filter=condition) for view, condition in views.items()}
    )
    shown = found.filter(views[show]).order_by(*ORDERS[show])
    paginated = Paginator(_prepared(shown), PER_PAGE).get_page(page)
    rows = _rows(paginated.object_list, user)
    return Desk(rows=rows, page=paginated, counts={Show(key): n for key, n in counts.items()})


def looked_after_by(user: Any) -> QuerySet[Exchange]:
    """Those that the user's partnerships sign; for the Support Office all."""
    return Exchange.objects.of_staff(user)


def narrowed(found: QuerySet[Exchange], filters: DeskFilters) -> QuerySet[Exchange]:
    if filters.partnership:
        of = filters.partnership
        found = found.filter(Q(host_partnership=of) | Q(visitor_partnership=of))
    if filters.mode:
        found = found.filter(mode=filters.mode)
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.country:
        found = found.filter(host__organisation__country=filters.country)
    if filters.text:
        found = found.filter(
            Q(ref__icontains=filters.text)
            | Q(host__organisation__name__icontains=filters.text)
            | Q(visitor__organisation__name__icontains=filters.text)
        )
    return found


def _rows(exchanges: Iterable[Exchange], user: Any) -> list[Row]:
    found = list(exchanges)
    rules, today = current_rules(), clock.today()
    batons, late_after = batons_of(found, user), _late_after(found)
    return [
        _row(one, user, batons[one.pk], [*_late(one, rules, today), *late_after[one.pk]])
        for one in found
    ]


def _prepared(found: QuerySet[Exchange]) -> QuerySet[Exchange]:
    """With all that their rows tell, in a fixed number of queries: what makes an exchange late, and
    when somebody was reminded."""
    reminders = SigningReminder.objects.filter(version__exchange=OuterRef("pk")).order_by()
    last = reminders.values("version__exchange").annotate(last=Max("at")).values("last")
    return for_batons(found).annotate(
        has_incident=Exists(_open_incidents()),
        check_in_count=_check_in_count(),
        signing_reminded_at=Subquery(last),
    )


def _row(exchange: Any, user: Any, baton: Baton, late: Sequence[Text]) -> Row:
    version = open_version(exchange)
    if version:
        version.exchange = exchange
    is_amending = version is not None and version.is_amendment
    times = [exchange.reminded_at, exchange.signing_reminded_at]
    return Row(
        exchange=exchange,
        baton=baton,
        amendment=commitment_workflow.baton(version, user) if is_amending else None,
        late=late,
        reminded_at=max((at for at in times if at), default=None),
        can_remind=bool(version and awaited_capacities(version)),
    )


def _late(exchange: Any, rules: RuleBook, today: date) -> list[Text]:
    """What is late, in words; the same as `_views` finds by its condition."""
    found: list[Text] = []
    starts_on = exchange.starts_on
    if exchange.state in UNSIGNED and starts_on and starts_on <= _signed_by(rules, today):
        found.append(_("Not signed yet"))
    has_begun = exchange.state == ExchangeState.ONGOING and starts_on < today
    if has_begun and exchange.check_in_count < len(SIDES):
        found.append(_("Check-in is missing"))
    if exchange.has_incident:
        found.append(_("Open incident"))
    return found


def _late_after(exchanges: Sequence[Exchange]) -> dict[int, list[Text]]:
    """What is late of that which follows an exchange, by the keys of the exchanges."""
    found: dict[int, list[Text]] = {exchange.pk: [] for exchange in exchanges}
    for lateness in latenesses():
        late = Exchange.objects.filter(lateness.condition(), pk__in=found)
        for key in late.order_by().values_list("pk", flat=True):
            found[key].append(lateness.label)
    return found


def _views(user: Any, rules: RuleBook, today: date) -> dict[Show, Q]:
    """The conditions of the views."""
    soon = today + timedelta(days=rules.integer("start.first_days"))
    return {
        Show.WAITING: waits_for_staff(user),
        Show.SOON: Q(
            state__in=(*UNSIGNED, ExchangeState.VALIDATED), starts_on__range=(today, soon)
        ),
        Show.RUNNING: Q(state=ExchangeState.ONGOING),
        Show.LATE: _is_late(rules, today),
        Show.ALL: Q(pk__isnull=False),
    }


def _is_late(rules: RuleBook, today: date) -> Q:
    unsigned = Q(state__in=UNSIGNED, starts_on__lte=_signed_by(rules, today))
    checked_in = CheckIn.objects.values("exchange").annotate(sides=Count("pk"))
    both = checked_in.filter(sides__gte=len(SIDES)).values("exchange")
    missing = Q(state=ExchangeState.ONGOING, starts_on__lt=today) & ~Q(pk__in=both)
    found = unsigned | missing | Q(Exists(_open_incidents()))
    for lateness in latenesses():
        found |= lateness.condition()
    return found


def _signed_by(rules: RuleBook, today: date) -> date:
    """Exchanges that begin until this day should be signed today."""
    return today + timedelta(days=rules.integer("signing.first_days"))


def _open_incidents() -> QuerySet[Incident]:
    found = Incident.objects.filter(exchange=OuterRef("pk"))
    return found.exclude(state=IncidentState.SETTLED)


def _check_in_count() -> Coalesce:
    counted = CheckIn.objects.filter(exchange=OuterRef("pk")).order_by().values("exchange")
    number = Subquery(counted.annotate(number=Count("pk")).values("number"))
    return Coalesce(number, 0)
