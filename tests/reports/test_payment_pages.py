"""The pages of evidence, accounts and payments: who sees them, and what pressing does."""

import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from cxc_portal.core import clock
from exchanges.enums import Capacity
from exchanges.turns import CLOSED_FOR
from profiles.turns import turns_of
from reports.models import AccountLook, EvidenceItem, Payment, PaymentBatch
from tests.factories.exchanges import person_of
from tests.factories.payments import (
    IBAN,
    approved_exchange,
    evidence_of,
    paid_exchange,
    payable_exchange,
    proved,
    second_officer,
    with_account,
)
from tests.factories.profiles import StaffRoleFactory, UserFactory
from tests.factories.reports import closed_exchange, finished_exchange, reported_exchange

pytestmark = pytest.mark.usefixtures("reference")
PDF = b"%PDF-1.4 a ticket"
OTHER_IBAN = "FR1420041010050500013M02606"
SEEN = {"account": 1}
"""The revision of the account that stood on the page."""


@pytest.fixture
def visit(reference):
    exchange = finished_exchange()
    for capacity in Capacity:
        person_of(exchange, capacity)
    return exchange


def page(name, exchange, *more):
    return reverse(f"reports:{name}", args=[exchange.ref, *more])


def people(exchange):
    found = {capacity.value: person_of(exchange, capacity) for capacity in Capacity}
    support = StaffRoleFactory(role="support").user
    return found | {"support": support, "stranger": UserFactory()}


def picture():
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(content, format="JPEG")
    return SimpleUploadedFile("ticket.jpg", content.getvalue(), "image/jpeg")


def paper(name="ticket.pdf", content=PDF):
    return SimpleUploadedFile(name, content, "application/pdf")


def text(response):
    return " ".join(response.content.decode().split())


def payment_of(exchange):
    return Payment.objects.get(exchange=exchange)


# --- who sees what -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("evidence", {"VO", "VOP"}),
        ("account", {"VO", "VOP"}),
        ("payment", {"VO", "VOP", "support"}),
    ],
)
def test_pages_of_money_are_for_the_visitor_and_its_partnership(client, visit, name, seen):
    statuses = {}
    for who, person in people(visit).items():
        client.force_login(person)
        statuses[who] = client.get(page(name, visit)).status_code
    assert {who for who, status in statuses.items() if status == 200} == seen
    assert statuses["stranger"] == 404
    assert {statuses[who] for who in ("HO", "HOP")} == {403}


def test_a_file_is_streamed_to_those_alone(client, visit):
    url = reverse("reports:evidence_file", args=[evidence_of(visit).pk])
    statuses = {}
    for who, person in people(visit).items():
        client.force_login(person)
        response = client.get(url)
        statuses[who] = response.status_code
        if response.streaming:
            assert response["Cache-Control"] == "private, no-store"
            assert b"".join(response).startswith(b"%PDF-1.4")
    assert {who for who, status in statuses.items() if status == 200} == {"VO", "VOP"}
    assert {statuses[who] for who in ("HO", "HOP", "support", "stranger")} == {404}


def test_steps_of_others_are_refused(client, visit):
    item = evidence_of(visit)
    posts = [
        page("payment_step", visit, "approve"),
        page("show_account", visit),
        reverse("reports:decide_evidence", args=[item.pk]),
    ]
    client.force_login(person_of(visit, "VO"))
    assert [client.post(url).status_code for url in posts] == [403, 403, 403]
    client.force_login(person_of(visit, "VOP"))
    withdraw = reverse("reports:withdraw_evidence", args=[item.pk])
    assert client.post(withdraw).status_code == 403
    assert client.post(page("payment_step", visit, "nonsense")).status_code == 404


def test_the_desk_of_payments_is_for_staff_of_partnerships(client, reference):
    statuses = []
    for role in ({}, {"role": "support"}, {"role": "observer"}):
        client.force_login(StaffRoleFactory(**role).user)
        statuses.append(client.get(reverse("reports:payments")).status_code)
    assert statuses == [200, 403, 403]


# --- evidence ----------------------------------------------------------------------------------


def test_the_visitor_sends_several_files_and_a_photo_at_once(client, visit):
    client.force_login(person_of(visit, "VO"))
    data = {
        "kind": "outward",
        "outward-papers": [paper("there.pdf"), paper("there2.pdf", PDF + b"2")],
        "outward-photo": picture(),
        "outward-note": "Two legs",
    }
    response = client.post(page("evidence", visit), data, follow=True)
    assert "3 files sent." in text(response)
    items = EvidenceItem.objects.order_by("pk")
    assert list(items.values_list("kind", "file_name", "note")) == [
        ("outward", "there.pdf", "Two legs"),
        ("outward", "there2.pdf", "Two legs"),
        ("outward", "ticket.jpg", "Two legs"),
    ]
    assert [item.file.name.rpartition(".")[2] for item in items] == ["pdf", "pdf", "jpg"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "outward"}, "Choose at least one file."),
        (
            {"kind": "outward", "outward-papers": paper("x.pdf", b"MZ no paper")},
            "This is not one of the kinds of file that we can take.",
        ),
        (
            {"kind": "outward", "outward-papers": [paper(f"{n}.pdf") for n in range(11)]},
            "Send at most 10 files at once.",
        ),
    ],
)
def test_what_cannot_be_taken_says_why(client, visit, data, said):
    client.force_login(person_of(visit, "VO"))
    response = client.post(page("evidence", visit), data)
    assert said in text(response)
    assert EvidenceItem.objects.count() == 0


def test_after_the_payment_nothing_is_sent(client):
    exchange = paid_exchange()
    client.force_login(person_of(exchange, "VO"))
    shown = text(client.get(page("evidence", exchange)))
    assert "No more evidence is needed now." in shown
    assert ("Travel there" in shown, "Something else" in shown) == (True, False)
    data = {"kind": "other", "other-papers": paper()}
    assert "The payment needs no more evidence" in text(
        client.post(page("evidence", exchange), data)
    )


def test_the_desk_decides_each_piece_with_a_result_for_each(client, visit):
    good, bad, later = (evidence_of(visit, one) for one in ("outward", "return", "other"))
    client.force_login(person_of(visit, "VOP"))
    url = page("evidence", visit)
    data = {
        f"item{good.pk}-decision": "accept",
        f"item{bad.pk}-decision": "refuse",
        f"item{later.pk}-decision": "later",
    }
    refused = client.post(url, data)
    assert "Say why, so that the visitor can send the right one." in text(refused)
    assert set(EvidenceItem.objects.values_list("state", flat=True)) == {"waiting"}
    done = client.post(url, data | {f"item{bad.pk}-reason": "Another name"}, follow=True)
    assert "outward.pdf: Accepted" in text(done)
    assert "return.pdf: Refused" in text(done)
    again = client.post(url, {f"item{later.pk}-decision": "later"}, follow=True)
    assert "Nothing was decided yet." in text(again)
    client.force_login(person_of(visit, "VO"))
    assert "Another name" in text(client.get(url))


def test_an_accepted_piece_is_refused_after_all_with_a_reason(client, visit):
    item = evidence_of(visit)
    client.force_login(person_of(visit, "VOP"))
    url = reverse("reports:decide_evidence", args=[item.pk])
    client.post(url, {f"item{item.pk}-decision": "accept"})
    missing = client.post(url, {f"item{item.pk}-decision": "refuse"})
    assert "Say why" in text(missing)
    client.post(url, {f"item{item.pk}-decision": "refuse", f"item{item.pk}-reason": "No."})
    item.refresh_from_db()
    assert item.state == "refused"


def test_the_visitor_takes_a_piece_back(client, visit):
    item = evidence_of(visit)
    client.force_login(person_of(visit, "VO"))
    url = reverse("reports:withdraw_evidence", args=[item.pk])
    assert "Taken back." in text(client.post(url, follow=True))


def test_online_attendance_is_shown_instead(client, reference):
    exchange = finished_exchange(mode="virtual")
    client.force_login(person_of(exchange, "VO"))
    assert "Session 1 in the morning" in text(client.get(page("evidence", exchange)))
    assert "brings no lump sum" in text(client.get(page("payment", exchange)))


# --- the account -------------------------------------------------------------------------------


def test_the_bic_is_looked_up_and_another_holder_confirmed(client, visit):
    client.force_login(person_of(visit, "VO"))
    url = page("account", visit)
    data = {"holder": "Ana Pereira", "iban": IBAN, "bic": ""}
    first = text(client.post(url, data))
    assert "By the IBAN it is AGRIFRPPXXX." in first
    assert "The holder is not called" in first
    assert 'value="AGRIFRPPXXX"' in first
    done = client.post(url, data | {"bic": "AGRIFRPPXXX", "is_ours": "on"}, follow=True)
    assert "Your account is kept, encrypted." in text(done)
    shown = text(client.get(url))
    assert ("0189" in shown, "3000 6000" in shown) == (True, False)
    client.force_login(person_of(visit, "VOP"))
    seen = text(client.post(page("show_account", visit)))
    assert "FR76 3000 6000 0112 3456 7890 189" in seen
    assert "The holder is not called" in seen


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"iban": "FR76300060000112345678901"}, "too short or too long"),
        ({"bic": "AGRI"}, "A BIC has 8 or 11 characters."),
        ({"iban": "PT50000201231234567890154", "bic": ""}, "We could not find the BIC"),
        ({"bic": "COBADEFFXXX"}, "is of a bank in another country than the IBAN"),
        ({"holder": ""}, "Give the name of the account"),
    ],
)
def test_numbers_that_are_wrong_say_why(client, visit, data, said):
    client.force_login(person_of(visit, "VO"))
    values = {"holder": visit.visitor.organisation.name, "iban": IBAN, "bic": "AGRIFRPPXXX"}
    assert said in text(client.post(page("account", visit), values | data))


def test_looking_needs_a_press_and_leaves_a_trace(client, visit):
    officer = person_of(visit, "VOP")
    client.force_login(officer)
    url = page("show_account", visit)
    assert "No account has been entered yet." in text(client.post(url, follow=True))
    with_account(visit)
    assert "3000 6000" not in text(client.get(page("account", visit)))
    response = client.post(url)
    assert "no-store" in response["Cache-Control"]
    assert list(AccountLook.objects.values_list("by", flat=True)) == [officer.pk]


def test_a_missing_key_is_told(client, visit, settings):
    with_account(visit)
    settings.VAULT_KEYS = ["A" * 43 + "="]
    client.force_login(person_of(visit, "VOP"))
    response = client.post(page("show_account", visit), follow=True)
    assert "The key that this account was encrypted with is missing." in text(response)
    assert AccountLook.objects.count() == 0


def test_after_the_payment_the_account_is_not_changed(client):
    exchange = paid_exchange()
    client.force_login(person_of(exchange, "VO"))
    assert "is not changed any more" in text(client.get(page("account", exchange)))


# --- the payment -------------------------------------------------------------------------------


def test_from_approval_to_payment(client):
    exchange = payable_exchange()
    client.force_login(person_of(exchange, "VOP"))
    approve = page("payment_step", exchange, "approve")
    assert "Say why it is less" in text(client.post(approve, {"amount": 800, **SEEN}))
    assert "at most 900 EUR are due" in text(client.post(approve, {"amount": 901, **SEEN}))
    approved = text(client.post(approve, {"amount": 900, **SEEN}, follow=True))
    assert "Somebody else of your partnership marks it as paid." in approved
    client.force_login(second_officer(exchange))
    pay = page("payment_step", exchange, "pay")
    assert "Give the day of the transfer." in text(client.post(pay, {}))
    done = client.post(pay, {"paid_on": clock.today(), "reference": "B-1", **SEEN}, follow=True)
    assert "Noted as paid." in text(done)
    client.force_login(person_of(exchange, "VO"))
    assert "The lump sum of 900 EUR was paid on" in text(client.get(page("payment", exchange)))


def test_an_account_that_changes_while_the_officer_reads_is_not_approved(client):
    exchange = payable_exchange()
    client.force_login(person_of(exchange, "VOP"))
    approve = page("payment_step", exchange, "approve")
    assert "Open the page anew" in text(client.post(approve, {"amount": 900}))
    opened = client.get(page("payment", exchange))
    assert '<input type="hidden" name="account" value="1"' in text(opened)
    assert "FR76" not in opened.content.decode()
    client.post(page("show_account", exchange))
    with_account(exchange, OTHER_IBAN)
    said = text(client.post(approve, {"amount": 900, **SEEN}, follow=True))
    assert "The visitor changed the bank account since you looked." in said
    assert "The visitor changed the bank account after you looked at it" in said
    assert ("Account that ends in 2606" in said, approve in said) == (True, False)
    assert "the account from before" in text(client.get(page("account", exchange)))
    client.post(page("show_account", exchange))
    seen = text(client.get(page("payment", exchange)))
    assert ("after you looked at it" in seen, approve in seen) == (False, True)
    client.post(approve, {"amount": 900, "account": 2})
    assert payment_of(exchange).state == "approved"


def test_the_visitor_reads_that_the_account_is_with_accounting(client):
    exchange = approved_exchange()
    officer = person_of(exchange, "VOP")
    client.force_login(officer)
    client.post(reverse("reports:make_payment_list"), {"payment": [payment_of(exchange).pk]})
    client.force_login(person_of(exchange, "VO"))
    url = page("account", exchange)
    shown = text(client.get(url))
    assert ("It is with the accounting of RECIPE4MOBILITY" in shown, 'name="iban"' in shown) == (
        True,
        False,
    )
    data = {"holder": exchange.visitor.organisation.name, "iban": IBAN, "bic": "AGRIFRPPXXX"}
    assert "Ask RECIPE4MOBILITY first." in text(client.post(url, data, follow=True))


def test_steps_that_say_why(client):
    exchange = approved_exchange()
    client.force_login(person_of(exchange, "VOP"))
    for name, before in (("unapprove", "due"), ("refuse", "refused"), ("take_up", "due")):
        url = page("payment_step", exchange, name)
        assert "Say why in a sentence." in text(client.post(url, {}))
        client.post(url, {f"{name}-comment": "For a reason."})
        assert payment_of(exchange).state == before


def test_the_host_that_counts_other_days_is_shown_to_staff_alone(client, visit):
    exchange = payable_exchange()
    exchange.reports.filter(capacity="HO").update(days_done=4)
    said = "The host reports 4 working days."
    client.force_login(person_of(exchange, "VOP"))
    assert said in text(client.get(page("payment", exchange)))
    client.force_login(person_of(exchange, "VO"))
    assert said not in text(client.get(page("payment", exchange)))


def test_the_exchange_tells_the_visitor_in_one_line_what_blocks_its_payment(client, visit):
    client.force_login(person_of(visit, "VO"))
    shown = text(client.get(visit.get_absolute_url()))
    assert "What blocks the payment: your report is missing;" in shown
    client.force_login(person_of(visit, "HO"))
    assert "What blocks the payment" not in text(client.get(visit.get_absolute_url()))


def test_the_dashboard_tells_whose_turn_it_is(visit):
    evidence_of(visit)
    officer = person_of(visit, "VOP")
    found = {turn.url: str(turn.baton.sentence) for turn in turns_of(officer)}
    assert found[page("evidence", visit)] == "Your turn: look at the evidence of 1 visit."


def test_one_line_of_the_dashboard_names_both_things_to_do(client, visit):
    visitor = person_of(visit, "VO")
    [turn] = turns_of(visitor)
    assert (turn.kind, turn.title) == ("Exchange", visit.host.organisation.name)
    assert turn.baton.action_url == page("report", visit)
    assert turn.also.sentence == (
        "Your turn, for the lump sum: send your evidence, enter your bank account."
    )
    client.force_login(visitor)
    shown = text(client.get(reverse("profiles:dashboard")))
    assert [shown.count(f'href="{page(name, visit)}"') for name in ("report", "evidence")] == [1, 1]
    assert [turn.also for turn in turns_of(person_of(visit, "HO"))] == [None]


def test_what_is_left_for_the_lump_sum_comes_first_once_the_report_is_in(client):
    exchange = proved(reported_exchange())
    visitor = person_of(exchange, "VO")
    [turn] = turns_of(visitor)
    assert (turn.baton.sentence, turn.baton.action_url, turn.also.situation) == (
        "Your turn, for the lump sum: enter your bank account.",
        page("account", exchange),
        "waiting",
    )
    client.force_login(visitor)
    assert str(turn.also.sentence) in text(client.get(reverse("profiles:dashboard")))
    with_account(exchange)
    [turn] = turns_of(visitor)
    assert (turn.baton.situation, turn.also) == ("waiting", None)


def test_an_exchange_that_was_closed_long_ago_stays_while_its_lump_sum_waits_for_the_visitor():
    exchange = proved(closed_exchange())
    visitor = person_of(exchange, "VO")
    with time_machine.travel(clock.now() + CLOSED_FOR * 2):
        [turn] = turns_of(visitor)
        assert (turn.baton.situation, turn.also.situation) == ("yours", "closed")
        with_account(exchange)
        assert turns_of(visitor) == []


# --- lists -------------------------------------------------------------------------------------


def test_the_views_count_and_add_up(client):
    exchange = payable_exchange()
    officer = person_of(exchange, "VOP")
    client.force_login(officer)
    url = reverse("reports:payments")
    assert f"{exchange.ref} ·" in text(client.get(url, {"show": "to_approve"}))
    assert "1 payment, 900 EUR" in text(client.get(url, {"show": "to_approve"}))
    assert "Nothing here at present." in text(client.get(url, {"show": "to_approve", "late": "on"}))
    assert exchange.ref not in text(client.get(url, {"show": "to_approve", "text": "nobody"}))
    found = {turn.url: str(turn.baton.sentence) for turn in turns_of(officer)}
    assert found[f"{url}?show=to_approve"] == ("Your turn: approve 1 payment that nothing blocks.")


def test_a_blocked_payment_stands_with_its_reasons(client, visit):
    client.force_login(person_of(visit, "VOP"))
    url = reverse("reports:payments")
    shown = text(client.get(url, {"show": "blocked", "reason": "account"}))
    assert "the bank account is missing" in shown
    assert visit.ref not in text(client.get(url, {"show": "blocked", "reason": "nothing_due"}))


@pytest.mark.parametrize("others", [0, 2])
def test_the_list_asks_the_database_the_same_number_of_times(
    client, visit, others, django_assert_max_num_queries
):
    for _number in range(others):
        exchange = finished_exchange()
        evidence_of(exchange)
    client.force_login(person_of(visit, "VOP"))
    url = f"{reverse('reports:payments')}?show=blocked"
    client.get(url)
    with django_assert_max_num_queries(20):
        client.get(url)


def test_from_ticks_to_the_file_and_back_from_the_bank(client):
    exchange = approved_exchange()
    officer = second_officer(exchange)
    client.force_login(officer)
    new = reverse("reports:make_payment_list")
    assert "Tick at least one payment." in text(client.post(new, {}, follow=True))
    made = client.post(new, {"payment": [payment_of(exchange).pk]}, follow=True)
    assert "RECIPE4MOBILITY-0001" in text(made)
    batch = PaymentBatch.objects.get()
    again = client.post(new, {"payment": [payment_of(exchange).pk]}, follow=True)
    assert "on a list already" in text(again)
    response = client.post(reverse("reports:payment_list_file", args=[batch.pk]))
    rows = response.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "row,creditor_name,iban,bic,amount,currency,end_to_end_id,remittance"
    assert rows[1].endswith(
        f",FR7630006000011234567890189,AGRIFRPPXXX,900.00,EUR,{exchange.ref},"
        f"ClusterXchange {exchange.ref} RECIPE4MOBILITY"
    )
    today = clock.today().isoformat()
    lines = f"end_to_end_id;date;amount;reference\n{exchange.ref};{today};900,00;B-1\nX;;5;R\n"
    url = reverse("reports:bank_list")
    shown = text(client.post(url, {"file": SimpleUploadedFile("b.csv", lines.encode())}))
    assert "1 payment marked as paid," in shown
    assert "This cell is empty." in shown
    empty = client.post(reverse("reports:payment_list_file", args=[batch.pk]), follow=True)
    assert "No payment of this list is to be made." in text(empty)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "lacks these columns: end_to_end_id, date, amount, reference."),
        (b"PK\x03\x04", "This is a workbook, not a CSV file."),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(client, reference, content, said):
    client.force_login(StaffRoleFactory().user)
    url = reverse("reports:bank_list")
    assert said in text(client.post(url, {"file": SimpleUploadedFile("b.csv", content)}))


def test_a_file_of_accounts_needs_its_keys(client, settings):
    exchange = approved_exchange()
    client.force_login(person_of(exchange, "VOP"))
    client.post(reverse("reports:make_payment_list"), {"payment": [payment_of(exchange).pk]})
    settings.VAULT_KEYS = ["A" * 43 + "="]
    url = reverse("reports:payment_list_file", args=[PaymentBatch.objects.get().pk])
    assert "The key of an account is missing." in text(client.post(url, follow=True))
    assert AccountLook.objects.count() == 0
