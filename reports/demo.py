"""What reports add to the demo world: exchanges that are over, in every state of what follows, told
in the past through the real services."""

import random
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from cxc_portal.core import clock, files
from exchanges.demo import HO, HOST, TOLD_DAYS, VISITOR, VO, signed
from exchanges.demo import add_to_demo as add_exchanges
from exchanges.demo_visits import Act, Visit, plan
from exchanges.enums import Capacity, ExchangeMode, ExchangeState
from exchanges.models import Exchange
from profiles.demo import World, make_person
from profiles.enums import StaffRoleName
from profiles.models import Membership, User
from reports.enums import EvidenceKind, ReportOutcome
from reports.models import Report
from reports.services import evidence
from reports.services.accounts import enter_account
from reports.services.answering import save_answers
from reports.services.opening import open_due_reports
from reports.services.payments import approve_payment, mark_paid
from reports.services.reviewing import return_report, validate_reports
from reports.services.stories import Telling, offer_story, publish_story
from reports.services.submitting import submit_report
from reports.simulation.words import BIC, IBAN, PAPER, REFUSED, RETURNED, own_view

TRAVELLER = ("traveller@demo.example", "Tessa", "Traveller")
NEEDED = (EvidenceKind.OUTWARD, EvidenceKind.RETURN, EvidenceKind.ACCOMMODATION)
HOP, VOP = Capacity.HOP, Capacity.VOP
STORIES = {
    VO: Telling(
        title="Three mornings online, and a partner for the next call",
        text=(
            "We wanted to know how others bring small food firms and machine builders together. "
            "Three mornings on the screen were enough to see that our questions are the same. On "
            "the last day we wrote down what we would try, who does it, and by when. The first "
            "joint idea is on paper, and we have met twice since."
        ),
        author_name="Hugo Lemoine",
        quote="We learned more in three mornings than in a year of newsletters.",
        has_consented=True,
    ),
    HO: Telling(
        title="Guests at the quay",
        text=(
            "Our visitors came for five days and went out with the boats on the second one. They "
            "asked why we sort the catch as we do, and nobody here had asked that for years. We "
            "changed the order of two steps the week after. In spring our own people travel."
        ),
        author_name="Hélène Harbour",
        quote="The best questions come from people who do something else.",
        has_consented=True,
    ),
}


def add_to_demo(world: World) -> None:
    """What exchanges add, and what follows once they are over."""
    add_exchanges(world)
    for days in range(TOLD_DAYS, -1, -1):
        world.tell(world.start - timedelta(days=days, minutes=9), open_due_reports)
    plan(world, _paid(Visit(world, HOST, "learn_5", -34)))
    plan(world, _payable(Visit(world, "", "learn_5", -36)))
    plan(world, _closed_online(Visit(world, VISITOR, "learn_online", -40)))
    plan(world, _returned(Visit(world, HOST, "markets_3", -25)))
    plan(world, _evidence_awaited(world))


# --- stories -----------------------------------------------------------------------------------


def _closed(visit: Visit, days: float) -> Iterator[tuple[float, Act]]:
    """Signed, held, reported by both sides and validated by both partnerships."""
    yield from signed(visit, 3 - visit.ahead)
    yield days + 5, partial(_report, visit, VO)
    yield days + 3, partial(_report, visit, HO)
    yield days + 1, partial(_validate, visit, VOP)
    yield days, partial(_validate, visit, HOP)


def _proven(visit: Visit, days: float) -> Iterator[tuple[float, Act]]:
    """All evidence is accepted, and the account is known."""
    for kind in NEEDED:
        yield days + 4, partial(_send, visit, kind)
    yield days + 4, partial(_account, visit)
    yield days, partial(_decide, visit)


def _paid(visit: Visit) -> Iterator[tuple[float, Act]]:
    """A story told to its end: the lump sum is paid, and the host tells of it."""
    yield from _closed(visit, 18)
    yield from _proven(visit, 16)
    yield 14, partial(_approve, visit)
    yield 9, partial(_pay, visit)
    yield 8, partial(_tell, visit, HO)


def _payable(visit: Visit) -> Iterator[tuple[float, Act]]:
    """Approved by the officer; somebody else marks it as paid."""
    yield from _closed(visit, 20)
    yield from _proven(visit, 12)
    yield 3, partial(_approve, visit)


def _closed_online(visit: Visit) -> Iterator[tuple[float, Act]]:
    yield from _closed(visit, 10)
    yield 6, partial(_tell, visit, VO)


def _returned(visit: Visit) -> Iterator[tuple[float, Act]]:
    """Both sides have reported, and one report lacks something."""
    yield from signed(visit, 3 - visit.ahead)
    yield 18, partial(_report, visit, VO)
    yield 16, partial(_report, visit, HO)
    yield 13, partial(_return, visit)


def _evidence_awaited(world: World) -> Iterator[tuple[float, Act]]:
    """A visit of the exchanges' own story: the visitor has reported and sent what it has; the host
    still owes its report."""
    visit = Visit(world, HOST, "", 0)
    yield 4, partial(_take_up, visit)
    yield 3.9, partial(_report, visit, VO)
    for number, kind in enumerate(NEEDED):
        yield 3 - number / 10, partial(_send, visit, kind)
    yield 1.5, partial(_refuse_one, visit)


# --- acts --------------------------------------------------------------------------------------


def _take_up(visit: Visit) -> None:
    """Its visitor gets a colleague with whom one can log in."""
    visit.exchange = Exchange.objects.filter(
        host__ref=HOST, state=ExchangeState.REPORTING, mode=ExchangeMode.PHYSICAL
    ).order_by("-ends_on")[0]
    colleague = make_person(*TRAVELLER, password=settings.DEMO_PASSWORD)
    Membership.objects.create(user=colleague, organisation=visit.exchange.visitor.organisation)


def _report(visit: Visit, side: Capacity) -> None:
    report = _report_of(visit, side)
    author = visit.person(side)
    saved = save_answers(
        report_id=report.pk,
        answers=own_view(report.answers, random.Random(visit.ahead)),  # noqa: S311 - repeatable
        outcome=ReportOutcome.TOOK_PLACE,
        starts_on=report.starts_on,
        ends_on=report.ends_on,
        days_done=report.days_done,
        revision=report.revision,
        actor=author,
    )
    submit_report(report_id=report.pk, revision=saved.revision, actor=author)


def _report_of(visit: Visit, side: Capacity) -> Report:
    return Report.objects.get(exchange=visit.exchange, capacity=side)


def _validate(visit: Visit, capacity: Capacity) -> None:
    """One partnership in both capacities has validated both with its first press."""
    side = VO if capacity == VOP else HO
    if _report_of(visit, side).validated_at is None:
        validate_reports(exchange_id=visit.exchange.pk, actor=visit.person(capacity))


def _return(visit: Visit) -> None:
    report = _report_of(visit, VO)
    return_report(report_id=report.pk, comment=RETURNED, actor=visit.person(VOP))


def _send(visit: Visit, kind: EvidenceKind) -> None:
    name = f"{kind}.pdf"
    content = PAPER + f"\n% {kind} {visit.exchange.ref}\n".encode()
    file = files.accept(SimpleUploadedFile(name, content), evidence.PAPER)
    evidence.upload_evidence(
        exchange_id=visit.exchange.pk,
        kind=kind,
        file=file,
        note="",
        actor=visit.person(VO),
        file_name=name,
    )


def _account(visit: Visit) -> None:
    enter_account(
        exchange_id=visit.exchange.pk,
        iban=IBAN,
        bic=BIC,
        holder=visit.exchange.visitor.organisation.name,
        actor=visit.person(VO),
    )


def _decide(visit: Visit) -> None:
    for item in visit.exchange.evidence_items.all():
        evidence.decide_evidence(item_id=item.pk, accept=True, reason="", actor=visit.person(VOP))


def _refuse_one(visit: Visit) -> None:
    """The ticket there is fine, the one back cannot be read, the bill has not been looked at."""
    officer, items = visit.person(VOP), visit.exchange.evidence_items
    for kind, accept, reason in (
        (EvidenceKind.OUTWARD, True, ""),
        (EvidenceKind.RETURN, False, REFUSED),
    ):
        item = items.get(kind=kind)
        evidence.decide_evidence(item_id=item.pk, accept=accept, reason=reason, actor=officer)


def _approve(visit: Visit) -> None:
    payment = Exchange.objects.get(pk=visit.exchange.pk).payment
    approve_payment(
        payment_id=payment.pk,
        amount=payment.computed_amount,
        reason="",
        account=payment.exchange.bank_account.revision,
        actor=visit.person(VOP),
    )


def _pay(visit: Visit) -> None:
    exchange = Exchange.objects.select_related("visitor_partnership").get(pk=visit.exchange.pk)
    mark_paid(
        payment_id=exchange.payment.pk,
        paid_on=clock.today(),
        reference=exchange.ref,
        account=exchange.bank_account.revision,
        actor=_treasurer(exchange),
    )


def _treasurer(exchange: Exchange) -> User:
    """Whoever approved does not pay: a second person of the partnership."""
    acronym = exchange.visitor_partnership.acronym.lower()
    email = f"treasurer.{acronym}@demo.example"
    found = User.objects.filter(email=email).first()
    if found is None:
        found = make_person(email, "Treasurer", acronym.title())
        found.staff_roles.create(
            role=StaffRoleName.COORDINATOR, partnership=exchange.visitor_partnership
        )
    return found


def _tell(visit: Visit, side: Capacity) -> None:
    """The story of a side is offered, and published by its partnership."""
    exchange = visit.exchange
    story = offer_story(exchange_id=exchange.pk, telling=STORIES[side], actor=visit.person(side))
    publish_story(story_id=story.pk, actor=visit.person(VOP if side == VO else HOP))
