"""A small world of rows, written at once around the services: for figures, where the number of rows
counts and not how they came about. All constraints of the database hold."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from cxc_portal.core import clock
from exchanges.enums import Capacity, ExchangeMode, ExchangeState, VersionState
from exchanges.models import CommitmentVersion, Exchange
from matching.enums import MatchState
from matching.models import Conversation, Match
from profiles.enums import CountedFrom, ProfileState, Role
from profiles.models import (
    Indicator,
    Organisation,
    OrganisationType,
    Partnership,
    Profile,
    ProfileSubmission,
    Registration,
    User,
)
from reports.enums import (
    EvidenceKind,
    EvidenceState,
    OutreachKind,
    PaymentState,
    ReportOutcome,
    ReportState,
)
from reports.models import (
    Attribution,
    EvidenceItem,
    HandRecord,
    OutreachAction,
    Payment,
    Questionnaire,
    Report,
    ReportStep,
)

DAY = timedelta(days=1)
COUNTRIES = ("FR", "PT", "DE", "HU", "NL", "IT")
SECTORS = ("29", "62", "13", "26")
STATES = (
    *(6 * [ExchangeState.CLOSED]),
    ExchangeState.BUILDING,
    ExchangeState.REVIEW,
    ExchangeState.VALIDATED,
    ExchangeState.ONGOING,
    ExchangeState.REPORTING,
    ExchangeState.CANCELLED,
    ExchangeState.FAILED,
)
BEGUN = (
    ExchangeState.ONGOING,
    ExchangeState.REPORTING,
    ExchangeState.CLOSED,
    ExchangeState.FAILED,
)
SIGNED = (ExchangeState.VALIDATED, *BEGUN)
OVER = (ExchangeState.REPORTING, ExchangeState.CLOSED, ExchangeState.FAILED)


@dataclass
class World:
    """What was written, in memory, for tests to count by themselves. `starts_on` and `ends_on` are
    the days at whose edges exchanges were closed."""

    starts_on: date
    ends_on: date
    partnerships: list[Partnership]
    exchanges: list[Exchange] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)


def random_world(*, exchanges: int, seed: int, acronyms: tuple[str, ...]) -> World:
    """So many exchanges among these partnerships, in person and online, of all types and states,
    some closed in the first or last second of a day."""
    random, today = Random(seed), clock.today()
    partnerships = list(Partnership.objects.filter(acronym__in=acronyms).order_by("acronym"))
    world = World(today - 120 * DAY, today - 30 * DAY, partnerships)
    author = _author(seed)
    sides = {
        role: _profiles(random, role, max(exchanges // 2, 4), partnerships, author)
        for role in (Role.VISITING, Role.HOST)
    }
    for number in range(exchanges):
        pair = random.choice(sides[Role.HOST]), random.choice(sides[Role.VISITING])
        world.exchanges.append(_exchange(random, world, number + seed * 100_000, *pair))
    _write_matches(random, world, sides)
    Exchange.objects.bulk_create(world.exchanges)
    _write_versions(random, world, author)
    _write_reports(random, world, author)
    _write_payments(random, world, author)
    _write_records(random, world, author)
    _write_outreach(random, world, sides[Role.VISITING], author)
    return world


def _author(seed: int) -> User:
    return User.objects.create(email=f"author{seed}@example.org", first_name="Ada")


def _profiles(
    random: Random, role: str, number: int, partnerships: list[Partnership], owner: User
) -> list[Profile]:
    allowed = {Role.VISITING: "may_visit", Role.HOST: "may_host"}[Role(role)]
    types = list(OrganisationType.objects.filter(**{allowed: True}).order_by("position"))
    sectors = [random.choice(SECTORS) for _ in range(number)]
    organisations = Organisation.objects.bulk_create(
        Organisation(
            name=f"{role} {n}",
            organisation_type=random.choice(types),
            country_id=random.choice(COUNTRIES),
            main_sector_id=sector,
            sectors=[sector],
        )
        for n, sector in enumerate(sectors)
    )
    moments = [clock.now() - random.uniform(150, 400) * DAY for _ in range(number)]
    profiles = Profile.objects.bulk_create(
        Profile(
            organisation=organisation,
            role=role,
            state=random.choice([ProfileState.PUBLISHED] * 4 + [ProfileState.PAUSED]),
            partnership=random.choice(partnerships),
            contact=owner,
            created_at=moment,
            consent_at=moment,
            submitted_at=moment,
            published_at=moment + random.uniform(0.1, 9) * DAY,
        )
        for organisation, moment in zip(organisations, moments, strict=True)
    )
    ProfileSubmission.objects.bulk_create(
        ProfileSubmission(profile=one, number=1, at=one.submitted_at - DAY / 2, facts={})
        for one in profiles[::3]
    )
    waiting = Profile.objects.bulk_create(
        Profile(
            organisation=organisation,
            role=Role.HOST if role == Role.VISITING else Role.VISITING,
            state=ProfileState.SUBMITTED,
            partnership=random.choice(partnerships),
            contact=owner,
            state_since=clock.now() - random.uniform(1, 20) * DAY,
            submitted_at=clock.now() - random.uniform(1, 20) * DAY,
            consent_at=clock.now(),
        )
        for organisation in organisations[::5]
    )
    assert waiting
    return profiles


def _exchange(
    random: Random, world: World, number: int, host: Profile, visitor: Profile
) -> Exchange:
    state, mode = random.choice(STATES), random.choice(["physical", "physical", "virtual"])
    days = random.randint(3, 12)
    closed_at = _moment_of_closing(random, world)
    ends_on = {
        ExchangeState.VALIDATED: clock.today() + 40 * DAY,
        ExchangeState.ONGOING: clock.today() + 2 * DAY,
    }.get(state, clock.day_of(closed_at) - random.randint(5, 30) * DAY)
    starts_on = ends_on - days * DAY
    begun = clock.at_hour(starts_on, 7)
    is_signed = state in SIGNED
    return Exchange(
        ref=f"CXC-T-{number:07}",
        host=host,
        visitor=visitor,
        host_partnership=host.partnership,
        visitor_partnership=visitor.partnership,
        state=state,
        state_since=closed_at,
        mode=ExchangeMode(mode),
        starts_on=starts_on if is_signed else None,
        ends_on=ends_on if is_signed else None,
        time_zone="Europe/Paris",
        opened_at=min(begun, clock.now()) - 60 * DAY,
        validated_at=begun - random.uniform(45, 50) * DAY if is_signed else None,
        started_at=begun if state in BEGUN else None,
        finished_at=clock.at_hour(ends_on, 20) if state in OVER else None,
        closed_at=closed_at if state == ExchangeState.CLOSED else None,
    )


def _moment_of_closing(random: Random, world: World) -> datetime:
    """Somewhere around the days looked at, or within a second of their edges."""
    first = clock.at_hour(world.starts_on, 0)
    after = clock.at_hour(world.ends_on + DAY, 0)
    second = timedelta(seconds=1)
    edges = [first - second, first, after - second, after]
    span = (after - first).total_seconds()
    inside = first + timedelta(seconds=random.uniform(-0.2 * span, 1.2 * span))
    return random.choice([*edges, *(8 * [inside])])


def _write_matches(random: Random, world: World, sides: dict[Any, list[Profile]]) -> None:
    """One confirmed match an exchange, asked before in half of the cases."""
    matches = [_match(random, exchange) for exchange in world.exchanges]
    Match.objects.bulk_create(matches)
    for exchange, match in zip(world.exchanges, matches, strict=True):
        exchange.match = match
    Conversation.objects.bulk_create(
        Conversation(
            host=one.host,
            visitor=one.visitor,
            asker=one.visitor,
            state="agreed",
            asked_at=one.proposed_at - random.uniform(1, 10) * DAY,
        )
        for one in matches[::2]
    )
    unanswered = zip(sides[Role.HOST], sides[Role.VISITING], strict=True)
    Conversation.objects.bulk_create(
        Conversation(host=host, visitor=visitor, asker=host, state="silent")
        for host, visitor in list(unanswered)[::4]
    )


def _match(random: Random, exchange: Exchange) -> Match:
    moment = exchange.opened_at - random.uniform(1, 5) * DAY
    return Match(
        host=exchange.host,
        visitor=exchange.visitor,
        state=MatchState.FINISHED,
        proposed_by=exchange.visitor,
        mode=exchange.mode,
        score=random.randint(300, 1000),
        ruleset=1,
        proposed_at=moment,
        host_agreed_at=moment,
        visitor_agreed_at=moment,
        confirmed_at=exchange.opened_at,
        expires_on=clock.day_of(exchange.opened_at),
    )


def _write_versions(random: Random, world: World, author: User) -> None:
    CommitmentVersion.objects.bulk_create(
        CommitmentVersion(
            exchange=one,
            number=1,
            state=VersionState.REVIEW
            if one.state == ExchangeState.REVIEW
            else VersionState.IN_FORCE,
            snapshot={"lump_sum": {"amount": random.choice([390, 450, 900])}},
            digest="0" * 64,
            template_version=1,
            language="en",
            frozen_by=author,
            in_force_at=one.validated_at,
        )
        for one in world.exchanges
        if one.state in (ExchangeState.REVIEW, *SIGNED)
    )


def _write_reports(random: Random, world: World, author: User) -> None:
    questionnaire = Questionnaire.objects.filter(is_draft=False).first()
    assert questionnaire is not None
    world.reports = [
        _report(random, one, side, author, questionnaire)
        for one in world.exchanges
        if one.state in OVER
        for side in (Capacity.VO, Capacity.HO)
    ]
    Report.objects.bulk_create(world.reports)
    ReportStep.objects.bulk_create(
        ReportStep(
            subject=one,
            transition="submit",
            source="open",
            target="submitted",
            at=one.submitted_at - random.choice([0, 0, 6]) * DAY,
        )
        for one in world.reports
        if one.submitted_at
    )
    ReportStep.objects.bulk_create(
        ReportStep(
            subject=one,
            transition="return",
            source="submitted",
            target="returned",
            comment="The days are missing.",
            at=one.submitted_at - 3 * DAY,
        )
        for one in world.reports[::7]
        if one.submitted_at
    )


def _report(
    random: Random, exchange: Exchange, side: str, author: User, questionnaire: Questionnaire
) -> Report:
    assert exchange.ends_on is not None
    is_over = exchange.state != ExchangeState.REPORTING
    state = (
        ReportState.VALIDATED
        if is_over
        else random.choice([ReportState.OPEN, ReportState.RETURNED, ReportState.SUBMITTED])
    )
    handed_in = state in (ReportState.VALIDATED, ReportState.SUBMITTED)
    due_on = exchange.ends_on + 10 * DAY
    submitted_at = clock.at_hour(due_on, 0) + random.choice([-5, 0.9, 1.1, 4]) * DAY
    outcome = random.choice([ReportOutcome.TOOK_PLACE] * 4 + [ReportOutcome.ENDED_EARLY])
    if exchange.state == ExchangeState.FAILED:
        outcome = ReportOutcome.NOT_TAKEN_PLACE
    return Report(
        exchange=exchange,
        capacity=side,
        state=state,
        state_since=submitted_at,
        questionnaire=questionnaire,
        answers=_answers(random, side) if handed_in else {},
        outcome=outcome if handed_in else "",
        starts_on=exchange.starts_on,
        ends_on=exchange.ends_on,
        days_done=random.randint(3, 8),
        due_on=due_on,
        submitted_at=submitted_at if handed_in else None,
        submitted_by=author if handed_in else None,
        on_behalf_of=exchange.visitor_partnership if random.random() < 0.1 else None,
        source="By telephone",
        validated_at=exchange.state_since if is_over else None,
        validated_by=author if is_over else None,
    )


def _answers(random: Random, side: str) -> dict[str, Any]:
    def rating() -> int | str:
        return random.choice([1, 2, 3, 4, 4, 5, 5, "n/a"])

    own = "host_rating" if side == Capacity.VO else "visitor_rating"
    found: dict[str, Any] = {
        "satisfaction": {"overall": rating(), "partner": rating(), "programme": rating()},
        own: {"preparation" if side == Capacity.HO else "reception": rating()},
        "outcomes": {"contacts": random.randint(0, 20), "agreements": random.randint(0, 1)},
        "outcomes_text": "12",
        "skills": ["market", "digital"],
        "declaration": True,
    }
    if random.random() < 0.8:
        found["recommend"] = random.randint(0, 10)
    return found


def _write_payments(random: Random, world: World, author: User) -> None:
    visits = [one for one in world.exchanges if one.state in OVER and one.is_physical]
    items = EvidenceItem.objects.bulk_create(
        EvidenceItem(
            exchange=one,
            kind=kind,
            state=random.choice([EvidenceState.ACCEPTED, EvidenceState.WAITING]),
            file="evidence/a.pdf",
            file_name="a.pdf",
            size=1,
            digest="0" * 64,
            uploaded_by=author,
        )
        for one in visits
        for kind in (EvidenceKind.OUTWARD, EvidenceKind.RETURN)
    )
    world.payments = [
        _payment(random, world, one, items[2 * n : 2 * n + 2], author)
        for n, one in enumerate(visits)
    ]
    Payment.objects.bulk_create(world.payments)


def _payment(
    random: Random, world: World, exchange: Exchange, items: list[EvidenceItem], author: User
) -> Payment:
    state = random.choice([*PaymentState.values, "paid", "paid"])
    is_paid = state in (PaymentState.PAID, PaymentState.RECOVERED)
    computed, paid_on = random.choice([390, 450, 900]), _day_near(random, world)
    return Payment(
        exchange=exchange,
        state=state,
        state_since=_moment_of_closing(random, world),
        computed_amount=computed,
        amount=computed - random.choice([0, 0, 50]),
        reason="A hotel was shared",
        outward=items[0],
        homeward=items[1],
        needs_accommodation=False,
        report_validated_at=exchange.ends_on and clock.at_hour(exchange.ends_on, 9),
        has_account=True,
        approved_at=clock.now() if state != PaymentState.DUE else None,
        approved_by=author if state != PaymentState.DUE else None,
        paid_on=paid_on if is_paid else None,
        paid_at=clock.now() if is_paid else None,
        paid_by=author if is_paid else None,
        reference="R1",
    )


def _day_near(random: Random, world: World) -> date:
    """Within the days looked at, on their edges, or just outside."""
    span = (world.ends_on - world.starts_on).days
    return world.starts_on + random.choice([-1, 0, span, span + 1, random.randint(1, span)]) * DAY


def _write_records(random: Random, world: World, author: User) -> None:
    codes = Indicator.objects.exclude(counted_from=CountedFrom.EXCHANGES).values_list("pk")
    HandRecord.objects.bulk_create(
        HandRecord(
            partnership=random.choice(world.partnerships),
            indicator_id=code,
            count=random.randint(1, 40),
            title="A meeting",
            on=_day_near(random, world),
            recorded_by=author,
            removed_at=clock.now() if random.random() < 0.1 else None,
        )
        for (code,) in codes
        for _ in range(4)
    )


def _write_outreach(random: Random, world: World, visitors: list[Profile], owner: User) -> None:
    actions = OutreachAction.objects.bulk_create(
        OutreachAction(
            partnership=random.choice(world.partnerships),
            kind=random.choice(OutreachKind.values),
            title="A day among clusters",
            on=_day_near(random, world),
            reached=random.choice([None, 16, 120]),
            visits=random.randint(0, 40),
            recorded_by=owner,
        )
        for _ in range(12)
    )
    came = Registration.objects.bulk_create(
        Registration(owner=owner, profile=one) for one in visitors[::2]
    )
    Attribution.objects.bulk_create(
        Attribution(registration=one, action=random.choice(actions)) for one in came
    )
