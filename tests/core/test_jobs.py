"""Long work as rows: run once, seen by its owner, found again when a worker dies."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cxc_portal.core import jobs
from cxc_portal.core.errors import DomainError, NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, Job, JobStatus
from tests.concurrency import at_once, values
from tests.factories import UserFactory
from tests.untouched import untouched

SILENCE = timedelta(seconds=300)
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """Kinds that a test registers are not known to the others."""
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))


@pytest.fixture
def queued(monkeypatch):
    """The keys of the jobs that were handed to the workers."""
    keys = []
    monkeypatch.setattr(jobs.run_job, "enqueue", keys.append)
    return keys


@pytest.fixture
def owner(db):
    return UserFactory()


def count_to_three(job, progress):
    for number in (1, 2, 3):
        progress(number, 3)
    return {"counted": 3}


def make(work=count_to_three, owner=None, **options):
    jobs.register("trial", work)
    return jobs.create("trial", owner=owner, **options)


def stored(job):
    return Job.objects.get(pk=job.pk)


# --- writing -----------------------------------------------------------------------------------


def test_a_job_waits_with_its_owner_and_parameters(owner, time_machine):
    time_machine.move_to(START, tick=False)
    job = stored(make(owner=owner, parameters={"dry_run": True}))
    assert (job.kind, job.owner, job.status) == ("trial", owner, JobStatus.WAITING)
    assert (job.parameters, job.created_at, job.heartbeat_at) == ({"dry_run": True}, START, START)


def test_a_job_keeps_its_input(db):
    job = make(input_file=ContentFile(b"a,b", name="/home/ada/profiles.csv"))
    with stored(job).input_file.open() as file:
        assert file.read() == b"a,b"
    assert job.input_file.name.startswith("jobs/profiles")


def test_an_input_without_a_name_gets_one(db):
    assert make(input_file=ContentFile(b"")).input_file.name.startswith("jobs/input")


def test_a_job_that_nobody_does_is_an_error(db):
    with untouched(), pytest.raises(ValueError, match="Nobody does jobs of the kind unheard-of"):
        jobs.create("unheard-of", owner=None)


def test_a_job_starts_when_the_transaction_is_committed(
    db, queued, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        job = make()
        jobs.start(job)
        assert queued == []
    assert queued == [job.pk]


def test_a_kind_is_called_by_its_title(db):
    jobs.register("trial", count_to_three, title="Counting", result_template="core/_trial.html")
    job = jobs.create("trial", owner=None)
    assert (jobs.title_of(job), jobs.result_template_of(job)) == ("Counting", "core/_trial.html")


def test_a_kind_without_a_title_is_called_by_its_name(db):
    assert (jobs.title_of(make()), jobs.result_template_of(make())) == ("trial", "")


def test_a_kind_that_this_process_does_not_know_is_called_by_its_name():
    job = Job(kind="older")
    assert (jobs.title_of(job), jobs.result_template_of(job)) == ("older", "")


# --- running -----------------------------------------------------------------------------------


def test_a_job_that_is_done_has_a_result_and_times(db, time_machine):
    time_machine.move_to(START, tick=False)
    done = jobs.run(make().pk)
    assert (stored(done).status, stored(done).result) == (JobStatus.DONE, {"counted": 3})
    assert (stored(done).started_at, stored(done).finished_at) == (START, START)
    assert (stored(done).done, stored(done).total, stored(done).percent) == (3, 3, 100)
    assert (done.status, done.result) == (JobStatus.DONE, {"counted": 3})


def test_the_task_runs_the_job(db):
    job = make()
    jobs.run_job(job.pk)
    assert stored(job).status == JobStatus.DONE


def test_a_job_runs_once(db):
    calls = []

    def work(job, progress):
        calls.append(job.pk)
        return {}

    job = make(work)
    assert jobs.run(job.pk) is not None
    assert jobs.run(job.pk) is None
    assert calls == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_runs_a_job():
    calls = []

    def work(job, progress):
        calls.append(job.pk)
        return {}

    job = make(work)
    outcomes = values(at_once(*[lambda: jobs.run(job.pk)] * 3))
    assert len([outcome for outcome in outcomes if outcome is not None]) == 1
    assert calls == [job.pk]


def test_a_file_that_the_work_makes_is_kept(db):
    def work(job, progress):
        job.output_file.save("result.csv", ContentFile(b"a,b"), save=False)
        return {}

    done = stored(jobs.run(make(work).pk))
    with done.output_file.open() as file:
        assert file.read() == b"a,b"


def test_a_refusal_becomes_the_error_of_the_job(db):
    def work(job, progress):
        raise DomainError("no_header", "The file has no header.")

    failed = stored(jobs.run(make(work).pk))
    assert (failed.status, failed.error) == (JobStatus.FAILED, "The file has no header.")
    assert failed.finished_at is not None


def test_a_refusal_is_in_the_language_of_the_owner(owner):
    owner.language = "fr"
    owner.save(update_fields=["language"])

    def work(job, progress):
        raise DomainError("month", _("January"))

    assert stored(jobs.run(make(work, owner=owner).pk)).error == "janvier"


def test_a_defect_becomes_an_error_without_its_inside(db, caplog):
    def work(job, progress):
        raise KeyError("ada@example.org")

    job = make(work)
    failed = stored(jobs.run(job.pk))
    assert (failed.status, failed.error) == (
        JobStatus.FAILED,
        "Something went wrong in the portal. The job can be run again.",
    )
    assert caplog.messages == [f"job {job.pk} failed"]


def test_a_result_that_cannot_be_stored_fails_the_job(db):
    failed = stored(jobs.run(make(lambda job, progress: {"thing": object()}).pk))
    assert failed.status == JobStatus.FAILED


def test_a_kind_that_the_worker_does_not_know_fails_the_job(db):
    job = make()
    del jobs._kinds["trial"]
    assert stored(jobs.run(job.pk)).status == JobStatus.FAILED


# --- progress ----------------------------------------------------------------------------------


def test_progress_is_written_at_most_twice_a_second(db, time_machine):
    time_machine.move_to(START, tick=False)
    seen = []

    def work(job, progress):
        for number in range(1, 5):
            time_machine.shift(timedelta(seconds=0.25))
            progress(number, 10)
            seen.append(stored(job).done)
        return {}

    jobs.run(make(work).pk)
    assert seen == [0, 2, 2, 4]


def test_progress_is_a_sign_of_life(db, time_machine):
    time_machine.move_to(START, tick=False)
    beats = []

    def work(job, progress):
        time_machine.shift(timedelta(minutes=1))
        progress(1, 10)
        beats.append(stored(job).heartbeat_at)
        return {}

    jobs.run(make(work).pk)
    assert beats == [START + timedelta(minutes=1)]


def test_a_watcher_sees_every_step(db):
    steps = []
    jobs.run(make().pk, lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 0, 0), (1, 3, 33), (3, 3, 100), (5, 3, 100)]
)
def test_percent(done, total, percent):
    assert Job(done=done, total=total).percent == percent


# --- a worker that dies or hangs ---------------------------------------------------------------


def hang(job):
    """As if its worker had taken the job up and been killed."""
    return jobs._claim(job.pk)


def test_sweep_gives_the_job_of_a_silent_worker_to_another(db, queued, time_machine):
    time_machine.move_to(START, tick=False)
    job = make()
    hang(job)
    time_machine.shift(SILENCE + timedelta(seconds=1))
    assert jobs.sweep() == 1
    assert (stored(job).status, queued) == (JobStatus.WAITING, [job.pk])
    assert jobs.run(job.pk).status == JobStatus.DONE


def test_sweep_leaves_a_worker_that_shows_signs_of_life_alone(db, queued, time_machine):
    time_machine.move_to(START, tick=False)
    job = make()
    hang(job)
    time_machine.shift(SILENCE)
    assert jobs.sweep() == 0
    assert (stored(job).status, queued) == (JobStatus.RUNNING, [])


def test_sweep_queues_a_job_that_was_lost_on_the_way(db, queued, time_machine):
    time_machine.move_to(START, tick=False)
    job = make()
    time_machine.shift(SILENCE + timedelta(seconds=1))
    assert (jobs.sweep(), queued) == (1, [job.pk])


def test_sweep_does_not_queue_the_same_job_each_time(db, queued, time_machine):
    time_machine.move_to(START, tick=False)
    job = make()
    time_machine.shift(SILENCE + timedelta(seconds=1))
    jobs.sweep()
    time_machine.shift(timedelta(minutes=1))
    assert (jobs.sweep(), queued) == (0, [job.pk])


def test_sweep_leaves_what_is_over_alone(db, queued, time_machine):
    time_machine.move_to(START, tick=False)
    jobs.run(make().pk)
    time_machine.shift(timedelta(days=1))
    with untouched():
        assert jobs.sweep() == 0


def test_sweep_gives_up_a_job_that_takes_its_workers_down(db, queued, time_machine):
    time_machine.move_to(START, tick=False)
    job = make()
    for _attempt in range(jobs.MAX_ATTEMPTS):
        hang(job)
        time_machine.shift(SILENCE + timedelta(seconds=1))
        jobs.sweep()
    assert stored(job).status == JobStatus.FAILED
    assert stored(job).error == "The work was interrupted several times. It can be run again."
    assert len(queued) == jobs.MAX_ATTEMPTS - 1


def test_a_worker_that_comes_back_late_writes_nothing(db, queued, time_machine, caplog):
    time_machine.move_to(START, tick=False)

    def sleep_too_long(job, progress):
        time_machine.shift(SILENCE + timedelta(seconds=1))
        jobs.sweep()
        progress(1, 2)
        raise AssertionError("the work went on")

    job = make(sleep_too_long)
    assert jobs.run(job.pk) is None
    assert (stored(job).status, stored(job).done) == (JobStatus.WAITING, 0)
    assert caplog.messages == [f"job {job.pk} was given to another worker"]


def test_a_worker_that_ends_late_does_not_end_the_job_of_another(db, queued, time_machine):
    time_machine.move_to(START, tick=False)

    def sleep_too_long(job, progress):
        time_machine.shift(SILENCE + timedelta(seconds=1))
        jobs.sweep()
        hang(job)
        return {"late": True}

    job = make(sleep_too_long)
    assert jobs.run(job.pk) is None
    assert (stored(job).status, stored(job).result) == (JobStatus.RUNNING, {})


# --- again -------------------------------------------------------------------------------------


@pytest.fixture
def failed(owner):
    def work(job, progress):
        progress(1, 2)
        raise DomainError("no", "No.")

    return jobs.run(make(work, owner=owner).pk)


def test_a_failed_job_can_be_run_again_by_its_owner(
    failed, owner, queued, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        jobs.rerun(job_id=failed.pk, actor=owner)
    again = stored(failed)
    assert (again.status, again.error, again.finished_at) == (JobStatus.WAITING, "", None)
    assert (again.done, again.total, again.attempts) == (0, 0, 0)
    assert queued == [failed.pk]
    assert AuditEntry.objects.filter(event="job.rerun", actor_id=owner.pk).count() == 1
    jobs.register("trial", count_to_three)
    assert jobs.run(failed.pk).result == {"counted": 3}


def test_nobody_else_runs_it_again(failed, queued):
    stranger = UserFactory()
    with untouched(), pytest.raises(NotAllowed):
        jobs.rerun(job_id=failed.pk, actor=stranger)


def test_a_job_that_did_not_fail_is_not_run_again(owner, queued):
    job = make(owner=owner)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        jobs.rerun(job_id=job.pk, actor=owner)
    assert refused.value.code == "not_failed"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_run_it_again_at_once_one_is_refused(queued):
    owner = UserFactory()

    def refuse(job, progress):
        raise DomainError("no", "No.")

    failed = jobs.run(make(refuse, owner=owner).pk)
    again = values(at_once(*[lambda: jobs.rerun(job_id=failed.pk, actor=owner)] * 2))
    assert (len(again), queued) == (1, [failed.pk])


# --- the end -----------------------------------------------------------------------------------


def test_old_jobs_go_with_their_files(db, time_machine):
    time_machine.move_to(START, tick=False)
    job = jobs.run(make(input_file=ContentFile(b"a", name="old.csv")).pk)
    storage, name = job.input_file.storage, job.input_file.name
    time_machine.shift(jobs.KEPT_FOR)
    recent = jobs.run(make().pk)
    waiting = make()
    time_machine.shift(timedelta(seconds=1))
    assert jobs.forget_old() == 1
    assert set(Job.objects.all()) == {recent, waiting}
    assert not storage.exists(name)


# --- the model ---------------------------------------------------------------------------------


def test_a_job_is_seen_by_its_owner_alone(owner):
    job = make(owner=owner)
    assert list(Job.objects.visible_to(owner)) == [job]
    assert list(Job.objects.visible_to(UserFactory())) == []


def test_a_job_reads_as_kind_and_number():
    assert str(Job(pk=7, kind="trial")) == "trial #7"


def test_a_job_has_an_address():
    assert Job(pk=7).get_absolute_url() == "/jobs/7/"


@pytest.mark.parametrize(
    ("status", "is_open"),
    [("waiting", True), ("running", True), ("done", False), ("failed", False)],
)
def test_a_job_is_open_until_it_is_over(status, is_open):
    assert Job(status=status).is_open is is_open


@pytest.mark.parametrize("fields", [{"status": "lost"}, {"status": "done"}, {"status": "failed"}])
def test_the_database_refuses(db, fields):
    job = make()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**fields)
