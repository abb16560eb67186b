"""What stands between a partnership and its targets, by name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cxc_portal.core import clock
from exchanges.enums import ExchangeState
from profiles.models import IndicatorTarget, Partnership
from reports.models import Questionnaire, Report
from reports.queries.gaps import NAMED, gaps_of
from reports.queries.indicators import indicator_lines
from reports.queries.scopes import Scope
from tests.factories.exchanges import frozen_exchange, signed_by
from tests.factories.matches import host_profile, match_between, visitor_profile
from tests.factories.profiles import OrganisationFactory, submitted_profile
from tests.reports.exchange_rows import exchange_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
ANSWERED = "SMEs: 0 of 25. "


def own():
    return Scope(partnership=Partnership.objects.get(acronym="RECIPE4MOBILITY"))


def gaps(scope=None):
    """Those of the tasks, without those of categories."""
    return gaps_of(scope or own(), [])


def lacking(scope=None):
    scope = scope or own()
    return [gap for gap in gaps_of(scope, indicator_lines(scope)) if " of " in gap.sentence]


def report(capacity="VO", *, state="open", due_in=-3, **fields):
    """Of an exchange between RECIPE4MOBILITY's visitor and EXXTRA's host."""
    exchange = exchange_row(ExchangeState.REPORTING)
    now = clock.now()
    handed_in = {"submitted_at": now, "outcome": "not_taken_place"} if state == "submitted" else {}
    return Report.objects.create(
        exchange=exchange,
        capacity=capacity,
        state=state,
        due_on=clock.today() + timedelta(days=due_in),
        questionnaire=Questionnaire.objects.first()
        or Questionnaire.objects.create(number=1, is_draft=False, published_at=now),
        **handed_in,
        **fields,
    )


def test_nothing_waits_in_an_empty_portal():
    assert gaps() == []


def test_profiles_to_validate_are_named_the_longest_waiting_first():
    names = [f"Firm {number}" for number in range(NAMED + 2)]
    for name in names:
        submitted_profile(organisation=OrganisationFactory(name=name))
    submitted_profile(organisation=OrganisationFactory(name="Other"), acronym="EXXTRA")

    (gap,) = gaps()

    assert gap.sentence == "7 profiles wait to be validated."
    assert [one.text for one in gap.named] == names[:NAMED]
    assert (gap.more, gap.desk_url) == (2, "/admin/profiles/profile/")


def test_proposals_name_who_owes_the_answer():
    host, visitor = host_profile(), visitor_profile()
    match = match_between(visitor, host)

    (gap,) = gaps()

    assert gap.sentence == "1 proposed match waits for an answer."
    assert [(one.text, one.note, one.url) for one in gap.named] == [
        ("Motores Lda – AQUIMER", "waits for AQUIMER", match.get_absolute_url())
    ]
    assert gap.desk_url == "/partnerships/RECIPE4MOBILITY/left-behind/"
    assert gaps(Scope())[0].desk_url == "/partnerships/"


def test_commitments_name_whose_signature_is_awaited():
    exchange = frozen_exchange()

    both = gaps()[0].named[0].note
    signed_by(exchange, "VO", "HO", "HOP")
    last = gaps()[0].named[0].note

    assert both == "waits for the signature of AQUIMER, Motores Lda"
    assert last == "waits for the signature of RECIPE4MOBILITY"


def test_late_reports_name_the_side_that_owes_them():
    late = report()
    report(due_in=3)
    report(capacity="HO")

    (gap,) = gaps()

    assert gap.sentence == "1 report is late."
    (named,) = gap.named
    assert named.note == f"report of {late.exchange.visitor.organisation.name}"
    assert named.url == f"/exchanges/{late.exchange.ref}/report/review/"
    assert gap.desk_url == "/reports/?show=late"


def test_reports_that_were_handed_in_wait_to_be_validated():
    report(state="submitted")
    report(state="submitted", capacity="HO")

    assert [gap.sentence for gap in gaps()] == ["1 report waits to be validated."]
    assert [gap.sentence for gap in gaps(Scope())] == ["2 reports wait to be validated."]


def test_whoever_sees_totals_only_is_told_no_name():
    submitted_profile()

    assert gaps_of(replace(own(), totals_only=True), indicator_lines(own())) == []


def test_a_category_that_lacks_names_visitors_without_a_match():
    free = visitor_profile(name="Free Lda")
    busy = visitor_profile(name="Busy Lda")
    match_between(busy, host_profile())
    visitor_profile(name="Elsewhere Lda", acronym="EXXTRA")

    (gap,) = [gap for gap in lacking() if gap.sentence.startswith("SMEs")]

    assert gap.sentence == f"{ANSWERED}1 published visitor of them has no match yet:"
    assert [(one.text, one.note, one.url) for one in gap.named] == [
        ("Free Lda", "Portugal", f"/matches/{free.ref}/")
    ]
    assert gap.desk_url == "/partnerships/RECIPE4MOBILITY/plan/"


def test_a_category_without_anybody_free_leads_to_outreach():
    found = lacking()

    assert [gap.sentence.split(":")[0] for gap in found] == [
        "SMEs",
        "Cluster managers",
        "Technology centres",
        "Scaling-up support organisations",
    ]
    assert found[0].sentence == f"{ANSWERED}Nobody of them in the catalogue is without a match."
    assert {gap.desk_url for gap in found} == {"/outreach/"}


def test_all_partnerships_together_have_no_single_plan():
    visitor_profile(acronym="EXXTRA")

    (gap,) = [gap for gap in lacking(Scope()) if gap.named]

    assert gap.desk_url == "/partnerships/"


def test_a_category_that_is_reached_lacks_nothing():
    IndicatorTarget.objects.filter(indicator="5.5.1.a").update(number=1)
    exchange_row()

    assert not any(gap.sentence.startswith("SMEs") for gap in lacking())


def test_a_portal_that_has_reached_everything_has_no_gap():
    IndicatorTarget.objects.all().delete()

    assert lacking() == []
