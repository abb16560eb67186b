"""The demo's clock is moved forward, for everybody at once, and only there."""

import re
from datetime import timedelta

import pytest
from celery.signals import task_prerun
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from cxc_portal.core import clock, clock_shift, day_rounds, documents, jobs
from cxc_portal.core.documents import verify
from cxc_portal.core.errors import DomainError, StaleVersion
from cxc_portal.core.mail import delivery, links
from cxc_portal.core.models import AuditEntry, ClockShift, Document, JobStatus
from tests.concurrency import at_once, errors, values
from tests.core.document_trial import content_of
from tests.factories import UserFactory
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("demo_clock")

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def rounds(monkeypatch):
    """Which days the tasks of the clock were run on; nothing else happens on the way."""
    found = []

    def run(since, until):
        found.append((since, until, clock.now()))
        return {"core.sweep_mails": 1}

    monkeypatch.setattr(day_rounds, "run", run)
    return found


@pytest.fixture
def queued(monkeypatch):
    keys = []
    monkeypatch.setattr(jobs.run_job, "enqueue", keys.append)
    return keys


def in_days(days):
    return clock.now() + timedelta(days=days)


def is_about(moment, other):
    return abs(moment - other) < 5 * SECOND


@pytest.mark.parametrize(
    "begin",
    [lambda client: client.get("/clock/"), lambda _client: task_prerun.send(sender=None)],
    ids=["request", "task"],
)
def test_what_begins_after_a_move_goes_by_the_new_time(begin, client, monkeypatch):
    clock.now()
    monkeypatch.setattr(clock, "ASKED_EVERY", 3600)
    ClockShift.objects.update_or_create(pk=1, defaults={"ahead": 2 * DAY})
    begin(client)
    assert is_about(clock.now(), clock.real_now() + 2 * DAY)


# --- moving ------------------------------------------------------------------------------------


def test_the_clock_starts_at_the_real_time(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert is_about(clock.now(), clock.real_now())
    assert clock_shift.current().moves == 0


def test_a_move_is_a_job_that_a_worker_walks(queued, django_capture_on_commit_callbacks):
    ada, start = UserFactory(), clock.now()
    with django_capture_on_commit_callbacks(execute=True):
        job = clock_shift.start_move(to=in_days(2), seen=0, actor=ada)
    assert queued == [job.pk]
    assert is_about(clock.now(), start)
    assert clock_shift.current().is_moving
    done = jobs.run(job.pk)
    assert (done.status, done.owner) == (JobStatus.DONE, ada)
    assert done.result == {"counted": {"core.sweep_mails": done.total}}
    assert is_about(clock.now(), start + 2 * DAY)
    assert not clock_shift.current().is_moving
    entry = AuditEntry.objects.get(event="clock.moved")
    assert (entry.actor_id, entry.subject_id) == (ada.pk, "1")
    assert entry.data["to"] > entry.data["from"]


def test_each_morning_and_evening_on_the_way_is_lived(rounds):
    start = clock.now()
    clock_shift.walk(start + 3 * DAY)
    assert len(rounds) == 7
    assert all(is_about(now, until) for _since, until, now in rounds)
    lived = [until for _since, until, _now in rounds]
    assert lived == sorted(lived)
    assert rounds[0][0] - start < 5 * SECOND


def test_a_walk_that_was_interrupted_goes_on_where_it_is(rounds):
    target = in_days(2)
    clock_shift.advance(in_days(1))
    clock_shift.walk(target)
    assert len(rounds) == 3
    assert clock_shift.walk(target) == {}


def test_the_clock_never_goes_back():
    clock_shift.advance(in_days(5))
    clock_shift.advance(in_days(-3))
    assert is_about(clock.now(), clock.real_now() + 5 * DAY)


@pytest.mark.parametrize("row", [{"pk": 2}, {"pk": 1, "ahead": -DAY}])
def test_there_is_one_row_and_it_is_ahead(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockShift.objects.create(**row)


@pytest.mark.parametrize(("days", "code"), [(0, "not_ahead"), (-1, "not_ahead"), (1096, "too_far")])
def test_moments_that_are_not_ahead_or_too_far_are_refused(days, code):
    to = in_days(days)
    with untouched(), pytest.raises(DomainError) as refused:
        clock_shift.start_move(to=to, seen=0)
    assert refused.value.code == code


def test_a_move_is_refused_while_another_is_under_way(queued):
    clock_shift.start_move(to=in_days(1), seen=0)
    with untouched(), pytest.raises(DomainError) as refused:
        clock_shift.start_move(to=in_days(2), seen=1)
    assert refused.value.code == "clock_is_moving"


def test_who_saw_an_older_time_is_refused(queued):
    jobs.run(clock_shift.start_move(to=in_days(1), seen=0).pk)
    with untouched(), pytest.raises(StaleVersion):
        clock_shift.start_move(to=in_days(2), seen=0)


def test_a_move_whose_job_is_forgotten_stays(queued):
    job = clock_shift.start_move(to=in_days(1), seen=0)
    jobs.run(job.pk)
    job.delete()
    shift = clock_shift.current()
    assert (shift.job, shift.moves, shift.is_moving) == (None, 1, False)
    assert str(shift) == str(shift.ahead)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_who_press_at_once_move_it_once(monkeypatch):
    monkeypatch.setattr(jobs.run_job, "enqueue", lambda key: None)
    target = in_days(1)

    def press():
        return clock_shift.start_move(to=target, seen=0)

    outcomes = at_once(press, press)
    assert len(values(outcomes)) == 1
    assert [type(error).__mro__[1] for error in errors(outcomes)] == [DomainError]
    assert ClockShift.objects.get().moves == 1


# --- reading -----------------------------------------------------------------------------------


def test_outside_the_demo_the_row_is_never_read(settings, django_assert_num_queries):
    clock_shift.advance(in_days(30))
    settings.DEMO = False
    with django_assert_num_queries(0):
        assert is_about(clock.now(), clock.real_now())
        assert not clock.is_ahead()


def test_outside_the_demo_the_clock_does_not_move(settings):
    to = in_days(1)
    settings.DEMO = False
    with untouched():
        for move in (
            lambda: clock_shift.start_move(to=to, seen=0),
            lambda: clock_shift.advance(to),
        ):
            with pytest.raises(ImproperlyConfigured, match="demo mode only"):
                move()


def test_the_clock_is_asked_before_its_table_is_made(monkeypatch):
    monkeypatch.setattr(clock_shift, "_known_tables", set())
    monkeypatch.setattr(ClockShift._meta, "db_table", "not_made_yet")
    assert clock_shift.read() == timedelta(0)


def test_a_broken_transaction_is_not_asked():
    with transaction.atomic():
        transaction.set_rollback(True)
        assert clock_shift.read() is None
        transaction.set_rollback(False)


def test_a_database_that_is_away_does_not_stop_the_clock(monkeypatch):
    def fail():
        raise DatabaseError

    monkeypatch.setattr(clock_shift, "_has_table", fail)
    assert clock_shift.read() is None


# --- what is measured in real time --------------------------------------------------------------


def test_whoever_is_logged_in_stays_logged_in(client):
    client.force_login(UserFactory())
    clock_shift.advance(in_days(400))
    call_command("clearsessions")
    assert client.get("/accounts/email/").status_code == 200


def test_what_a_worker_has_in_hand_does_not_look_lost(kind, write, order, queued, monkeypatch):
    jobs.register("trial.long", lambda job, progress: {})
    job, mail, document = jobs.create("trial.long", owner=None), write(), order()
    assert jobs._claim(job.pk)
    assert delivery._claim(mail.pk)
    assert documents.making._claim(document.pk)
    clock_shift.advance(in_days(30))
    assert (jobs.sweep(), delivery.sweep(), documents.sweep()) == (0, 0, 0)
    job.refresh_from_db()
    assert job.status == JobStatus.RUNNING
    jobs._kinds.pop("trial.long")


def test_the_link_of_a_mail_holds_under_the_moved_clock(client, write, settings):
    reader = UserFactory()
    mail = links_of(write, reader)
    clock_shift.advance(in_days(200))
    text, _html = links.signed(mail)
    token = re.search(r"/go/[^/]+/([^/]+)/", text)[1]
    assert links.opened_with(mail.key, token) == mail
    clock_shift.advance(in_days(settings.MAIL_LINK_DAYS + 1))
    assert links.opened_with(mail.key, token) is None


def links_of(write, reader):
    """A mail of the reader whose text is its link."""
    mail = write(reader.email)
    mail.recipient, mail.link_path, mail.text = reader, "/accounts/email/", links.address(mail.key)
    mail.save()
    return mail


def test_a_document_made_ahead_is_sealed_and_valid(made):
    clock_shift.advance(in_days(900))
    document = made()
    assert is_about(document.sealed_at, clock.now())
    assert verify(content_of(document)).is_valid
    assert Document.objects.count() == 1


def test_the_row_is_in_the_database_once_a_move_ends():
    clock_shift.advance(in_days(2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM core_clockshift")
        assert cursor.fetchone() == (1,)
