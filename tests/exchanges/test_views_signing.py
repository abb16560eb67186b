"""The page to read and sign: who sees it, how one proves who one is, and what it refuses."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn import forms as webauthn_forms
from django.urls import reverse

from cxc_portal.core import clock
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges.enums import Capacity, ExchangeState, SignatureMethod
from exchanges.models import Signature
from exchanges.notifications.signing import SIGNING_CODE
from exchanges.queries.drafts import sections_of
from exchanges.services.drafting import save_section
from exchanges.services.freezing import freeze_commitment
from exchanges.workflows.parties import open_version
from profiles.enums import StaffRoleName
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
)
from tests.factories.matches import host_profile, visitor_profile
from tests.factories.profiles import MembershipFactory
from tests.profiles.test_accounts_second_factor import SECRET, code_of

pytestmark = pytest.mark.usefixtures("reference")
PASSWORD = "correct horse battery"
QUERIES_OF_PAGE, QUERIES_TO_SIGN = 21, 35


def url_of(exchange, name="sign"):
    return reverse(f"exchanges:{name}", args=[exchange.ref])


def sign(client, exchange, *, version=None, **fields):
    version = version or open_version(exchange)
    return client.post(
        url_of(exchange),
        {"version": version.number, "digest": version.digest, "name": "Ana Silva", **fields},
    )


def sign_with_password(client, exchange, capacity, **fields):
    client.force_login(person_of(exchange, capacity))
    return sign(client, exchange, way="password", password=PASSWORD, **fields)


def edit_venue(exchange, venue="Another workshop, Lyon"):
    row = sections_of(exchange)["when"]
    save_section(
        exchange_id=exchange.pk,
        name="when",
        content={**row.content, "venue": venue},
        revision=row.revision,
        actor=person_of(exchange, "HO"),
    )


def code_in_mail():
    text = OutgoingMail.objects.filter(kind=SIGNING_CODE.name).latest("pk").text
    return re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", text, re.MULTILINE)[0]


# --- who sees it --------------------------------------------------------------------------------


def test_a_stranger_does_not_learn_of_it(client):
    client.force_login(UserFactory())
    exchange = frozen_exchange()
    assert client.get(url_of(exchange)).status_code == 404
    assert sign(client, exchange, way="password", password=PASSWORD).status_code == 404


@pytest.mark.parametrize("capacity", ["HO", "VO"])
def test_both_organisations_read_the_text_and_their_sentence(client, capacity):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, capacity))
    page = client.get(url_of(exchange))
    text = page.content.decode()
    version = open_version(exchange)
    assert version.snapshot["sentences"][capacity] in text
    assert version.digest in text
    assert "Day 5 at the workshop" in text
    assert 'name="password"' in text


def test_the_partnerships_read_along_before_their_turn(client):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "HOP"))
    text = client.get(url_of(exchange)).content.decode()
    assert "Day 5 at the workshop" in text
    assert 'name="password"' not in text


def test_the_support_office_reads_and_does_not_sign(client):
    exchange = signed_by(frozen_exchange(), "HO", "VO")
    client.force_login(StaffRoleFactory(role=StaffRoleName.SUPPORT).user)
    page = client.get(url_of(exchange))
    assert page.status_code == 200
    assert page.context["capacities"] == []
    assert sign(client, exchange, way="password", password=PASSWORD).status_code == 403


def test_a_colleague_reads_and_does_not_sign(client):
    exchange = frozen_exchange()
    client.force_login(MembershipFactory(organisation=exchange.host.organisation).user)
    assert client.get(url_of(exchange)).context["capacities"] == []
    assert sign(client, exchange, way="password", password=PASSWORD).status_code == 403
    assert Signature.objects.count() == 0


def test_the_text_is_the_frozen_one_and_not_the_draft(client):
    exchange = frozen_exchange()
    exchange.sections.filter(name="outcomes").update(content={"items": [{"text": "Smuggled in"}]})
    client.force_login(person_of(exchange, "HO"))
    assert "Smuggled in" not in client.get(url_of(exchange)).content.decode()


def test_reading_is_noted_once_and_changes_nothing_else(client):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "HO"))
    before = AuditEntry.objects.count()
    client.get(url_of(exchange))
    client.get(url_of(exchange))
    assert AuditEntry.objects.count() == before + 1
    assert AuditEntry.objects.latest("sequence").event == "commitment.opened"


def test_before_the_first_version_it_leads_to_the_draft(client):
    exchange = drafted_exchange()
    client.force_login(person_of(exchange, "HO"))
    assert client.get(url_of(exchange)).url == url_of(exchange, "commitment")


def test_with_nothing_open_it_leads_to_the_latest_version(client):
    exchange = validated_exchange()
    client.force_login(person_of(exchange, "HO"))
    version = exchange.versions.get()
    assert client.get(url_of(exchange)).url == version.get_absolute_url()


def test_what_changed_since_the_version_before_stands_on_top(client):
    exchange = frozen_exchange()
    edit_venue(exchange)
    freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"))
    client.force_login(person_of(exchange, "VO"))
    text = client.get(url_of(exchange)).content.decode()
    assert "What changed since version 1 (1)" in text


# --- proving who one is -------------------------------------------------------------------------


def test_a_password_signs(client):
    exchange = frozen_exchange()
    response = sign_with_password(client, exchange, "VO")
    assert response.url == exchange.get_absolute_url()
    signature = Signature.objects.get()
    assert (signature.capacity, signature.method) == ("VO", SignatureMethod.PASSWORD)
    assert signature.signer_name == "Ana Silva"


@pytest.mark.parametrize("password", ["wrong", ""])
def test_another_password_signs_nothing(client, password):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "VO"))
    response = sign(client, exchange, way="password", password=password)
    assert response.status_code == 200
    assert response.context["proof"].errors
    assert Signature.objects.count() == 0


def test_being_logged_in_is_no_proof(client):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "VO"))
    assert sign(client, exchange).status_code == 200
    assert Signature.objects.count() == 0


def test_a_proof_for_one_signature_does_not_carry_over_to_the_next(client):
    first = frozen_exchange()
    second = frozen_exchange(host=host_profile(name="Second"), visitor=visitor_profile())
    client.force_login(person_of(first, "VO"))
    sign(client, first, way="password", password=PASSWORD)
    client.force_login(person_of(second, "VO"))
    sign(client, second, way="password")
    assert Signature.objects.count() == 1


def test_a_name_is_asked_for(client):
    exchange = frozen_exchange()
    response = sign_with_password(client, exchange, "VO", name=" ")
    assert response.context["form"].errors["name"] == ["Type your name."]
    assert Signature.objects.count() == 0


@pytest.fixture
def without_password(client):
    """An exchange whose visitor logs in with codes alone, and is logged in."""
    exchange = frozen_exchange()
    visitor = person_of(exchange, "VO")
    visitor.set_unusable_password()
    visitor.save()
    client.force_login(visitor)
    return exchange


def ask_for_code(client, exchange):
    version = open_version(exchange)
    return client.post(url_of(exchange, "signing_code"), {"version": version.number})


def test_whoever_has_no_password_is_offered_a_code_by_mail(client, without_password):
    page = client.get(url_of(without_password))
    assert page.context["proof"].method == SignatureMethod.CODE
    assert "Send me a code" in page.content.decode()


def test_a_code_by_mail_signs(client, without_password):
    response = ask_for_code(client, without_password)
    assert response.url == f"{url_of(without_password)}?way=code#sign"
    assert 'name="code"' in client.get(response.url).content.decode()
    typed = code_in_mail().lower().replace("-", " ")
    sign(client, without_password, way="code", code=typed)
    assert Signature.objects.get().method == SignatureMethod.CODE


def test_a_code_is_confidential_and_goes_at_once(client, without_password):
    ask_for_code(client, without_password)
    mail = OutgoingMail.objects.get(kind=SIGNING_CODE.name)
    assert (mail.is_confidential, mail.pace) == (True, "now")
    assert AuditEntry.objects.filter(event="commitment.code_sent").count() == 1


def test_a_wrong_code_signs_nothing_and_five_of_them_end_it(client, without_password):
    ask_for_code(client, without_password)
    code = code_in_mail()
    for _try in range(5):
        response = sign(client, without_password, way="code", code="AAAA-AAAA")
        assert response.context["proof"].errors["code"]
    sign(client, without_password, way="code", code=code)
    assert Signature.objects.count() == 0


def test_a_code_runs_out(client, without_password):
    ask_for_code(client, without_password)
    code = code_in_mail()
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        sign(client, without_password, way="code", code=code)
    assert Signature.objects.count() == 0


def test_only_the_latest_code_counts(client, without_password):
    ask_for_code(client, without_password)
    first = code_in_mail()
    ask_for_code(client, without_password)
    sign(client, without_password, way="code", code=first)
    assert Signature.objects.count() == 0
    sign(client, without_password, way="code", code=code_in_mail())
    assert Signature.objects.count() == 1


def test_a_code_for_one_text_does_not_sign_another(client, without_password):
    ask_for_code(client, without_password)
    code = code_in_mail()
    edit_venue(without_password)
    freeze_commitment(exchange_id=without_password.pk, actor=person_of(without_password, "HO"))
    response = sign(client, without_password, way="code", code=code)
    assert response.context["proof"].errors["code"]
    assert response.context["needs_code"]
    assert Signature.objects.count() == 0


def test_codes_are_not_sent_without_end(client, without_password):
    statuses = [ask_for_code(client, without_password).status_code for _press in range(4)]
    assert statuses == [302, 302, 302, 429]
    assert OutgoingMail.objects.filter(kind=SIGNING_CODE.name).count() == 3


def test_no_code_goes_for_a_text_that_is_no_longer_signed(client, without_password):
    version = open_version(without_password)
    edit_venue(without_password)
    client.post(url_of(without_password, "signing_code"), {"version": version.number})
    assert OutgoingMail.objects.filter(kind=SIGNING_CODE.name).count() == 0


def test_no_code_goes_to_whoever_cannot_sign_now(client):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "HOP"))
    ask_for_code(client, exchange)
    assert OutgoingMail.objects.filter(kind=SIGNING_CODE.name).count() == 0


def test_a_second_factor_signs(client):
    exchange = frozen_exchange()
    visitor = person_of(exchange, "VO")
    TOTP.activate(visitor, SECRET)
    client.force_login(visitor)
    page = client.get(f"{url_of(exchange)}?way=second_factor")
    assert page.context["proof"].method == SignatureMethod.SECOND_FACTOR
    sign(client, exchange, way="second_factor", code="000000")
    assert Signature.objects.count() == 0
    sign(client, exchange, way="second_factor", code=code_of(SECRET))
    assert Signature.objects.get().method == SignatureMethod.SECOND_FACTOR
    assert Authenticator.objects.get(user=visitor).last_used_at is not None


def test_with_a_second_factor_the_mailbox_alone_is_no_proof(client):
    exchange = frozen_exchange()
    visitor = person_of(exchange, "VO")
    TOTP.activate(visitor, SECRET)
    client.force_login(visitor)
    assert client.get(f"{url_of(exchange)}?way=code").context["proof"].method == "password"
    assert ask_for_code(client, exchange).status_code == 403
    assert OutgoingMail.objects.filter(kind=SIGNING_CODE.name).count() == 0


@pytest.fixture
def passkey(client, monkeypatch):
    """A visitor with a passkey whose device is asked and answers."""
    exchange = frozen_exchange()
    visitor = person_of(exchange, "VO")
    key = Authenticator.objects.create(user=visitor, type="webauthn", data={"name": "Key"})
    monkeypatch.setattr("exchanges.forms.proof.begin_authentication", lambda user: {"asked": 1})
    monkeypatch.setattr(webauthn_forms.auth, "parse_authentication_response", lambda answer: answer)

    def answered(user, answer):
        if answer != {"signed": "challenge"}:
            raise KeyError("id")
        return key

    monkeypatch.setattr(webauthn_forms.auth, "complete_authentication", answered)
    client.force_login(visitor)
    return exchange


def test_a_passkey_signs(client, passkey):
    page = client.get(f"{url_of(passkey)}?way=passkey")
    assert page.context["options"] == {"request_options": {"asked": 1}}
    sign(client, passkey, way="passkey", credential='{"signed": "challenge"}')
    assert Signature.objects.get().method == SignatureMethod.PASSKEY


def test_a_passkey_of_somebody_else_signs_nothing(client, passkey):
    response = sign(client, passkey, way="passkey", credential='{"signed": "other"}')
    assert response.context["proof"].errors["credential"]
    assert Signature.objects.count() == 0


# --- signing ------------------------------------------------------------------------------------


def test_four_people_sign_one_after_the_other(client):
    exchange = frozen_exchange()
    for capacity in ("VO", "HO", "VOP", "HOP"):
        assert sign_with_password(client, exchange, capacity).status_code == 302
    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.VALIDATED


def test_one_partnership_signs_in_both_capacities_with_one_press(client):
    exchange = signed_by(
        frozen_exchange(host=host_profile(acronym="RECIPE4MOBILITY"), visitor=visitor_profile()),
        "HO",
        "VO",
    )
    client.force_login(person_of(exchange, "VOP"))
    assert len(client.get(url_of(exchange)).context["capacities"]) == 2
    sign_with_password(client, exchange, "VOP")
    assert Signature.objects.filter(capacity__in=[Capacity.HOP, Capacity.VOP]).count() == 2


def test_a_second_press_gets_a_friendly_word(client):
    exchange = frozen_exchange()
    sign_with_password(client, exchange, "VO")
    response = sign(client, exchange, way="password", password=PASSWORD)
    assert response.url == exchange.get_absolute_url()
    assert Signature.objects.count() == 1


def test_whose_turn_is_later_gets_a_friendly_word(client):
    exchange = frozen_exchange()
    response = sign_with_password(client, exchange, "HOP")
    assert response.url == exchange.get_absolute_url()
    assert Signature.objects.count() == 0


def test_a_stale_page_is_refused_and_shows_what_changed(client):
    exchange = frozen_exchange()
    version = open_version(exchange)
    edit_venue(exchange)
    response = sign_with_password(client, exchange, "VO", version=version)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Another workshop, Lyon" in text
    assert "Workshop, Lyon" in text
    assert url_of(exchange, "commitment") in text
    assert Signature.objects.count() == 0


def test_a_stale_page_leads_to_the_version_that_is_signed_now(client):
    exchange = frozen_exchange()
    version = open_version(exchange)
    edit_venue(exchange)
    freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"))
    response = sign_with_password(client, exchange, "VO", version=version)
    assert response.status_code == 409
    assert response.context["current"].number == 2
    assert Signature.objects.count() == 0


@pytest.mark.parametrize("number", ["", "x", "99"])
def test_a_version_that_does_not_exist_is_not_signed(client, number):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "VO"))
    response = client.post(url_of(exchange), {"version": number, "digest": ""})
    assert response.status_code == 404


# --- sending back -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["return_version", "refuse_version"])
def test_strangers_neither_return_nor_refuse(client, name):
    exchange = frozen_exchange()
    client.force_login(UserFactory())
    assert client.post(url_of(exchange, name), {"comment": "No"}).status_code == 404


@pytest.mark.parametrize("name", ["return_version", "refuse_version"])
def test_the_support_office_neither_returns_nor_refuses(client, name):
    exchange = frozen_exchange()
    client.force_login(StaffRoleFactory(role=StaffRoleName.SUPPORT).user)
    assert client.get(url_of(exchange, name)).status_code == 403
    assert client.post(url_of(exchange, name), {"comment": "No"}).status_code == 403


@pytest.mark.parametrize(
    ("name", "state"),
    [("return_version", ExchangeState.BUILDING), ("refuse_version", ExchangeState.CANCELLED)],
)
def test_a_party_does_so_with_a_comment(client, name, state):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "VOP"))
    assert client.get(url_of(exchange, name)).status_code == 200
    assert client.post(url_of(exchange, name), {"comment": " "}).context["form"].errors
    response = client.post(url_of(exchange, name), {"comment": "Name the trainer."})
    exchange.refresh_from_db()
    assert response.url == exchange.get_absolute_url()
    assert exchange.state == state


@pytest.mark.parametrize("name", ["return_version", "refuse_version"])
def test_nothing_is_returned_while_nothing_is_open(client, name):
    exchange = drafted_exchange()
    client.force_login(person_of(exchange, "VO"))
    assert client.get(url_of(exchange, name)).url == url_of(exchange, "commitment")


# --- how much is read ---------------------------------------------------------------------------


def test_the_page_reads_the_parties_once_and_asks_once_for_the_ways(
    client, django_assert_num_queries
):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "HO"))
    client.get(url_of(exchange))
    with django_assert_num_queries(QUERIES_OF_PAGE):
        client.get(url_of(exchange))


def test_a_first_signature_takes_a_fixed_number_of_queries(client, django_assert_num_queries):
    exchange = frozen_exchange()
    person = person_of(exchange, "HO")
    person.set_password(PASSWORD)
    person.save()
    client.force_login(person)
    with django_assert_num_queries(QUERIES_TO_SIGN):
        response = sign(
            client, exchange, version=open_version(exchange), way="password", password=PASSWORD
        )
    assert response.status_code == 302
