"""How much of a report stands there when it opens, counted over every field that its side is asked;
docs/final_report.md holds the table."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from exchanges.commitment.terms import Agenda, Slot
from exchanges.enums import ExchangeMode
from exchanges.models import Attendance, Exchange
from exchanges.queries.agenda_templates import agenda_from, template_of
from exchanges.queries.follow_up import terms_in_force
from exchanges.queries.suggestions import suggested_outcomes
from exchanges.services.check_ins import check_in
from profiles.models import Registration
from reports.queries import prefill
from reports.queries.prefill import known_outcome, prefilled
from reports.queries.questionnaires import asked_of, current_questionnaire
from reports.questionnaire import Stay, asked_for
from reports.questionnaire.filling import Share, share
from reports.questionnaire.questions import MORE, TOOK_PLACE
from tests.factories.exchanges import person_of
from tests.factories.running import running_exchange

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

DOCS = Path(__file__).parents[2] / "docs" / "final_report.md"
OWN_KINDS = {"ratings", "score", "yes"}
OWN_VIEW = {
    *("effects", "again", "host_allowance"),
    *("outcomes_text", "skills_text", "portal_text", "hosting_text"),
    *("in_person_online", "suggestions"),
}
"""Questions about what somebody thinks or promises, or in their own words; so are all of the kinds
above, and how far each objective was reached."""
BY_HAND = "By hand"
AGENDAS = {
    "physical": [BY_HAND, "learn_3", "learn_5", "learn_10"],
    "virtual": [BY_HAND, "learn_online"],
}


def agenda_of(code, days):
    """A programme of the portal, or an entry a day with nothing but its title."""
    if programme := template_of(code):
        return agenda_from(programme, days=days[: programme.length])
    return Agenda(tuple(Slot(key=f"own{n}", day=days[n], title="At work") for n in range(3)))


@pytest.fixture
def world(request, monkeypatch):
    """An exchange that both sides have begun, as the portal knows it: with registrations, expected
    outcomes, and any agenda that `follow` sets."""
    exchange = running_exchange(mode=request.param)
    signed = terms_in_force(exchange)
    days = [exchange.starts_on + timedelta(days=n) for n in range(12)]
    for side in ("VO", "HO"):
        person, profile = person_of(exchange, side), exchange.profile_of(side)
        row = Registration.objects.create(owner=person, profile=profile)
        Registration.objects.filter(pk=row.pk).update(saved_at=row.created_at + timedelta(hours=1))
    exchange = Exchange.objects.with_parties().get(pk=exchange.pk)
    outcomes = replace(signed.outcomes, items=suggested_outcomes("learn"))

    def follow(code):
        terms = replace(signed, agenda=agenda_of(code, days), outcomes=outcomes)
        monkeypatch.setattr(prefill, "terms_in_force", lambda _exchange: terms)
        exchange.ends_on = terms.agenda.days[-1]
        begin(exchange, terms)
        return exchange, len(terms.agenda.slots)

    return follow


def begin(exchange, terms):
    first = terms.agenda.slots[0]
    for side in ("VO", "HO"):
        if exchange.is_physical and not exchange.check_ins.filter(capacity=side).exists():
            check_in(exchange_id=exchange.pk, actor=person_of(exchange, side))
        elif not exchange.is_physical:
            noted = {"slot": first.key, "day": first.day, "was_present": True}
            person = person_of(exchange, side)
            Attendance.objects.create(exchange=exchange, capacity=side, by=person, **noted)


def shares(exchange, side):
    """Of all fields, of those that stand open on the page, and of those that are facts."""
    asked = asked_for(asked_of(current_questionnaire(), side, exchange.mode), TOOK_PLACE)
    answers = prefilled(exchange, side, current_questionnaire())
    stay = Stay(known_outcome(exchange, side), exchange.starts_on, exchange.ends_on, 3)
    facts = [one for one in asked if one.kind not in OWN_KINDS and one.key not in OWN_VIEW]
    return (
        share(asked, answers, stay),
        share([one for one in asked if one.group != MORE], answers, stay),
        share(facts, answers, stay) + Share(0, -len(answers["objectives"])),
    )


@pytest.mark.parametrize("world", AGENDAS, indirect=True)
def test_three_fifths_of_what_can_be_known_stands_there_and_the_docs_say_how_much_of_all(
    world, request
):
    mode = request.node.callspec.params["world"]
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    for code in AGENDAS[mode]:
        exchange, entries = world(code)
        for side, who in (("VO", "Visitor"), ("HO", "Host")):
            every, open_now, facts = shares(exchange, side)
            told = (
                f"{one.filled} of {one.total}: {one.percent} %" for one in (every, open_now, facts)
            )
            cells = (str(ExchangeMode(mode).label), code, str(entries), who, *told)
            assert f"| {' | '.join(cells)} |" in lines
            assert facts.percent >= 60
            assert code == BY_HAND or open_now.percent >= 60
