"""Mail is written with the business change, once, in the recipient's language."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from cxc_portal.core import mail
from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.mail import MailKind, Recipient
from cxc_portal.core.mail.kinds import _kinds
from cxc_portal.core.models import AuditEntry, MailStatus, OutgoingMail
from profiles.models import Organisation
from tests.concurrency import at_once, values
from tests.factories import OrganisationFactory, UserFactory
from tests.untouched import untouched

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stored(written):
    return OutgoingMail.objects.get(pk=written.pk)


# --- writing -----------------------------------------------------------------------------------


def test_a_mail_holds_who_what_and_when(write, time_machine):
    time_machine.move_to(START, tick=False)
    written = stored(write(dedup_key="trial:ada"))
    assert (written.kind, written.to, written.dedup_key) == (
        "core/trial",
        "ada@example.org",
        "trial:ada",
    )
    assert (written.created_at, written.send_after, written.status) == (START, START, "queued")


def test_a_mail_is_written_as_text_and_as_html(write):
    written = stored(write())
    assert written.subject == "Look at <Tom & Jerry>"
    assert written.text == "January: <Tom & Jerry>\n"
    assert written.html == (
        "<html><head></head><body><h1>Look at &lt;Tom &amp; Jerry&gt;</h1>"
        "&lt;Tom &amp; Jerry&gt;</body></html>"
    )


def test_a_mail_is_in_the_language_of_its_recipient(write):
    written = stored(write(Recipient("ada@example.org", language="fr")))
    assert (written.language, written.text) == ("fr", "janvier: <Tom & Jerry>\n")


def test_a_recipient_without_a_language_reads_the_portals_own(write, settings):
    assert stored(write()).language == settings.LANGUAGE_CODE


def test_a_person_is_a_recipient(db, write):
    ada = UserFactory(first_name="Ada", language="fr")
    written = stored(write(Recipient.of(ada)))
    assert Recipient.of(ada) == Recipient(ada.email, "fr", ada, "Ada")
    assert (written.recipient, written.to, written.language) == (ada, ada.email, "fr")


def test_a_mail_knows_what_it_is_about(reference, write):
    organisation = OrganisationFactory()
    written = stored(write(about=organisation))
    assert (written.about_type, written.about_id) == (
        "profiles.organisation",
        str(organisation.pk),
    )


def test_a_subject_is_one_line_of_bearable_length(write):
    assert write(context={"thing": "a\r\nBcc: all@example.org"}).subject == (
        "Look at a Bcc: all@example.org"
    )
    assert stored(write(context={"thing": "x" * 500})).subject == f"Look at {'x' * 191}…"


def test_the_same_event_is_told_once(write):
    assert write(dedup_key="trial:same") is not None
    assert write(dedup_key="trial:same") is None
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_event_is_told_once_however_many_tell_it_at_once(write):
    written = values(at_once(*[lambda: write(dedup_key="trial:same")] * 4))
    assert len([one for one in written if one is not None]) == 1
    assert OutgoingMail.objects.count() == 1


def test_another_refusal_of_the_database_is_an_error(write, kind):
    with untouched(), pytest.raises(IntegrityError):
        write(kind=replace(kind, is_confidential=None))


def test_a_long_address_does_not_make_a_key_too_long(write):
    address = f"{'a' * 64}@{'b' * 180}.example"
    written = write(address, dedup_key=f"profiles/profile_reinstated:12345678:12:{address}")
    assert stored(written).to == address


# --- going out ---------------------------------------------------------------------------------


def test_a_mail_goes_out_once_the_change_is_committed(
    write, queued, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        written = write()
        assert queued == []
    assert queued == [written.pk]


def test_a_change_that_is_taken_back_takes_its_mail_back(
    write, queued, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert (OutgoingMail.objects.count(), queued) == (0, [])


def test_a_delayed_mail_waits_for_its_time(
    write, queued, time_machine, django_capture_on_commit_callbacks
):
    time_machine.move_to(START, tick=False)
    with django_capture_on_commit_callbacks(execute=True):
        written = write(delay=HOUR)
    assert (stored(written).send_after, written.is_early, queued) == (START + HOUR, True, [])
    time_machine.shift(HOUR)
    assert not written.is_early


def test_a_delayed_mail_can_be_sent_now(
    write, queued, time_machine, django_capture_on_commit_callbacks
):
    time_machine.move_to(START, tick=False)
    written = write(delay=HOUR)
    with django_capture_on_commit_callbacks(execute=True):
        mail.send_now(mail_id=written.pk)
    assert (stored(written).send_after, queued) == (START, [written.pk])


def test_a_mail_that_does_not_wait_is_not_sent_now(write):
    written = write()
    with untouched(), pytest.raises(TransitionRefused) as refused:
        mail.send_now(mail_id=written.pk)
    assert refused.value.code == "not_waiting"


# --- taking back -------------------------------------------------------------------------------


def test_cancel_takes_back_what_is_queued_about_an_object(reference, write, kind):
    mine, other = OrganisationFactory(), OrganisationFactory()
    about_mine, about_other = write(about=mine), write(about=other)
    another_kind = write(about=mine, kind=MailKind("core/trial", "x", "y"))
    OutgoingMail.objects.filter(pk=another_kind.pk).update(kind="core/another")
    sent = write(about=mine)
    OutgoingMail.objects.filter(pk=sent.pk).update(status="sent", sent_at=START)
    assert mail.cancel(about=mine, kinds=(kind,)) == 1
    assert [stored(one).status for one in (about_mine, about_other, another_kind, sent)] == [
        MailStatus.CANCELLED,
        MailStatus.QUEUED,
        MailStatus.QUEUED,
        MailStatus.SENT,
    ]


# --- again -------------------------------------------------------------------------------------


@pytest.fixture
def failed(write):
    written = write()
    OutgoingMail.objects.filter(pk=written.pk).update(
        status="failed", attempts=5, last_error="SMTPDataError: 550"
    )
    return written


def test_a_failed_mail_can_be_sent_again(
    failed, queued, time_machine, django_capture_on_commit_callbacks
):
    officer = UserFactory()
    time_machine.move_to(START, tick=False)
    with django_capture_on_commit_callbacks(execute=True):
        mail.resend(mail_id=failed.pk, actor=officer)
    again = stored(failed)
    assert (again.status, again.attempts, again.last_error) == (MailStatus.QUEUED, 0, "")
    assert (again.send_after, queued) == (START, [failed.pk])
    entry = AuditEntry.objects.get(event="mail.resent")
    assert (entry.actor_id, entry.subject_id) == (officer.pk, str(failed.pk))


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "cancelled"])
def test_only_a_failed_mail_is_sent_again(failed, status):
    OutgoingMail.objects.filter(pk=failed.pk).update(status=status, sent_at=START, claimed_at=START)
    officer = UserFactory()
    with untouched(), pytest.raises(TransitionRefused) as refused:
        mail.resend(mail_id=failed.pk, actor=officer)
    assert refused.value.code == "not_failed"


def test_a_code_that_has_run_out_is_not_sent_again(failed):
    OutgoingMail.objects.filter(pk=failed.pk).update(is_confidential=True)
    officer = UserFactory()
    with untouched(), pytest.raises(TransitionRefused) as refused:
        mail.resend(mail_id=failed.pk, actor=officer)
    assert refused.value.code == "confidential"


# --- forgetting --------------------------------------------------------------------------------


def test_a_person_who_leaves_is_erased_from_the_outbox(write):
    ada, bob = UserFactory(), UserFactory()
    sent, waiting, other = (write(Recipient.of(user)) for user in (ada, ada, bob))
    OutgoingMail.objects.filter(pk=sent.pk).update(status="sent", sent_at=START)
    assert mail.forget(user=ada) == 2
    assert (stored(sent).status, stored(waiting).status) == ("sent", "cancelled")
    for one in (stored(sent), stored(waiting)):
        assert (one.recipient, one.to, one.subject, one.text, one.html) == (None, "", "", "", "")
        assert one.dedup_key == f"forgotten:{one.pk}"
    assert (stored(other).to, stored(other).status) == (bob.email, "queued")


# --- kinds -------------------------------------------------------------------------------------


def test_a_kind_says_where_its_texts_are(kind):
    assert kind.template == "core/emails/trial"


@pytest.fixture
def empty_register():
    known = dict(_kinds)
    _kinds.clear()
    yield
    _kinds.clear()
    _kinds.update(known)


def test_kinds_are_known_by_name(empty_register):
    second, first = MailKind("core/b", "x", "y"), MailKind("core/a", "x", "y")
    assert (mail.register(second), mail.register(first)) == (second, first)
    assert mail.kinds() == [first, second]


def test_a_kind_is_declared_once(empty_register, kind):
    mail.register(kind)
    with pytest.raises(ValueError, match="The mail kind core/trial is declared twice"):
        mail.register(kind)


# --- the model ---------------------------------------------------------------------------------


def test_a_mail_is_seen_by_its_recipient(write):
    ada, bob = UserFactory(), UserFactory()
    written = write(Recipient.of(ada))
    write(Recipient.of(bob))
    assert list(OutgoingMail.objects.visible_to(ada)) == [written]


def test_mails_about_what_somebody_sees(reference, write):
    seen, hidden = OrganisationFactory(), OrganisationFactory()
    written = write(about=seen)
    write(about=hidden)
    write(about=UserFactory())
    visible = Organisation.objects.filter(pk=seen.pk)
    assert list(OutgoingMail.objects.about(visible)) == [written]


def test_a_mail_reads_as_kind_and_number():
    assert str(OutgoingMail(pk=7, kind="core/trial")) == "core/trial #7"


@pytest.mark.parametrize(
    "fields",
    [{"status": "lost"}, {"status": "sent"}, {"status": "sending"}],
)
def test_the_database_refuses(write, fields):
    written = write()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.filter(pk=written.pk).update(**fields)
