"""Mails reach a real mail server: once, whole, and sooner or later."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cxc_portal.core import mail, tasks
from cxc_portal.core.mail import delivery
from cxc_portal.core.models import MailStatus, OutgoingMail
from tests.concurrency import at_once, values
from tests.factories import UserFactory
from tests.ports import free_port
from tests.untouched import untouched

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def stored(written):
    return OutgoingMail.objects.get(pk=written.pk)


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(START, tick=False)
    return time_machine


# --- what arrives ------------------------------------------------------------------------------


def test_a_mail_arrives_as_it_was_written(write, postbox, frozen, settings):
    settings.DEFAULT_FROM_EMAIL = "ClusterXchange <portal@cxc.example>"
    written = write(context={"thing": "Zoë’s café"})
    assert delivery.deliver(written.pk)
    [message] = postbox.messages
    assert postbox.recipients == [["ada@example.org"]]
    assert (message["From"], message["To"], message["Subject"]) == (
        "ClusterXchange <portal@cxc.example>",
        "ada@example.org",
        "Look at Zoë’s café",
    )
    assert message.get_body(["plain"]).get_content() == "January: Zoë’s café\n"
    assert "<h1>Look at Zoë’s café</h1>" in message.get_body(["html"]).get_content()


def test_a_mail_says_that_a_machine_wrote_it_and_in_which_language(
    write, postbox, frozen, settings
):
    settings.DEFAULT_FROM_EMAIL = "ClusterXchange <portal@cxc.example>"
    written = write()
    delivery.deliver(written.pk)
    [message] = postbox.messages
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == (
        "auto-generated",
        "All",
    )
    assert message["Content-Language"] == "en"
    assert message["Message-ID"] == f"<mail-{written.pk}-20261123090000@cxc.example>"


def test_a_mail_that_arrived_is_marked_as_sent(write, postbox, frozen):
    written = write()
    assert delivery.deliver_mail(written.pk)
    sent = stored(written)
    assert (sent.status, sent.sent_at, sent.attempts, sent.last_error) == (
        MailStatus.SENT,
        START,
        1,
        "",
    )


# --- once --------------------------------------------------------------------------------------


def test_a_mail_is_delivered_once(write, postbox):
    written = write()
    assert [delivery.deliver(written.pk) for _time in range(3)] == [True, False, False]
    assert len(postbox.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_for_a_mail_deliver_it_once(write, postbox):
    written = write()
    outcomes = at_once(*[lambda: delivery.deliver(written.pk)] * 4)
    assert sorted(values(outcomes)) == [False, False, False, True]
    assert len(postbox.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_sweeps_that_run_at_once_deliver_each_mail_once(write, postbox):
    for number in range(6):
        write(f"person{number}@example.org")
    assert sum(values(at_once(delivery.sweep, delivery.sweep))) == 6
    assert sorted(to for [to] in postbox.recipients) == [
        f"person{number}@example.org" for number in range(6)
    ]


@pytest.mark.parametrize("status", ["sent", "failed", "cancelled"])
def test_what_is_over_is_not_delivered(write, postbox, status):
    written = write()
    OutgoingMail.objects.filter(pk=written.pk).update(status=status, sent_at=START)
    with untouched():
        assert not delivery.deliver(written.pk)
        assert delivery.sweep() == 0
    assert postbox.messages == []


# --- in time -----------------------------------------------------------------------------------


def test_a_delayed_mail_is_not_delivered_early(write, postbox, frozen):
    written = write(delay=10 * MINUTE)
    with untouched():
        assert not delivery.deliver(written.pk)
        assert delivery.sweep() == 0


def test_the_sweep_delivers_a_delayed_mail_in_time(write, postbox, frozen):
    write(delay=10 * MINUTE)
    frozen.shift(10 * MINUTE)
    assert tasks.sweep_mails() == 1
    assert len(postbox.messages) == 1


def test_the_sweep_delivers_what_was_never_queued_oldest_first(write, postbox):
    write("first@example.org")
    write("second@example.org")
    assert delivery.sweep() == 2
    assert postbox.recipients == [["first@example.org"], ["second@example.org"]]


def test_the_sweep_stops_when_the_next_one_has_begun(write, postbox, frozen, monkeypatch):
    delivered = []

    def slowly(mail_id):
        delivered.append(mail_id)
        frozen.shift(timedelta(seconds=30))
        return True

    monkeypatch.setattr(delivery, "deliver", slowly)
    written = [write() for _number in range(4)]
    assert delivery.sweep() == 2
    assert delivered == [written[0].pk, written[1].pk]


# --- when a worker dies ------------------------------------------------------------------------


def test_a_mail_of_a_dead_worker_goes_out_when_its_claim_has_run_out(
    write, postbox, frozen, settings
):
    settings.MAIL_CLAIM_SECONDS = 120
    written = write()
    assert delivery._claim(written.pk) is not None
    frozen.shift(2 * MINUTE)
    assert delivery.sweep() == 0
    frozen.shift(timedelta(seconds=1))
    assert delivery.sweep() == 1
    assert (stored(written).status, len(postbox.messages)) == (MailStatus.SENT, 1)


def test_the_second_copy_has_the_number_of_the_first(write, postbox, frozen, settings):
    written = write()
    delivery._message(delivery._claim(written.pk)).send()
    frozen.shift(timedelta(seconds=settings.MAIL_CLAIM_SECONDS + 1))
    delivery.sweep()
    first, second = postbox.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_a_worker_that_comes_back_late_does_not_undo_what_another_did(
    write, postbox, frozen, settings, monkeypatch, caplog
):
    written = write()

    class Slow:
        def send(self):
            frozen.shift(timedelta(seconds=settings.MAIL_CLAIM_SECONDS + 1))
            monkeypatch.undo()
            assert delivery.sweep() == 1
            raise TimeoutError

    monkeypatch.setattr(delivery, "_message", lambda mail: Slow())
    delivery.deliver(written.pk)
    assert (stored(written).status, stored(written).attempts) == (MailStatus.SENT, 1)
    assert f"mail {written.pk}: the claim ran out before the server had answered" in (
        caplog.messages
    )


# --- when the server refuses -------------------------------------------------------------------


def test_a_refused_mail_is_tried_again_later(write, postbox, frozen):
    postbox.answer = "451 greylisted, come back"
    written = write()
    assert not delivery.deliver(written.pk)
    waiting = stored(written)
    assert (waiting.status, waiting.attempts) == (MailStatus.QUEUED, 1)
    assert waiting.last_error == "SMTPDataError: (451, b'greylisted, come back')"
    assert waiting.send_after == START + delivery.RETRY_AFTER[0]
    postbox.answer = "250 OK"
    assert delivery.sweep() == 0
    frozen.shift(delivery.RETRY_AFTER[0])
    assert delivery.sweep() == 1
    assert (stored(written).attempts, stored(written).last_error) == (2, "")


def test_a_mail_fails_after_five_attempts_ever_further_apart(write, postbox, frozen):
    postbox.answer = "550 nobody here"
    written = write()
    waits = []
    for _attempt in range(delivery.MAX_ATTEMPTS):
        assert stored(written).status == MailStatus.QUEUED
        delivery.sweep()
        waits.append(stored(written).send_after - datetime.now(UTC))  # noqa: TID251
        frozen.move_to(stored(written).send_after)
    assert (stored(written).status, stored(written).attempts) == (MailStatus.FAILED, 5)
    assert waits[:4] == list(delivery.RETRY_AFTER)
    assert waits[:4] == sorted(waits[:4])
    assert postbox.messages == []


def test_a_failed_mail_arrives_when_it_is_sent_again(write, postbox, frozen):
    written = write()
    OutgoingMail.objects.filter(pk=written.pk).update(status="failed", attempts=5)
    mail.resend(mail_id=written.pk, actor=UserFactory())
    assert delivery.sweep() == 1
    assert len(postbox.messages) == 1


def test_a_server_that_is_away_costs_an_attempt(write, postbox, frozen, settings):
    settings.EMAIL_PORT = free_port()
    written = write()
    assert not delivery.deliver(written.pk)
    assert stored(written).last_error.startswith("ConnectionRefusedError")


def test_a_mail_that_cannot_be_made_does_not_keep_the_others_back(write, postbox):
    broken, sound = write("ada@@example..org"), write("bob@example.org")
    assert delivery.sweep() == 1
    assert (stored(broken).status, stored(sound).status) == (MailStatus.QUEUED, MailStatus.SENT)


# --- what is secret ----------------------------------------------------------------------------


@pytest.fixture
def secret(kind, settings):
    settings.DEMO = False
    return replace(kind, is_confidential=True)


def test_the_text_of_a_code_is_erased_once_sent(write, secret, postbox):
    written = write(kind=secret)
    delivery.deliver(written.pk)
    assert (stored(written).status, stored(written).text, stored(written).html) == ("sent", "", "")
    assert "Tom" in postbox.messages[0].get_body(["plain"]).get_content()


def test_the_text_of_a_code_is_kept_while_it_waits_and_erased_when_it_fails(
    write, secret, postbox, frozen
):
    postbox.answer = "550 no"
    written = write(kind=secret)
    delivery.deliver(written.pk)
    assert stored(written).text != ""
    OutgoingMail.objects.filter(pk=written.pk).update(attempts=4, send_after=START)
    delivery.deliver(written.pk)
    assert (stored(written).status, stored(written).text) == ("failed", "")


def test_the_text_of_a_code_can_be_read_in_the_demo(write, secret, postbox, settings):
    settings.DEMO = True
    written = write(kind=secret)
    delivery.deliver(written.pk)
    assert stored(written).text != ""


def test_other_texts_are_kept(write, kind, postbox, settings):
    settings.DEMO = False
    written = write()
    delivery.deliver(written.pk)
    assert stored(written).text != ""


@pytest.mark.parametrize("answer", ["250 OK", "550 unknown person <ada@example.org>"])
def test_the_log_holds_numbers_and_no_address(write, postbox, caplog, answer):
    caplog.set_level(logging.DEBUG)
    postbox.answer = answer
    delivery.deliver(write("ada@example.org").pk)
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("cxc_portal")]
    assert [line for line in ours if "ada" in line or "Tom" in line] == []
