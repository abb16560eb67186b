"""What the clock starts."""

import gc
from datetime import UTC, datetime, timedelta
from runpy import run_path

import pytest
from celery.signals import worker_process_init
from django.conf import settings
from django.contrib.sessions.models import Session

from cxc_portal.celery import app
from cxc_portal.core import jobs, tasks

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_what_a_process_has_loaded_is_left_out_of_garbage_collection():
    hooks = run_path("gunicorn.conf.py")
    try:
        for begins in (
            lambda: worker_process_init.send(None),
            lambda: hooks["post_worker_init"](0),
        ):
            gc.unfreeze()
            begins()
            assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_jobs_are_swept(db, monkeypatch, time_machine):
    queued = []
    monkeypatch.setattr(jobs.run_job, "enqueue", queued.append)
    monkeypatch.setattr(jobs, "_kinds", {})
    jobs.register("trial", lambda job, progress: {})
    time_machine.move_to(START, tick=False)
    job = jobs.create("trial", owner=None)
    time_machine.shift(timedelta(hours=1))
    assert tasks.sweep_jobs() == 1
    assert queued == [job.pk]


def test_old_jobs_are_forgotten(db, monkeypatch, time_machine):
    monkeypatch.setattr(jobs, "_kinds", {})
    jobs.register("trial", lambda job, progress: {})
    time_machine.move_to(START, tick=False)
    jobs.run(jobs.create("trial", owner=None).pk)
    time_machine.shift(timedelta(days=31))
    assert tasks.forget_old_jobs() == 1


def test_sessions_that_have_ended_are_cleared(db, time_machine):
    time_machine.move_to(START, tick=False)
    for key, days in (("old", 1), ("current", 3)):
        Session.objects.create(session_key=key, expire_date=START + timedelta(days=days))
    time_machine.shift(timedelta(days=2))
    tasks.clear_expired_sessions()
    assert [session.session_key for session in Session.objects.all()] == ["current"]


@pytest.mark.parametrize("name", settings.CELERY_BEAT_SCHEDULE)
def test_what_the_clock_starts_is_there(name):
    app.loader.import_default_modules()
    assert settings.CELERY_BEAT_SCHEDULE[name]["task"] in app.tasks


@pytest.mark.parametrize("name", ["mail-sweep", "job-sweep", "document-sweep"])
def test_sweeps_that_nobody_took_up_do_not_pile_up(name):
    entry = settings.CELERY_BEAT_SCHEDULE[name]
    assert entry["options"]["expires"] == entry["schedule"]
