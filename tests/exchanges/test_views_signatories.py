"""Naming a colleague, attaching a paper, reminding: the pages and the row of four signatures."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cxc_portal.core import clock
from exchanges.models import Delegation, Exchange, Signature, SigningReminder
from exchanges.services.delegating import delegate_signature
from exchanges.services.reminding import remind_signatory
from exchanges.views.signing import signatures_context
from exchanges.workflows.parties import open_version
from profiles.enums import StaffRoleName
from tests.exchanges.test_paper import PDF_FILE, enter
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
)
from tests.factories.profiles import MembershipFactory

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def url_of(exchange, name, *args):
    return reverse(f"exchanges:{name}", args=[exchange.ref, *args])


def colleague_of(exchange, capacity="HO"):
    return MembershipFactory(organisation=exchange.profile_of(capacity).organisation).user


def log_in(client, exchange, capacity):
    client.force_login(person_of(exchange, capacity))


def board(rf, exchange, viewer):
    request = rf.get("/")
    request.user = viewer
    exchange = Exchange.objects.with_parties().get(pk=exchange.pk)
    return signatures_context(request, exchange)["signing"]


# --- naming a colleague -------------------------------------------------------------------------


def test_a_stranger_names_nobody(client):
    client.force_login(UserFactory())
    assert client.get(url_of(frozen_exchange(), "delegate", "HO")).status_code == 404


@pytest.mark.parametrize(("capacity", "by"), [("HO", "VO"), ("HO", "HOP"), ("XX", "HO")])
def test_only_whoever_signs_names_a_colleague(client, capacity, by):
    exchange = frozen_exchange()
    log_in(client, exchange, by)
    assert client.get(url_of(exchange, "delegate", capacity)).status_code == 403


def test_a_colleague_is_chosen_and_shown(client):
    exchange = frozen_exchange()
    colleague = colleague_of(exchange)
    log_in(client, exchange, "HO")
    url = url_of(exchange, "delegate", "HO")
    assert client.post(url, {"reason": ""}).context["form"].errors["delegate"]
    response = client.post(url, {"delegate": colleague.pk, "reason": "On leave"})
    assert response.url == url_of(exchange, "sign")
    assert f"{colleague} signs, named by" in client.get(response.url).content.decode()


def test_with_nobody_to_choose_one_is_led_to_the_invitation(client):
    exchange = frozen_exchange()
    log_in(client, exchange, "HO")
    text = client.get(url_of(exchange, "delegate", "HO")).content.decode()
    invite = reverse("profiles:organisation", args=[exchange.host.organisation_id])
    assert f'href="{invite}"' in text
    assert 'name="delegate"' not in text


def test_an_officer_chooses_among_the_partnership(client):
    exchange = frozen_exchange()
    officer = person_of(exchange, "HOP")
    other = StaffRoleFactory(acronym=exchange.host_partnership.acronym).user
    client.force_login(officer)
    page = client.get(url_of(exchange, "delegate", "HOP"))
    assert list(page.context["form"].fields["delegate"].queryset) == [other]
    assert "Support Office can give" in page.content.decode()


def test_it_is_taken_back(client):
    exchange = frozen_exchange()
    host = person_of(exchange, "HO")
    delegation = delegate_signature(
        exchange_id=exchange.pk,
        capacity="HO",
        delegate_id=colleague_of(exchange).pk,
        actor=host,
    )
    url = url_of(exchange, "end_delegation", delegation.pk)
    log_in(client, exchange, "VO")
    assert client.post(url).status_code == 403
    client.force_login(UserFactory())
    assert client.post(url).status_code == 404
    client.force_login(host)
    assert client.post(url).url == url_of(exchange, "sign")
    assert Delegation.objects.get().ended_at is not None


# --- paper --------------------------------------------------------------------------------------


def fields(exchange, **values):
    return {
        "digest": open_version(exchange).digest,
        "name": "Bela Signs",
        "signed_on": clock.today().isoformat(),
        "scan": SimpleUploadedFile("scan.pdf", PDF_FILE),
        **values,
    }


def test_a_stranger_attaches_nothing(client):
    client.force_login(UserFactory())
    assert client.get(url_of(frozen_exchange(), "paper", "HO")).status_code == 404


def test_the_other_side_attaches_nothing(client):
    exchange = frozen_exchange()
    log_in(client, exchange, "VO")
    assert client.post(url_of(exchange, "paper", "HO"), fields(exchange)).status_code == 403
    assert Signature.objects.count() == 0


@pytest.mark.parametrize(("by", "word"), [("HO", False), ("HOP", True)])
def test_the_party_or_its_partnership_attaches_the_scan(client, by, word):
    exchange = frozen_exchange()
    log_in(client, exchange, by)
    page = client.get(url_of(exchange, "paper", "HO"))
    assert ("on behalf of" in page.content.decode()) is word
    response = client.post(url_of(exchange, "paper", "HO"), fields(exchange))
    assert response.url == exchange.get_absolute_url()
    assert Signature.objects.get().entered_by == person_of(exchange, by)


@pytest.mark.parametrize(
    "wrong",
    [
        {"signed_on": "2999-01-01"},
        {"scan": SimpleUploadedFile("scan.pdf", b"no pdf at all")},
        {"name": ""},
    ],
)
def test_a_form_that_is_not_right_is_shown_again(client, wrong):
    exchange = frozen_exchange()
    log_in(client, exchange, "HO")
    response = client.post(url_of(exchange, "paper", "HO"), fields(exchange, **wrong))
    assert list(response.context["form"].errors) == list(wrong)
    assert Signature.objects.count() == 0


def test_a_stale_page_records_nothing(client):
    exchange = frozen_exchange()
    log_in(client, exchange, "HO")
    response = client.post(url_of(exchange, "paper", "HO"), fields(exchange, digest="0" * 64))
    assert response.url == url_of(exchange, "sign")
    assert Signature.objects.count() == 0


def test_without_an_open_version_there_is_nothing_to_attach(client):
    exchange = validated_exchange()
    log_in(client, exchange, "HO")
    assert client.get(url_of(exchange, "paper", "HO")).url == url_of(exchange, "sign")


# --- reminding ----------------------------------------------------------------------------------


def test_one_press_reminds_and_the_next_is_told_to_wait(client):
    exchange = frozen_exchange()
    log_in(client, exchange, "VO")
    for _press in range(2):
        response = client.post(url_of(exchange, "remind"), {"capacity": "HO"})
        assert response.url == exchange.get_absolute_url()
    assert SigningReminder.objects.count() == 1


def test_strangers_remind_nobody(client):
    exchange = frozen_exchange()
    client.force_login(UserFactory())
    assert client.post(url_of(exchange, "remind"), {"capacity": "HO"}).status_code == 404


@pytest.mark.parametrize("capacity", ["VO", "XX", ""])
def test_nobody_reminds_themselves_or_nobody(client, capacity):
    exchange = frozen_exchange()
    log_in(client, exchange, "VO")
    assert client.post(url_of(exchange, "remind"), {"capacity": capacity}).status_code == 403


def test_nothing_is_reminded_of_while_nothing_is_open(client):
    exchange = drafted_exchange()
    log_in(client, exchange, "VO")
    client.post(url_of(exchange, "remind"), {"capacity": "HO"})
    assert SigningReminder.objects.count() == 0


# --- the four in a row --------------------------------------------------------------------------


def test_before_the_first_version_there_is_no_row(rf):
    exchange = drafted_exchange()
    assert board(rf, exchange, person_of(exchange, "VO")) is None


def test_two_are_awaited_and_two_come_later(rf):
    exchange = frozen_exchange()
    rows = board(rf, exchange, person_of(exchange, "VO")).rows
    assert [row.line.situation for row in rows] == ["awaited", "awaited", "later", "later"]
    assert [row.can_remind for row in rows] == [True, False, False, False]
    assert [row.can_delegate for row in rows] == [False, True, False, False]
    assert [row.can_enter_paper for row in rows] == [False, True, False, False]


def test_a_signature_shows_when_in_utc_and_at_the_hosts(rf):
    with time_machine.travel("2027-01-11T09:30:05Z", tick=False):
        exchange = signed_by(frozen_exchange(), "HO")
        row = board(rf, exchange, person_of(exchange, "VO")).rows[0]
    assert row.is_signed
    assert row.at_utc == "11 January 2027, 09:30:05 UTC"
    assert row.at_local == "10:30 CET"


def test_where_the_host_lives_in_utc_one_time_is_enough(rf):
    exchange = signed_by(frozen_exchange(), "HO")
    Exchange.objects.update(time_zone="UTC")
    assert board(rf, exchange, person_of(exchange, "VO")).rows[0].at_local == ""


def test_a_reminder_shows_when_and_by_whom_and_cools_down(rf, client):
    exchange = frozen_exchange()
    visitor = person_of(exchange, "VO")
    reminder = remind_signatory(version_id=open_version(exchange).pk, capacity="HO", actor=visitor)
    row = board(rf, exchange, visitor).rows[0]
    assert (row.line.reminder, row.can_remind) == (reminder, False)
    assert row.remind_from == reminder.at + timedelta(days=1)
    client.force_login(visitor)
    assert f"by {visitor}." in client.get(url_of(exchange, "sign")).content.decode()
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        row = board(rf, exchange, visitor).rows[0]
        assert (row.can_remind, row.remind_from) == (True, None)


def test_paper_shows_who_attached_it(client):
    exchange = frozen_exchange()
    officer = person_of(exchange, "HOP")
    signature = enter(exchange, "HO", officer)
    log_in(client, exchange, "VO")
    text = client.get(url_of(exchange, "sign")).content.decode()
    assert f"scan attached by {officer} for EXXTRA." in text
    assert url_of(exchange, "scan", signature.pk) in text


def test_the_support_office_can_remind_and_nothing_else(rf):
    exchange = frozen_exchange()
    rows = board(rf, exchange, StaffRoleFactory(role=StaffRoleName.SUPPORT).user).rows
    assert [row.can_remind for row in rows] == [True, True, False, False]
    assert not any(row.can_enter_paper or row.can_delegate for row in rows)


def test_once_in_force_nothing_is_left_to_do(rf):
    exchange = validated_exchange()
    signing = board(rf, exchange, person_of(exchange, "VO"))
    assert [row.is_signed for row in signing.rows] == [True] * 4
    assert not signing.can_sign
