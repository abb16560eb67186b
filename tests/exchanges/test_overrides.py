"""A partnership lets a warning pass, says why, and can take it back."""

import pytest
from django.urls import reverse

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry
from exchanges.enums import ExchangeState
from exchanges.models import Exchange, Override
from exchanges.services.overrides import override_warning, withdraw_override
from tests.factories.exchanges import drafted_exchange, person_of
from tests.factories.profiles import StaffRoleFactory, UserFactory

pytestmark = pytest.mark.usefixtures("reference")

CODE, REASON = "words_in_purpose", "It speaks of new customers, not of staff."
EVENTS = ("commitment.override", "commitment.withdraw_override")


def spoken(exchange, text):
    row = exchange.sections.get(name="purpose")
    row.content["text"] = text
    row.save()


@pytest.fixture
def exchange():
    exchange = drafted_exchange()
    spoken(exchange, "We plan a recruitment of customers.")
    return exchange


def passed(exchange, capacity="HOP", **values):
    values = {"code": CODE, "reason": REASON} | values
    return override_warning(exchange_id=exchange.pk, actor=person_of(exchange, capacity), **values)


def traces():
    return list(
        AuditEntry.objects.filter(event__in=EVENTS)
        .order_by("sequence")
        .values_list("event", "data")
    )


@pytest.mark.parametrize(("capacity", "acronym"), [("HOP", "EXXTRA"), ("VOP", "RECIPE4MOBILITY")])
def test_either_partnership_lets_a_warning_pass(exchange, capacity, acronym):
    override = passed(exchange, capacity)
    assert (override.partnership.acronym, override.reason, override.by) == (
        acronym,
        REASON,
        person_of(exchange, capacity),
    )
    assert override.about == {"words": ["recruitment"]}
    assert traces() == [("commitment.override", {"code": CODE})]


@pytest.mark.parametrize("capacity", ["HO", "VO"])
def test_the_two_organisations_cannot(exchange, capacity):
    with pytest.raises(NotAllowed):
        passed(exchange, capacity)
    assert not Override.objects.exists()
    assert traces() == []


def test_an_officer_of_another_partnership_cannot(exchange):
    with pytest.raises(NotAllowed):
        override_warning(
            exchange_id=exchange.pk,
            code=CODE,
            reason=REASON,
            actor=StaffRoleFactory(acronym="BLUES").user,
        )
    assert not Override.objects.exists()


@pytest.mark.parametrize("state", [ExchangeState.CANCELLED, ExchangeState.ABORTED])
def test_nothing_is_let_pass_once_all_is_over(exchange, state):
    officer = person_of(exchange, "HOP")
    Exchange.objects.filter(pk=exchange.pk).update(state=state)
    with pytest.raises(NotAllowed):
        override_warning(exchange_id=exchange.pk, code=CODE, reason=REASON, actor=officer)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"reason": " \n"}, "no_reason"),
        ({"reason": "x" * 2001}, "too_long"),
        ({"code": "words_in_agenda"}, "not_found"),
        ({"code": "nonsense"}, "not_found"),
    ],
)
def test_a_refusal_leaves_no_trace(exchange, values, code):
    with pytest.raises(TransitionRefused) as refusal:
        passed(exchange, **values)
    assert refusal.value.code == code
    assert not Override.objects.exists()
    assert traces() == []


def test_a_stop_is_never_let_pass(exchange):
    spoken(exchange, "")
    with pytest.raises(TransitionRefused) as refusal:
        passed(exchange, code="purpose_text_missing")
    assert refusal.value.code == "is_stop"
    assert str(refusal.value) == (
        "This cannot be let pass: Say in a few sentences what the two of you want to do."
    )


def test_what_is_let_pass_already_is_told(exchange):
    passed(exchange)
    with pytest.raises(TransitionRefused) as refusal:
        passed(exchange, "VOP", reason="Again.")
    assert refusal.value.code == "passed_already"
    assert Override.objects.get().reason == REASON


def test_a_warning_about_new_words_is_let_pass_anew(exchange):
    passed(exchange)
    spoken(exchange, "We plan a recruitment and an internship.")
    passed(exchange, "VOP", reason="Still customers.")
    override = Override.objects.get()
    assert (override.reason, override.partnership.acronym) == (
        "Still customers.",
        "RECIPE4MOBILITY",
    )
    assert override.about == {"words": ["recruitment", "internship"]}


def test_the_partnership_takes_it_back(exchange):
    passed(exchange)
    withdraw_override(exchange_id=exchange.pk, code=CODE, actor=person_of(exchange, "HOP"))
    assert not Override.objects.exists()
    assert [event for event, _data in traces()] == list(EVENTS)


def test_nothing_to_take_back_changes_nothing(exchange):
    withdraw_override(exchange_id=exchange.pk, code=CODE, actor=person_of(exchange, "HOP"))
    assert traces() == []


@pytest.mark.parametrize("capacity", ["VOP", "HO", "VO"])
def test_nobody_else_takes_it_back(exchange, capacity):
    passed(exchange)
    with pytest.raises(NotAllowed):
        withdraw_override(exchange_id=exchange.pk, code=CODE, actor=person_of(exchange, capacity))
    assert Override.objects.count() == 1


def test_it_is_not_taken_back_once_all_is_over(exchange):
    passed(exchange)
    officer = person_of(exchange, "HOP")
    Exchange.objects.filter(pk=exchange.pk).update(state=ExchangeState.CANCELLED)
    with pytest.raises(NotAllowed):
        withdraw_override(exchange_id=exchange.pk, code=CODE, actor=officer)


# --- pages


def page(name, exchange):
    return reverse(f"exchanges:{name}", args=[exchange.ref])


def test_the_findings_are_a_part_of_a_page_for_each_party(client, exchange):
    for capacity in ("HO", "VO", "HOP", "VOP"):
        client.force_login(person_of(exchange, capacity))
        response = client.get(page("findings", exchange))
        assert response.status_code == 200
        text = response.content.decode()
        assert "The purpose speaks of “recruitment”." in text
        assert ("Let it pass" in text) is (capacity in ("HOP", "VOP"))
        assert ("Put it right" in text) is (capacity in ("HO", "VO"))


def test_a_section_shows_its_own_findings(client, exchange):
    client.force_login(person_of(exchange, "HO"))
    address = page("findings", exchange)
    assert b"All rules are kept here." in client.get(f"{address}?section=when").content
    assert b"recruitment" in client.get(f"{address}?section=purpose").content
    assert b"recruitment" in client.get(f"{address}?section=nonsense").content


@pytest.mark.parametrize("name", ["findings", "override", "withdraw_override"])
def test_strangers_find_nothing(client, exchange, name):
    client.force_login(UserFactory())
    method = client.get if name == "findings" else client.post
    assert method(page(name, exchange)).status_code == 404


@pytest.mark.parametrize("name", ["override", "withdraw_override"])
def test_the_organisations_are_refused(client, exchange, name):
    client.force_login(person_of(exchange, "VO"))
    response = client.post(page(name, exchange), {"code": CODE, "reason": REASON})
    assert response.status_code == 403
    assert not Override.objects.exists()


@pytest.mark.parametrize("name", ["override", "withdraw_override"])
def test_reading_changes_nothing(client, exchange, name):
    client.force_login(person_of(exchange, "VOP"))
    assert client.get(page(name, exchange)).status_code == 405


def test_an_officer_lets_pass_and_takes_back(client, exchange):
    client.force_login(person_of(exchange, "VOP"))
    response = client.post(page("override", exchange), {"code": CODE, "reason": REASON})
    assert response.url == page("commitment", exchange)
    shown = client.get(page("findings", exchange)).content.decode()
    assert REASON in shown
    assert "RECIPE4MOBILITY" in shown
    assert "Take this back" in shown
    response = client.post(page("withdraw_override", exchange), {"code": CODE})
    assert response.url == page("commitment", exchange)
    assert not Override.objects.exists()


def test_without_a_reason_it_is_asked_for_once_more(client, exchange):
    client.force_login(person_of(exchange, "VOP"))
    response = client.post(page("override", exchange), {"code": CODE, "reason": ""})
    text = response.content.decode()
    assert "Say in a sentence why the warning can be let pass." in text
    assert "The purpose speaks of “recruitment”." in text
    assert not Override.objects.exists()


def test_a_warning_that_is_gone_meanwhile_is_told(client, exchange):
    client.force_login(person_of(exchange, "VOP"))
    spoken(exchange, "See how others do it.")
    client.post(page("override", exchange), {"code": CODE, "reason": REASON})
    assert not Override.objects.exists()
    text = client.get(page("commitment", exchange)).content.decode()
    assert "This warning does not stand any more." in text
