"""What stands between a partnership and its targets now: by name, with the page where it is done.

Counted by the database; names are looked up for the first few alone, and only for those who may see
rows (`permissions.can_see_rows`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from exchanges.enums import OPEN_VERSIONS, UNDONE, Capacity
from exchanges.models import CommitmentVersion, Exchange
from exchanges.workflows.parties import awaited_capacities
from matching.enums import MatchState
from matching.models import Match
from profiles.enums import ProfileState, Role
from profiles.models import Indicator, Profile
from reports.enums import ReportState
from reports.models import Report
from reports.queries.indicators import IndicatorLine
from reports.queries.scopes import Scope
from reports.queries.waiting import late_reports

NAMED = 5
PARTIES = ("host__organisation", "visitor__organisation")
KPI = "organisation__organisation_type__kpi_category"


@dataclass(frozen=True)
class Named:
    """Somebody or something to see to, and where."""

    text: Text
    note: Text
    url: str


@dataclass(frozen=True)
class Gap:
    """So many of one sort wait: `sentence` says so, `named` are the first of them, the longest
    waiting first, `more` those that are not named; the desk is where all of them are."""

    sentence: str
    named: Sequence[Named]
    number: int
    desk_label: Text
    desk_url: str

    @property
    def more(self) -> int:
        return self.number - len(self.named)


def gaps_of(scope: Scope, lines: Iterable[IndicatorLine]) -> list[Gap]:
    """What waits, in the order in which an exchange comes about, then the categories that lack.

    `lines` are the indicators of the scope. Empty for a scope of totals only.
    """
    if scope.totals_only:
        return []
    found = (part(scope) for part in (_profiles, _matches, _commitments, _late, _to_validate))
    return [*(gap for gap in found if gap.number), *_categories(scope, lines)]


# --- what waits ---------------------------------------------------------------------------------


def _profiles(scope: Scope) -> Gap:
    waiting = Profile.objects.filter(
        scope.of_partnership("partnership"), state=ProfileState.SUBMITTED
    )
    return _gap(
        waiting.select_related("organisation")
        .only("ref", "role", "organisation__name")
        .order_by("state_since"),
        lambda number: ngettext(
            "%(number)s profile waits to be validated.",
            "%(number)s profiles wait to be validated.",
            number,
        ),
        lambda profile: Named(
            profile.organisation.name,
            profile.get_role_display(),
            reverse("profiles:profile", args=[profile.ref]),
        ),
        (_("Open the validation desk"), reverse("admin:profiles_profile_changelist")),
    )


def _matches(scope: Scope) -> Gap:
    """Proposals that have no answer yet."""
    waiting = Match.objects.filter(
        scope.of_partnership("host__partnership") | scope.of_partnership("visitor__partnership"),
        state=MatchState.PROPOSED,
    )
    acronym = scope.partnership.acronym if scope.partnership else ""
    desk = (
        reverse("matching:left_behind", args=[acronym])
        if acronym
        else reverse("matching:partnerships")
    )
    return _gap(
        waiting.select_related(*PARTIES)
        .only("visitor_agreed_at", "host_agreed_at", *(f"{path}__name" for path in PARTIES))
        .order_by("state_since"),
        lambda number: ngettext(
            "%(number)s proposed match waits for an answer.",
            "%(number)s proposed matches wait for an answer.",
            number,
        ),
        lambda match: Named(_pair(match), _awaited_answer(match), match.get_absolute_url()),
        (_("See who owes an answer"), desk),
    )


def _commitments(scope: Scope) -> Gap:
    """First versions and changes alike, with those whose turn it is."""
    waiting = CommitmentVersion.objects.filter(
        scope.of_partnership("exchange__host_partnership")
        | scope.of_partnership("exchange__visitor_partnership"),
        state__in=OPEN_VERSIONS,
    )
    return _gap(
        waiting.select_related(*(f"exchange__{path}" for path in PARTIES))
        .prefetch_related(
            "signatures", "exchange__host_partnership", "exchange__visitor_partnership"
        )
        .only(
            "state",
            "exchange__ref",
            "exchange__host_partnership",
            "exchange__visitor_partnership",
            *(f"exchange__{path}__name" for path in PARTIES),
        )
        .order_by("state_since"),
        lambda number: ngettext(
            "%(number)s commitment waits for signatures.",
            "%(number)s commitments wait for signatures.",
            number,
        ),
        lambda version: Named(
            _pair(version.exchange),
            _awaited_signatures(version),
            version.exchange.get_absolute_url(),
        ),
        (_("Open the exchanges"), f"{reverse('exchanges:exchanges')}?show=all"),
    )


def _late(scope: Scope) -> Gap:
    waiting = _reports(scope).filter(late_reports()).order_by("due_on")
    return _gap(
        waiting,
        lambda number: ngettext(
            "%(number)s report is late.", "%(number)s reports are late.", number
        ),
        _named_report,
        (_("Remind them at the desk of reports"), f"{reverse('reports:reports_desk')}?show=late"),
    )


def _to_validate(scope: Scope) -> Gap:
    waiting = _reports(scope).filter(state=ReportState.SUBMITTED).order_by("state_since")
    return _gap(
        waiting,
        lambda number: ngettext(
            "%(number)s report waits to be validated.",
            "%(number)s reports wait to be validated.",
            number,
        ),
        _named_report,
        (_("Open the desk of reports"), reverse("reports:reports_desk")),
    )


def _gap(
    rows: QuerySet[Any],
    sentence: Callable[[int], str],
    name: Callable[[Any], Named],
    desk: tuple[Text, str],
) -> Gap:
    first = list(rows.annotate(waiting=Window(Count("*")))[:NAMED])
    number = first[0].waiting if first else 0
    return Gap(sentence(number) % {"number": number}, list(map(name, first)), number, *desk)


def _reports(scope: Scope) -> QuerySet[Report]:
    """Those of the sides that the partnership looks after."""
    mine = Q(capacity=Capacity.VO) & scope.of_partnership("exchange__visitor_partnership")
    mine |= Q(capacity=Capacity.HO) & scope.of_partnership("exchange__host_partnership")
    return (
        Report.objects.filter(mine)
        .select_related(*(f"exchange__{path}" for path in PARTIES))
        .only("capacity", "exchange__ref", *(f"exchange__{path}__name" for path in PARTIES))
    )


def _named_report(report: Report) -> Named:
    return Named(
        _pair(report.exchange),
        gettext("report of %(name)s") % {"name": report.exchange.party_name(report.capacity)},
        reverse("reports:report_review", args=[report.ref]),
    )


def _pair(both: Match | Exchange) -> str:
    return f"{both.visitor.organisation.name} – {both.host.organisation.name}"


def _awaited_answer(match: Match) -> str:
    silent = [
        profile.organisation.name
        for profile, agreed_at in (
            (match.visitor, match.visitor_agreed_at),
            (match.host, match.host_agreed_at),
        )
        if agreed_at is None
    ]
    return gettext("waits for %(names)s") % {"names": ", ".join(silent)}


def _awaited_signatures(version: CommitmentVersion) -> str:
    names = [version.exchange.party_name(capacity) for capacity in awaited_capacities(version)]
    return gettext("waits for the signature of %(names)s") % {
        "names": ", ".join(dict.fromkeys(names))
    }


# --- which categories lack ----------------------------------------------------------------------


def _categories(scope: Scope, lines: Iterable[IndicatorLine]) -> Iterator[Gap]:
    """For each category whose target is not reached: who of it has nobody to visit yet."""
    categories = dict(Indicator.objects.exclude(category="").values_list("code", "category"))
    lacking = [line for line in lines if line.code in categories and line.missing]
    if not lacking:
        return
    free = _free_visitors(scope)
    numbers = dict(free.values_list(KPI).annotate(number=Count("pk")).order_by())
    for line in lacking:
        category = categories[line.code]
        yield _category(scope, line, free.filter(**{KPI: category}), numbers.get(category, 0))


def _free_visitors(scope: Scope) -> QuerySet[Profile]:
    """Published visitors with neither an open match nor an exchange."""
    matches = Match.objects.open().filter(visitor=OuterRef("pk"))
    exchanges = Exchange.objects.exclude(state__in=UNDONE).filter(visitor=OuterRef("pk"))
    return Profile.objects.published().filter(
        ~Exists(matches),
        ~Exists(exchanges),
        scope.of_partnership("partnership"),
        role=Role.VISITING,
    )


def _category(scope: Scope, line: IndicatorLine, free: QuerySet[Profile], number: int) -> Gap:
    so_far = gettext("%(label)s: %(number)s of %(target)s.") % {
        "label": _plain(line.label),
        "number": line.so_far,
        "target": line.target,
    }
    if not number:
        return Gap(
            f"{so_far} {gettext('Nobody of them in the catalogue is without a match.')}",
            [],
            0,
            _("Win new ones"),
            reverse("reports:outreach"),
        )
    waiting = ngettext(
        "%(number)s published visitor of them has no match yet:",
        "%(number)s published visitors of them have no match yet:",
        number,
    ) % {"number": number}
    rows = free.select_related("organisation__country").order_by("published_at", "pk")[:NAMED]
    named = [
        Named(
            profile.organisation.name,
            profile.organisation.country.name,
            reverse("matching:matches", args=[profile.ref]),
        )
        for profile in rows
    ]
    plan = (
        reverse("matching:plan", args=[scope.partnership.acronym])
        if scope.partnership
        else reverse("matching:partnerships")
    )
    return Gap(f"{so_far} {waiting}", named, number, _("See who fits whom best"), plan)


def _plain(label: str) -> str:
    """A part's label without the words that make it one."""
    text = label.removeprefix("of which ")
    return text[:1].upper() + text[1:]
