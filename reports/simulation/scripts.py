"""What each participant and each exchange of the plan goes through, as steps that are done once.

A step knows from which day on it is due and whether the database says that it is done, so that a
replay that was interrupted goes on where it was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Protocol, cast

from cxc_portal.core import clock
from exchanges.enums import ORGANISATIONS, PARTNERSHIPS, Capacity
from exchanges.queries.drafts import draft_of
from profiles.enums import ProfileState
from reports.enums import EvidenceKind, EvidenceState, PaymentState, ReportState
from reports.simulation.cast import Cast
from reports.simulation.plan import Journey, Participant

HO, VO = ORGANISATIONS
HOP, VOP = PARTNERSHIPS
NEEDED = (EvidenceKind.OUTWARD, EvidenceKind.RETURN, EvidenceKind.ACCOMMODATION)
ANSWERED_EVERY = 160
"""Days after which a host says that it is still looking: the portal asks after five months, and
after six a profile sleeps."""

ENOUGH = (ReportState.SUBMITTED, ReportState.VALIDATED)


class Hands(Protocol):
    """What does the steps: through services or through a browser."""

    def register(self, participant: Participant) -> None: ...
    def publish(self, participant: Participant) -> None: ...
    def complete(self, participant: Participant) -> None: ...
    def confirm(self, participant: Participant) -> None: ...
    def propose(self, journey: Journey) -> None: ...
    def accept(self, journey: Journey) -> None: ...
    def write(self, journey: Journey, first_day: date) -> None: ...
    def freeze(self, journey: Journey) -> None: ...
    def sign(self, journey: Journey, capacity: Capacity) -> None: ...
    def check_in(self, journey: Journey, side: Capacity) -> None: ...
    def report(self, journey: Journey, side: Capacity) -> None: ...
    def return_report(self, journey: Journey) -> None: ...
    def validate(self, journey: Journey, capacity: Capacity) -> None: ...
    def send_evidence(self, journey: Journey, kind: EvidenceKind) -> None: ...
    def enter_account(self, journey: Journey) -> None: ...
    def refuse_evidence(self, journey: Journey) -> None: ...
    def accept_evidence(self, journey: Journey) -> None: ...
    def approve(self, journey: Journey) -> None: ...
    def pay(self, journey: Journey) -> None: ...


@dataclass(frozen=True)
class Step:
    """One thing that somebody does."""

    name: str
    due: Callable[[], date]
    is_done: Callable[[], bool]
    do: Callable[[], object]


@dataclass
class Script:
    """The steps of one participant or exchange in their order, and how many are done. One that went
    wrong ends there. `days` tells when this run did a step; what was done before is not in there.
    """

    about: str
    steps: list[Step]
    done: int = field(default=0)
    error: str = ""
    days: dict[str, date] = field(default_factory=dict)
    ends_on: Callable[[], date] | None = None

    def has_done(self, name: str) -> bool:
        """Whether the step of this name is done, by this run or before."""
        return any(step.name == name for step in self.steps[: self.done])

    @property
    def last_day(self) -> date | None:
        """The last day of the exchange, once it is signed."""
        return self.ends_on() if self.ends_on else None

    @property
    def is_open(self) -> bool:
        return not self.error and self.done < len(self.steps)


class Scripts:
    """Writes the scripts of a cast. `start` is the first day."""

    def __init__(self, people: Cast, hands: Hands, start: date) -> None:
        self.cast, self.hands, self.start = people, hands, start
        self._known_days: dict[int, tuple[date, date]] = {}

    def all(self) -> list[Script]:
        """Those of the participants first: a day begins with them."""
        plan = self.cast.plan
        return [
            *(Script(one.email, [*self.of_participant(one)]) for one in plan.participants),
            *(self._script(one) for one in plan.journeys),
        ]

    def _script(self, one: Journey) -> Script:
        steps = [*self.of_journey(one)]
        return Script(f"exchange {one.number}", steps, ends_on=self._after(one, 0))

    def day(self, number: int) -> Callable[[], date]:
        return lambda: self.start + timedelta(days=number)

    def of_participant(self, one: Participant) -> Iterator[Step]:
        people, hands = self.cast, self.hands
        yield Step(
            "register",
            self.day(one.day),
            lambda: people.profile(one) is not None,
            partial(hands.register, one),
        )
        yield Step(
            "publish",
            self.day(one.day + 3),
            lambda: _state(people, one) != ProfileState.SUBMITTED,
            partial(hands.publish, one),
        )
        if one.takes_part:
            yield Step(
                "complete",
                self.day(one.day + 7),
                lambda: _is_complete(people, one),
                partial(hands.complete, one),
            )
        yield from self._signs_of_life(one)

    def _signs_of_life(self, one: Participant) -> Iterator[Step]:
        """A host that is still to be asked says now and then that it is looking."""
        asked = [journey.day for journey in self.cast.plan.journeys if journey.host == one]
        for day in range(one.day + ANSWERED_EVERY, max(asked, default=0), ANSWERED_EVERY):
            yield Step(
                f"confirm on day {day}",
                self.day(day),
                partial(self._has_confirmed, one, day),
                partial(self.hands.confirm, one),
            )

    def _has_confirmed(self, one: Participant, day: int) -> bool:
        profile = self.cast.profile(one)
        if profile is None or profile.confirmed_at is None:
            return False
        return clock.day_of(profile.confirmed_at) >= self.day(day)()

    def of_journey(self, one: Journey) -> Iterator[Step]:
        yield from self._agreement(one)
        yield from self._exchange(one)
        yield from self._reports(one)
        if not one.is_online:
            yield from self._payment(one)

    def _agreement(self, one: Journey) -> Iterator[Step]:
        people, hands, day = self.cast, self.hands, one.day
        first_day = _monday(self.start + timedelta(days=one.first_day))
        yield Step(
            "propose",
            self.day(day),
            lambda: people.match(one) is not None,
            partial(hands.propose, one),
        )
        yield Step(
            "accept",
            self.day(day + 3),
            lambda: people.found_exchange(one) is not None,
            partial(hands.accept, one),
        )
        yield Step(
            "write",
            self.day(day + 7),
            lambda: bool(draft_of(people.exchange(one)).agenda.slots),
            partial(hands.write, one, first_day),
        )
        yield Step(
            "freeze",
            self.day(day + 10),
            partial(self._is_frozen, one),
            partial(hands.freeze, one),
        )
        for capacity, later in ((VO, 10), (HO, 14), (HOP, 17), (VOP, 17)):
            yield Step(
                f"sign as {capacity}",
                self.day(day + later),
                partial(self._has_signed, one, capacity),
                partial(hands.sign, one, capacity),
            )

    def _is_frozen(self, one: Journey) -> bool:
        return self.cast.known_exchange(one).versions.exists()

    def _has_signed(self, one: Journey, capacity: Capacity) -> bool:
        version = self.cast.known_exchange(one).versions.order_by("number").last()
        return version is not None and version.signatures.filter(capacity=capacity).exists()

    def _exchange(self, one: Journey) -> Iterator[Step]:
        for side in ORGANISATIONS:
            yield Step(
                f"check in as {side}",
                lambda: self._days(one)[0],
                partial(self._has_checked_in, one, side),
                partial(self.hands.check_in, one, side),
            )

    def _has_checked_in(self, one: Journey, side: Capacity) -> bool:
        return self.cast.known_exchange(one).check_ins.filter(capacity=side).exists()

    def _days(self, one: Journey) -> tuple[date, date]:
        """Its first and its last day, as they were signed; they do not change any more."""
        if one.number not in self._known_days:
            exchange = self.cast.exchange(one)
            self._known_days[one.number] = (
                cast(date, exchange.starts_on),
                cast(date, exchange.ends_on),
            )
        return self._known_days[one.number]

    def _after(self, one: Journey, days: int) -> Callable[[], date]:
        return lambda: self._days(one)[1] + timedelta(days=days)

    def _reports(self, one: Journey) -> Iterator[Step]:
        hands, [visitor, host] = self.hands, one.reports_after
        for days, side in sorted([(visitor, VO), (host, HO)]):
            yield Step(
                f"report as {side}",
                self._after(one, days),
                partial(self._is_in, one, side),
                partial(hands.report, one, side),
            )
        both = max(visitor, host)
        if one.is_returned:
            yield Step(
                "return the report",
                self._after(one, both + 2),
                partial(self._was_returned, one),
                partial(hands.return_report, one),
            )
            yield Step(
                "correct the report",
                self._after(one, both + 4),
                partial(self._is_in, one, VO),
                partial(hands.report, one, VO),
            )
        for capacity, side in ((VOP, VO), (HOP, HO)):
            yield Step(
                f"validate as {capacity}",
                self._after(one, both + 6),
                partial(self._is_validated, one, side),
                partial(hands.validate, one, capacity),
            )

    def _is_in(self, one: Journey, side: Capacity) -> bool:
        return self.cast.report(one, side).state in ENOUGH

    def _was_returned(self, one: Journey) -> bool:
        return self.cast.report(one, VO).transitions.filter(transition="return").exists()

    def _is_validated(self, one: Journey, side: Capacity) -> bool:
        return self.cast.report(one, side).state == ReportState.VALIDATED

    def _payment(self, one: Journey) -> Iterator[Step]:
        hands, both = self.hands, max(one.reports_after)
        for kind in NEEDED:
            yield Step(
                f"send evidence: {kind}",
                self._after(one, both + 6),
                partial(self._has_evidence, one, kind),
                partial(hands.send_evidence, one, kind),
            )
        yield Step(
            "enter the account",
            self._after(one, both + 6),
            lambda: hasattr(self.cast.exchange(one), "bank_account"),
            partial(hands.enter_account, one),
        )
        if one.is_refused:
            yield from self._refusal(one, both)
        yield Step(
            "accept the evidence",
            self._after(one, both + 14),
            partial(self._is_evidence_accepted, one),
            partial(hands.accept_evidence, one),
        )
        yield Step(
            "approve the payment",
            self._after(one, both + 17),
            partial(self._is_payment, one, PaymentState.APPROVED, PaymentState.PAID),
            partial(hands.approve, one),
        )
        yield Step(
            "pay",
            self._after(one, both + 21),
            partial(self._is_payment, one, PaymentState.PAID),
            partial(hands.pay, one),
        )

    def _refusal(self, one: Journey, both: int) -> Iterator[Step]:
        """One piece of evidence is refused and replaced."""
        yield Step(
            "refuse evidence",
            self._after(one, both + 9),
            partial(self._was_refused, one),
            partial(self.hands.refuse_evidence, one),
        )
        yield Step(
            "send other evidence",
            self._after(one, both + 11),
            partial(self._has_evidence, one, EvidenceKind.RETURN),
            partial(self.hands.send_evidence, one, EvidenceKind.RETURN),
        )

    def _has_evidence(self, one: Journey, kind: EvidenceKind) -> bool:
        living = (EvidenceState.WAITING, EvidenceState.ACCEPTED)
        items = self.cast.known_exchange(one).evidence_items
        return items.filter(kind=kind, state__in=living).exists()

    def _was_refused(self, one: Journey) -> bool:
        items = self.cast.known_exchange(one).evidence_items
        return items.filter(transitions__transition="refuse").exists()

    def _is_evidence_accepted(self, one: Journey) -> bool:
        items = self.cast.known_exchange(one).evidence_items
        accepted = items.filter(state=EvidenceState.ACCEPTED).values_list("kind", flat=True)
        return set(NEEDED) <= set(accepted)

    def _is_payment(self, one: Journey, *states: PaymentState) -> bool:
        return self.cast.exchange(one).payment.state in states


def _state(people: Cast, one: Participant) -> str:
    profile = people.profile(one)
    return profile.state if profile else ""


def _is_complete(people: Cast, one: Participant) -> bool:
    profile = people.profile(one)
    return bool(profile and profile.contact_position and (profile.is_host or profile.cv))


def _monday(day: date) -> date:
    """The first Monday from a day on."""
    return day + timedelta(days=-day.weekday() % 7)
