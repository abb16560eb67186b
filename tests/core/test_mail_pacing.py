"""One letter a person and day: at once for what somebody waits for, otherwise in the afternoon."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from cxc_portal.core import mail, tasks
from cxc_portal.core.mail import Pace, Recipient, Topic, delivery, pacing, topics
from cxc_portal.core.mail.preferences import choose_mails
from cxc_portal.core.models import MailStatus, OutgoingMail
from tests.concurrency import at_once, values
from tests.factories import UserFactory
from tests.untouched import untouched

pytestmark = pytest.mark.django_db

# A Wednesday in winter: 9:00 in Brussels.
START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
QUERIES_OF_A_ROUND = 22


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(START, tick=False)
    return time_machine


@pytest.fixture
def ada():
    return UserFactory(first_name="Ada", email="ada@example.org")


@pytest.fixture(autouse=True)
def themes(monkeypatch):
    """Two topics of our own, one of them awaited."""
    known = {
        "awaited": Topic("awaited", "Talks", "", is_awaited=True),
        "loose": Topic("loose", "News", ""),
    }
    monkeypatch.setattr(topics, "_topics", known)


@pytest.fixture
def news(write, kind):
    """Writes a paced mail about something."""

    def news(to, thing="it", *, pace=Pace.DAILY, topic="loose", **options):
        about = {"thing": thing, "action_url": "http://localhost:8000/dashboard/"}
        paced = replace(kind, pace=pace, topic=topic)
        return write(Recipient.of(to), kind=paced, context=about, **options)

    return news


@pytest.fixture
def urgent(news):
    def urgent(to, thing="it", **options):
        return news(to, thing, pace=Pace.BLOCKING, topic="awaited", **options)

    return urgent


@pytest.fixture
def slow_server(frozen, monkeypatch):
    """Lets each letter take so long to send."""
    send = pacing.send

    def slow_server(seconds):
        def slowly(letter):
            frozen.shift(timedelta(seconds=seconds))
            return send(letter)

        monkeypatch.setattr(pacing, "send", slowly)

    return slow_server


def subjects(mailoutbox):
    return [message.subject for message in mailoutbox]


def stored(written):
    return OutgoingMail.objects.get(pk=written.pk)


def at(frozen, hour, minute=0):
    """The same day, at an hour in Brussels."""
    frozen.move_to(START.replace(hour=hour - 1, minute=minute), tick=False)


# --- when ----------------------------------------------------------------------------------------


def test_a_paced_mail_is_not_delivered_by_itself(news, urgent, ada, frozen):
    waiting = [news(ada), urgent(ada)]
    with untouched():
        assert delivery.sweep() == 0
        assert [delivery.deliver(one.pk) for one in waiting] == [False, False]


def test_what_somebody_waits_for_goes_out_at_once(urgent, ada, frozen, mailoutbox):
    written = urgent(ada)
    assert tasks.post_letters() == 1
    assert subjects(mailoutbox) == ["Look at it"]
    assert (stored(written).status, stored(written).paced_on) == ("sent", date(2026, 11, 25))


def test_the_workers_are_told_of_it_once_the_change_is_committed(
    urgent, news, ada, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(pacing.deliver_news, "enqueue", told.append)
    with django_capture_on_commit_callbacks(execute=True):
        urgent(ada)
        news(ada)
        urgent(ada, delay=HOUR)
        assert told == []
    assert told == [ada.pk]


def test_other_news_wait_for_the_afternoon(news, ada, frozen, mailoutbox):
    news(ada)
    at(frozen, 15, 59)
    assert pacing.post() == 0
    at(frozen, 16)
    assert pacing.post() == 1
    assert subjects(mailoutbox) == ["Look at it"]


def test_the_hour_of_the_summary_is_a_setting(news, ada, frozen, settings, mailoutbox):
    settings.MAIL_SUMMARY_HOUR = 9
    news(ada)
    assert pacing.post() == 1


def test_a_delayed_mail_waits_for_its_time_first(urgent, ada, frozen, mailoutbox):
    urgent(ada, delay=10 * MINUTE)
    assert (pacing.post(), pacing.deliver_news(ada.pk)) == (0, False)
    frozen.shift(10 * MINUTE)
    assert pacing.post() == 1


def test_a_second_urgent_mail_waits_for_the_next_morning(urgent, ada, frozen, mailoutbox):
    urgent(ada, "first")
    pacing.post()
    urgent(ada, "second")
    at(frozen, 23, 59)
    assert pacing.post() == 0
    frozen.move_to(START.replace(hour=5) + DAY, tick=False)
    assert pacing.post() == 0
    frozen.move_to(START.replace(hour=6) + DAY, tick=False)
    assert pacing.post() == 1
    assert subjects(mailoutbox) == ["Look at first", "Look at second"]


def test_what_is_urgent_at_night_goes_out_at_night(urgent, ada, frozen, mailoutbox):
    at(frozen, 3)
    urgent(ada)
    assert pacing.post() == 1


def test_a_letter_in_the_morning_leaves_none_for_the_afternoon(
    urgent, news, ada, frozen, mailoutbox
):
    urgent(ada, "urgent")
    pacing.post()
    late = news(ada, "late")
    at(frozen, 16)
    assert pacing.post() == 0
    assert stored(late).status == MailStatus.QUEUED


def test_the_day_is_that_of_the_portal(urgent, ada, frozen, mailoutbox):
    """23:30 and 0:30 in Brussels are one day in UTC."""
    frozen.move_to(datetime(2026, 11, 25, 22, 30, tzinfo=UTC), tick=False)
    urgent(ada, "before midnight")
    pacing.post()
    frozen.shift(HOUR)
    urgent(ada, "after midnight")
    assert pacing.post() == 1
    days = OutgoingMail.objects.order_by("pk").values_list("paced_on", flat=True)
    assert list(days) == [date(2026, 11, 25), date(2026, 11, 26)]


def test_each_person_has_a_letter_of_its_own(urgent, news, ada, frozen, mailoutbox):
    bob = UserFactory()
    urgent(ada)
    news(bob)
    assert pacing.post() == 1
    at(frozen, 16)
    assert pacing.post() == 1
    assert [message.to for message in mailoutbox] == [[ada.email], [bob.email]]


def test_whoever_has_no_account_gets_each_mail_at_once(write, kind, frozen, mailoutbox):
    written = write(kind=replace(kind, pace=Pace.DAILY, topic="loose"))
    assert written.pace == Pace.NOW
    assert delivery.sweep() == 1


# --- in one letter -------------------------------------------------------------------------------


def test_an_urgent_mail_takes_all_news_along(urgent, news, ada, frozen, mailoutbox):
    told = [news(ada, "first news"), news(ada, "second news"), urgent(ada, "Tom & Jerry")]
    assert pacing.post() == 1
    [message] = mailoutbox
    assert message.subject == "Look at Tom & Jerry … and 2 more"
    summary = OutgoingMail.objects.get(kind="core/summary")
    assert (summary.status, summary.to, summary.topic) == ("sent", ada.email, "")
    assert [(stored(one).status, stored(one).bundle) for one in told] == [("bundled", summary)] * 3
    assert {stored(one).sent_at for one in told} == {summary.sent_at}


def test_a_summary_lists_what_somebody_waits_for_first(urgent, news, ada, frozen):
    first, second, third = news(ada, "news"), urgent(ada, "A & B"), urgent(ada, "C")
    pacing.make_letter(ada.pk)
    summary = OutgoingMail.objects.get(kind="core/summary")
    links = "http://localhost:8000/go"
    assert summary.text.startswith(
        "Dear Ada,\n\n"
        "Somebody waits for you:\n\n"
        f"- Look at A & B\n  {links}/{second.key}/\n"
        f"- Look at C\n  {links}/{third.key}/\n\n"
        "What is new:\n\n"
        f"- Look at news\n  {links}/{first.key}/\n\n"
        f"Open your dashboard: {links}/{summary.key}/\n\n-- \n"
    )
    assert f'href="{links}/{second.key}/"' in summary.html
    assert "Look at A &amp; B</a>" in summary.html
    assert summary.link_path == "/dashboard/"


def test_a_summary_of_one_sort_has_one_heading(urgent, news, ada, frozen):
    bob = UserFactory()
    for thing in ("1", "2"):
        urgent(ada, thing)
        news(bob, thing)
    at(frozen, 16)
    pacing.post()
    texts = dict(OutgoingMail.objects.filter(kind="core/summary").values_list("recipient", "text"))
    assert ("Somebody waits" in texts[ada.pk], "What is new" in texts[ada.pk]) == (True, False)
    assert ("Somebody waits" in texts[bob.pk], "What is new" in texts[bob.pk]) == (False, True)


def test_news_that_lead_nowhere_have_no_link(write, kind, ada, frozen):
    paced = replace(kind, pace=Pace.DAILY, topic="loose")
    for thing in ("one", "two"):
        write(Recipient.of(ada), kind=paced, context={"thing": thing})
    at(frozen, 16)
    pacing.make_letter(ada.pk)
    summary = OutgoingMail.objects.get(kind="core/summary")
    assert "- Look at one\n- Look at two\n\nOpen" in summary.text
    assert summary.html.count("/go/") == 1


def test_the_links_of_a_summary_are_signed(urgent, ada, frozen, mailoutbox):
    first, second = urgent(ada, "1"), urgent(ada, "2")
    pacing.post()
    [message] = mailoutbox
    for written in (first, second):
        assert f"/go/{written.key}/tw" not in stored(written).text
        assert f"/go/{written.key}/\n" not in message.body
        assert f"/go/{written.key}/" in message.body


def test_opening_news_opens_its_summary(urgent, ada, frozen, mailoutbox, client):
    first, second = urgent(ada, "1"), urgent(ada, "2")
    pacing.post()
    link = mailoutbox[0].body.split(f"/go/{first.key}/")[1].split("/")[0]
    client.post(f"/go/{first.key}/{link}/")
    summary = OutgoingMail.objects.get(kind="core/summary")
    opened = [stored(one).opened_at for one in (first, second, summary)]
    assert opened == [START, None, START]


def test_a_summary_is_in_the_language_of_its_reader(urgent, frozen):
    reader = UserFactory(language="fr")
    urgent(reader, "1")
    urgent(reader, "2")
    pacing.make_letter(reader.pk)
    assert OutgoingMail.objects.get(kind="core/summary").language == "fr"


def test_what_was_taken_back_is_not_told(urgent, news, ada, frozen, kind, mailoutbox):
    bob = UserFactory()
    gone = news(ada, "gone", about=bob)
    urgent(ada, "here")
    mail.cancel(about=bob, kinds=(kind,))
    pacing.post()
    assert (stored(gone).status, subjects(mailoutbox)) == ("cancelled", ["Look at here"])


def test_a_letter_that_is_taken_back_makes_room_for_another(urgent, ada, frozen, kind, mailoutbox):
    bob = UserFactory()
    urgent(ada, "gone", about=bob)
    assert pacing.make_letter(ada.pk) is not None
    mail.cancel(about=bob, kinds=(kind,))
    urgent(ada, "here")
    pacing.post()
    assert subjects(mailoutbox) == ["Look at here"]


def test_somebody_can_ask_for_a_waiting_mail(news, ada, frozen, mailoutbox):
    written = news(ada)
    mail.send_now(mail_id=written.pk)
    assert (stored(written).pace, delivery.sweep()) == (Pace.NOW, 1)


# --- what people chose ---------------------------------------------------------------------------


def choose(user, **choices):
    choose_mails(user_id=user.pk, choices=choices)


def test_whoever_wants_a_summary_hears_of_everything_in_the_afternoon(
    urgent, ada, frozen, mailoutbox
):
    choose(ada, awaited="daily")
    urgent(ada)
    assert pacing.post() == 0
    at(frozen, 16)
    assert pacing.post() == 1


def test_news_once_a_week_come_on_monday(news, ada, frozen, mailoutbox):
    choose(ada, loose="weekly")
    news(ada, "of Wednesday")
    for day in range(4):
        frozen.move_to(START.replace(hour=15) + day * DAY, tick=False)
        assert pacing.post() == 0
    frozen.move_to(START.replace(hour=15) + 5 * DAY, tick=False)
    news(ada, "of Monday")
    assert pacing.post() == 1
    assert subjects(mailoutbox) == ["Look at of Wednesday … and 1 more"]


def test_news_of_the_week_are_told_late_rather_than_never(news, ada, frozen, mailoutbox):
    """Nobody worked on Monday."""
    choose(ada, loose="weekly")
    news(ada)
    frozen.move_to(START.replace(hour=15) + 6 * DAY, tick=False)
    assert pacing.post() == 1


def test_news_of_the_week_do_not_go_along_before_their_day(urgent, news, ada, frozen, mailoutbox):
    choose(ada, loose="weekly")
    later = news(ada, "later")
    urgent(ada, "urgent")
    pacing.post()
    assert (subjects(mailoutbox), stored(later).status) == (["Look at urgent"], "queued")


def test_what_somebody_waits_for_comes_daily_to_whoever_reads_weekly(
    urgent, ada, frozen, mailoutbox
):
    choose(ada, awaited="weekly")
    urgent(ada)
    assert pacing.post() == 0
    at(frozen, 16)
    assert pacing.post() == 1


def test_news_that_nobody_wants_are_not_sent(news, ada, frozen, mailoutbox):
    choose(ada, loose="never")
    written = news(ada)
    assert (pacing.post(), stored(written).status, subjects(mailoutbox)) == (0, "unwanted", [])


def test_unwanted_news_do_not_go_along(urgent, news, ada, frozen, mailoutbox):
    choose(ada, loose="never")
    unwanted = news(ada, "unwanted")
    urgent(ada, "urgent")
    pacing.post()
    assert (subjects(mailoutbox), stored(unwanted).status) == (["Look at urgent"], "unwanted")


def test_a_topic_that_nobody_declared_is_paced_all_the_same(news, ada, frozen, mailoutbox):
    news(ada, pace=Pace.BLOCKING, topic="")
    assert pacing.post() == 1


# --- when something goes wrong -------------------------------------------------------------------


def test_a_letter_of_a_dead_worker_goes_out_all_the_same(urgent, ada, frozen, mailoutbox):
    urgent(ada, "1")
    urgent(ada, "2")
    assert pacing.make_letter(ada.pk) is not None
    assert pacing.make_letter(ada.pk) is None
    assert delivery.sweep() == 1
    assert subjects(mailoutbox) == ["Look at 1 … and 1 more"]


def test_a_letter_that_was_claimed_by_a_dead_worker_goes_out_when_the_claim_has_run_out(
    urgent, ada, frozen, settings, mailoutbox
):
    settings.MAIL_CLAIM_SECONDS = 120
    urgent(ada, "1")
    urgent(ada, "2")
    letter = pacing.make_letter(ada.pk, claimed_at=START)
    assert (letter.status, delivery.sweep()) == ("sending", 0)
    frozen.shift(timedelta(seconds=121))
    assert delivery.sweep() == 1
    assert subjects(mailoutbox) == ["Look at 1 … and 1 more"]


@pytest.mark.parametrize(("pieces", "queries"), [(1, 7), (3, 14)])
def test_a_letter_costs_few_queries(
    news, ada, frozen, mailoutbox, pieces, queries, django_assert_num_queries
):
    for number in range(pieces):
        news(ada, f"thing {number}")
    at(frozen, 16)
    with django_assert_num_queries(queries):
        assert pacing.deliver_news(ada.pk)


def test_a_letter_that_is_late_counts_for_the_day_on_which_it_goes_out(
    urgent, ada, frozen, mailoutbox
):
    urgent(ada, "of yesterday")
    letter = pacing.make_letter(ada.pk).pk
    frozen.shift(DAY)
    assert delivery.deliver(letter)
    assert OutgoingMail.objects.get(pk=letter).paced_on == date(2026, 11, 26)
    urgent(ada, "of today")
    assert pacing.post() == 0


def test_a_letter_that_is_late_waits_for_the_next_day_if_there_was_another(
    urgent, ada, frozen, mailoutbox
):
    urgent(ada, "of yesterday")
    letter = pacing.make_letter(ada.pk).pk
    frozen.shift(DAY)
    urgent(ada, "of today")
    assert pacing.post() == 1
    assert not delivery.deliver(letter)
    late = OutgoingMail.objects.get(pk=letter)
    assert (late.status, late.send_after) == ("queued", START.replace(hour=6) + 2 * DAY)
    frozen.shift(DAY)
    assert delivery.sweep() == 1
    assert subjects(mailoutbox) == ["Look at of today", "Look at of yesterday"]


def test_a_failed_letter_that_staff_sends_again_goes_out_at_once(urgent, ada, frozen, mailoutbox):
    failed = urgent(ada, "failed")
    pacing.make_letter(ada.pk)
    OutgoingMail.objects.filter(pk=failed.pk).update(status="failed", attempts=5)
    frozen.shift(DAY)
    urgent(ada, "of today")
    pacing.post()
    mail.resend(mail_id=failed.pk, actor=ada)
    assert delivery.sweep() == 1
    assert stored(failed).paced_on is None


def test_one_letter_that_cannot_be_made_does_not_keep_the_others_back(
    urgent, ada, frozen, monkeypatch, mailoutbox, caplog
):
    bob = UserFactory()
    urgent(ada)
    urgent(bob)
    make = pacing.make_letters

    def fails_for_ada(recipient_ids, **options):
        if ada.pk in recipient_ids:
            raise RuntimeError
        return make(recipient_ids, **options)

    monkeypatch.setattr(pacing, "make_letters", fails_for_ada)
    assert pacing.post() == 1
    assert f"the letter of person {ada.pk} could not be made" in caplog.messages


def test_a_round_stops_when_the_next_one_has_begun(urgent, frozen, slow_server, mailoutbox):
    for _number in range(4):
        urgent(UserFactory())
    slow_server(seconds=30)
    assert (pacing.post(), len(mailoutbox)) == (2, 2)
    letters = OutgoingMail.objects.filter(paced_on=START.date()).order_by("pk")
    assert [one.status for one in letters] == ["sent", "sent", "queued", "queued"]
    assert (delivery.sweep(), len(mailoutbox)) == (2, 4)


def test_a_round_begins_no_more_letters_once_the_next_one_has_begun(
    urgent, frozen, slow_server, monkeypatch, mailoutbox
):
    for _number in range(3):
        urgent(UserFactory())
    slow_server(seconds=60)
    monkeypatch.setattr(pacing, "TOGETHER", 1)
    assert (pacing.post(), len(mailoutbox)) == (1, 1)
    assert OutgoingMail.objects.filter(paced_on__isnull=True).count() == 2


def test_a_round_makes_letters_together(
    urgent, news, frozen, mailoutbox, django_assert_num_queries
):
    people = [UserFactory() for _number in range(5)]
    for person in people:
        urgent(person)
    news(people[0], "another thing")
    with django_assert_num_queries(QUERIES_OF_A_ROUND):
        assert pacing.post() == len(people)
    told = {to: message.subject for message in mailoutbox for to in message.to}
    assert sorted(told) == sorted(person.email for person in people)
    assert told[people[0].email] == "Look at it … and 1 more"


def test_a_letter_that_another_worker_made_meanwhile_is_not_made_again(
    urgent, ada, frozen, monkeypatch
):
    urgent(ada)

    def too_late(*args):
        raise IntegrityError

    monkeypatch.setattr(pacing, "_letter", too_late)
    with untouched():
        assert pacing.make_letter(ada.pk) is None


def test_the_database_knows_one_letter_a_person_and_day(urgent, ada, frozen):
    first, second = urgent(ada, "1"), urgent(ada, "2")
    OutgoingMail.objects.filter(pk=first.pk).update(paced_on=START.date())
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.filter(pk=second.pk).update(paced_on=START.date())


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_send_one_letter(urgent, news, ada, mailoutbox):
    for number in range(3):
        urgent(ada, f"thing {number}")
        news(ada, f"news {number}")
    outcomes = at_once(*[lambda: pacing.deliver_news(ada.pk)] * 4)
    assert sorted(values(outcomes)) == [False, False, False, True]
    assert len(mailoutbox) == 1
    assert OutgoingMail.objects.filter(paced_on__isnull=False).count() == 1
    assert OutgoingMail.objects.filter(status="bundled").count() == 6


@pytest.mark.django_db(transaction=True)
def test_rounds_that_run_at_once_send_one_letter_each(urgent, mailoutbox):
    people = [UserFactory() for _number in range(6)]
    for person in people:
        urgent(person, "1")
        urgent(person, "2")
    assert sum(values(at_once(pacing.post, pacing.post))) == 6
    assert sorted(to for message in mailoutbox for to in message.to) == sorted(
        person.email for person in people
    )


@pytest.mark.django_db(transaction=True)
def test_news_that_come_in_while_a_letter_is_made_are_not_lost(urgent, ada, mailoutbox):
    urgent(ada, "first")

    def write_one():
        with transaction.atomic():
            return urgent(ada, "second")

    at_once(write_one, lambda: pacing.deliver_news(ada.pk))
    pacing.post()
    told = OutgoingMail.objects.filter(status__in=["sent", "bundled"]).exclude(kind="core/summary")
    waiting = OutgoingMail.objects.filter(status="queued")
    assert (told.count() + waiting.count(), len(mailoutbox)) == (2, 1)


# --- subjects ------------------------------------------------------------------------------------


def test_the_same_subject_gets_a_date_then_the_time_then_a_number(news, ada, frozen):
    written = [news(ada).subject for _time in range(4)]
    frozen.shift(DAY)
    assert [*written, news(ada).subject] == [
        "Look at it",
        "Look at it (25 November 2026)",
        "Look at it (25 November 2026, 09:00)",
        "Look at it (25 November 2026, 09:00, 2)",
        "Look at it (26 November 2026)",
    ]


def test_a_long_subject_has_room_for_its_date(news, ada, frozen):
    first, second = news(ada, "x" * 300), news(ada, "x" * 300)
    assert (len(first.subject), len(second.subject)) == (200, 200)
    assert second.subject.endswith("x… (25 November 2026)")


def test_others_may_have_the_same_subject(news, ada, frozen):
    news(UserFactory())
    assert news(ada).subject == "Look at it"


def test_a_subject_that_was_never_told_is_free(news, ada, frozen):
    taken_back = news(ada)
    OutgoingMail.objects.filter(pk=taken_back.pk).update(status="cancelled")
    assert news(ada).subject == "Look at it"


def test_codes_keep_their_subject(write, kind, ada, frozen):
    secret = replace(kind, is_confidential=True)
    written = [write(Recipient.of(ada), kind=secret).subject for _time in range(2)]
    assert written == ["Look at <Tom & Jerry>"] * 2


# --- a month -------------------------------------------------------------------------------------


def test_a_month_in_which_much_happens(news, urgent, write, kind, frozen, mailoutbox, ada):
    """One officer and forty members; fifty matches of several events each, with rounds at several
    hours. Every message is counted on the day on which it arrives. The whole quarter, played by the
    real services, stands in `tests/matching/test_mail_quarter.py`."""
    officer = UserFactory(email="officer@desk.example")
    members = [UserFactory() for _number in range(40)]
    choose(members[0], loose="weekly", awaited="weekly")
    choose(members[1], loose="never", awaited="daily")
    written, arrivals = [], []
    for day in range(30):
        for hour in (1, 8, 11, 16, 20):
            frozen.move_to(START.replace(hour=0) + day * DAY + hour * HOUR, tick=False)
            for match in range(50):
                step, is_today = divmod(day + match, 17)
                if is_today or hour != (8, 11, 16, 20, 1)[(match + step) % 5]:
                    continue
                host, guest = members[match % 40], members[(match * 7 + 3) % 40]
                name = f"match {match}"
                written += [
                    urgent(host, f"a proposal of {name}", delay=10 * MINUTE),
                    news(guest, f"what became of {name}"),
                    urgent(guest, f"an answer about {name}"),
                    news(officer, f"{name}", topic="awaited"),
                ]
            pacing.post()
            delivery.sweep()
            arrived = mailoutbox[len(arrivals) :]
            arrivals += [(message.to[0], day, message.subject) for message in arrived]
    frozen.shift(8 * DAY)
    last = len(mailoutbox)
    pacing.post()
    assert len({m.to[0] for m in mailoutbox[last:]}) == len(mailoutbox[last:])

    per_day = [(to, day) for to, day, _subject in arrivals]
    assert len(per_day) == len(set(per_day)) > 150
    per_subject = [(message.to[0], message.subject) for message in mailoutbox]
    assert len(per_subject) == len(set(per_subject))
    statuses = {stored(one).status for one in written}
    unwanted = [one for one in written if stored(one).status == "unwanted"]
    assert statuses == {"sent", "bundled", "unwanted"}
    assert {one.recipient for one in unwanted} == {members[1]}
    assert len(written) > 300
