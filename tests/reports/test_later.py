"""What came of an exchange: asked once after some months, answered in a minute."""

from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import MailStatus, OutgoingMail
from exchanges.models import Exchange
from reports import tasks
from reports.models import LaterAnswer, Question, Report
from reports.notifications.afterwards import LATER_ASKED
from reports.queries.later import answers_seen, effects_in_words, exchanges_to_ask, months_asked
from reports.services.later import answer_later, ask_later, ask_sides
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import closed_exchange, reported_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


def closed_ago(days, *, consents=("HO", "VO")):
    """An exchange that was closed so many days ago, whose sides may be asked."""
    exchange = closed_exchange()
    moment = clock.now() - timedelta(days=days)
    Exchange.objects.filter(pk=exchange.pk).update(closed_at=moment)
    for report in Report.objects.filter(exchange=exchange, capacity__in=consents):
        report.answers["contact_later"] = True
        report.save(update_fields=["answers"])
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def asked(exchange=None):
    exchange = exchange or closed_ago(190)
    ask_later()
    return exchange


def answer(exchange, actor, effects=("jobs",), months=6, text=""):
    return answer_later(
        exchange_id=exchange.pk, months=months, effects=effects, text=text, actor=actor
    )


def test_the_rules_say_when():
    assert months_asked() == [6, 12]


@pytest.mark.parametrize(("days", "months"), [(170, []), (190, [6, 6]), (370, [12, 12])])
def test_it_is_asked_when_the_months_have_passed(days, months):
    closed_ago(days)
    assert tasks.ask_later() == len(months[:1])
    assert list(LaterAnswer.objects.values_list("months", flat=True)) == months
    assert OutgoingMail.objects.filter(kind=LATER_ASKED.name).count() == len(months)
    assert ask_later() == 0


def test_after_a_year_it_is_asked_once_more():
    exchange = asked()
    with time_machine.travel(clock.now() + timedelta(days=190)):
        assert ask_later() == 1
        assert ask_later() == 0
    assert list(exchange.later_answers.order_by("pk").values_list("months", "capacity")) == [
        (6, "HO"),
        (6, "VO"),
        (12, "HO"),
        (12, "VO"),
    ]


def test_only_those_are_asked_who_agreed():
    closed_ago(190, consents=("VO",))
    assert ask_later() == 1
    assert [one.capacity for one in LaterAnswer.objects.all()] == ["VO"]


def test_all_are_asked_where_the_report_had_no_such_question():
    Question.objects.filter(key="contact_later").delete()
    closed_ago(190, consents=())
    assert ask_later() == 1
    assert LaterAnswer.objects.count() == 2


def test_what_is_not_closed_is_not_asked():
    exchange = reported_exchange()
    assert list(exchanges_to_ask()) == []
    assert not ask_sides(exchange.pk, 6)


def test_a_side_answers_once_and_gets_no_second_mail():
    exchange = asked()
    actor = person_of(exchange, "VO")
    row = answer(exchange, actor, effects=["jobs", "turnover"], text=" Two people. ")
    assert (row.effects, row.text, row.answered_by) == (["turnover", "jobs"], "Two people.", actor)
    mail = OutgoingMail.objects.get(kind=LATER_ASKED.name, to=actor.email)
    assert mail.status == MailStatus.CANCELLED
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        answer(exchange, actor)
    assert refusal.value.code == "answered_already"
    assert ask_later() == 0


def test_ticks_that_make_no_sense_are_refused():
    exchange = asked()
    actor = person_of(exchange, "HO")
    for effects, code in (
        ([], "no_effect"),
        (["gold"], "no_effect"),
        (["none", "jobs"], "contradiction"),
    ):
        with untouched(), pytest.raises(TransitionRefused) as refusal:
            answer(exchange, actor, effects=effects)
        assert refusal.value.code == code


def test_what_was_not_asked_is_not_answered():
    exchange = asked()
    actor = person_of(exchange, "HO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        answer(exchange, actor, months=12)
    assert refusal.value.code == "not_asked"


def test_only_the_two_sides_answer():
    exchange = asked()
    for actor in (UserFactory(), person_of(exchange, "VOP")):
        with untouched(), pytest.raises(NotAllowed):
            answer(exchange, actor)


def test_the_partnerships_read_it():
    exchange = asked()
    answer(exchange, person_of(exchange, "VO"), effects=["none"])
    read = {
        who: [effects_in_words(one) for one in answers_seen(exchange, person_of(exchange, who))]
        for who in ("VO", "HO", "VOP", "HOP")
    }
    told = [["Nothing yet"]]
    assert read == {"VO": told, "HO": [], "VOP": told, "HOP": told}


# --- the page -----------------------------------------------------------------------------------


def test_the_page_takes_the_answer(client):
    exchange = asked()
    client.force_login(person_of(exchange, "VO"))
    home = exchange.get_absolute_url()
    path = f"{home}later/6/"
    assert f'href="{path}"' in client.get(home).content.decode()
    assert "6 months later" in client.get(path).content.decode()
    refused = client.post(path, {"effects": ["none", "jobs"]})
    assert "not both" in refused.content.decode()
    assert "Tick at least one" in client.post(path, {}).content.decode()
    answered = client.post(path, {"effects": ["jobs"], "text": "One"}, follow=True)
    assert "This is all we wanted to know." in answered.content.decode()
    assert "New jobs" in answered.content.decode()
    again = client.get(path, follow=True).content.decode()
    assert "Your organisation has answered already" in again


def test_nobody_is_asked_too_early(client):
    exchange = closed_exchange()
    client.force_login(person_of(exchange, "HO"))
    page = client.get(f"{exchange.get_absolute_url()}later/6/", follow=True)
    assert "We have not asked you this yet." in page.content.decode()


def test_the_page_is_for_the_two_sides(client):
    exchange = asked()
    people = {
        "VOP": person_of(exchange, "VOP"),
        "support": StaffRoleFactory(role="support").user,
        "stranger": UserFactory(),
    }
    given = {}
    for who, user in people.items():
        client.force_login(user)
        given[who] = client.get(f"{exchange.get_absolute_url()}later/6/").status_code
    assert given == {"VOP": 403, "support": 403, "stranger": 404}
